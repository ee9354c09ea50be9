import Files
import Tensors
import Tokenizers

/// A text encoder that this program makes or trains, in BERT's form (arXiv 1810.04805): fresh, or as training
/// left it.
///
/// Saved as a folder that sentence-transformers and `transformers` load too.
public struct MadeEncoder: Sendable {
  public var name: String
  public let tokenizer: Tokenizer
  public let pooling: TextPooling
  /// Whether vectors have the length one.
  public let normalizes: Bool
  /// One for each of the network's ``NetworkDescription/weightShapes``.
  public var weights: [WeightKey: Tensor]
  let reading: ArchitectureReading
  let configuration: JSON

  /// An encoder with fresh weights: the same bits on each machine.
  ///
  /// - Throws: ``ModelError/configuration(path:field:reason:)`` for sizes that cannot be;
  ///   ``ModelError/input(reason:)`` for the pooler, which nothing trains.
  public init(
    _ sizes: EncoderSizes, tokenizer: Tokenizer, pooling: TextPooling = .mean,
    normalizes: Bool = true, fresh: InitialWeights, name: String = "new"
  ) throws(ModelError) {
    if pooling == .pooler {
      throw .input(reason: "an encoder that is made has no pooler; mean, first and max need none")
    }
    let padding = tokenizer.eosID ?? tokenizer.bosID ?? 0
    configuration = sizes.configuration(padding: padding)
    let path = "the sizes of the encoder"
    reading = try BertFamily.reading(
      ConfigurationFields(json: configuration, path: path), prefix: sizes.hasHead ? "bert." : "",
      hasPooler: false, hasHead: sizes.hasHead)
    try SizeChecks.check(reading.network, path: path)
    (self.name, self.tokenizer) = (name, tokenizer)
    (self.pooling, self.normalizes) = (pooling, normalizes)
    weights = try fresh.weights(of: reading.network)
  }

  /// An encoder that was loaded from a folder, with its weights in f32.
  ///
  /// - Throws: ``ModelError/noTokenizer(model:)``; ``ModelError/unsupported(path:feature:)`` for another form
  ///   than BERT's, and for files without a `config.json`.
  public init(_ encoder: TextEncoder) throws(ModelError) {
    guard let tokenizer = encoder.tokenizer else { throw .noTokenizer(model: encoder.name) }
    let json = JSON.object(encoder.stack.configuration)
    guard json["model_type"]?.stringValue == "bert" else {
      throw .unsupported(
        path: encoder.name, feature: "going on from an encoder that is no folder of BERT's form")
    }
    var weights: [WeightKey: Tensor] = [:]
    for (key, _) in encoder.stack.network.weightShapes {
      weights[key] = try encoder.stack.weight(key.name)
    }
    (name, self.tokenizer, self.weights) = (encoder.name, tokenizer, weights)
    (pooling, normalizes) = (encoder.pooling, encoder.normalizes)
    (reading, configuration) = (encoder.stack.reading, json)
  }

  public var network: NetworkDescription { reading.network }
  public var parameterCount: Int { weights.values.reduce(0) { $0 + $1.count } }
  /// The most tokens of a text.
  public var contextLength: Int { network.embedding.contextLength }

  /// A text as the network reads it: its tokens and those that the vocabulary puts around, no more than the
  /// context has room for.
  ///
  /// - Throws: ``ModelError/noTokens(operation:)`` for an empty text.
  public func ids(of text: String) throws(ModelError) -> [Int32] {
    let ids: [Int32]
    do throws(TokenizerError) {
      ids = try tokenizer.encode(text, pairedWith: nil, truncating: nil, padding: nil).ids
    } catch {
      if case .interrupted(let reason) = error { throw .interrupted(reason) }
      throw .tokenizer(error)
    }
    if ids.isEmpty { throw .noTokens(operation: "a text encoder") }
    return Array(ids.prefix(contextLength))
  }

  /// The encoder as all else takes it.
  public func encoder() throws(ModelError) -> TextEncoder {
    TextEncoder(
      try TransformerModel(
        name: name, reading: reading,
        source: try MemoryTensors(name: name, reading, weights: weights), tokenizer: tokenizer,
        configuration: configuration.objectValue ?? []),
      pooling: pooling, normalizes: normalizes)
  }

  /// What ``save(folder:format:origin:)`` writes, by paths inside the folder.
  public static let fileNames = [
    "model.safetensors", "tokenizer.json", "tokenizer_config.json", "1_Pooling/config.json",
    "modules.json", "config.json",
  ]

  /// Writes the folder.
  ///
  /// - Parameters:
  ///   - format: what numbers become.
  ///   - origin: what made the encoder, for the header.
  public func save(
    folder: String, format: SafetensorsWriter.NumberFormat = .f32, origin: [JSON.Member] = []
  ) throws(ModelError) {
    try CheckpointFolder.write(
      folder, try MemoryTensors(name: name, reading, weights: weights),
      configuration: configuration(format), format: format, tokenizer: tokenizer, record: origin)
    var files = try SentencePooling(folder: nil)
    (files.pooling, files.normalizes) = (pooling, normalizes)
    do throws(FileError) {
      let fields = JSON.object([
        .init("tokenizer_class", .string("PreTrainedTokenizerFast")),
        .init("model_max_length", .integer(contextLength)),
      ])
      try DurableFile.replace(
        Paths.join(folder, "tokenizer_config.json"), with: fields.text(pretty: true) + "\n")
      try files.write(folder: folder, width: network.width)
    } catch { throw ModelError(cause: error) }
  }

  private func configuration(_ format: SafetensorsWriter.NumberFormat) -> JSON {
    let others = (configuration.objectValue ?? []).filter { $0.key != "torch_dtype" }
    return .object(others + [.init("torch_dtype", .string(format.torchName))])
  }
}
