import Files
import Kernels

extension ConfigurationFields {
  /// Rotary parameters stand in `rope_parameters` (transformers 5), or in `rope_theta` and
  /// `rope_scaling` (before), which counts where a file has both.
  private var rotary: ConfigurationFields {
    let old = inner("rope_scaling")
    return old.json.isNull ? inner("rope_parameters") : old
  }

  /// How positions are scaled: `default` where nothing is said.
  var rotaryKind: String {
    let kind = rotary.text("rope_type") ?? rotary.text("type") ?? "default"
    // Phi 3's early files.
    let isPhi = text("model_type") == "phi3" && kind == "yarn"
    return kind == "su" || isPhi ? "longrope" : kind
  }

  /// The positions that a model was trained with before it was stretched.
  var originalContext: Int? {
    get throws(ModelError) {
      for fields in [rotary, self] where fields.isGiven("original_max_position_embeddings") {
        let size = try fields.size("original_max_position_embeddings")
        try SizeChecks.check(
          path, "original_max_position_embeddings", size, upTo: SizeChecks.contextLimit)
        return size
      }
      return nil
    }
  }

  /// The rotary positions of a network.
  ///
  /// - Parameters:
  ///   - share: how much of a head turns, where the file does not say it.
  ///   - fields: the parameters, where a file has several (Gemma 3).
  func rotary(
    _ sizes: DecoderSizes, base: Double = 10_000, share: Double = 1,
    fields: ConfigurationFields? = nil, old: (base: String, share: String)? = nil
  ) throws(ModelError) -> RotaryDescription {
    let rotary = fields ?? self.rotary
    guard rotary.json.isNull || rotary.json.objectValue != nil else {
      throw .configuration(path: path, field: "rope_scaling", reason: "it is not an object")
    }
    let names = old ?? ("rope_theta", "partial_rotary_factor")
    let base = try rotary.number("rope_theta", default: try number(names.base, default: base))
    let part = try rotary.number(
      "partial_rotary_factor", default: try number(names.share, default: share))
    guard part > 0, part <= 1 else {
      throw .configuration(path: path, field: names.share, reason: "\(part) is outside 0...1")
    }
    let width = Int(Double(sizes.headWidth) * part)
    let kind = fields == nil ? rotaryKind : rotary.text("rope_type") ?? "default"
    return RotaryDescription(
      base: base, width: width,
      scaling: try RotaryReader(all: self, fields: rotary, sizes: sizes, width: width).scaling(kind)
    )
  }
}

/// How rotary frequencies are scaled, from a configuration's object.
private struct RotaryReader {
  let all: ConfigurationFields
  let fields: ConfigurationFields
  let sizes: DecoderSizes
  let width: Int

  func scaling(_ kind: String) throws(ModelError) -> RotaryScaling {
    switch kind {
    case "default": return .none
    case "linear": return .linear(factor: try factor())
    case "dynamic":
      return .dynamicNTK(
        factor: try factor(), originalPositions: sizes.statedContext, positions: sizes.context)
    case "yarn":
      return .yarn(
        factor: try factor(), originalPositions: try all.originalContext ?? sizes.statedContext,
        betaFast: try positive("beta_fast", 32), betaSlow: try positive("beta_slow", 1),
        attentionFactor: try yarnAttention(), truncate: try fields.flag("truncate", default: true))
    case "llama3":
      let low = try positive("low_freq_factor", 1)
      let high = try positive("high_freq_factor", 4)
      guard low < high else { throw refusal("low_freq_factor", "\(low) is not below \(high)") }
      return .llama3(
        factor: try factor(), lowFrequencyFactor: low, highFrequencyFactor: high,
        originalPositions: try all.originalContext ?? sizes.statedContext)
    case "longrope":
      return .longRoPE(
        short: try factors("short_factor"), long: try factors("long_factor"),
        factor: try factor(), originalPositions: try all.originalContext ?? sizes.statedContext,
        positions: sizes.context, attentionFactor: try given("attention_factor"))
    default:
      throw .unsupported(path: all.path, feature: "rotary positions scaled by '\(kind)'")
    }
  }

  private func refusal(_ field: String, _ reason: String) -> ModelError {
    .configuration(path: all.path, field: "rope_scaling.\(field)", reason: reason)
  }

  /// The longer context by the original one, unless it is given.
  private func factor() throws(ModelError) -> Double {
    var factor = try fields.number("factor", default: 0)
    if !fields.isGiven("factor"), let original = try all.originalContext {
      factor = Double(sizes.statedContext) / Double(original)
      if factor < 1 { factor = 1 }
    }
    guard factor >= 1, factor.isFinite else {
      throw refusal("factor", "\(factor) is not a number from 1 on")
    }
    return factor
  }

  private func given(_ field: String) throws(ModelError) -> Double? {
    fields.isGiven(field) ? try positive(field, 1) : nil
  }

  private func positive(_ field: String, _ fallback: Double) throws(ModelError) -> Double {
    let number = try fields.number(field, default: fallback)
    guard number > 0, number.isFinite else { throw refusal(field, "\(number) is not above 0") }
    return number
  }

  private func factors(_ field: String) throws(ModelError) -> [Double] {
    let factors = try fields.numbers(field) ?? []
    guard factors.count == width / 2, factors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw refusal(field, "it has to be \(width / 2) numbers above 0, one for each rotary pair")
    }
    return factors
  }

  /// DeepSeek's two scales; nil for YaRN's own rule.
  private func yarnAttention() throws(ModelError) -> Double? {
    if let given = try given("attention_factor") { return given }
    let own = try fields.number("mscale", default: 0)
    let all = try fields.number("mscale_all_dim", default: 0)
    guard own != 0, all != 0 else { return nil }
    let logarithm = ElementaryFunction.log(try factor())
    let result = (0.1 * own * logarithm + 1) / (0.1 * all * logarithm + 1)
    guard own > 0, all > 0, result.isFinite, result > 0 else {
      throw .configuration(
        path: fields.path, field: "mscale", reason: "\(own) and \(all) give no factor above 0")
    }
    return result
  }
}
