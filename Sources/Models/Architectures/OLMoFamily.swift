import Files
import Kernels

/// OLMo 1 and 2 (arXiv 2402.00838, 2501.00656): layer norms without weights, or RMS norms behind each part and of
/// queries and keys.
///
/// Checked beside sizes: `hidden_act`, `attention_bias`, `clip_qkv` (1), rotary fields.
enum OLMoFamily: Architecture {
  static let modelTypes = ["olmo", "olmo2"]
  static let ggufNames = ["olmo", "olmo2"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    let isFirst = type == "olmo"
    try fields.refuseForeign(except: isFirst ? ["clip_qkv"] : [])
    let sizes = try DecoderSizes(fields)
    let norm = isFirst ? weightless : try fields.rootMeanSquare(default: 1e-5)
    var attention = AttentionDescription(
      sizes, .rotary(try fields.rotary(sizes)),
      hasBias: try fields.flag("attention_bias", default: false),
      queryKeyNorm: isFirst ? .none : .full(norm))
    attention.clip = isFirst ? try fields.limit("clip_qkv", default: nil) : nil
    let network = network(
      sizes, attention, try fields.gated(), norm, try fields.head(isTied: false),
      isFirst: isFirst)
    return try ArchitectureReading(type, network, fields)
  }

  private static let weightless = NormDescription(
    .layer, epsilon: 1e-5, hasGain: false, hasBias: false)

  private static func network(
    _ sizes: DecoderSizes, _ attention: AttentionDescription,
    _ feedForward: FeedForwardDescription, _ norm: NormDescription, _ head: HeadDescription,
    isFirst: Bool
  ) -> NetworkDescription {
    let block = BlockDescription(
      attention: attention, feedForward: feedForward, attentionNorm: isFirst ? norm : nil,
      attentionOutputNorm: isFirst ? nil : norm, feedForwardNorm: isFirst ? norm : nil,
      feedForwardOutputNorm: isFirst ? nil : norm)
    return NetworkDescription(
      sizes, blocks: [BlockDescription](repeating: block, count: sizes.layers), finalNorm: norm,
      head: head)
  }

  /// Rotary pairs of OLMo 1 stand side by side, those of OLMo 2 do not.
  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    let isFirst = type == "olmo"
    try fields.refuseForeign(except: isFirst ? ["attention.clamp_kqv"] : [])
    let sizes = try DecoderSizes(fields)
    let norm = isFirst ? weightless : try fields.rootMeanSquare()
    let rotary = try fields.rotary(sizes)
    var attention = fields.attention(
      sizes, .rotary(rotary), queryKeyNorm: isFirst ? .none : .full(norm))
    let clip = isFirst ? try fields.number("attention.clamp_kqv", default: 0) : 0
    attention.clip = clip == 0 ? nil : clip
    let network = network(
      sizes, attention, try fields.feedForward(.silu, isGated: true), norm, fields.head,
      isFirst: isFirst)
    var reading = try ArchitectureReading(type, network, fields)
    if isFirst { reading.unpairRotary(rotary.width) }
    return reading
  }
}
