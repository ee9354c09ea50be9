/// A valid token sequence whose text starts with a byte prefix, where only the last token may reach
/// beyond it.
///
/// A sequence is valid if the tokenizer gives just these ids to its text. The probability of a byte
/// prefix under a token model is the sum over its covers (Phan et al., arXiv 2410.09303).
public struct TokenCover: Sendable, Equatable {
  public let ids: [Int32]
  /// The bytes of the last token that lie beyond the prefix.
  public let overhang: [UInt8]

  public init(ids: [Int32], overhang: [UInt8]) {
    (self.ids, self.overhang) = (ids, overhang)
  }
}

extension Tokenizer {
  /// Whether the tokenizer gives these ids to what they stand for.
  public func isValid(_ ids: [Int32]) throws(TokenizerError) -> Bool { try canonical(ids) == ids }

  /// All covers of a byte prefix, those with fewer bytes before the last token first. Exactly one
  /// has no overhang: the prefix's own ids.
  ///
  /// - Parameter trie: the tokens that may stand last, ``TokenTrie/init(_:)`` of this tokenizer.
  /// - Complexity: one encoding per token that starts with an end of the prefix.
  public func covers(of prefix: [UInt8], _ trie: TokenTrie) throws(TokenizerError) -> [TokenCover] {
    var result: [TokenCover] = []
    for split in max(0, prefix.count - trie.longestToken)..<prefix.count {
      let rest = prefix[split...]
      let candidates = trie.tokens(startingWith: rest)
      if candidates.isEmpty { continue }
      let left = try encode(bytes: Array(prefix[..<split]))
      for id in candidates where try isValid(left + [id]) {
        let overhang = try tokenBytes(id).dropFirst(rest.count)
        result.append(TokenCover(ids: left + [id], overhang: Array(overhang)))
      }
    }
    return result
  }
}
