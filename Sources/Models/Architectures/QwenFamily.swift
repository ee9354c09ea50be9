import Files
import Kernels

/// Qwen 2 and 3 and their mixtures of experts (arXiv 2407.10671, 2505.09388): Llama with biases on queries, keys
/// and values (2) or with norms of them (3).
///
/// Checked beside sizes: `hidden_act`, `attention_bias`, `qkv_bias`, rotary fields,
/// `use_sliding_window` with `sliding_window`, `max_window_layers` and `layer_types`, `num_experts`,
/// `num_experts_per_tok`, `norm_topk_prob`, `mlp_only_layers`, `decoder_sparse_step`.
enum QwenFamily: Architecture {
  static let modelTypes = ["qwen2", "qwen3", "qwen2_moe", "qwen3_moe"]
  static let ggufNames = ["qwen2", "qwen3", "qwen2moe", "qwen3moe"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    try fields.refuseForeign(
      except: type.hasSuffix("_moe") ? ["num_experts", "num_local_experts"] : [])
    let sizes = try DecoderSizes(fields)
    let norm = try fields.rootMeanSquare()
    let rotary = try fields.rotary(sizes)
    let windows = try windows(fields, sizes, type)
    let isSecond = type.hasPrefix("qwen2")
    let experts = type.hasSuffix("_moe") ? try experts(fields, type) : nil
    if let experts { try sizes.check(fields.path, "num_experts", perLayer: experts.count) }
    let dense = try denseLayers(fields, sizes)
    let feedForward = try fields.gated()
    let hasBias =
      isSecond
      ? try fields.flag("qkv_bias", default: true)
      : try fields.flag("attention_bias", default: false)
    let blocks = try sizes.blocks { layer in
      var attention = AttentionDescription(
        sizes, .rotary(rotary), hasBias: hasBias, hasOutputBias: isSecond ? false : nil,
        queryKeyNorm: isSecond ? .none : .perHead(norm))
      attention.window = windows[layer]
      var own = feedForward
      if !dense[layer] { own.experts = experts }
      return BlockDescription(
        attention: attention, feedForward: own, attentionNorm: norm, feedForwardNorm: norm)
    }
    return try ArchitectureReading(
      type,
      NetworkDescription(
        sizes, blocks: blocks, finalNorm: norm, head: try fields.head(isTied: false)), fields)
  }

  private static func windows(_ fields: ConfigurationFields, _ sizes: DecoderSizes, _ type: String)
    throws(ModelError) -> [Int?]
  {
    // Files carry a window also where none is used.
    guard try fields.flag("use_sliding_window", default: false) else {
      return try fields.windows(sizes, window: nil) { _ in false }
    }
    let window = try fields.size("sliding_window", default: 4096)
    let first = try fields.size("max_window_layers", default: 28)
    switch type {
    case "qwen3_moe": return [Int?](repeating: window, count: sizes.layers)
    case "qwen2_moe" where !fields.isGiven("layer_types"):
      // Versions of the reference differ in which layers slide.
      throw .unsupported(
        path: fields.path, feature: "'use_sliding_window' of qwen2_moe without 'layer_types'")
    default: return try fields.windows(sizes, window: window) { $0 >= first }
    }
  }

  private static func experts(_ fields: ConfigurationFields, _ type: String) throws(ModelError)
    -> ExpertsDescription
  {
    let count = fields.isGiven("num_experts") ? "num_experts" : "num_local_experts"
    return ExpertsDescription(
      count: try fields.size(count), active: try fields.size("num_experts_per_tok"),
      width: try fields.size("moe_intermediate_size"),
      normalizesWeights: try fields.flag("norm_topk_prob", default: false),
      sharedWidth: type == "qwen2_moe"
        ? try fields.size("shared_expert_intermediate_size", default: 5632) : nil)
  }

  /// The layers with one feed-forward part among those with experts.
  private static func denseLayers(_ fields: ConfigurationFields, _ sizes: DecoderSizes)
    throws(ModelError) -> [Bool]
  {
    let step = try fields.size("decoder_sparse_step", default: 1)
    try SizeChecks.check(fields.path, "decoder_sparse_step", step)
    let dense = Set(try fields.sizes("mlp_only_layers") ?? [])
    return (0..<sizes.layers).map { dense.contains($0) || ($0 + 1) % step != 0 }
  }

  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    try fields.refuseForeign(except: type.hasSuffix("moe") ? ["expert_count"] : [])
    let sizes = try DecoderSizes(fields)
    let norm = try fields.rootMeanSquare()
    let rotary = try fields.rotary(sizes)
    let isSecond = type.hasPrefix("qwen2")
    var experts: ExpertsDescription?
    if type.hasSuffix("moe") {
      experts = ExpertsDescription(
        count: try fields.size("expert_count"), active: try fields.size("expert_used_count"),
        width: try fields.size("expert_feed_forward_length"),
        normalizesWeights: try fields.flag("expert_weights_norm", default: !isSecond),
        sharedWidth: isSecond ? try fields.size("expert_shared_feed_forward_length") : nil)
    }
    if let experts { try sizes.check(fields.path, "expert_count", perLayer: experts.count) }
    let feedForward = try fields.feedForward(.silu, isGated: true)
    let blocks = try sizes.blocks { layer in
      var own = feedForward
      if fields.hasTensor("blk.\(layer).ffn_gate_inp.weight") { own.experts = experts }
      return BlockDescription(
        attention: fields.attention(
          sizes, .rotary(rotary), queryKeyNorm: isSecond ? .none : .perHead(norm)),
        feedForward: own, attentionNorm: norm, feedForwardNorm: norm)
    }
    return try ArchitectureReading(
      type, NetworkDescription(sizes, blocks: blocks, finalNorm: norm, head: fields.head), fields)
  }
}
