import CTokens
import Kernels

/// Works out the merge table of a vocabulary that lists tokens in their order of preference, not
/// the pairs they come from.
///
/// Such vocabularies merge any two neighbours whose union is a token, the most preferred union
/// first. What happens inside a stretch of text that becomes one token does not depend on what
/// stands around it, so a token is always made from the same two parts: those that are left when
/// its own symbols are merged by all shorter tokens. A token for which more than two are left is
/// never made by merges.
struct MergeDerivation {
  /// So many tokens of bytes are looked at between two looks for a stop.
  private static let batch = 1 << 12

  private(set) var pairs: PairTable
  private let tokens: ByteStringTable
  private let ranks: [UInt32]
  private var merger = BytePairMerger()

  private init(_ tokens: ByteStringTable, ranks: [UInt32], capacity: Int) {
    (self.tokens, self.ranks) = (tokens, ranks)
    pairs = PairTable(capacity: capacity)
  }

  /// - Parameters:
  ///   - ids: the tokens that merges may make.
  ///   - ranks: by id; the lowest merges first.
  ///   - symbols: writes the symbols that a token's bytes start from, and how many they are.
  /// - Complexity: O(n log n) in all tokens' bytes.
  static func pairs(
    of ids: [Int32], in tokens: ByteStringTable, ranks: [UInt32],
    symbols: (Int32, UnsafeMutablePointer<Int32>) -> Int
  ) throws(Interruption) -> PairTable {
    var derivation = MergeDerivation(tokens, ranks: ranks, capacity: ids.count)
    defer { derivation.merger.deallocate() }
    for (index, id) in TokensByLength(ids, tokens).ids.enumerated() {
      if index & 0xFFF == 0 { try Cancellation.check() }
      try derivation.add(id, symbols)
    }
    return derivation.pairs
  }

  /// As ``pairs(of:in:ranks:symbols:)`` for tokens of at least two bytes whose symbols are their
  /// bytes: all of one length at once, since none of them is inside another.
  ///
  /// - Parameter byteIDs: the symbol of each byte, all of them different.
  static func pairs(
    of ids: [Int32], in tokens: ByteStringTable, ranks: [UInt32], byteIDs: [Int32]
  ) throws(Interruption) -> PairTable {
    var derivation = MergeDerivation(tokens, ranks: ranks, capacity: ids.count)
    defer { derivation.merger.deallocate() }
    var byteRanks = [UInt32](repeating: .max, count: 1 << 16)
    let sorted = TokensByLength(ids, tokens)
    for (length, range) in sorted.ranges {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: batch) {
        try Cancellation.check()
        let some = sorted.ids[start..<min(start + batch, range.upperBound)]
        if length > CT_MOST_MERGED || derivation.pairs.merges.pointee.buckets == nil {
          for id in some {
            try derivation.add(id) { id, symbols in
              tokens.withBytes(of: Int(id)) { bytes in
                for (place, byte) in bytes.enumerated() { symbols[place] = byteIDs[Int(byte)] }
                return bytes.count
              }
            }
          }
        } else {
          derivation.add(some, byteIDs: byteIDs, &byteRanks)
        }
      }
    }
    return derivation.pairs
  }

  private mutating func add(
    _ id: Int32, _ symbols: (Int32, UnsafeMutablePointer<Int32>) -> Int
  ) throws(Interruption) {
    merger.reserve(tokens.length(Int(id)))
    let count = symbols(id, merger.symbols)
    // The token itself has no pair yet, so its last merge is what is left undone.
    guard count > 1, try merger.merge(count: count, with: pairs) == 2 else { return }
    _ = pairs.insert(merger.symbols[0], merger.symbols[1], rank: ranks[Int(id)], merged: id)
  }

  /// Adds tokens of one length. The ranks of pairs of bytes are read, and written for tokens of two.
  private func add(_ ids: ArraySlice<Int32>, byteIDs: [Int32], _ byteRanks: inout [UInt32]) {
    let parts = [ct_parts](unsafeUninitializedCapacity: ids.count) { parts, count in
      count = ids.count
      byteIDs.withUnsafeBufferPointer { byteIDs in
        byteRanks.withUnsafeBufferPointer { byteRanks in
          ids.withUnsafeBufferPointer { ids in
            var vocabulary = ct_vocabulary(
              merges: pairs.merges.pointee, byte_ids: byteIDs.baseAddress,
              byte_ranks: byteRanks.baseAddress, tokens: tokens.strings)
            ct_last_merges(&vocabulary, ids.baseAddress, ids.count, parts.baseAddress)
          }
        }
      }
    }
    for (id, part) in zip(ids, parts) where part.left >= 0 {
      let rank = ranks[Int(id)]
      guard pairs.insert(part.left, part.right, rank: rank, merged: id) else { continue }
      tokens.withBytes(of: Int(id)) { bytes in
        if bytes.count == 2 { byteRanks[Int(bytes[0]) << 8 | Int(bytes[1])] = rank }
      }
    }
  }
}

/// Tokens by how long they are, the shortest first: whatever is inside a token is shorter than it.
private struct TokensByLength {
  let ids: [Int32]
  /// Where in ``ids`` the tokens of each length are that there is.
  let ranges: [(length: Int, range: Range<Int>)]

  /// - Complexity: O(tokens + the longest length).
  init(_ ids: [Int32], _ tokens: ByteStringTable) {
    var starts: [Int] = []
    for id in ids {
      let length = tokens.length(Int(id))
      while starts.count < length + 2 { starts.append(0) }
      starts[length + 1] += 1
    }
    for length in starts.indices.dropFirst() { starts[length] += starts[length - 1] }
    ranges = zip(starts.indices, zip(starts, starts.dropFirst())).compactMap { length, bounds in
      bounds.0 < bounds.1 ? (length, bounds.0..<bounds.1) : nil
    }
    var sorted = [Int32](repeating: 0, count: ids.count)
    for id in ids {
      let length = tokens.length(Int(id))
      sorted[starts[length]] = id
      starts[length] += 1
    }
    self.ids = sorted
  }
}
