/// The growing list of ids that an encoding writes.
///
/// It can be lent the storage of the array that is to be returned; what does not fit there moves to
/// memory of its own.
struct IDBuffer {
  private(set) var base: UnsafeMutablePointer<Int32>
  private(set) var count = 0
  private(set) var capacity: Int
  /// The memory of its own while `base` is lent.
  private var kept: (base: UnsafeMutablePointer<Int32>, capacity: Int)?

  init() {
    capacity = 1024
    base = .allocate(capacity: capacity)
  }

  func deallocate() {
    base.deallocate()
  }

  mutating func removeAll() { count = 0 }

  /// Takes back the last ids, of which there are at least so many.
  mutating func removeLast(_ number: Int) { count -= number }

  /// Writes to `storage` from now on, from its beginning, until ``takeBack()``.
  mutating func lend(_ storage: UnsafeMutableBufferPointer<Int32>) {
    guard let start = storage.baseAddress else { return }
    kept = (base, capacity)
    (base, capacity, count) = (start, storage.count, 0)
  }

  /// Ends the loan.
  ///
  /// - Returns: how many ids stand in what was lent; nil if they did not fit and stand here.
  mutating func takeBack() -> Int? {
    guard let own = kept else { return nil }
    let written = count
    (base, capacity, count) = (own.base, own.capacity, 0)
    kept = nil
    return written
  }

  @inline(__always)
  mutating func append(_ id: Int32) {
    if count == capacity { grow(1) }
    base[count] = id
    count += 1
  }

  @inline(__always)
  mutating func append(_ ids: UnsafePointer<Int32>, count more: Int) {
    if count + more > capacity { grow(more) }
    (base + count).update(from: ids, count: more)
    count += more
  }

  mutating func append(_ ids: UnsafeBufferPointer<Int32>) {
    if let base = ids.baseAddress { append(base, count: ids.count) }
  }

  /// Makes room for `more` ids.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    if count + more > capacity { grow(more) }
  }

  /// Takes what was written behind the ids into their number.
  @inline(__always)
  mutating func setCount(_ count: Int) { self.count = count }

  private mutating func grow(_ more: Int) {
    let old = (base: base, count: count)
    let needed = count + more
    if let own = kept, own.capacity >= needed {
      (base, capacity) = own
    } else {
      capacity = max(capacity * 2, needed)
      base = .allocate(capacity: capacity)
    }
    base.update(from: old.base, count: old.count)
    if let own = kept {
      if own.base != base { own.base.deallocate() }
      kept = nil
    } else {
      old.base.deallocate()
    }
  }

  /// The ids from `start` on, valid until the next change.
  func suffix(from start: Int) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: base + start, count: count - start)
  }
}
