import Files
import Kernels
import Tensors
import Tokenizers

/// A network that reads a text and scores classes by one of its states.
///
/// Saved as a folder whose `config.json` has the `model_type` `tessera_classifier`, the classes' names, and
/// the configuration of the network that it was made from.
public final class TextClassifier: Sendable {
  /// What a classifier says of a text.
  public struct Prediction: Sendable, Equatable {
    /// An index into ``TextClassifier/labels``; of equal scores the first.
    public let label: Int
    /// One for each class; they add up to 1.
    public let probabilities: [Float]
  }

  public let stack: TransformerModel
  /// The names of the classes, unlike each other.
  public let labels: [String]
  public let pooling: StatePooling
  /// The id that every text begins with.
  public let marker: Int32?
  private let isBidirectional: Bool
  private let base: JSON

  /// How many texts go through the layers together.
  private static let tile = 16
  static let modelType = "tessera_classifier"

  /// A classifier with given weights.
  ///
  /// - Parameter weights: one for each weight of the base's network as
  ///   ``NetworkDescription/classifying(_:isBidirectional:)`` has it.
  public init(
    _ base: ClassifierBase, labels: [String], pooling: StatePooling, isBidirectional: Bool,
    weights: [WeightKey: Tensor]
  ) throws(ModelError) {
    try Self.check(labels, path: base.name)
    let reading = try Self.reading(
      base.configuration, path: base.name, classes: labels.count, isBidirectional: isBidirectional)
    (self.labels, self.pooling, marker) = (labels, pooling, base.marker)
    (self.isBidirectional, self.base) = (isBidirectional, base.configuration)
    stack = try TransformerModel(
      name: base.name, reading: reading,
      source: try MemoryTensors(name: base.name, reading, weights: weights),
      tokenizer: base.tokenizer,
      configuration: Self.configuration(
        base.configuration, labels, pooling, isBidirectional, base.marker))
  }

  /// The classifier of a folder.
  init(_ files: CheckpointFiles) throws(ModelError) {
    let json = files.fields.json
    func fail(_ field: String, _ reason: String) -> ModelError {
      .configuration(path: files.fields.path, field: field, reason: reason)
    }
    guard let names = json["labels"]?.arrayValue else { throw fail("labels", "it is missing") }
    labels = names.compactMap(\.stringValue)
    if labels.count != names.count { throw fail("labels", "a class has no name") }
    try Self.check(labels, path: files.fields.path)
    guard let pooling = json["pooling"]?.stringValue.flatMap(StatePooling.init) else {
      throw fail("pooling", "it is neither last nor mean")
    }
    guard let base = json["network"], base.objectValue != nil else {
      throw fail("network", "it is missing")
    }
    isBidirectional = try files.fields.flag("bidirectional", default: false)
    marker = json["marker"]?.intValue.map { Int32(clamping: $0) }
    (self.pooling, self.base) = (pooling, base)
    let reading = try Self.reading(
      base, path: files.fields.path, classes: labels.count, isBidirectional: isBidirectional,
      contextLength: files.fields.contextLength)
    try FrozenWeights.refuseUnknown([reading], files.source)
    stack = try files.stack(reading, hasTokenizer: true)
  }

  public var name: String { stack.name }
  public var parameterCount: Int { stack.parameterCount }
  public var contextLength: Int { stack.contextLength }

  private static func check(_ labels: [String], path: String) throws(ModelError) {
    guard labels.count >= 2, labels.count <= SizeChecks.limit, Set(labels).count == labels.count
    else {
      throw .configuration(
        path: path, field: "labels", reason: "a classifier needs two classes or more, each once")
    }
  }

  /// The network with its weights by their own names.
  private static func reading(
    _ base: JSON, path: String, classes: Int, isBidirectional: Bool, contextLength: Int? = nil
  ) throws(ModelError) -> ArchitectureReading {
    let plain = try Architectures.reading(json: base, path: path, contextLength: contextLength)
    let network = plain.network.classifying(classes, isBidirectional: isBidirectional)
    var reading = ArchitectureReading(
      name: "classifier", network: network, recipes: WeightRecipe.byName(network))
    (reading.bosID, reading.eosIDs) = (plain.bosID, plain.eosIDs)
    return reading
  }

  private static func configuration(
    _ base: JSON, _ labels: [String], _ pooling: StatePooling, _ isBidirectional: Bool,
    _ marker: Int32?
  ) -> [JSON.Member] {
    [
      .init("model_type", .string(modelType)),
      .init("labels", .array(labels.map(JSON.string))),
      .init("pooling", .string(pooling.rawValue)),
      .init("bidirectional", .bool(isBidirectional)),
      .init("marker", marker.map { .integer(Int($0)) } ?? .null), .init("network", base),
    ]
  }

  // MARK: Texts

  /// A text as the network reads it.
  ///
  /// - Throws: ``ModelError/noTokens(operation:)`` for an empty text where there is no marker.
  public func ids(of text: String) throws(ModelError) -> [Int32] {
    guard let tokenizer = stack.tokenizer else { throw .noTokenizer(model: name) }
    return try Self.ids(of: text, tokenizer, marker: marker, context: contextLength)
  }

  static func ids(of text: String, _ tokenizer: Tokenizer, marker: Int32?, context: Int)
    throws(ModelError) -> [Int32]
  {
    let ids: [Int32]
    do throws(TokenizerError) { ids = try tokenizer.encode(text) } catch {
      if case .interrupted(let reason) = error { throw .interrupted(reason) }
      throw .tokenizer(error)
    }
    let all = (marker.map { [$0] } ?? []) + ids
    if all.isEmpty { throw .noTokens(operation: "a classifier") }
    return Array(all.prefix(context))
  }

  /// The scores of the classes, `[texts, classes]`; the bits are those of each text alone.
  ///
  /// - Complexity: O(tokens · parameters + tokens² · width).
  public func scores(batch: [[Int32]]) throws(ModelError) -> Tensor {
    do {
      var parts: [Tensor] = [try .zeros([0, labels.count], .f32)]
      for start in stride(from: 0, to: batch.count, by: Self.tile) {
        try Cancellation.check()
        let inputs = try batch[start..<min(start + Self.tile, batch.count)].map {
          try SequenceInput(ids: $0)
        }
        var none: [KeyValueCache] = []
        let state = try stack.run(inputs, caches: &none)
        parts.append(try stack.dense(.classifier, state.pooled(pooling)).value)
      }
      return try .concatenated(parts)
    } catch { throw ModelError(cause: error) }
  }

  /// What the classifier says of texts.
  public func predictions(of texts: [String]) throws(ModelError) -> [Prediction] {
    var batch: [[Int32]] = []
    for text in texts { batch.append(try ids(of: text)) }
    let scores = try scores(batch: batch).floats
    let width = labels.count
    do throws(KernelError) {
      let shares = try Rows.softmax(scores, width: width)
      var predictions: [Prediction] = []
      for text in texts.indices {
        let own = shares[text * width..<(text + 1) * width]
        guard let label = Rows.argmax(scores[text * width..<(text + 1) * width]) else {
          throw KernelError.notANumber(kernel: "a classifier", row: text)
        }
        predictions.append(Prediction(label: label, probabilities: Array(own)))
      }
      return predictions
    } catch { throw ModelError(cause: error) }
  }

  // MARK: Files

  /// Writes `config.json`, `model.safetensors` and `tokenizer.json`.
  ///
  /// - Parameter origin: what made the classifier, for the header.
  public func save(folder: String, origin: [JSON.Member] = []) throws(ModelError) {
    var weights: [WeightKey: Tensor] = [:]
    for (key, _) in stack.network.weightShapes { weights[key] = try stack.weight(key.name) }
    try CheckpointFolder.write(
      folder, try MemoryTensors(name: name, stack.reading, weights: weights),
      configuration: .object(
        Self.configuration(base, labels, pooling, isBidirectional, marker)),
      tokenizer: stack.tokenizer, record: origin)
  }
}
