import Files
import Kernels

/// Gemma 1 to 3, the text part of 3 (arXiv 2403.08295, 2408.00118, 2503.19786): norms whose gains are stored less 1,
/// scaled embeddings, from 2 on norms on both sides of each part and windows in some layers.
///
/// Checked beside sizes: `hidden_activation` or `hidden_act`, `attention_bias`, rotary fields (of
/// each type of layer in 3), `layer_types`, `sliding_window`, `sliding_window_pattern`,
/// `query_pre_attn_scalar`, both softcaps, `use_bidirectional_attention` (refused).
enum GemmaFamily: Architecture {
  static let modelTypes = ["gemma", "gemma2", "gemma3_text", "gemma3"]
  static let ggufNames = ["gemma", "gemma2", "gemma3"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    if type == "gemma3" {
      throw .unsupported(
        path: fields.path,
        feature: "the pictures of the model type 'gemma3' (text alone is 'gemma3_text')")
    }
    let isFirst = type == "gemma"
    try fields.refuseForeign(
      except: isFirst
        ? [] : ["attn_logit_softcapping", "final_logit_softcapping", "query_pre_attn_scalar"])
    let sizes = try DecoderSizes(fields)
    let norm = try fields.rootMeanSquare(gainOffset: 1)
    let (full, sliding) = try rotaries(fields, sizes, type)
    let windows = try windows(fields, sizes, type)
    let hasBias = try fields.flag("attention_bias", default: false)
    let isSecond = type == "gemma2"
    let softcap = try fields.limit("attn_logit_softcapping", default: isSecond ? 50 : nil)
    let feedForward = FeedForwardDescription(
      width: try fields.size("intermediate_size"), activation: try activation(fields),
      isGated: true)
    let scalar = isFirst ? nil : try fields.number("query_pre_attn_scalar", default: 256)
    let blocks = try sizes.blocks { layer in
      var attention = AttentionDescription(
        sizes, .rotary(windows[layer] == nil ? full : sliding), hasBias: hasBias,
        queryKeyNorm: type == "gemma3_text" ? .perHead(norm) : .none)
      attention.window = windows[layer]
      attention.softcap = softcap
      if let scalar { attention.scale = 1 / scalar.squareRoot() }
      return block(attention, feedForward, norm, isFirst: isFirst)
    }
    var head = try fields.head(isTied: true)
    head.softcap = try fields.limit("final_logit_softcapping", default: isSecond ? 30 : nil)
      .map { Float($0) }
    let network = network(sizes, blocks, norm, head)
    return try ArchitectureReading(
      type, network, fields,
      recipes: HuggingFaceNames.recipes(
        network, renamed: isFirst ? [:] : [.feedForwardNorm: "pre_feedforward_layernorm"]))
  }

  private static func block(
    _ attention: AttentionDescription, _ feedForward: FeedForwardDescription,
    _ norm: NormDescription, isFirst: Bool
  ) -> BlockDescription {
    BlockDescription(
      attention: attention, feedForward: feedForward, attentionNorm: norm,
      attentionOutputNorm: isFirst ? nil : norm, feedForwardNorm: norm,
      feedForwardOutputNorm: isFirst ? nil : norm)
  }

  private static func network(
    _ sizes: DecoderSizes, _ blocks: [BlockDescription], _ norm: NormDescription,
    _ head: HeadDescription
  ) -> NetworkDescription {
    NetworkDescription(
      sizes, blocks: blocks, finalNorm: norm, head: head,
      embeddingScale: Float(sizes.width).squareRoot())
  }

  /// Files that say `gelu` mean its tanh form, as the reference has it.
  private static func activation(_ fields: ConfigurationFields) throws(ModelError)
    -> NetworkActivation
  {
    let field = fields.isGiven("hidden_activation") ? "hidden_activation" : "hidden_act"
    let found = try fields.activation("gelu_pytorch_tanh", field: field)
    return found == .gelu ? .geluTanh : found
  }

  /// Gemma 3 turns differently where it sees a window.
  private static func rotaries(
    _ fields: ConfigurationFields, _ sizes: DecoderSizes, _ type: String
  ) throws(ModelError) -> (full: RotaryDescription, sliding: RotaryDescription) {
    guard type == "gemma3_text" else {
      let rotary = try fields.rotary(sizes)
      return (rotary, rotary)
    }
    let nested = fields.inner("rope_parameters")
    if nested.isGiven("full_attention") {
      return (
        try fields.rotary(sizes, fields: nested.inner("full_attention")),
        try fields.rotary(sizes, fields: nested.inner("sliding_attention"))
      )
    }
    let local = RotaryDescription(
      base: try fields.number("rope_local_base_freq", default: 10_000), width: sizes.headWidth)
    return (try fields.rotary(sizes, base: 1_000_000), local)
  }

  private static func windows(_ fields: ConfigurationFields, _ sizes: DecoderSizes, _ type: String)
    throws(ModelError) -> [Int?]
  {
    if type == "gemma" { return try fields.windows(sizes, window: nil) { _ in false } }
    let window = try fields.size("sliding_window", default: 4096)
    var pattern = 2
    if type == "gemma3_text" {
      let old = try fields.size("sliding_window_pattern", default: 6)
      pattern = try fields.size("_sliding_window_pattern", default: old)
      try SizeChecks.check(fields.path, "sliding_window_pattern", pattern)
    }
    return try fields.windows(sizes, window: window) { ($0 + 1) % pattern != 0 }
  }

  /// llama.cpp's converter adds the 1 to the gains, and its reader knows patterns and scales by the
  /// family.
  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    let isFirst = type == "gemma"
    try fields.refuseForeign(
      except: isFirst
        ? [] : ["attn_logit_softcapping", "final_logit_softcapping", "attention.sliding_window"])
    let sizes = try DecoderSizes(fields)
    let norm = try fields.rootMeanSquare()
    let full = try fields.rotary(sizes, base: type == "gemma3" ? 1_000_000 : 10_000)
    var sliding = full
    if type == "gemma3" {
      sliding = RotaryDescription(
        base: try fields.number("rope.freq_base_swa", default: 10_000), width: full.width)
    }
    let window = isFirst ? nil : try fields.size("attention.sliding_window", default: 4096)
    let pattern = try fields.size(
      "attention.sliding_window_pattern", default: type == "gemma2" ? 2 : 6)
    try SizeChecks.check(fields.path, "attention.sliding_window_pattern", pattern)
    let isSecond = type == "gemma2"
    let softcap =
      isFirst ? 0 : try fields.number("attn_logit_softcapping", default: isSecond ? 50 : 0)
    let feedForward = try fields.feedForward(.geluTanh, isGated: true)
    // The two of 27 billion weights are told by their layers, as llama.cpp does.
    let isLargest = (type, sizes.layers) == ("gemma2", 46) || (type, sizes.layers) == ("gemma3", 62)
    let blocks = try sizes.blocks { layer in
      let slides = window != nil && (layer + 1) % pattern != 0
      var attention = fields.attention(
        sizes, .rotary(slides ? sliding : full),
        queryKeyNorm: type == "gemma3" ? .perHead(norm) : .none)
      attention.window = slides ? window : nil
      attention.softcap = softcap == 0 ? nil : softcap
      if isLargest {
        attention.scale = 1 / (Double(sizes.width) / Double(sizes.heads)).squareRoot()
      }
      return block(attention, feedForward, norm, isFirst: isFirst)
    }
    var head = fields.head
    let cap = isFirst ? 0 : try fields.number("final_logit_softcapping", default: isSecond ? 30 : 0)
    head.softcap = cap == 0 ? nil : Float(cap)
    return try ArchitectureReading(type, network(sizes, blocks, norm, head), fields)
  }
}
