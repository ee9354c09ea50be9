import CTokens

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
  private static let free: UInt64 = .max

  private(set) var entries: UnsafeMutablePointer<ct_pair>
  private var size: Int
  private(set) var count = 0
  /// The largest rank there is.
  private(set) var largestRank: UInt32 = 0

  /// The number of entries less one, of a power of two.
  @inline(__always) var mask: UInt64 { UInt64(truncatingIfNeeded: size &- 1) }

  init(capacity: Int) {
    size = 16
    while size < capacity * 2 { size *= 2 }
    entries = .allocate(capacity: size)
    entries.initialize(repeating: ct_pair(key: Self.free, merge: Self.none), count: size)
  }

  deinit { entries.deallocate() }

  /// The merge of two ids, or ``none``.
  @inline(__always)
  func merge(_ left: Int32, _ right: Int32) -> Merge { ct_pair_find(entries, mask, left, right) }

  /// Adds a merge; false if the pair has one already.
  func insert(_ left: Int32, _ right: Int32, rank: UInt32, merged: Int32) -> Bool {
    if (count + 1) * 2 > size { grow() }
    let key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    var slot = Int(ct_pair_slot(key, mask))
    while entries[slot].key != Self.free {
      if entries[slot].key == key { return false }
      slot = (slot + 1) & (size - 1)
    }
    entries[slot] = ct_pair(
      key: key, merge: UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merged)))
    count += 1
    largestRank = max(largestRank, rank)
    return true
  }

  private func grow() {
    let (old, oldSize) = (entries, size)
    size *= 2
    entries = .allocate(capacity: size)
    entries.initialize(repeating: ct_pair(key: Self.free, merge: Self.none), count: size)
    for index in 0..<oldSize where old[index].key != Self.free {
      var slot = Int(ct_pair_slot(old[index].key, mask))
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
