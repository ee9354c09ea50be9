import Files

/// A vocabulary whose tokens are single characters (Unicode scalars): special tokens first, then the
/// characters of some texts in the order of their numbers.
///
/// A character that the texts do not have cannot be encoded; there is no unknown token.
public struct CharacterVocabulary: Sendable, Equatable {
  public let name: String
  public let specialTokens: [String]
  public let characters: [Unicode.Scalar]

  /// - Parameter most: how many tokens there may be, special ones included.
  /// - Throws: ``TokenizerError/vocabularyTooLarge(asked:limit:)`` for texts with more characters, and what
  ///   special tokens cannot be.
  /// - Complexity: O(texts).
  public init(
    of texts: [String], specialTokens: [String] = [], most: Int = 4096, name: String = "characters"
  ) throws(TokenizerError) {
    try SpecialTokens.check(specialTokens)
    var found: Set<Unicode.Scalar> = []
    for text in texts { found.formUnion(text.unicodeScalars) }
    for token in specialTokens {
      let scalars = Array(token.unicodeScalars)
      if scalars.count == 1 { found.remove(scalars[0]) }
    }
    let size = specialTokens.count + found.count
    if size > most { throw .vocabularyTooLarge(asked: size, limit: most) }
    (self.name, self.specialTokens, characters) = (name, specialTokens, found.sorted())
  }

  /// The vocabulary as a `tokenizer.json`.
  public func json() -> JSON {
    let tokens = specialTokens + characters.map { String(String.UnicodeScalarView([$0])) }
    let special = specialTokens.enumerated().map { id, token in
      JSON.object([
        .init("id", .integer(id)), .init("content", .string(token)),
        .init("single_word", .bool(false)), .init("lstrip", .bool(false)),
        .init("rstrip", .bool(false)), .init("normalized", .bool(false)),
        .init("special", .bool(true)),
      ])
    }
    return .object([
      .init("version", .string("1.0")), .init("truncation", .null), .init("padding", .null),
      .init("added_tokens", .array(special)), .init("normalizer", .null),
      .init(
        "pre_tokenizer",
        .object([
          .init("type", .string("Split")),
          .init("pattern", .object([.init("Regex", .string("[\\s\\S]"))])),
          .init("behavior", .string("Isolated")), .init("invert", .bool(false)),
        ])),
      .init("post_processor", .null),
      .init("decoder", .object([.init("type", .string("Fuse"))])),
      .init(
        "model",
        .object([
          .init("type", .string("WordLevel")),
          .init(
            "vocab",
            .object(tokens.enumerated().map { .init($0.element, .integer($0.offset)) })),
          // The format asks for one; as it is no token, what is not known is refused.
          .init("unk_token", .string("<unk>")),
        ])),
    ])
  }

  /// The tokenizer that the vocabulary makes, read as its own `tokenizer.json`.
  public func tokenizer() throws(TokenizerError) -> Tokenizer {
    Tokenizer(try HuggingFaceReader.read(Array(json().text().utf8), path: name, name: name))
  }
}
