import CTokens
import Files

/// The merges of a byte-pair vocabulary: (left id, right id) → (rank, merged id).
///
/// Kept dense (eight merges in a cache line, `ct_merges`) as long as all fit, else in an open hash
/// table of 16-byte entries. Filled while a vocabulary is read, constant afterwards; or it stands in
/// a mapped file.
final class PairTable: @unchecked Sendable {
  // Sendable: nothing is written once the reader that made the table has let go of it.

  /// A merge's rank in the upper half, the id it makes in the lower; lower ranks merge first.
  typealias Merge = UInt64
  /// No merge; its rank is above every rank.
  static let none: Merge = .max
  private static let free: UInt64 = .max
  /// So many merges on average fill a bucket of eight.
  private static let load = 4

  /// The tables for C.
  let merges: UnsafeMutablePointer<ct_merges>
  // Unchecked: one reader fills the table, and the checks would cost most of the time.
  @exclusivity(unchecked) private(set) var count = 0
  /// The largest rank there is.
  @exclusivity(unchecked) private(set) var largestRank: UInt32 = 0
  @exclusivity(unchecked) private var buckets: MemoryBlock<UInt64>
  /// What ranks make, −1 where none has the rank.
  @exclusivity(unchecked) private var made: MemoryBlock<Int32>
  @exclusivity(unchecked) private var pairs: MemoryBlock<ct_pair>?
  private var knownIDs = UInt64(CT_DENSE_IDS)

  init(capacity: Int) {
    merges = .allocate(capacity: 1)
    merges.initialize(to: ct_merges())
    buckets = Self.emptyBuckets(capacity / Self.load + 2)
    made = MemoryBlock(capacity: capacity)
    publish()
  }

  /// A dense table that stands in a file, checked: all of `made` are ids of the vocabulary.
  ///
  /// - Parameter knownIDs: merges of ids from this on are no merges, whatever the file says.
  init(buckets: MemoryBlock<UInt64>, made: MemoryBlock<Int32>, count: Int, knownIDs: Int) {
    self.knownIDs = UInt64(knownIDs)
    merges = .allocate(capacity: 1)
    merges.initialize(to: ct_merges())
    (self.buckets, self.made, self.count) = (buckets, made, count)
    largestRank = UInt32(max(made.count - 1, 0))
    publish()
  }

  deinit { merges.deallocate() }

  private static func emptyBuckets(_ count: Int) -> MemoryBlock<UInt64> {
    MemoryBlock(repeating: free, count: count * Int(CT_BUCKET))
  }

  /// Tells C where the tables are.
  private func publish() {
    if let pairs {
      merges.pointee.buckets = nil
      merges.pointee.pairs = pairs.base
      merges.pointee.mask = UInt64(pairs.count - 1)
    } else {
      merges.pointee.buckets = buckets.base
      merges.pointee.bucket_count = UInt64(buckets.count / Int(CT_BUCKET))
      merges.pointee.made = made.base
      merges.pointee.rank_count = UInt64(made.count)
    }
  }

  /// The dense table, and what ranks make (0 for a rank that none has); nil if it is not dense.
  var dense: (buckets: MemoryBlock<UInt64>, made: [Int32])? {
    pairs == nil ? (buckets, made.buffer.map { max($0, 0) }) : nil
  }

  /// The merge of two ids, or ``none``.
  @inline(__always)
  func merge(_ left: Int32, _ right: Int32) -> Merge { ct_merge_of(merges, left, right) }

  /// Adds a merge; false if the pair has one already.
  func insert(_ left: Int32, _ right: Int32, rank: UInt32, merged: Int32) -> Bool {
    if pairs == nil, fits(left, right, rank, merged) {
      if (count + 1) * Int(CT_BUCKET) > buckets.count * Self.load { growBuckets() }
      let bucketCount = UInt64(buckets.count / Int(CT_BUCKET))
      let isNew = buckets.withMutableBase {
        ct_dense_insert($0, bucketCount, left, right, rank)
      }
      guard isNew else { return false }
      count += 1
      largestRank = max(largestRank, rank)
      while made.count <= rank { made.append(-1) }
      made[Int(rank)] = merged
      publish()
      return true
    }
    if merge(left, right) != Self.none { return false }
    count += 1
    largestRank = max(largestRank, rank)
    if pairs == nil { widen() }
    place(Self.pair(left, right, rank, merged))
    return true
  }

  private func fits(_ left: Int32, _ right: Int32, _ rank: UInt32, _ merged: Int32) -> Bool {
    guard min(left, right, merged) >= 0, max(left, right, merged) < CT_DENSE_IDS,
      rank < CT_DENSE_RANKS
    else { return false }
    // Equal ranks must make the same.
    return rank >= made.count || made[Int(rank)] < 0 || made[Int(rank)] == merged
  }

  private func growBuckets() {
    let old = buckets
    let bucketCount = old.count / Int(CT_BUCKET) * 2
    buckets = Self.emptyBuckets(bucketCount)
    buckets.withMutableBase { base in
      for entry in old.buffer where entry != Self.free {
        let (left, right) = (Int32(entry >> 43), Int32(entry >> 22 & (UInt64(CT_DENSE_IDS) - 1)))
        let rank = UInt32(entry & (UInt64(CT_DENSE_RANKS) - 1))
        _ = ct_dense_insert(base, UInt64(bucketCount), left, right, rank)
      }
    }
  }

  /// Goes over to the wide form.
  private func widen() {
    let all = sorted()
    var size = 16
    while size < all.count * 2 { size *= 2 }
    var wide = MemoryBlock(repeating: Self.freePair, count: size)
    for merge in all {
      Self.place(Self.pair(merge.left, merge.right, merge.rank, merge.merged), in: &wide)
    }
    (pairs, buckets, made) = (wide, MemoryBlock(), MemoryBlock())
    publish()
  }

  private static var freePair: ct_pair { ct_pair(key: free, merge: none) }

  private static func pair(_ left: Int32, _ right: Int32, _ rank: UInt32, _ merged: Int32)
    -> ct_pair
  {
    ct_pair(
      key: UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right)),
      merge: UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merged)))
  }

  private func place(_ pair: ct_pair) {
    guard var pairs else { return }
    self.pairs = nil  // so that there is one owner, and nothing is copied
    if count * 2 > pairs.count {
      let old = pairs
      pairs = MemoryBlock(repeating: Self.freePair, count: old.count * 2)
      for other in old.buffer where other.key != Self.free { Self.place(other, in: &pairs) }
    }
    Self.place(pair, in: &pairs)
    self.pairs = pairs
    publish()
  }

  private static func place(_ pair: ct_pair, in pairs: inout MemoryBlock<ct_pair>) {
    let mask = UInt64(pairs.count - 1)
    var slot = ct_pair_slot(pair.key, mask)
    while pairs[Int(slot)].key != free { slot = (slot + 1) & mask }
    pairs[Int(slot)] = pair
  }

  /// All merges in the order of their ranks (of equal ranks, by the pair's ids).
  func sorted() -> [(left: Int32, right: Int32, rank: UInt32, merged: Int32)] {
    var result: [(left: Int32, right: Int32, rank: UInt32, merged: Int32)] = []
    result.reserveCapacity(count)
    func add(_ left: UInt64, _ right: UInt64, _ rank: UInt64, _ merged: Int32) {
      result.append(
        (
          Int32(truncatingIfNeeded: left), Int32(truncatingIfNeeded: right),
          UInt32(truncatingIfNeeded: rank), merged
        ))
    }
    if let pairs {
      for pair in pairs.buffer where pair.key != Self.free {
        add(pair.key >> 32, pair.key, pair.merge >> 32, pair.merge.merged)
      }
    } else {
      let ids = UInt64(CT_DENSE_IDS) - 1
      for entry in buckets.buffer where entry != Self.free {
        let (left, right) = (entry >> 43, entry >> 22 & ids)
        let rank = entry & (UInt64(CT_DENSE_RANKS) - 1)
        guard max(left, right) < knownIDs, rank < made.count else { continue }
        add(left, right, rank, made[Int(rank)])
      }
    }
    result.sort { ($0.rank, $0.left, $0.right) < ($1.rank, $1.left, $1.right) }
    return result
  }
}

extension PairTable.Merge {
  @inline(__always) var rank: UInt32 { UInt32(self >> 32) }
  @inline(__always) var merged: Int32 { Int32(bitPattern: UInt32(truncatingIfNeeded: self)) }
}
