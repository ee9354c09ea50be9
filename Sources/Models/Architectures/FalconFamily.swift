import Files
import Kernels
import Tensors

/// Falcon 7B, 40B, 180B and the 1B of RefinedWeb (arXiv 2311.16867): layer norms, both parts of a block side by side in the
/// larger ones, rotary positions or a linear bias.
///
/// Checked beside sizes: `activation`, `bias`, `alibi`, `multi_query`, `parallel_attn`,
/// `new_decoder_architecture`, `num_ln_in_parallel_attn`, rotary fields.
enum FalconFamily: Architecture {
  static let modelTypes = ["falcon"]
  static let ggufNames = ["falcon"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    try fields.refuseForeign(except: ["alibi", "parallel_attn"])
    let isNew = try fields.flag("new_decoder_architecture", default: false)
    let isSingle = try fields.flag("multi_query", default: true) && !isNew
    let isParallel = try fields.flag("parallel_attn", default: true)
    var sizes = try DecoderSizes(fields, names: .init(keyValueHeads: "num_kv_heads"))
    if isSingle { sizes.keyValueHeads = 1 }
    if !isSingle && !isNew { sizes.keyValueHeads = sizes.heads }
    guard sizes.heads % sizes.keyValueHeads == 0 else {
      throw .configuration(
        path: fields.path, field: "num_kv_heads",
        reason: "\(sizes.keyValueHeads) does not divide the \(sizes.heads) attention heads")
    }
    if isNew && !isParallel {
      throw .unsupported(
        path: fields.path, feature: "'new_decoder_architecture' without 'parallel_attn'")
    }
    let norms = try fields.size("num_ln_in_parallel_attn", default: isNew ? 2 : 1)
    guard norms == 1 || norms == 2 else {
      throw .configuration(
        path: fields.path, field: "num_ln_in_parallel_attn", reason: "\(norms) is not 1 or 2")
    }
    let hasBias = try fields.flag("bias", default: false)
    let norm = NormDescription(
      .layer, epsilon: try fields.number("layer_norm_epsilon", default: 1e-5))
    let isLinear = try fields.flag("alibi", default: false)
    let hasTwo = isNew && norms == 2
    let block = BlockDescription(
      isParallel ? .parallel : .sequential,
      attention: AttentionDescription(
        sizes, isLinear ? linearBias(sizes) : .rotary(try fields.rotary(sizes)), hasBias: hasBias),
      feedForward: FeedForwardDescription(
        width: try fields.size("ffn_hidden_size", default: 4 * sizes.width),
        activation: try fields.activation("gelu", field: "activation"), isGated: false,
        hasBias: hasBias),
      attentionNorm: norm, feedForwardNorm: hasTwo || !isParallel ? norm : nil)
    let network = NetworkDescription(
      sizes, blocks: [BlockDescription](repeating: block, count: sizes.layers), finalNorm: norm,
      head: try fields.head(isTied: true))
    let own: [WeightKey.Part: String] =
      hasTwo ? [.attentionNorm: "ln_attn", .feedForwardNorm: "ln_mlp"] : [:]
    var reading = try ArchitectureReading(
      type, network, fields,
      recipes: HuggingFaceNames.recipes(
        network, prefix: "transformer.", layers: "h.", renamed: names.merging(own) { $1 }))
    reading.split(isSingle ? sizes.fusedRows : sizes.groupedRows)
    reading.optionalPrefix = "transformer."
    return reading
  }

  private static let names: [WeightKey.Part: String] = [
    .embedding: "word_embeddings", .finalNorm: "ln_f",
    .query: "self_attention.query_key_value", .key: "self_attention.query_key_value",
    .value: "self_attention.query_key_value", .output: "self_attention.dense",
    .up: "mlp.dense_h_to_4h", .down: "mlp.dense_4h_to_h",
  ]

  /// 2^(-8 h / heads) for heads from 1 on; of another number than a power of two the slopes of
  /// the next lower one, and between them those of its double (arXiv 2108.12409, §3).
  private static func linearBias(_ sizes: DecoderSizes) -> AttentionDescription.Positions {
    var power = 1
    while 2 * power <= sizes.heads { power *= 2 }
    var exponents = (0..<power).map { 8 * Double($0 + 1) / Double(power) }
    exponents += (0..<sizes.heads - power).map { 8 * Double(2 * $0 + 1) / Double(2 * power) }
    let slopes = exponents.map { BFloat16(Arithmetic.power(2, -$0)).float }
    let factor = 1 / Double(sizes.headWidth).squareRoot()
    return .linearBias(LinearBias(slopes: slopes, factor: Float(factor), isRounded: true))
  }

  /// llama.cpp's converter puts queries, keys and values of all heads one after another; where there are
  /// two norms its `attn_norm` is the feed-forward part's.
  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    try fields.refuseForeign()
    let sizes = try DecoderSizes(fields)
    let norm = try fields.layerNorm()
    let hasTwo = fields.hasTensor("blk.0.attn_norm_2.weight")
    let block = BlockDescription(
      .parallel, attention: fields.attention(sizes, .rotary(try fields.rotary(sizes))),
      feedForward: try fields.feedForward(.gelu, isGated: false), attentionNorm: norm,
      feedForwardNorm: hasTwo ? norm : nil)
    return try ArchitectureReading(
      fused: sizes.fusedRows, type,
      NetworkDescription(
        sizes, blocks: [BlockDescription](repeating: block, count: sizes.layers), finalNorm: norm,
        head: fields.head), fields,
      renamed: hasTwo ? [.attentionNorm: "attn_norm_2", .feedForwardNorm: "attn_norm"] : [:])
  }
}
