import Files
import Kernels

extension ConfigurationFields {
  /// The fields of an object inside this one; no fields where it is absent.
  func inner(_ field: String) -> ConfigurationFields {
    ConfigurationFields(json: json[field] ?? .null, path: path)
  }

  func text(_ field: String) -> String? { json[field]?.stringValue }

  /// A list of numbers; nil where it is absent.
  func numbers(_ field: String) throws(ModelError) -> [Double]? {
    guard isGiven(field) else { return nil }
    guard let items = json[field]?.arrayValue else {
      throw .configuration(path: path, field: field, reason: "it is not a list")
    }
    var numbers: [Double] = []
    for item in items {
      guard let number = item.doubleValue else {
        throw .configuration(path: path, field: field, reason: "it holds what is no number")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// The activation of `hidden_act`, `hidden_activation` or another field.
  func activation(_ fallback: String, field: String = "hidden_act") throws(ModelError)
    -> NetworkActivation
  {
    let name = text(field) ?? fallback
    guard let activation = NetworkActivation(huggingFace: name) else {
      throw .unsupported(path: path, feature: "the activation '\(name)'")
    }
    return activation
  }

  /// Rotary parameters stand in `rope_parameters` (transformers 5), or in `rope_theta` and
  /// `rope_scaling` (before).
  var rotary: ConfigurationFields {
    let new = inner("rope_parameters")
    return new.json.isNull ? inner("rope_scaling") : new
  }

  func rotaryBase(default fallback: Double = 10_000) throws(ModelError) -> Double {
    try rotary.number("rope_theta", default: try number("rope_theta", default: fallback))
  }

  /// How rotary frequencies are scaled; the context is the number of positions that they are made for.
  func rotaryScaling(_ sizes: DecoderSizes, in fields: ConfigurationFields? = nil)
    throws(ModelError) -> RotaryScaling
  {
    let rotary = fields ?? self.rotary
    let kind = rotary.text("rope_type") ?? rotary.text("type") ?? "default"
    if kind == "default" { return .none }
    let original = try rotary.size(
      "original_max_position_embeddings",
      default: try size("original_max_position_embeddings", default: sizes.context))
    func factor() throws(ModelError) -> Double {
      let factor = try rotary.number("factor", default: 0)
      guard factor >= 1, factor.isFinite else {
        throw .configuration(
          path: path, field: "rope factor", reason: "\(factor) is not a number from 1 on")
      }
      return factor
    }
    let attention: Double? =
      rotary.isGiven("attention_factor")
      ? try rotary.number("attention_factor", default: 1) : nil
    switch kind {
    case "linear": return .linear(factor: try factor())
    case "dynamic":
      return .dynamicNTK(
        factor: try factor(), originalPositions: original, positions: sizes.context)
    case "yarn":
      return .yarn(
        factor: try factor(), originalPositions: original,
        betaFast: try rotary.number("beta_fast", default: 32),
        betaSlow: try rotary.number("beta_slow", default: 1), attentionFactor: attention,
        truncate: try rotary.flag("truncate", default: true))
    case "llama3":
      return .llama3(
        factor: try factor(), lowFrequencyFactor: try rotary.number("low_freq_factor", default: 1),
        highFrequencyFactor: try rotary.number("high_freq_factor", default: 4),
        originalPositions: original)
    case "longrope", "su":
      guard let short = try rotary.numbers("short_factor"),
        let long = try rotary.numbers("long_factor"),
        short.count == long.count, short.count == sizes.headWidth / 2 || short.count > 0
      else {
        throw .configuration(
          path: path, field: "rope_scaling", reason: "longrope needs short_factor and long_factor")
      }
      let stated =
        rotary.isGiven("factor")
        ? try factor() : Double(sizes.context) / Double(max(original, 1))
      return .longRoPE(
        short: short, long: long, factor: stated, originalPositions: original,
        positions: sizes.context, attentionFactor: attention)
    default:
      throw .unsupported(path: path, feature: "rotary positions scaled by '\(kind)'")
    }
  }
}

extension GGUFFields {
  /// The rows of a matrix; nil where there is no such tensor.
  func rows(_ tensor: String) -> Int? {
    header.tensors.first { $0.name == tensor }?.dimensions.last
  }

  func rotaryScaling(_ sizes: DecoderSizes) throws(ModelError) -> RotaryScaling {
    let original = try size("rope.scaling.original_context_length", default: sizes.context)
    switch text(scalingKey) ?? "none" {
    case "none":
      return .none
    case "linear":
      return .linear(factor: try number("rope.scaling.factor"))
    case "yarn":
      return .yarn(factor: try number("rope.scaling.factor"), originalPositions: original)
    case let kind:
      throw .unsupported(path: path, feature: "rotary positions scaled by '\(kind)'")
    }
  }

  private var scalingKey: String { "rope.scaling.type" }
}
