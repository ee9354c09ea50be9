import Files

/// A vocabulary that was trained, for a model that is not one of merges.
public struct TrainedVocabulary: Sendable {
  public enum Kind: String, Sendable { case unigram, wordPiece }

  public let name: String
  public let kind: Kind
  public let unknownToken: String
  /// The first ids, the unknown token among them.
  public let specialTokens: [String]
  /// The tokens after the special ones, in the order of their ids.
  public let tokens: [[UInt8]]
  /// The logarithms of the tokens' probabilities, for a unigram vocabulary.
  public let scores: [Double]
  let components: TokenizerDefinition.Components
  let provenance: JSON

  public var size: Int { specialTokens.count + tokens.count }

  /// The vocabulary as Hugging Face's `tokenizer.json`.
  public func json() -> JSON {
    .object([
      .init("version", .string("1.0")),
      .init("truncation", .null),
      .init("padding", .null),
      .init("added_tokens", .array(specialTokens.enumerated().map(added))),
      .init("normalizer", components.normalizer),
      .init("pre_tokenizer", components.preTokenizer),
      .init("post_processor", components.postProcessor),
      .init("decoder", components.decoder),
      .init("model", .object(model)),
    ])
  }

  private func added(_ id: Int, _ token: String) -> JSON {
    .object([
      .init("id", .integer(id)),
      .init("content", .string(token)),
      .init("single_word", .bool(false)),
      .init("lstrip", .bool(false)),
      .init("rstrip", .bool(false)),
      .init("normalized", .bool(false)),
      .init("special", .bool(true)),
    ])
  }

  private var spellings: [String] {
    specialTokens + tokens.map { String(decoding: $0, as: UTF8.self) }
  }

  private var model: [JSON.Member] {
    switch kind {
    case .unigram:
      // The special tokens are no text: the least likely of all.
      let least = scores.min() ?? 0
      let all = [Double](repeating: least - 10, count: specialTokens.count) + scores
      return [
        .init("type", .string("Unigram")),
        .init("tessera", provenance),
        .init("unk_id", .integer(specialTokens.firstIndex(of: unknownToken) ?? 0)),
        .init(
          "vocab",
          .array(zip(spellings, all).map { .array([.string($0), .number($1)]) })),
        .init("byte_fallback", .bool(false)),
      ]
    case .wordPiece:
      return [
        .init("type", .string("WordPiece")),
        .init("tessera", provenance),
        .init("unk_token", .string(unknownToken)),
        .init("continuing_subword_prefix", .string("##")),
        .init("max_input_chars_per_word", .integer(100)),
        .init(
          "vocab",
          .object(spellings.enumerated().map { JSON.Member($0.element, .integer($0.offset)) })),
      ]
    }
  }

  /// One token a line, as BERT's `vocab.txt`.
  public var lines: String { spellings.map { $0 + "\n" }.joined() }
}
