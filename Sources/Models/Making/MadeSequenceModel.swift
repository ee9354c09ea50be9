import Files
import Tensors
import Tokenizers

/// The sizes of an encoder and a decoder to be made, in T5's form.
public struct SequenceModelSizes: Sendable, Equatable {
  /// Of the encoder, and as many of the decoder.
  public var layers: Int
  public var width: Int
  public var heads: Int
  /// The inner width of the feed-forward part.
  public var mlp: Int
  public var vocabulary: Int

  /// - Parameter mlp: 4 widths unless given.
  public init(layers: Int, width: Int, heads: Int, mlp: Int? = nil, vocabulary: Int) {
    (self.layers, self.width, self.heads) = (layers, width, heads)
    self.mlp = mlp ?? 4 * max(min(width, SizeChecks.limit), 0)
    self.vocabulary = vocabulary
  }

  /// The `config.json` of a model of these sizes.
  ///
  /// - Parameters:
  ///   - begin: what every written text begins with.
  ///   - end: what stands behind it.
  func configuration(begin: Int32, end: Int32) throws(ModelError) -> JSON {
    guard heads > 0, width % heads == 0 else {
      throw .configuration(
        path: MadeSequenceModel.path, field: "num_heads",
        reason: "\(heads) does not divide the width \(width)")
    }
    return .object([
      .init("architectures", .array([.string("T5ForConditionalGeneration")])),
      .init("model_type", .string("t5")), .init("is_encoder_decoder", .bool(true)),
      .init("d_model", .integer(width)), .init("d_ff", .integer(mlp)),
      .init("d_kv", .integer(width / heads)), .init("num_layers", .integer(layers)),
      .init("num_decoder_layers", .integer(layers)), .init("num_heads", .integer(heads)),
      .init("vocab_size", .integer(vocabulary)), .init("feed_forward_proj", .string("relu")),
      .init("dropout_rate", .number(0)), .init("layer_norm_epsilon", .number(1e-6)),
      .init("relative_attention_num_buckets", .integer(32)),
      .init("relative_attention_max_distance", .integer(128)),
      .init("tie_word_embeddings", .bool(true)),
      .init("pad_token_id", .integer(Int(begin))),
      .init("decoder_start_token_id", .integer(Int(begin))),
      .init("eos_token_id", .integer(Int(end))),
    ])
  }
}

/// A network that reads one text and writes another, which this program makes or trains, in T5's form (arXiv
/// 1910.10683): fresh, or as training left it.
///
/// Saved as a folder that `transformers` loads too.
public struct MadeSequenceModel: Sendable {
  /// The two networks, each with weights by its own keys.
  public enum Side: String, Sendable, CaseIterable { case encoder, decoder }

  public var name: String
  public let tokenizer: Tokenizer
  /// What every written text begins with, and what stands behind it.
  public let begin: Int32
  public let end: Int32
  /// One for each of a side's ``NetworkDescription/weightShapes``.
  public var weights: [Side: [WeightKey: Tensor]]
  let readings: [Side: ArchitectureReading]
  private let configuration: JSON

  static let path = "the sizes of the model"

  /// A model with fresh weights: the same bits on each machine.
  ///
  /// The written text begins and ends with the vocabulary's end-of-text token, so that it needs no other.
  /// - Throws: ``ModelError/configuration(path:field:reason:)`` for sizes that cannot be, and for a vocabulary
  ///   without such a token.
  public init(
    _ sizes: SequenceModelSizes, tokenizer: Tokenizer, seed: UInt64, name: String = "new"
  ) throws(ModelError) {
    guard let end = tokenizer.eosID ?? tokenizer.bosID else {
      throw .configuration(
        path: Self.path, field: "eos_token_id",
        reason: "the vocabulary has no token that ends a text")
    }
    begin = tokenizer.bosID ?? end
    self.end = end
    configuration = try sizes.configuration(begin: begin, end: end)
    let all = try T5Family.readings(
      ConfigurationFields(json: configuration, path: Self.path), hasOwnHead: false)
    readings = [.encoder: all.encoder, .decoder: all.decoder]
    (self.name, self.tokenizer) = (name, tokenizer)
    weights = [:]
    for (side, reading) in readings {
      try SizeChecks.check(reading.network, path: Self.path)
      weights[side] = try Self.fresh(reading.network, side, sizes, seed: seed)
    }
  }

  /// T5's first weights: scores of attention are not divided by √width, so that queries are small instead.
  private static func fresh(
    _ network: NetworkDescription, _ side: Side, _ sizes: SequenceModelSizes, seed: UInt64
  ) throws(ModelError) -> [WeightKey: Tensor] {
    let stream = RandomStream(seed: seed, path: ["model.new", side.rawValue])
    var weights: [WeightKey: Tensor] = [:]
    for (key, shape) in network.weightShapes {
      let width = Double(sizes.width)
      let variance: Double? =
        switch key.part {
        case .embedding: 1
        case .query, .crossQuery: 1 / (width * (width / Double(sizes.heads)))
        case .down: 1 / Double(sizes.mlp)
        default: shape.count == 2 ? 1 / width : nil
        }
      do throws(TensorError) {
        weights[key] =
          if let variance {
            try .normal(shape, deviation: variance.squareRoot(), stream: stream.child(key.name))
          } else { try .full(shape, .float(1), .f32) }
      } catch { throw ModelError(cause: error) }
    }
    return weights
  }

  public var parameterCount: Int {
    weights.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } }
  }

  /// A side's network.
  public func network(_ side: Side) throws(ModelError) -> NetworkDescription {
    guard let reading = readings[side] else {
      throw .missingTensor(path: name, name: side.rawValue)
    }
    return reading.network
  }

  /// A text to be read: its tokens and those that the vocabulary puts around.
  ///
  /// - Throws: ``ModelError/noTokens(operation:)`` for an empty text.
  public func source(of text: String) throws(ModelError) -> [Int32] {
    let ids = try EncoderDecoderModel.source(of: text, tokenizer)
    if ids.isEmpty { throw .noTokens(operation: "an encoder") }
    return ids
  }

  /// A text to be written, without what begins and ends it.
  public func target(of text: String) throws(ModelError) -> [Int32] {
    do throws(TokenizerError) { return try tokenizer.encode(text) } catch {
      if case .interrupted(let reason) = error { throw .interrupted(reason) }
      throw .tokenizer(error)
    }
  }

  private func tensors() throws(ModelError) -> MemoryTensors {
    var all: [MemoryTensors] = []
    for side in Side.allCases {
      guard let reading = readings[side] else { continue }
      all.append(try MemoryTensors(name: name, reading, weights: weights[side] ?? [:]))
    }
    return MemoryTensors(joining: all, name: name)
  }

  /// The model as all else takes it.
  public func model() throws(ModelError) -> EncoderDecoderModel {
    let source = try tensors()
    func stack(_ side: Side, _ tokenizer: Tokenizer?) throws(ModelError) -> TransformerModel {
      guard let reading = readings[side] else {
        throw .missingTensor(path: name, name: side.rawValue)
      }
      return try TransformerModel(
        name: name, reading: reading, source: source, tokenizer: tokenizer,
        configuration: configuration.objectValue ?? [], isPart: true)
    }
    return EncoderDecoderModel(
      encoder: try stack(.encoder, nil), decoder: try stack(.decoder, tokenizer), startID: begin)
  }

  /// Writes `config.json`, `model.safetensors` and `tokenizer.json`.
  ///
  /// - Parameter origin: what made the model, for the header.
  public func save(
    folder: String, format: SafetensorsWriter.NumberFormat = .f32, origin: [JSON.Member] = []
  ) throws(ModelError) {
    let fields =
      (configuration.objectValue ?? []) + [.init("torch_dtype", .string(format.torchName))]
    try CheckpointFolder.write(
      folder, try tensors(), configuration: .object(fields), format: format, tokenizer: tokenizer,
      record: origin)
  }
}

extension SafetensorsWriter.NumberFormat {
  /// What `torch_dtype` calls it.
  var torchName: String {
    switch self {
    case .f32: "float32"
    case .f16: "float16"
    case .bf16: "bfloat16"
    }
  }
}
