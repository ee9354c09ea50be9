import Kernels
import Models
import Tokenizers

/// A model's loss on a text in bits a byte: the only loss that compares models with different
/// tokenizers, since it does not depend on how many tokens the text became.
///
/// A text longer than the context is measured window by window: each token is scored once, by what
/// stands before it in its window.
public struct BitsPerByte: Sendable, Equatable {
  /// The sum over the scored tokens, in nats.
  public let nats: Double
  /// The bytes of the scored tokens.
  public let bytes: Int
  /// The number of scored tokens.
  public let tokens: Int
  /// The bytes of the first token where nothing stands before it: without BOS it has no score.
  public let skippedBytes: Int

  public var value: Double { nats / ElementaryFunction.log(2) / Double(bytes) }

  /// Measures a text as the model takes it.
  ///
  /// - Parameter window: the most tokens of a window; by default the model's context.
  public init(_ model: some LanguageModel, text: String, window: Int? = nil) throws(MeasureError) {
    guard let tokenizer = model.tokenizer else {
      throw .model(.noTokenizer(model: model.name))
    }
    let ids: [Int32]
    let lengths: [Int]
    do throws(TokenizerError) {
      ids = try tokenizer.encode(text)
      lengths = try tokenizer.decodedParts(of: ids).map(\.count)
    } catch { throw .tokenizer(error) }
    try self.init(
      model, ids: ids, lengths: lengths, bos: model.addsBOS ? model.bosID : nil, window: window)
    // Decoding may give other bytes than the text had; the text's own count.
    let decoded = lengths.reduce(0, +)
    if decoded != text.utf8.count {
      self = BitsPerByte(
        nats: nats, bytes: text.utf8.count - skippedBytes, tokens: tokens,
        skippedBytes: skippedBytes)
    }
  }

  /// - Parameters:
  ///   - lengths: how many bytes each id stands for.
  ///   - bos: stands before every window's first token, where the model wants it.
  /// - Throws: ``MeasureError/empty(measure:)`` where no token has a score.
  /// - Complexity: one forward pass a window.
  public init(
    _ model: some LanguageModel, ids: [Int32], lengths: [Int], bos: Int32?, window: Int? = nil
  ) throws(MeasureError) {
    let size = min(window ?? model.contextLength, model.contextLength)
    guard size >= 2 else { throw .setting(name: "window", value: size, range: "at least 2") }
    // Without BOS the first token is only looked at, and each window starts with the one before it.
    let skipped = bos == nil ? min(1, ids.count) : 0
    if ids.count == skipped { throw .empty(measure: "bits per byte") }
    var losses: [Double] = []
    var start = skipped
    while start < ids.count {
      let end = min(start + size - 1, ids.count)
      let before = bos ?? ids[start - 1]
      do throws(ModelError) {
        losses += try TokenLoss.nats(model, ids: [before] + ids[start..<end]).map { Double($0) }
      } catch { throw .model(error) }
      start = end
    }
    skippedBytes = lengths.prefix(skipped).reduce(0, +)
    bytes = lengths.dropFirst(skipped).reduce(0, +)
    if bytes == 0 { throw .empty(measure: "bits per byte") }
    tokens = losses.count
    nats = Sums.sum(losses)
  }

  private init(nats: Double, bytes: Int, tokens: Int, skippedBytes: Int) {
    (self.nats, self.bytes) = (nats, bytes)
    (self.tokens, self.skippedBytes) = (tokens, skippedBytes)
  }
}
