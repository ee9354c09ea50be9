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
  private(set) var pairs: PairTable
  private var merger = BytePairMerger()

  private init(capacity: Int) { pairs = PairTable(capacity: capacity) }

  /// - Parameters:
  ///   - ids: the tokens that merges may make.
  ///   - ranks: by id; the lowest merges first.
  ///   - symbols: writes the symbols that a token's bytes start from, and how many they are.
  /// - Complexity: O(n log n) in all tokens' bytes.
  static func pairs(
    of ids: [Int32], in tokens: ByteStringTable, ranks: [UInt32],
    symbols: (Int32, UnsafeMutablePointer<Int32>) -> Int
  ) throws(Interruption) -> PairTable {
    var derivation = MergeDerivation(capacity: ids.count)
    defer { derivation.merger.deallocate() }
    for (index, id) in Self.byLength(ids, tokens).enumerated() {
      if index & 0xFFF == 0 { try Cancellation.check() }
      derivation.merger.reserve(tokens.length(Int(id)))
      let buffer = derivation.merger.symbols
      let count = symbols(id, buffer)
      // The token itself has no pair yet, so its last merge is what is left undone.
      guard count > 1, try derivation.merger.merge(count: count, with: derivation.pairs) == 2
      else { continue }
      _ = derivation.pairs.insert(buffer[0], buffer[1], rank: ranks[Int(id)], merged: id)
    }
    return derivation.pairs
  }

  /// Shorter tokens first: whatever is inside a token is shorter than it.
  private static func byLength(_ ids: [Int32], _ tokens: ByteStringTable) -> [Int32] {
    var starts: [Int] = []
    for id in ids {
      let length = tokens.length(Int(id))
      while starts.count < length + 2 { starts.append(0) }
      starts[length + 1] += 1
    }
    for length in starts.indices.dropFirst() { starts[length] += starts[length - 1] }
    var sorted = [Int32](repeating: 0, count: ids.count)
    for id in ids {
      let length = tokens.length(Int(id))
      sorted[starts[length]] = id
      starts[length] += 1
    }
    return sorted
  }
}
