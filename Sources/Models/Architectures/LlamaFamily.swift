import Files
import Kernels

/// Llama 1 to 3 (arXiv 2302.13971, 2307.09288) and networks that differ from it by a few switches.
enum LlamaFamily: Architecture {
  static let modelTypes = ["llama"]
  static let ggufNames = ["llama"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    let sizes = try DecoderSizes(fields)
    let norm = NormDescription(
      .rms, epsilon: try fields.number("rms_norm_eps", default: 1e-6))
    let rotary = RotaryDescription(
      base: try fields.rotaryBase(), width: sizes.headWidth,
      scaling: try fields.rotaryScaling(sizes))
    let attention = AttentionDescription(
      heads: sizes.heads, keyValueHeads: sizes.keyValueHeads, headWidth: sizes.headWidth,
      hasBias: try fields.flag("attention_bias", default: false), positions: .rotary(rotary))
    let block = BlockDescription(
      attention: attention,
      feedForward: FeedForwardDescription(
        width: try fields.size("intermediate_size"), activation: try fields.activation("silu"),
        isGated: true, hasBias: try fields.flag("mlp_bias", default: false)),
      attentionNorm: norm, feedForwardNorm: norm)
    let network = NetworkDescription(
      width: sizes.width, blocks: [BlockDescription](repeating: block, count: sizes.layers),
      embedding: EmbeddingDescription(
        vocabularySize: sizes.vocabulary, contextLength: sizes.context),
      finalNorm: norm,
      head: HeadDescription(isTied: try fields.flag("tie_word_embeddings", default: false)))
    var reading = ArchitectureReading(
      name: type, network: network, recipes: HuggingFaceNames.recipes(network))
    try reading.takeIDs(fields)
    return reading
  }

  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    let sizes = try DecoderSizes(fields)
    let norm = NormDescription(
      .rms, epsilon: try fields.number("attention.layer_norm_rms_epsilon"))
    let width = try fields.size("rope.dimension_count", default: sizes.headWidth)
    let rotary = RotaryDescription(
      base: try fields.number("rope.freq_base", default: 10_000), width: width,
      scaling: try fields.rotaryScaling(sizes))
    let block = BlockDescription(
      attention: AttentionDescription(
        heads: sizes.heads, keyValueHeads: sizes.keyValueHeads, headWidth: sizes.headWidth,
        hasBias: fields.hasTensor("blk.0.attn_q.bias"), positions: .rotary(rotary)),
      feedForward: FeedForwardDescription(
        width: try fields.size("feed_forward_length"), activation: .silu, isGated: true),
      attentionNorm: norm, feedForwardNorm: norm)
    let network = NetworkDescription(
      width: sizes.width, blocks: [BlockDescription](repeating: block, count: sizes.layers),
      embedding: EmbeddingDescription(
        vocabularySize: sizes.vocabulary, contextLength: sizes.context),
      finalNorm: norm, head: HeadDescription(isTied: !fields.hasTensor("output.weight")))
    var reading = ArchitectureReading(
      name: type, network: network, recipes: GGUFNames.recipes(network))
    // llama.cpp keeps this family's rotary pairs side by side.
    for layer in 0..<sizes.layers {
      for part in [WeightKey.Part.query, .key] {
        let rows = WeightRecipe.Rows.unpaired(head: sizes.headWidth, width: width)
        reading.recipes[WeightKey(part, layer: layer)]?.rows = rows
        reading.recipes[WeightKey(part, layer: layer).bias]?.rows = rows
      }
    }
    try reading.takeIDs(fields)
    return reading
  }
}
