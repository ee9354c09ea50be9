import Files
import Kernels

/// Phi 1 to 2 (arXiv 2309.05463; one norm feeds both parts of a block, biases everywhere) and Phi 3
/// (2404.14219; Llama with fused matrices).
///
/// Checked beside sizes: `hidden_act`, `partial_rotary_factor`, rotary fields, `qk_layernorm` (Phi),
/// `sliding_window`, which all layers have (Phi 3).
enum PhiFamily: Architecture {
  static let modelTypes = ["phi", "phi3"]
  static let ggufNames = ["phi2", "phi3"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    try fields.refuseForeign(except: type == "phi" ? ["qk_layernorm"] : [])
    return type == "phi" ? try second(fields, type) : try third(fields, type)
  }

  private static func second(_ fields: ConfigurationFields, _ type: String) throws(ModelError)
    -> ArchitectureReading
  {
    let sizes = try DecoderSizes(fields)
    let norm = NormDescription(
      .layer, epsilon: try fields.number("layer_norm_eps", default: 1e-5))
    let isNormed = try fields.flag("qk_layernorm", default: false)
    let block = BlockDescription(
      .parallel,
      attention: AttentionDescription(
        sizes, .rotary(try fields.rotary(sizes, share: 0.5)), hasBias: true,
        queryKeyNorm: isNormed ? .perHead(norm) : .none),
      feedForward: FeedForwardDescription(
        width: try fields.size("intermediate_size", default: 4 * sizes.width),
        activation: try fields.activation("gelu_new"), isGated: false, hasBias: true),
      attentionNorm: norm)
    let network = NetworkDescription(
      sizes, blocks: [BlockDescription](repeating: block, count: sizes.layers), finalNorm: norm,
      head: try fields.head(isTied: false, hasBias: true))
    return try ArchitectureReading(
      type, network, fields,
      recipes: HuggingFaceNames.recipes(
        network,
        renamed: [
          .output: "self_attn.dense", .up: "mlp.fc1", .down: "mlp.fc2",
          .finalNorm: "final_layernorm", .queryNorm: "self_attn.q_layernorm",
          .keyNorm: "self_attn.k_layernorm",
        ]))
  }

  private static func third(_ fields: ConfigurationFields, _ type: String) throws(ModelError)
    -> ArchitectureReading
  {
    let sizes = try DecoderSizes(fields)
    let norm = try fields.rootMeanSquare(default: 1e-5)
    let rotary = try fields.rotary(sizes)
    let windows = try fields.windows(sizes, window: try fields.slidingWindow()) { _ in true }
    let feedForward = try fields.gated()
    try SizeChecks.check(fields.path, "intermediate_size", feedForward.width)
    let blocks = try sizes.blocks { layer in
      var attention = AttentionDescription(sizes, .rotary(rotary))
      attention.window = windows[layer]
      return BlockDescription(
        attention: attention, feedForward: feedForward, attentionNorm: norm, feedForwardNorm: norm)
    }
    let network = NetworkDescription(
      sizes, blocks: blocks, finalNorm: norm, head: try fields.head(isTied: false))
    let fused = "self_attn.qkv_proj"
    var reading = try ArchitectureReading(
      type, network, fields,
      recipes: HuggingFaceNames.recipes(
        network,
        renamed: [
          .query: fused, .key: fused, .value: fused, .gate: "mlp.gate_up_proj",
          .up: "mlp.gate_up_proj",
        ]))
    reading.split(sizes.fusedRows + gateRows(feedForward.width))
    return reading
  }

  private static func gateRows(_ width: Int) -> [(WeightKey.Part, WeightRecipe.Rows)] {
    [(.gate, .range(0..<width)), (.up, .range(width..<2 * width))]
  }

  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    try fields.refuseForeign(except: type == "phi3" ? ["attention.sliding_window"] : [])
    let sizes = try DecoderSizes(fields)
    let rotary = try fields.rotary(sizes)
    let norm = type == "phi2" ? try fields.layerNorm() : try fields.rootMeanSquare()
    var attention = fields.attention(sizes, .rotary(rotary))
    var block: BlockDescription
    if type == "phi2" {
      var feedForward = try fields.feedForward(.geluTanh, isGated: false)
      // llama.cpp's converter writes four times the width, whatever the matrix has.
      feedForward.width = fields.rows("blk.0.ffn_up.weight") ?? feedForward.width
      block = BlockDescription(
        .parallel, attention: attention, feedForward: feedForward, attentionNorm: norm)
    } else {
      attention.window = try fields.slidingWindow()
      block = BlockDescription(
        attention: attention, feedForward: try fields.feedForward(.silu, isGated: true),
        attentionNorm: norm, feedForwardNorm: norm)
    }
    let network = NetworkDescription(
      sizes, blocks: [BlockDescription](repeating: block, count: sizes.layers), finalNorm: norm,
      head: fields.head)
    if fields.hasTensor("blk.0.attn_q.weight") {
      return try ArchitectureReading(type, network, fields)
    }
    try SizeChecks.check(fields.path, "feed_forward_length", block.feedForward.width)
    let isGated = block.feedForward.isGated
    return try ArchitectureReading(
      fused: sizes.fusedRows + (isGated ? gateRows(block.feedForward.width) : []), type, network,
      fields, renamed: isGated ? [.gate: "ffn_up"] : [:])
  }
}
