import Files
import Kernels

/// GPT-NeoX and Pythia (arXiv 2204.06745, 2304.01373): rotary positions in a part of each head, both parts of a block
/// side by side.
///
/// Checked beside sizes: `hidden_act`, `attention_bias`, `use_parallel_residual`, `rotary_pct` and
/// `rotary_emb_base` or `rope_parameters`.
enum GPTNeoXFamily: Architecture {
  static let modelTypes = ["gpt_neox"]
  static let ggufNames = ["gptneox"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    try fields.refuseForeign(except: ["use_parallel_residual"])
    let sizes = try DecoderSizes(fields)
    let norm = NormDescription(
      .layer, epsilon: try fields.number("layer_norm_eps", default: 1e-5))
    let rotary = try fields.rotary(
      sizes, share: 0.25, old: (base: "rotary_emb_base", share: "rotary_pct"))
    let block = BlockDescription(
      try fields.flag("use_parallel_residual", default: true) ? .parallel : .sequential,
      attention: AttentionDescription(
        sizes, .rotary(rotary), hasBias: try fields.flag("attention_bias", default: true)),
      feedForward: FeedForwardDescription(
        width: try fields.size("intermediate_size"), activation: try fields.activation("gelu"),
        isGated: false, hasBias: true),
      attentionNorm: norm, feedForwardNorm: norm)
    let network = NetworkDescription(
      sizes, blocks: [BlockDescription](repeating: block, count: sizes.layers), finalNorm: norm,
      head: try fields.head(isTied: false))
    var reading = try ArchitectureReading(
      type, network, fields,
      recipes: HuggingFaceNames.recipes(network, prefix: "gpt_neox.", renamed: names))
    reading.split(sizes.groupedRows)
    // Old files keep masks and frequencies.
    reading.ignoredSuffixes += [".attention.bias", ".attention.masked_bias"]
    return reading
  }

  private static let names: [WeightKey.Part: String] = [
    .embedding: "embed_in", .finalNorm: "final_layer_norm", .head: "embed_out",
    .query: "attention.query_key_value", .key: "attention.query_key_value",
    .value: "attention.query_key_value", .output: "attention.dense", .up: "mlp.dense_h_to_4h",
    .down: "mlp.dense_4h_to_h",
  ]

  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    try fields.refuseForeign(except: ["use_parallel_residual"])
    let sizes = try DecoderSizes(fields)
    let norm = try fields.layerNorm()
    let block = BlockDescription(
      try fields.flag("use_parallel_residual", default: true) ? .parallel : .sequential,
      attention: fields.attention(sizes, .rotary(try fields.rotary(sizes))),
      feedForward: try fields.feedForward(.gelu, isGated: false), attentionNorm: norm,
      feedForwardNorm: norm)
    return try ArchitectureReading(
      fused: sizes.fusedRows, type,
      NetworkDescription(
        sizes, blocks: [BlockDescription](repeating: block, count: sizes.layers), finalNorm: norm,
        head: fields.head), fields)
  }
}
