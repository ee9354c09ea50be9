import Files
import Tensors
import Tokenizers

/// A decoder that this program made: fresh, or as training left it.
public struct MadeModel: Sendable {
  public var name: String
  public let sizes: ModelSizes
  public let input: InputMap
  public let network: NetworkDescription
  /// One for each of ``NetworkDescription/weightShapes``.
  public var weights: [WeightKey: Tensor]

  /// A model with fresh weights: the same bits on each machine.
  ///
  /// - Parameter input: another one than a learned table takes tied scores back, or, where each sequence has a
  ///   table of its own, asks for them.
  /// - Throws: ``ModelError/configuration(path:field:reason:)`` for sizes that cannot be.
  public init(
    _ sizes: ModelSizes, input: InputMap = .learned, fresh: InitialWeights, name: String = "new"
  ) throws(ModelError) {
    var sizes = sizes
    let adapted = input.adapted(try sizes.network())
    if let head = adapted.head { (sizes.isTied, sizes.scoreScale) = (head.isTied, head.scoreScale) }
    var weights: [WeightKey: Tensor] = [:]
    for (key, shape) in adapted.weightShapes {
      weights[key] =
        key.part == .embedding
        ? try input.table(vocabulary: shape[0], width: shape[1], weights: fresh)
        : try fresh.weight(key, shape: shape, of: adapted)
    }
    (self.name, self.sizes, self.input, self.network) = (name, sizes, input, adapted)
    self.weights = weights
  }

  public var parameterCount: Int { weights.values.reduce(0) { $0 + $1.count } }

  /// The weights by what they are for: the input's trained ones, blocks and norms, scores of their own.
  public var parameterCounts: (input: Int, body: Int, head: Int) {
    let own = input.parameterCount(vocabulary: sizes.vocabulary, width: sizes.width)
    let head = weights.reduce(0) { $0 + ($1.key.part == .head ? $1.value.count : 0) }
    let table = weights[WeightKey(.embedding)]?.count ?? 0
    return (own, parameterCount - table - head, head)
  }

  /// The model as all else takes it.
  ///
  /// A model whose sequences have tables of their own runs with one draw of them, or with the trained
  /// table; ``TransformerModel/drawingTable(stream:)`` draws others.
  public func model(tokenizer: Tokenizer? = nil) throws(ModelError) -> TransformerModel {
    let configuration = configuration(format: .f32, tokenizer)
    let reading = try Architectures.reading(json: configuration, path: name)
    return try TransformerModel(
      name: name, reading: reading,
      source: try MemoryTensors(name: name, reading, weights: weights), tokenizer: tokenizer,
      configuration: configuration.objectValue ?? [])
  }

  /// Writes `config.json`, `model.safetensors` and, with a vocabulary, `tokenizer.json`: Llama's or GPT-2's
  /// format where that says all of it (``ModelSizes/format-swift.property``), which `transformers` loads.
  ///
  /// - Parameters:
  ///   - format: what numbers become.
  ///   - origin: what made the model, for the header.
  public func save(
    folder: String, format: SafetensorsWriter.NumberFormat = .f32, tokenizer: Tokenizer? = nil,
    origin: [JSON.Member] = []
  ) throws(ModelError) {
    let configuration = configuration(format: format, tokenizer)
    let reading = try Architectures.reading(json: configuration, path: folder)
    let tensors = try MemoryTensors(name: name, reading, weights: weights)
    try CheckpointFolder.write(
      folder, tensors, configuration: configuration, format: format, tokenizer: tokenizer,
      record: [.init("input", .string(input.described))] + origin)
  }

  private func configuration(format: SafetensorsWriter.NumberFormat, _ tokenizer: Tokenizer?)
    -> JSON
  {
    let configuration = sizes.configuration(
      type: format.torchName, bosID: tokenizer?.bosID, eosID: tokenizer?.eosID)
    return .object((configuration.objectValue ?? []) + input.sequenceFields)
  }
}
