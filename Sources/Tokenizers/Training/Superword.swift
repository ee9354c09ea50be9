/// A token that spans several words, the blanks between them included.
public struct Superword: Sendable, Equatable {
  public let id: Int32
  public let bytes: [UInt8]
  /// One more than its inner blanks; at least 2.
  public let words: Int

  /// The superwords of a vocabulary, by id: in a trained one, the order in which they were learned.
  ///
  /// - Complexity: linear in the bytes of the vocabulary.
  public static func all(of tokenizer: Tokenizer) throws(TokenizerError) -> [Superword] {
    var found: [Superword] = []
    let special = Set(tokenizer.definition.addedTokens.map(\.id))
    for id in 0..<Int32(truncatingIfNeeded: tokenizer.vocabularySize) where !special.contains(id) {
      // An id without a token has no words either.
      guard let bytes = try? tokenizer.tokenBytes(id) else { continue }
      let words = MergeRules.words(in: bytes[...])
      if words > 1 { found.append(Superword(id: id, bytes: bytes, words: words)) }
    }
    return found
  }
}
