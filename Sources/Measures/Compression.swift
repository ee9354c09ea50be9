import Tokenizers

/// How far a vocabulary shortens a text.
public struct Compression: Sendable, Equatable {
  /// The text's UTF-8 bytes.
  public let bytes: Int
  public let tokens: Int

  public var bytesPerToken: Double { Double(bytes) / Double(tokens) }

  /// - Throws: ``MeasureError/empty(measure:)`` where the text has no tokens.
  public init(_ tokenizer: Tokenizer, text: String) throws(MeasureError) {
    do throws(TokenizerError) { tokens = try tokenizer.count(text) } catch {
      throw .tokenizer(error)
    }
    bytes = text.utf8.count
    if tokens == 0 { throw .empty(measure: "compression") }
  }
}
