import Files
import Kernels

/// A checkpoint of llama2.c, version 0 (github.com/karpathy/llama2.c, export.py): seven 32-bit
/// integers, then f32 tensors, one kind after another over all layers.
///
/// A negative vocabulary size says that the output matrix is its own. The two rotary tables are skipped,
/// as llama2.c's own `run.c` does. Rotary pairs are neighbours (2i, 2i + 1) in this format.
struct Llama2CCheckpoint: TensorSource {
  static let headerBytes = 28

  let file: WeightFile
  let network: LlamaConfiguration
  private let offsets: [String: Int]

  init(path: String) throws(ModelError) {
    file = try WeightFile(path: path)
    guard file.count >= Self.headerBytes else {
      throw .size(path: path, needed: Self.headerBytes, found: file.count)
    }
    let words: [Int32] = try file.values(0, 7)
    let header = words.map { Int(Int32(littleEndian: $0)) }
    let names = ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len"]
    for (name, value) in zip(names, header) where name != "vocab_size" && value < 1 {
      throw .malformed(path: path, field: name, reason: "\(value) is not a size")
    }
    guard header[0] % header[3] == 0 else {
      throw .malformed(
        path: path, field: "n_heads", reason: "\(header[3]) does not divide dim \(header[0])")
    }
    network = LlamaConfiguration(
      width: header[0], hiddenWidth: header[1], layers: header[2], heads: header[3],
      cachedHeads: header[4], headWidth: header[0] / header[3],
      vocabularySize: Int(header[5].magnitude), contextLength: header[6], isTied: header[5] > 0,
      bosID: header[5].magnitude > 2 ? 1 : nil, eosIDs: header[5].magnitude > 2 ? [2] : [])
    try network.check(path: path)
    // Before any list is made whose length the header chose.
    guard let needed = Self.byteCount(network), needed == file.count else {
      throw .size(path: path, needed: Self.byteCount(network) ?? Int.max, found: file.count)
    }
    offsets = Self.offsets(network)
  }

  /// The size of the file that a header asks for, or nil if it overflows.
  private static func byteCount(_ network: LlamaConfiguration) -> Int? {
    let width = network.width
    let keyWidth = network.cachedHeads * network.headWidth
    // At most 2^20 each, so that two multiply and four such products add up without overflow.
    let layer = width * (2 + 2 * width + 2 * keyWidth + 3 * network.hiddenWidth)
    let (layers, overflow) = layer.multipliedReportingOverflow(by: network.layers)
    let embeddings = (network.isTied ? 1 : 2) * network.vocabularySize * width
    // Two tables of half a head each.
    let tables = network.contextLength * network.headWidth
    let (sum, tooLarge) = layers.addingReportingOverflow(embeddings + tables + width)
    let (bytes, tooMany) = sum.multipliedReportingOverflow(by: 4)
    return overflow || tooLarge || tooMany ? nil : headerBytes + bytes
  }

  /// Where each tensor begins, once the file's size is known to be right.
  private static func offsets(_ network: LlamaConfiguration) -> [String: Int] {
    let shapes = Dictionary(
      network.tensorShapes.map { ($0.name, $0.shape) }, uniquingKeysWith: { $1 })
    let perLayer = [
      "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
      "self_attn.o_proj", "post_attention_layernorm", "mlp.gate_proj", "mlp.down_proj",
      "mlp.up_proj",
    ]
    var order = ["model.embed_tokens.weight"]
    for part in perLayer {
      for layer in 0..<network.layers { order.append("model.layers.\(layer).\(part).weight") }
    }
    order.append("model.norm.weight")

    var offsets: [String: Int] = [:]
    var next = headerBytes
    for name in order {
      offsets[name] = next
      next += 4 * (shapes[name] ?? []).reduce(1, *)
    }
    if !network.isTied {
      offsets["lm_head.weight"] = next + 4 * network.contextLength * network.headWidth
    }
    return offsets
  }

  // MARK: Tensors

  var path: String { file.path }
  var tensorNames: [String] { network.tensorShapes.map(\.name) }
  func shape(of name: String) -> [Int]? {
    network.tensorShapes.first { $0.name == name }?.shape
  }
  func typeName(of name: String) -> String? { offsets[name] == nil ? nil : "F32" }
  func byteCount(of name: String) -> Int? { shape(of: name).map { 4 * $0.reduce(1, *) } }
  func digest() throws(ModelError) -> String { try file.digest() }
  func quantized(_ name: String) throws(ModelError) -> QuantizedMatrix? { nil }

  func floats(_ name: String) throws(ModelError) -> [Float] {
    guard let offset = offsets[name], let shape = shape(of: name) else {
      throw .missingTensor(path: file.path, name: name)
    }
    return try floats(offset, shape.reduce(1, *))
  }

  func rows(_ name: String, _ range: Range<Int>) throws(ModelError) -> [Float] {
    guard let offset = offsets[name], let shape = shape(of: name), shape.count == 2,
      range.lowerBound >= 0, range.upperBound <= shape[0]
    else { throw .missingTensor(path: file.path, name: name) }
    return try floats(offset + 4 * range.lowerBound * shape[1], range.count * shape[1])
  }

  private func floats(_ offset: Int, _ count: Int) throws(ModelError) -> [Float] {
    let bits: [UInt32] = try file.values(offset, count)
    return bits.map { Float(bitPattern: UInt32(littleEndian: $0)) }
  }

  /// The network, and where its weights stand: rotary pairs are neighbours in this format.
  var reading: ArchitectureReading {
    let norm = NormDescription(.rms, epsilon: Double(network.epsilon))
    let block = BlockDescription(
      attention: AttentionDescription(
        heads: network.heads, keyValueHeads: network.cachedHeads, headWidth: network.headWidth,
        positions: .rotary(
          RotaryDescription(base: network.rotaryBase, width: network.headWidth))),
      feedForward: FeedForwardDescription(
        width: network.hiddenWidth, activation: .silu, isGated: true),
      attentionNorm: norm, feedForwardNorm: norm)
    let description = NetworkDescription(
      width: network.width, blocks: Array(repeating: block, count: network.layers),
      embedding: EmbeddingDescription(
        vocabularySize: network.vocabularySize, contextLength: network.contextLength),
      finalNorm: norm, head: HeadDescription(isTied: network.isTied))
    var reading = ArchitectureReading(
      name: "llama", network: description, recipes: HuggingFaceNames.recipes(description))
    for layer in 0..<network.layers {
      for part in [WeightKey.Part.query, .key] {
        reading.recipes[WeightKey(part, layer: layer)]?.rows = .unpaired(
          head: network.headWidth, width: network.headWidth)
      }
    }
    (reading.bosID, reading.eosIDs) = (network.bosID, network.eosIDs)
    return reading
  }

  /// The configuration as the file has it.
  var fields: [JSON.Member] {
    [
      JSON.Member("dim", .integer(network.width)),
      JSON.Member("hidden_dim", .integer(network.hiddenWidth)),
      JSON.Member("n_layers", .integer(network.layers)),
      JSON.Member("n_heads", .integer(network.heads)),
      JSON.Member("n_kv_heads", .integer(network.cachedHeads)),
      JSON.Member("vocab_size", .integer(network.vocabularySize)),
      JSON.Member("seq_len", .integer(network.contextLength)),
      JSON.Member("tied", .bool(network.isTied)),
    ]
  }
}
