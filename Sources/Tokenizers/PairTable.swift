/// The merges of a byte-pair vocabulary: (left id, right id) → (rank, merged id).
///
/// Open addressing in one block of 16-byte entries; filled while a vocabulary is read, constant
/// afterwards.
final class PairTable: @unchecked Sendable {
  // Sendable: nothing is written once the reader that made the table has let go of it.

  /// A merge's rank in the upper half, the id it makes in the lower; lower ranks merge first.
  typealias Merge = UInt64
  /// No merge; its rank is above every rank.
  static let none: Merge = .max

  private struct Entry {
    var key: UInt64
    var merge: Merge
  }
  private static let free: UInt64 = .max

  private var entries: UnsafeMutablePointer<Entry>
  private var size: Int
  private(set) var count = 0

  init(capacity: Int) {
    size = 16
    while size < capacity * 2 { size *= 2 }
    entries = .allocate(capacity: size)
    entries.initialize(repeating: Entry(key: Self.free, merge: Self.none), count: size)
  }

  deinit { entries.deallocate() }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    let product = key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return Int(truncatingIfNeeded: product.high ^ product.low) & (size - 1)
  }

  /// The merge of two ids, or ``none``.
  @inline(__always)
  func merge(_ left: Int32, _ right: Int32) -> Merge {
    let key = Self.key(left, right)
    var slot = slot(key)
    while true {
      let entry = entries[slot]
      if entry.key == key { return entry.merge }
      if entry.key == Self.free { return Self.none }
      slot = (slot + 1) & (size - 1)
    }
  }

  /// Adds a merge; false if the pair has one already.
  func insert(_ left: Int32, _ right: Int32, rank: UInt32, merged: Int32) -> Bool {
    if (count + 1) * 2 > size { grow() }
    let key = Self.key(left, right)
    var slot = slot(key)
    while entries[slot].key != Self.free {
      if entries[slot].key == key { return false }
      slot = (slot + 1) & (size - 1)
    }
    entries[slot] = Entry(
      key: key, merge: UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merged)))
    count += 1
    return true
  }

  private func grow() {
    let (old, oldSize) = (entries, size)
    size *= 2
    entries = .allocate(capacity: size)
    entries.initialize(repeating: Entry(key: Self.free, merge: Self.none), count: size)
    for index in 0..<oldSize where old[index].key != Self.free {
      var slot = slot(old[index].key)
      while entries[slot].key != Self.free { slot = (slot + 1) & (size - 1) }
      entries[slot] = old[index]
    }
    old.deallocate()
  }

  /// All merges in the order of their ranks (of equal ranks, by the pair's ids).
  func sorted() -> [(left: Int32, right: Int32, rank: UInt32, merged: Int32)] {
    var result: [(left: Int32, right: Int32, rank: UInt32, merged: Int32)] = []
    result.reserveCapacity(count)
    for index in 0..<size where entries[index].key != Self.free {
      let (key, merge) = (entries[index].key, entries[index].merge)
      result.append(
        (
          Int32(bitPattern: UInt32(key >> 32)), Int32(bitPattern: UInt32(truncatingIfNeeded: key)),
          UInt32(merge >> 32), Int32(bitPattern: UInt32(truncatingIfNeeded: merge))
        ))
    }
    result.sort { ($0.rank, $0.left, $0.right) < ($1.rank, $1.left, $1.right) }
    return result
  }
}

extension PairTable.Merge {
  @inline(__always) var rank: UInt32 { UInt32(self >> 32) }
  @inline(__always) var merged: Int32 { Int32(bitPattern: UInt32(truncatingIfNeeded: self)) }
}
