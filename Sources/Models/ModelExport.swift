import Files
import Kernels
import Tokenizers

/// A model written in another format.
///
/// Networks with Llama's block can be written as Llama: as a GGUF file, or as a folder of Hugging Face's.
public struct ModelExport: Sendable {
  private let model: TransformerModel

  public init(_ model: TransformerModel) { self.model = model }

  /// Whether a GGUF file of this model holds no vocabulary: those of other files are not written so.
  public var leavesVocabulary: Bool { model.tokenizer != nil && model.ggufFile == nil }

  /// Writes a GGUF file (a path that ends in `.gguf`) or a folder with `config.json` and
  /// `model.safetensors`, and `tokenizer.json` where the model has a vocabulary that can be written so.
  ///
  /// - Parameter kind: how matrices are kept; folders take f32, f16 and bf16.
  /// - Throws: ``ModelError/unsupported(path:feature:)`` with what Llama's format has no place for.
  public func write(to path: String, kind: GGUFTensorType) throws(ModelError) {
    let isGGUF = Paths.fileExtension(of: path) == "gguf"
    // Another type is all there is to do: every architecture goes, and all metadata stay.
    if isGGUF, let file = model.ggufFile {
      return try ModelConversion.quantize(file, to: path, types: try .init(matrices: kind))
    }
    let block = try LlamaBlock(model)
    if isGGUF {
      try writeGGUF(path, kind, block)
    } else {
      try writeFolder(path, kind, block)
    }
  }

  private func writeGGUF(_ path: String, _ kind: GGUFTensorType, _ block: LlamaBlock)
    throws(ModelError)
  {
    let recipes = GGUFNames.recipes(model.network)
    let source = ExportedTensors(model, recipes: recipes)
    let keys = source.keys
    let turned = block.rotary.width
    let head = block.attention.headWidth
    try ModelConversion.writeGGUF(
      source, to: path, types: try .init(matrices: kind),
      mapping: { (name, shape) throws(ModelError) in
        // llama.cpp keeps this family's rotary pairs side by side.
        guard let key = keys[name], key.part == .query || key.part == .key else {
          return .init(name: name, shape: shape)
        }
        let width = shape.count > 1 ? shape[1] : 1
        return .init(name: name, shape: shape) { (values) throws(ModelError) in
          Self.paired(values, width: width, head: head, turned: turned)
        }
      }
    ) { (writer) throws(ModelError) in
      func set(_ key: String, _ value: Int) throws(ModelError) {
        try writer.set("llama." + key, .uint32(UInt32(truncatingIfNeeded: value)))
      }
      try writer.set("general.architecture", .string("llama"))
      try writer.set("general.name", .string(model.name))
      try set("block_count", model.network.blocks.count)
      try set("context_length", model.contextLength)
      try set("embedding_length", model.network.width)
      try set("feed_forward_length", block.feedForward.width)
      try set("attention.head_count", block.attention.heads)
      try set("attention.head_count_kv", block.attention.keyValueHeads)
      try set("attention.key_length", head)
      try set("attention.value_length", head)
      try set("rope.dimension_count", turned)
      try set("vocab_size", model.vocabularySize)
      try writer.set("llama.rope.freq_base", .float32(Float(block.rotary.base)))
      try writer.set(
        "llama.attention.layer_norm_rms_epsilon", .float32(Float(block.norm.epsilon)))
      if let id = model.bosID {
        try writer.set("tokenizer.ggml.bos_token_id", .uint32(UInt32(bitPattern: id)))
      }
      if let id = model.eosID {
        try writer.set("tokenizer.ggml.eos_token_id", .uint32(UInt32(bitPattern: id)))
      }
      // A vocabulary that came in a GGUF file goes into the new one as it is.
      if let header = model.ggufFile?.header {
        try writer.set(
          from: header,
          leaving: Set(header.metadata.map(\.key).filter { !$0.hasPrefix("tokenizer.") })
            .union(["tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id"]))
      }
    }
  }

  private func writeFolder(_ path: String, _ kind: GGUFTensorType, _ block: LlamaBlock)
    throws(ModelError)
  {
    let format: SafetensorsWriter.NumberFormat
    switch kind {
    case .f32: format = .f32
    case .f16: format = .f16
    case .bf16: format = .bf16
    default:
      throw .unsupported(path: path, feature: "safetensors with \(kind.name) blocks")
    }
    let own = Paths.resolved(Paths.parent(of: model.sourcePath)) == Paths.resolved(path)
    var vocabulary: String?
    if let tokenizer = model.tokenizer {
      do throws(TokenizerError) { vocabulary = try tokenizer.json().text() } catch {
        if case .interrupted(let reason) = error { throw .interrupted(reason) }
        throw .tokenizer(error)
      }
    }
    // Another model's files would be taken for this one's.
    let others = [
      "tokenizer.bin", "tokenizer_config.json", "chat_template.jinja",
      "model.safetensors.index.json",
    ]
    for name in others + (vocabulary == nil ? ["tokenizer.json"] : [])
    where !own && Paths.exists(Paths.join(path, name)) {
      throw .unsupported(path: path, feature: "a folder that holds another model's \(name)")
    }
    do {
      try DurableFile.makeFolder(path)
      // The weights first: where they cannot be written the folder is as it was.
      try ModelConversion.writeSafetensors(
        ExportedTensors(model, recipes: HuggingFaceNames.recipes(model.network)),
        to: Paths.join(path, "model.safetensors"), format: format)
      if let vocabulary {
        try DurableFile.replace(Paths.join(path, "tokenizer.json"), with: vocabulary + "\n")
      }
      let config = JSON.object(block.configuration(model, format.rawValue))
      try DurableFile.replace(
        Paths.join(path, "config.json"), with: config.text(pretty: true) + "\n")
    } catch { throw ModelError(cause: error) }
  }

  /// Rows i and i + turned / 2 of each head go side by side.
  private static func paired(_ values: [Float], width: Int, head: Int, turned: Int) -> [Float] {
    let rows = width > 0 ? values.count / width : 0
    var result = values
    guard let from = WeightRecipe.Rows.unpaired(head: head, width: turned).indices(of: rows) else {
      return values
    }
    for (row, place) in from.enumerated() {
      result.replaceSubrange(
        place * width..<(place + 1) * width, with: values[row * width..<(row + 1) * width])
    }
    return result
  }
}

/// What Llama's format can say about a network; everything else is refused.
private struct LlamaBlock {
  let attention: AttentionDescription
  let feedForward: FeedForwardDescription
  let norm: NormDescription
  let rotary: RotaryDescription

  init(_ model: TransformerModel) throws(ModelError) {
    let network = model.network
    func refuse(_ feature: String) -> ModelError {
      .unsupported(path: model.name, feature: "\(feature) in Llama's format")
    }
    guard let block = network.blocks.first, let norm = block.attentionNorm else {
      throw refuse("blocks without a norm before attention")
    }
    guard network.blocks.allSatisfy({ $0 == block }) else { throw refuse("layers that differ") }
    guard case .rotary(let rotary) = block.attention.positions, rotary.scaling == .none else {
      throw refuse("these positions")
    }
    let plain = BlockDescription(
      attention: AttentionDescription(
        heads: block.attention.heads, keyValueHeads: block.attention.keyValueHeads,
        headWidth: block.attention.headWidth, positions: .rotary(rotary)),
      feedForward: FeedForwardDescription(
        width: block.feedForward.width, activation: .silu, isGated: true),
      attentionNorm: norm, feedForwardNorm: norm)
    guard plain == block, norm.kind == .rms, norm.gainOffset == 0, network.finalNorm == norm,
      let head = network.head, head == HeadDescription(isTied: head.isTied)
    else { throw refuse("the architecture \(model.architecture)") }
    let embedding = network.embedding
    guard
      embedding
        == EmbeddingDescription(
          vocabularySize: embedding.vocabularySize, contextLength: embedding.contextLength)
    else { throw refuse("these embeddings") }
    (attention, feedForward, self.norm) = (block.attention, block.feedForward, norm)
    self.rotary = rotary
  }

  /// Hugging Face's `config.json`.
  func configuration(_ model: TransformerModel, _ type: String) -> [JSON.Member] {
    let names = ["F32": "float32", "F16": "float16", "BF16": "bfloat16"]
    var members: [JSON.Member] = [
      .init("architectures", .array([.string("LlamaForCausalLM")])),
      .init("model_type", .string("llama")), .init("hidden_size", .integer(model.network.width)),
      .init("intermediate_size", .integer(feedForward.width)),
      .init("num_hidden_layers", .integer(model.network.blocks.count)),
      .init("num_attention_heads", .integer(attention.heads)),
      .init("num_key_value_heads", .integer(attention.keyValueHeads)),
      .init("head_dim", .integer(attention.headWidth)),
      .init("vocab_size", .integer(model.vocabularySize)),
      .init("max_position_embeddings", .integer(model.contextLength)),
      .init("hidden_act", .string("silu")), .init("rms_norm_eps", .number(norm.epsilon)),
      .init("rope_theta", .number(rotary.base)), .init("attention_bias", .bool(false)),
      .init("mlp_bias", .bool(false)),
      .init("tie_word_embeddings", .bool(model.network.head?.isTied ?? false)),
      .init("torch_dtype", .string(names[type] ?? "float32")),
    ]
    if let id = model.bosID { members.append(.init("bos_token_id", .integer(Int(id)))) }
    if let id = model.eosID { members.append(.init("eos_token_id", .integer(Int(id)))) }
    return members
  }
}

/// A model's weights by the names of a format, in f32.
private struct ExportedTensors: TensorSource {
  let model: TransformerModel
  let keys: [String: WeightKey]
  private let shapes: [(name: String, shape: [Int])]

  init(_ model: TransformerModel, recipes: [WeightKey: WeightRecipe]) {
    self.model = model
    var keys: [String: WeightKey] = [:]
    shapes = model.network.weightShapes.compactMap { key, shape in
      recipes[key].map { recipe in
        keys[recipe.source] = key
        return (recipe.source, shape)
      }
    }
    self.keys = keys
  }

  var path: String { model.name }
  var tensorNames: [String] { shapes.map(\.name) }
  func shape(of name: String) -> [Int]? { shapes.first { $0.name == name }?.shape }
  func typeName(of name: String) -> String? { keys[name] == nil ? nil : "F32" }
  func byteCount(of name: String) -> Int? { shape(of: name).map { 4 * $0.reduce(1, &*) } }
  func quantized(_ name: String) throws(ModelError) -> QuantizedMatrix? { nil }
  func digest() throws(ModelError) -> String { try model.digest() }

  func floats(_ name: String) throws(ModelError) -> [Float] {
    guard let key = keys[name], let values = try model.weights.values(key) else {
      throw .missingTensor(path: path, name: name)
    }
    return values
  }

  func rows(_ name: String, _ range: Range<Int>) throws(ModelError) -> [Float] {
    guard let shape = shape(of: name), shape.count == 2, range.lowerBound >= 0,
      range.upperBound <= shape[0]
    else { throw .missingTensor(path: path, name: name) }
    return Array(
      try floats(name)[range.lowerBound * shape[1]..<range.upperBound * shape[1]])
  }
}
