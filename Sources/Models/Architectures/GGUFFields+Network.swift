import Kernels

extension GGUFFields {
  /// The rows of a matrix; nil where there is no such tensor.
  func rows(_ tensor: String) -> Int? {
    header.tensors.first { $0.name == tensor }?.dimensions.last
  }

  /// The norm of most decoders.
  func rootMeanSquare() throws(ModelError) -> NormDescription {
    NormDescription(.rms, epsilon: try number("attention.layer_norm_rms_epsilon"))
  }

  func layerNorm() throws(ModelError) -> NormDescription {
    NormDescription(.layer, epsilon: try number("attention.layer_norm_epsilon"))
  }

  /// A bias is there where its tensor is.
  func attention(
    _ sizes: DecoderSizes, _ positions: AttentionDescription.Positions,
    queryKeyNorm: AttentionDescription.QueryKeyNorm = .none, layer: Int = 0
  ) -> AttentionDescription {
    var attention = AttentionDescription(sizes, positions, queryKeyNorm: queryKeyNorm)
    let fused = hasTensor("blk.\(layer).attn_qkv.bias")
    attention.hasQueryKeyBias = fused || hasTensor("blk.\(layer).attn_q.bias")
    attention.hasValueBias = fused || hasTensor("blk.\(layer).attn_v.bias")
    attention.hasOutputBias = hasTensor("blk.\(layer).attn_output.bias")
    return attention
  }

  func feedForward(_ activation: NetworkActivation, isGated: Bool, layer: Int = 0)
    throws(ModelError) -> FeedForwardDescription
  {
    FeedForwardDescription(
      width: try size("feed_forward_length"), activation: activation, isGated: isGated,
      hasBias: hasTensor("blk.\(layer).ffn_up.bias"))
  }

  /// Tied where the file has no matrix of its own.
  var head: HeadDescription {
    HeadDescription(
      isTied: !hasTensor("output.weight"), hasBias: hasTensor("output.bias"))
  }

  /// The window of all layers or of those that slide; 0 is none.
  func slidingWindow() throws(ModelError) -> Int? {
    let window = try size("attention.sliding_window", default: 0)
    return window == 0 ? nil : window
  }

  /// Refuses keys by which a file asks for something that its family's reader does not know.
  func refuseForeign(except understood: Set<String> = []) throws(ModelError) {
    for (field, neutral) in Self.foreign where !understood.contains(field) && isGiven(field) {
      if let value = try? number(field), value == 0 || value == neutral { continue }
      if (try? flag(field, default: false)) == (neutral == 1) { continue }
      throw .unsupported(
        path: path, feature: "'\(field)' in a file of the architecture '\(text(Self.kind) ?? "")'")
    }
  }

  private static let kind = "general.architecture"
  /// With the number that says nothing beside 0; 1 stands for true.
  private static let foreign: [(String, Double?)] = [
    ("attention.causal", 1), ("attention.scale", nil), ("attention.max_alibi_bias", nil),
    ("attention.clamp_kqv", nil), ("attn_logit_softcapping", nil),
    ("final_logit_softcapping", nil), ("attention.sliding_window", nil), ("logit_scale", 1),
    ("embedding_scale", 1), ("residual_scale", 1), ("expert_count", nil),
    ("expert_weights_scale", 1), ("expert_gating_func", 1), ("expert_group_count", 1),
    ("leading_dense_block_count", nil), ("attention.kv_lora_rank", nil),
    ("rope.scaling.yarn_log_multiplier", nil), ("rope.scaling.yarn_ext_factor", 1),
    ("rope.scale_linear", 1), ("use_parallel_residual", nil),
  ]

  // MARK: Rotary positions

  /// Half a head side by side is how some files store it; that is the recipes' matter.
  func rotary(_ sizes: DecoderSizes, base: Double = 10_000) throws(ModelError) -> RotaryDescription
  {
    let width = try size("rope.dimension_count", default: sizes.headWidth)
    try SizeChecks.check(path, "rope.dimension_count", width, upTo: sizes.headWidth)
    return RotaryDescription(
      base: try number("rope.freq_base", default: base), width: width,
      scaling: try rotaryScaling(sizes, pairs: width / 2))
  }

  private func rotaryScaling(_ sizes: DecoderSizes, pairs: Int) throws(ModelError) -> RotaryScaling
  {
    let original = try size(
      "rope.scaling.original_context_length", default: sizes.statedContext)
    try SizeChecks.check(path, "rope.scaling.original_context_length", original, upTo: 1 << 30)
    func factor() throws(ModelError) -> Double {
      let factor = try number("rope.scaling.factor", default: 1)
      guard factor > 0, factor.isFinite else {
        throw .configuration(
          path: path, field: "rope.scaling.factor", reason: "\(factor) is not above 0")
      }
      return factor
    }
    if hasTensor("rope_factors_long.weight") || hasTensor("rope_factors_short.weight") {
      return .longRoPE(
        short: try factors("rope_factors_short.weight", pairs),
        long: try factors("rope_factors_long.weight", pairs), factor: 1,
        originalPositions: original, positions: sizes.context,
        attentionFactor: try number("rope.scaling.attn_factor", default: 1))
    }
    if hasTensor("rope_freqs.weight") {
      return .perPair(factors: try factors("rope_freqs.weight", pairs))
    }
    let attention = try number("rope.scaling.attn_factor", default: 1)
    let kind = text("rope.scaling.type") ?? "none"
    guard attention == 1 || kind == "yarn" else {
      throw .unsupported(path: path, feature: "'rope.scaling.attn_factor' with '\(kind)' positions")
    }
    switch kind {
    case "none": return .none
    case "linear": return .linear(factor: try factor())
    case "yarn":
      let factor = try factor()
      let own = factor > 1 ? 0.1 * ElementaryFunction.log(factor) + 1 : 1
      return .yarn(
        factor: factor, originalPositions: original,
        betaFast: try number("rope.scaling.yarn_beta_fast", default: 32),
        betaSlow: try number("rope.scaling.yarn_beta_slow", default: 1),
        attentionFactor: attention == 1 ? nil : attention * own)
    default:
      throw .unsupported(path: path, feature: "rotary positions scaled by '\(kind)'")
    }
  }

  private func factors(_ tensor: String, _ pairs: Int) throws(ModelError) -> [Double] {
    let factors = try source.floats(tensor)
    guard factors.count == pairs, factors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .configuration(
        path: path, field: tensor,
        reason: "it has to be \(pairs) numbers above 0, one for each rotary pair")
    }
    return factors.map(Double.init)
  }
}
