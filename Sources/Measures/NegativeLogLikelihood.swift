import Kernels
import Models

/// How surprised a model is by a text.
public struct NegativeLogLikelihood: Sendable, Equatable {
  /// The sum over the scored tokens, in nats.
  public let nats: Double
  /// The ids, the first of which is not scored.
  public let ids: [Int32]
  /// -log p of each token but the first, in nats.
  public let perToken: [Float]
  /// The bytes of the text; nil where ids were given.
  public let bytes: Int?

  /// The number of scored tokens.
  public var tokens: Int { perToken.count }
  /// Nats a token.
  public var mean: Double { nats / Double(tokens) }
  /// exp of the mean.
  public var perplexity: Double { ElementaryFunction.exp(mean) }
  /// Bits a byte of text: comparable between vocabularies.
  public var bitsPerByte: Double? {
    bytes.flatMap { $0 > 0 ? nats / ElementaryFunction.log(2) / Double($0) : nil }
  }

  /// Measures ids, at least two of them: -log p(ids[i] | ids[..<i]).
  ///
  /// - Complexity: one forward pass.
  public init(_ model: some LanguageModel, ids: [Int32], bytes: Int? = nil) throws(MeasureError) {
    do throws(ModelError) {
      perToken = try TokenLoss.nats(model, ids: ids)
    } catch { throw .model(error) }
    self.ids = ids
    self.bytes = bytes
    nats = Sums.sum(perToken.map { Double($0) })
  }

  /// Measures a text as the model takes it, with BOS where its own files ask for it.
  public init(_ model: some LanguageModel, text: String) throws(MeasureError) {
    let ids: [Int32]
    do throws(ModelError) { ids = try model.ids(of: text) } catch { throw .model(error) }
    try self.init(model, ids: ids, bytes: text.utf8.count)
  }
}
