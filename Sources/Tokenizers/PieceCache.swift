/// Remembers the ids of short pieces. Bounded: when it is full it starts again from nothing.
///
/// A piece of up to 15 bytes is its own key in two machine words, so that looking it up touches
/// one 32-byte entry; up to three ids stand in the entry itself.
struct PieceCache {
  /// The longest piece that is remembered, in bytes.
  static let longestPiece = 15
  private static let mostEntries = 1 << 17
  private static let mostOverflow = 1 << 20

  struct Key: Equatable {
    var low: UInt64
    /// The last seven bytes and, on top, the length: never zero for a piece.
    var high: UInt64
  }

  private struct Entry {
    var key: Key
    var count: UInt32
    /// The ids, or, where there are more than three, `first` is their place in the overflow.
    var first: Int32
    var second: Int32
    var third: Int32
  }

  private var entries: UnsafeMutablePointer<Entry>
  private var size = 1 << 10
  private var used = 0
  private var overflow = IDBuffer()

  init() {
    entries = .allocate(capacity: size)
    clear()
  }

  func deallocate() {
    entries.deallocate()
    overflow.deallocate()
  }

  private mutating func clear() {
    entries.initialize(
      repeating: Entry(key: Key(low: 0, high: 0), count: 0, first: 0, second: 0, third: 0),
      count: size)
    used = 0
    overflow.removeAll()
  }

  /// The key of `bytes[start..<end]`, `0 < end - start <= longestPiece`; `count` bytes may be read.
  @inline(__always)
  static func key(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ count: Int) -> Key {
    let length = end - start
    var low: UInt64 = 0
    var high: UInt64 = 0
    if start + 16 <= count {
      let raw = UnsafeRawPointer(bytes + start)
      low = raw.loadUnaligned(as: UInt64.self)
      if length < 8 {
        low &= (1 << UInt64(8 * length)) &- 1
      } else {
        high =
          raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
          & ((1 << UInt64(8 * (length - 8))) &- 1)
      }
    } else {
      for index in 0..<min(8, length) { low |= UInt64(bytes[start + index]) << UInt64(8 * index) }
      for index in 8..<max(8, length) {
        high |= UInt64(bytes[start + index]) << UInt64(8 * (index - 8))
      }
    }
    return Key(low: low, high: high | UInt64(length) << 56)
  }

  @inline(__always)
  private func slot(_ key: Key) -> Int {
    Int(truncatingIfNeeded: ByteHash.mix(key.high, key.low)) & (size - 1)
  }

  /// Appends the piece's ids to `ids`; false if the piece is not known.
  @inline(__always)
  func append(_ key: Key, to ids: inout IDBuffer) -> Bool {
    var slot = slot(key)
    while true {
      let entry = entries[slot]
      if entry.key == key {
        if entry.count == 1 {
          ids.append(entry.first)
        } else if entry.count <= 3 {
          ids.append(entry.first)
          ids.append(entry.second)
          if entry.count == 3 { ids.append(entry.third) }
        } else {
          ids.append(overflow.base + Int(entry.first), count: Int(entry.count))
        }
        return true
      }
      if entry.key.high == 0 { return false }
      slot = (slot + 1) & (size - 1)
    }
  }

  /// Remembers `ids`, of which there is at least one.
  mutating func insert(_ key: Key, _ ids: UnsafeBufferPointer<Int32>) {
    if (used + 1) * 2 > size || overflow.count > Self.mostOverflow { makeRoom() }
    var entry = Entry(
      key: key, count: UInt32(ids.count), first: ids[0], second: ids.count > 1 ? ids[1] : 0,
      third: ids.count > 2 ? ids[2] : 0)
    if ids.count > 3 {
      entry.first = Int32(overflow.count)
      overflow.append(ids)
    }
    place(entry)
    used += 1
  }

  private func place(_ entry: Entry) {
    var slot = slot(entry.key)
    while entries[slot].key.high != 0 { slot = (slot + 1) & (size - 1) }
    entries[slot] = entry
  }

  private mutating func makeRoom() {
    if size >= Self.mostEntries || overflow.count > Self.mostOverflow {
      clear()
      return
    }
    let (old, oldSize) = (entries, size)
    size *= 4
    entries = .allocate(capacity: size)
    entries.initialize(
      repeating: Entry(key: Key(low: 0, high: 0), count: 0, first: 0, second: 0, third: 0),
      count: size)
    for index in 0..<oldSize where old[index].key.high != 0 { place(old[index]) }
    old.deallocate()
  }
}

/// The growing list of ids that an encoding writes.
struct IDBuffer {
  private(set) var base: UnsafeMutablePointer<Int32>
  private(set) var count = 0
  private var capacity: Int

  init() {
    capacity = 1024
    base = .allocate(capacity: capacity)
  }

  func deallocate() { base.deallocate() }

  mutating func removeAll() { count = 0 }

  /// Takes back the last ids, of which there are at least so many.
  mutating func removeLast(_ number: Int) { count -= number }

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

  private mutating func grow(_ more: Int) {
    capacity = max(capacity * 2, count + more)
    let old = base
    base = .allocate(capacity: capacity)
    base.update(from: old, count: count)
    old.deallocate()
  }

  /// The ids from `start` on, valid until the next change.
  func suffix(from start: Int) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: base + start, count: count - start)
  }
}
