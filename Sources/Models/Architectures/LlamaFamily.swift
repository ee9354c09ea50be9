import Files
import Kernels

/// Llama 1 to 3 (arXiv 2302.13971, 2307.09288, 2407.21783), Mistral (2310.06825), SmolLM 1 to 3 and
/// Mixtral (2401.04088): RMS norms, rotary positions, a gated feed-forward part or a mixture of them.
///
/// Checked beside sizes: `hidden_act`, `attention_bias`, `mlp_bias`, `rope_parameters` or
/// `rope_scaling`, `sliding_window`, `layer_types`, `no_rope_layers`, `num_local_experts`,
/// `num_experts_per_tok`; what only changes training (dropout, router losses) says nothing here.
enum LlamaFamily: Architecture {
  static let modelTypes = ["llama", "smollm", "mistral", "smollm3", "mixtral"]
  static let ggufNames = ["llama", "smollm3"]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    try fields.refuseForeign(
      except: type == "mixtral"
        ? ["num_local_experts"] : type == "smollm3" ? ["no_rope_layers"] : [])
    let sizes = try DecoderSizes(fields)
    let norm = try fields.rootMeanSquare(default: type == "mixtral" ? 1e-5 : 1e-6)
    let rotary = try fields.rotary(sizes, base: type == "smollm3" ? 2_000_000 : 10_000)
    let hasBias = try fields.flag("attention_bias", default: false)
    let rotates = try rotates(fields, sizes, type)
    let windows = try windows(fields, sizes, type, rotates)
    var feedForward = try fields.gated(bias: try fields.flag("mlp_bias", default: false))
    if type == "mixtral" {
      let experts = try experts(fields, feedForward.width)
      try sizes.check(fields.path, "num_local_experts", perLayer: experts.count)
      feedForward.experts = experts
    }
    let blocks = try sizes.blocks { layer in
      var attention = AttentionDescription(
        sizes, rotates[layer] ? .rotary(rotary) : .none, hasBias: hasBias)
      attention.window = windows[layer]
      return BlockDescription(
        attention: attention, feedForward: feedForward, attentionNorm: norm, feedForwardNorm: norm)
    }
    let network = NetworkDescription(
      sizes, blocks: blocks, finalNorm: norm, head: try fields.head(isTied: type == "smollm3"))
    return try ArchitectureReading(
      type, network, fields,
      recipes: HuggingFaceNames.recipes(network, renamed: type == "mixtral" ? mixtralNames : [:]))
  }

  private static let mixtralNames: [WeightKey.Part: String] = [
    .router: "block_sparse_moe.gate", .expertGate: "block_sparse_moe.experts.#.w1",
    .expertUp: "block_sparse_moe.experts.#.w3", .expertDown: "block_sparse_moe.experts.#.w2",
  ]

  private static func experts(_ fields: ConfigurationFields, _ width: Int) throws(ModelError)
    -> ExpertsDescription
  {
    ExpertsDescription(
      count: try fields.size("num_local_experts", default: 8),
      active: try fields.size("num_experts_per_tok", default: 2), width: width,
      normalizesWeights: true)
  }

  /// SmolLM 3 leaves every fourth layer without rotary positions.
  private static func rotates(_ fields: ConfigurationFields, _ sizes: DecoderSizes, _ type: String)
    throws(ModelError) -> [Bool]
  {
    if type != "smollm3" { return [Bool](repeating: true, count: sizes.layers) }
    guard let given = try fields.sizes("no_rope_layers") else {
      let interval = try fields.size("no_rope_layer_interval", default: 4)
      try SizeChecks.check(fields.path, "no_rope_layer_interval", interval)
      return (1...sizes.layers).map { $0 % interval != 0 }
    }
    guard given.count == sizes.layers, given.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw .configuration(
        path: fields.path, field: "no_rope_layers",
        reason: "it has to be 0 or 1 for each of the \(sizes.layers) layers")
    }
    return given.map { $0 == 1 }
  }

  private static func windows(
    _ fields: ConfigurationFields, _ sizes: DecoderSizes, _ type: String, _ rotates: [Bool]
  ) throws(ModelError) -> [Int?] {
    switch type {
    case "mistral", "mixtral":
      let window = try fields.slidingWindow()
      return try fields.windows(sizes, window: window) { _ in true }
    case "smollm3":
      let isOn = try fields.flag("use_sliding_window", default: false)
      let window = isOn ? try fields.slidingWindow() : nil
      return try fields.windows(sizes, window: window) { !rotates[$0] }
    default:
      return try fields.windows(sizes, window: nil) { _ in false }
    }
  }

  /// `llama` also stands for Mistral and Mixtral, whose windows llama.cpp's converter leaves out.
  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    try fields.refuseForeign(except: ["expert_count"])
    let sizes = try DecoderSizes(fields)
    let norm = try fields.rootMeanSquare()
    let rotary = try fields.rotary(sizes)
    var feedForward = try fields.feedForward(.silu, isGated: true)
    let experts = try fields.size("expert_count", default: 0)
    if experts != 0 {
      try sizes.check(fields.path, "expert_count", perLayer: experts)
      feedForward.experts = ExpertsDescription(
        count: experts, active: try fields.size("expert_used_count"), width: feedForward.width,
        normalizesWeights: true)
    }
    let blocks = try sizes.blocks { layer in
      let isBare = type == "smollm3" && (layer + 1) % 4 == 0
      return BlockDescription(
        attention: fields.attention(sizes, isBare ? .none : .rotary(rotary)),
        feedForward: feedForward, attentionNorm: norm, feedForwardNorm: norm)
    }
    var reading = try ArchitectureReading(
      type, NetworkDescription(sizes, blocks: blocks, finalNorm: norm, head: fields.head), fields)
    // In bare layers too: queries and keys go the same way there.
    reading.unpairRotary(rotary.width)
    return reading
  }
}
