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
    try list(field, "no number") { $0.doubleValue }
  }

  /// A list of integers; nil where it is absent.
  func sizes(_ field: String) throws(ModelError) -> [Int]? {
    try list(field, "no integer") { $0.intValue }
  }

  /// A list of names; nil where it is absent.
  func texts(_ field: String) throws(ModelError) -> [String]? {
    try list(field, "no text") { $0.stringValue }
  }

  private func list<Item>(_ field: String, _ wrong: String, _ item: (JSON) -> Item?)
    throws(ModelError) -> [Item]?
  {
    guard isGiven(field) else { return nil }
    guard let items = json[field]?.arrayValue else {
      throw .configuration(path: path, field: field, reason: "it is not a list")
    }
    let read = items.compactMap(item)
    guard read.count == items.count else {
      throw .configuration(path: path, field: field, reason: "it holds what is \(wrong)")
    }
    return read
  }

  /// A number that null turns off, and that has a default where the field is absent.
  func limit(_ field: String, default fallback: Double?) throws(ModelError) -> Double? {
    guard let value = json[field] else { return fallback }
    return value.isNull ? nil : try number(field, default: 0)
  }

  /// The activation of `hidden_act`, `hidden_activation` or another field.
  func activation(_ fallback: String, field: String = "hidden_act") throws(ModelError)
    -> NetworkActivation
  {
    if isGiven(field), text(field) == nil {
      throw .configuration(path: path, field: field, reason: "it is not a name")
    }
    let name = text(field) ?? fallback
    guard let activation = NetworkActivation(huggingFace: name) else {
      throw .unsupported(path: path, feature: "the activation '\(name)'")
    }
    return activation
  }

  /// Refuses fields by which a configuration asks for something that its family's reader does not know:
  /// they are read where a family has them, and must be absent, null, false or neutral elsewhere.
  func refuseForeign(except understood: Set<String> = []) throws(ModelError) {
    for (field, neutral) in Self.foreign where !understood.contains(field) && isGiven(field) {
      let value = json[field]
      if value?.boolValue == false { continue }
      if let neutral, let number = value?.doubleValue, number == neutral { continue }
      throw .unsupported(path: path, feature: "'\(field)' in a configuration of this model type")
    }
  }

  /// With the number that says nothing, where there is one.
  private static let foreign: [(String, Double?)] = [
    ("add_cross_attention", nil), ("is_encoder_decoder", nil),
    ("use_bidirectional_attention", nil), ("attention_chunk_size", nil),
    ("attn_logit_softcapping", nil), ("final_logit_softcapping", nil),
    ("query_pre_attn_scalar", nil), ("clip_qkv", nil), ("alibi", nil), ("qk_layernorm", nil),
    ("use_qk_norm", nil), ("embedding_multiplier", 1), ("residual_multiplier", 1),
    ("attention_multiplier", nil), ("logits_scaling", 1), ("logit_scale", 1),
    ("num_experts", 0), ("num_local_experts", 0), ("n_routed_experts", 0), ("kv_lora_rank", nil),
    ("no_rope_layers", nil), ("use_parallel_residual", nil), ("parallel_attn", nil),
    ("scale_attn_by_inverse_layer_idx", nil),
  ]
}
