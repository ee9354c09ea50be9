import Files
import Kernels

/// StableLM 1.6B, 3B and 2 12B (arXiv 2402.17834): Llama with layer norms and rotary positions in a part of each head.
///
/// Checked beside sizes: `hidden_act`, `use_qkv_bias`, `qk_layernorm`, `use_parallel_residual`,
/// `partial_rotary_factor` and other rotary fields.
enum StableLMFamily: Architecture {
  static let modelTypes = ["stablelm"]
  static let ggufNames = ["stablelm"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    try fields.refuseForeign(except: ["qk_layernorm", "use_parallel_residual"])
    let sizes = try DecoderSizes(fields)
    let norm = NormDescription(
      .layer, epsilon: try fields.number("layer_norm_eps", default: 1e-5))
    try sizes.check(fields.path, "num_attention_heads", perLayer: sizes.heads)
    try sizes.check(fields.path, "num_key_value_heads", perLayer: sizes.keyValueHeads)
    let attention = AttentionDescription(
      sizes, .rotary(try fields.rotary(sizes, share: 0.25)),
      hasBias: try fields.flag("use_qkv_bias", default: false), hasOutputBias: false,
      queryKeyNorm: norms(norm, try fields.flag("qk_layernorm", default: false)))
    let network = network(
      sizes, attention, try fields.gated(), norm, try fields.head(isTied: false),
      isParallel: try fields.flag("use_parallel_residual", default: false))
    var reading = try ArchitectureReading(type, network, fields)
    stackNorms(&reading, sizes)
    return reading
  }

  /// Of each head, with gains of its own.
  private static func norms(_ norm: NormDescription, _ isOn: Bool)
    -> AttentionDescription.QueryKeyNorm
  {
    var own = norm
    own.hasBias = false
    return isOn ? .ownPerHead(own) : .none
  }

  private static func network(
    _ sizes: DecoderSizes, _ attention: AttentionDescription,
    _ feedForward: FeedForwardDescription, _ norm: NormDescription, _ head: HeadDescription,
    isParallel: Bool
  ) -> NetworkDescription {
    let block = BlockDescription(
      isParallel ? .parallel : .sequential, attention: attention, feedForward: feedForward,
      attentionNorm: norm, feedForwardNorm: isParallel ? nil : norm)
    return NetworkDescription(
      sizes, blocks: [BlockDescription](repeating: block, count: sizes.layers), finalNorm: norm,
      head: head)
  }

  /// The file has a tensor for each head's norm.
  private static func stackNorms(_ reading: inout ArchitectureReading, _ sizes: DecoderSizes) {
    for layer in 0..<sizes.layers {
      for (part, name, heads) in [
        (WeightKey.Part.queryNorm, "q_layernorm", sizes.heads),
        (.keyNorm, "k_layernorm", sizes.keyValueHeads),
      ] {
        let names = (0..<heads).map {
          "model.layers.\(layer).self_attn.\(name).norms.\($0).weight"
        }
        guard let first = names.first, reading.recipes[WeightKey(part, layer: layer)] != nil else {
          continue
        }
        var recipe = WeightRecipe(first)
        recipe.others = Array(names.dropFirst())
        reading.recipes[WeightKey(part, layer: layer)] = recipe
      }
    }
  }

  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    try fields.refuseForeign(except: ["use_parallel_residual"])
    let sizes = try DecoderSizes(fields)
    let norm = try fields.layerNorm()
    let attention = fields.attention(
      sizes, .rotary(try fields.rotary(sizes)),
      queryKeyNorm: norms(norm, fields.hasTensor("blk.0.attn_q_norm.weight")))
    // llama.cpp too goes by the norm that is there.
    let network = network(
      sizes, attention, try fields.feedForward(.silu, isGated: true), norm, fields.head,
      isParallel: !fields.hasTensor("blk.0.ffn_norm.weight"))
    return try ArchitectureReading(type, network, fields)
  }
}
