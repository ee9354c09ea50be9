import Files
import Kernels

/// GPT-2 (Radford and others, 2019): learned positions, layer norms, matrices stored as
/// `[inputs, outputs]`.
///
/// Checked beside sizes: `activation_function`, `scale_attn_weights`,
/// `scale_attn_by_inverse_layer_idx`, `add_cross_attention` (refused). `reorder_and_upcast_attn` is
/// a matter of 16-bit arithmetic.
enum GPT2Family: Architecture {
  static let modelTypes = ["gpt2"]
  static let ggufNames = ["gpt2"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    try fields.refuseForeign(except: ["scale_attn_by_inverse_layer_idx"])
    let sizes = try DecoderSizes(
      fields,
      names: .init(
        width: "n_embd", layers: "n_layer", heads: "n_head", keyValueHeads: "n_head",
        context: "n_positions"))
    let norm = NormDescription(
      .layer, epsilon: try fields.number("layer_norm_epsilon", default: 1e-5))
    let feedForward = FeedForwardDescription(
      width: try fields.size("n_inner", default: 4 * sizes.width),
      activation: try fields.activation("gelu_new", field: "activation_function"), isGated: false,
      hasBias: true)
    let isScaled = try fields.flag("scale_attn_weights", default: true)
    let isDivided = try fields.flag("scale_attn_by_inverse_layer_idx", default: false)
    let blocks = try sizes.blocks { layer in
      var attention = AttentionDescription(sizes, .none, hasBias: true)
      if !isScaled { attention.scale = 1 }
      if isDivided { attention.scale /= Double(layer + 1) }
      return BlockDescription(
        attention: attention, feedForward: feedForward, attentionNorm: norm, feedForwardNorm: norm)
    }
    let network = try network(
      sizes, blocks, norm, try fields.head(isTied: true), path: fields.path)
    var recipes = HuggingFaceNames.recipes(
      network, prefix: "transformer.", layers: "h.", renamed: names)
    for key in recipes.keys where key.layer != nil && matrices.contains(key.part) {
      recipes[key]?.isTransposed = !key.isBias
    }
    var reading = try ArchitectureReading(type, network, fields, recipes: recipes)
    reading.split(sizes.fusedRows)
    reading.optionalPrefix = "transformer."
    reading.ignoredSuffixes += [".attn.bias", ".attn.masked_bias"]
    return reading
  }

  private static let matrices: Set<WeightKey.Part> = [.query, .key, .value, .output, .up, .down]
  private static let names: [WeightKey.Part: String] = [
    .embedding: "wte", .learnedPositions: "wpe", .finalNorm: "ln_f", .attentionNorm: "ln_1",
    .query: "attn.c_attn", .key: "attn.c_attn", .value: "attn.c_attn", .output: "attn.c_proj",
    .feedForwardNorm: "ln_2", .up: "mlp.c_fc", .down: "mlp.c_proj",
  ]

  /// There is a position for each row of the table, and none behind it.
  private static func network(
    _ sizes: DecoderSizes, _ blocks: [BlockDescription], _ norm: NormDescription,
    _ head: HeadDescription, path: String
  ) throws(ModelError) -> NetworkDescription {
    if sizes.context > sizes.statedContext {
      throw .configuration(
        path: path, field: "n_positions",
        reason: "\(sizes.context) positions were asked for, \(sizes.statedContext) were learned")
    }
    return NetworkDescription(
      sizes, blocks: blocks, finalNorm: norm, head: head, learnedPositions: sizes.statedContext)
  }

  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    try fields.refuseForeign()
    let sizes = try DecoderSizes(fields)
    let norm = try fields.layerNorm()
    let block = BlockDescription(
      attention: fields.attention(sizes, .none),
      feedForward: try fields.feedForward(.geluTanh, isGated: false), attentionNorm: norm,
      feedForwardNorm: norm)
    let network = try network(
      sizes, [BlockDescription](repeating: block, count: sizes.layers), norm, fields.head,
      path: fields.path)
    return try ArchitectureReading(fused: sizes.fusedRows, type, network, fields)
  }
}
