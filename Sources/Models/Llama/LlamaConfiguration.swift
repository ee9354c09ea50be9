import Files

/// The sizes and constants of a Llama network, checked against each other.
public struct LlamaConfiguration: Sendable, Equatable {
  public var width: Int
  public var hiddenWidth: Int
  public var layers: Int
  public var heads: Int
  /// Heads of keys and values; each serves `heads / cachedHeads` query heads.
  public var cachedHeads: Int
  public var headWidth: Int
  public var vocabularySize: Int
  public var contextLength: Int
  public var epsilon: Float = 1e-5
  public var rotaryBase: Double = 10_000
  /// The output matrix is the embedding.
  public var isTied: Bool
  public var bosID: Int32?
  public var eosIDs: [Int32] = []

  /// The largest size of any kind taken, so that products of three stay inside 64 bits.
  static let sizeLimit = 1 << 20

  /// Refuses sizes that no network has.
  func check(path: String) throws(ModelError) {
    let sizes: [(String, Int)] = [
      ("hidden_size", width), ("intermediate_size", hiddenWidth), ("num_hidden_layers", layers),
      ("num_attention_heads", heads), ("num_key_value_heads", cachedHeads),
      ("head_dim", headWidth), ("vocab_size", vocabularySize),
    ]
    for (field, size) in sizes where size < 1 || size > Self.sizeLimit {
      throw .configuration(
        path: path, field: field, reason: "\(size) is outside 1...\(Self.sizeLimit)")
    }
    guard contextLength >= 1 && contextLength <= 1 << 24 else {
      throw .configuration(
        path: path, field: "max_position_embeddings",
        reason: "\(contextLength) is outside 1...\(1 << 24)")
    }
    if heads % cachedHeads != 0 {
      throw .configuration(
        path: path, field: "num_key_value_heads",
        reason: "\(cachedHeads) does not divide the \(heads) attention heads")
    }
    if headWidth % 2 != 0 {
      throw .configuration(
        path: path, field: "head_dim", reason: "\(headWidth) is odd, positions turn pairs")
    }
    if !(epsilon > 0 && epsilon < 1) {
      throw .configuration(
        path: path, field: "rms_norm_eps", reason: "\(epsilon) is outside 0...1")
    }
    if !(rotaryBase >= 1 && rotaryBase < 1e18) {
      throw .configuration(
        path: path, field: "rope_theta", reason: "\(rotaryBase) is outside 1...1e18")
    }
    for id in eosIDs + (bosID.map { [$0] } ?? []) where id < 0 || Int(id) >= vocabularySize {
      throw .configuration(
        path: path, field: "bos_token_id or eos_token_id",
        reason: "\(id) is outside the vocabulary of \(vocabularySize)")
    }
  }
}

extension LlamaConfiguration {
  /// Reads Hugging Face's `config.json`. What this network does not do is refused by name.
  init(json: JSON, path: String) throws(ModelError) {
    guard json.objectValue != nil else {
      throw .malformed(path: path, field: "document", reason: "it is not an object")
    }
    let fields = ConfigurationFields(json: json, path: path)
    try Self.refuseOthers(json, path)
    width = try fields.size("hidden_size")
    hiddenWidth = try fields.size("intermediate_size")
    layers = try fields.size("num_hidden_layers")
    heads = try fields.size("num_attention_heads")
    cachedHeads = try fields.size("num_key_value_heads", default: heads)
    vocabularySize = try fields.size("vocab_size")
    contextLength = try fields.size("max_position_embeddings", default: 2048)
    if fields.isGiven("head_dim") {
      headWidth = try fields.size("head_dim")
    } else {
      guard heads > 0, width % heads == 0 else {
        throw .configuration(
          path: path, field: "num_attention_heads",
          reason: "\(heads) does not divide the hidden_size \(width)")
      }
      headWidth = width / heads
    }
    epsilon = Float(try fields.number("rms_norm_eps", default: 1e-6))
    let rotary = ConfigurationFields(json: json["rope_parameters"] ?? .null, path: path)
    rotaryBase = try fields.number(
      "rope_theta", default: rotary.number("rope_theta", default: 10_000))
    isTied = try fields.flag("tie_word_embeddings", default: false)
    bosID = try fields.ids("bos_token_id").first
    eosIDs = try fields.ids("eos_token_id")
    try check(path: path)
  }

  private static func refuseOthers(_ json: JSON, _ path: String) throws(ModelError) {
    let architectures = json["architectures"]?.arrayValue?.compactMap(\.stringValue) ?? []
    if let other = architectures.first(where: { $0 != "LlamaForCausalLM" }) {
      throw .unsupported(path: path, feature: "the architecture \(other)")
    }
    let type = json["model_type"]?.stringValue
    if let type, type != "llama" {
      throw .unsupported(path: path, feature: "the model type \(type)")
    }
    if architectures.isEmpty && type == nil {
      throw .configuration(
        path: path, field: "architectures", reason: "it does not say what network this is")
    }
    let fields = ConfigurationFields(json: json, path: path)
    let activation = json["hidden_act"]?.stringValue ?? "silu"
    if activation != "silu" && activation != "swish" {
      throw .unsupported(path: path, feature: "the activation \(activation)")
    }
    for bias in ["attention_bias", "mlp_bias"] where try fields.flag(bias, default: false) {
      throw .unsupported(path: path, feature: bias)
    }
    if let quantization = json["quantization_config"], !quantization.isNull {
      let method = quantization["quant_method"]?.stringValue ?? "unknown"
      throw .unsupported(path: path, feature: "quantization by \(method)")
    }
    for key in ["rope_scaling", "rope_parameters"] {
      guard let scaling = json[key], !scaling.isNull else { continue }
      let kind = (scaling["rope_type"] ?? scaling["type"])?.stringValue ?? "default"
      if kind != "default" {
        throw .unsupported(path: path, feature: "rotary positions scaled by '\(kind)'")
      }
    }
  }
}

/// Typed access to a configuration's fields; an absent one and null are the same.
struct ConfigurationFields {
  let json: JSON
  let path: String

  private func value(_ field: String) -> JSON? {
    guard let value = json[field], !value.isNull else { return nil }
    return value
  }

  func isGiven(_ field: String) -> Bool { value(field) != nil }

  func size(_ field: String, default fallback: Int? = nil) throws(ModelError) -> Int {
    guard let value = value(field) else {
      if let fallback { return fallback }
      throw .configuration(path: path, field: field, reason: "it is missing")
    }
    guard let size = value.intValue else {
      throw .configuration(path: path, field: field, reason: "it is not an integer")
    }
    return size
  }

  func number(_ field: String, default fallback: Double) throws(ModelError) -> Double {
    guard let value = value(field) else { return fallback }
    guard let number = value.doubleValue else {
      throw .configuration(path: path, field: field, reason: "it is not a number")
    }
    return number
  }

  func flag(_ field: String, default fallback: Bool) throws(ModelError) -> Bool {
    guard let value = value(field) else { return fallback }
    guard let flag = value.boolValue else {
      throw .configuration(path: path, field: field, reason: "it is not true or false")
    }
    return flag
  }

  /// One id or a list of them.
  func ids(_ field: String) throws(ModelError) -> [Int32] {
    guard let value = value(field) else { return [] }
    var ids: [Int32] = []
    for item in value.arrayValue ?? [value] {
      guard let id = item.intValue.flatMap({ Int32(exactly: $0) }) else {
        throw .configuration(path: path, field: field, reason: "it is not an id")
      }
      ids.append(id)
    }
    return ids
  }
}
