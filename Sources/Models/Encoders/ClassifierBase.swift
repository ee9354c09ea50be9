import Files
import Tensors
import Tokenizers

/// What a text classifier is made from: a network that reads tokens, and its vocabulary.
public struct ClassifierBase: Sendable {
  public let name: String
  public let network: NetworkDescription
  public let tokenizer: Tokenizer
  /// What training begins with; empty for a fresh network.
  public let weights: [WeightKey: Tensor]
  /// The `config.json` of the network without classes.
  let configuration: JSON

  /// A fresh network of given sizes.
  ///
  /// - Throws: ``ModelError/configuration(path:field:reason:)`` for sizes that cannot be.
  public init(_ sizes: ModelSizes, tokenizer: Tokenizer, name: String = "new") throws(ModelError) {
    network = try sizes.network()
    (self.name, self.tokenizer, weights) = (name, tokenizer, [:])
    configuration = sizes.configuration(
      type: "float32", bosID: tokenizer.bosID, eosID: tokenizer.eosID)
  }

  /// A language model with its weights, in f32.
  ///
  /// - Throws: ``ModelError/noTokenizer(model:)``, and ``ModelError/unsupported(path:feature:)`` for a model
  ///   whose file does not say in Hugging Face's words what network it is.
  public init(_ model: TransformerModel) throws(ModelError) {
    guard let tokenizer = model.tokenizer else { throw .noTokenizer(model: model.name) }
    guard model.configuration.contains(where: { $0.key == "model_type" }) else {
      throw .unsupported(
        path: model.name,
        feature: "a config.json to make a classifier from it (model.convert writes one)")
    }
    var weights: [WeightKey: Tensor] = [:]
    for (key, _) in model.network.weightShapes { weights[key] = try model.weight(key.name) }
    (name, network, self.tokenizer) = (model.name, model.network, tokenizer)
    (self.weights, configuration) = (weights, .object(model.configuration))
  }

  /// The id that every text begins with: BOS or EOS, where the vocabulary has one.
  public var marker: Int32? { tokenizer.bosID ?? tokenizer.eosID }

  /// A text as the network reads it: the marker and the text's tokens, no more than the context has room
  /// for.
  public func ids(of text: String) throws(ModelError) -> [Int32] {
    try TextClassifier.ids(
      of: text, tokenizer, marker: marker, context: network.embedding.contextLength)
  }
}
