import Files

/// What a checkpoint's configuration says: the network, where its weights stand in the file, and the ids
/// that begin and end texts.
public struct ArchitectureReading: Sendable {
  /// Such as `llama`, as `describe` shows it.
  public var name: String
  public var network: NetworkDescription
  /// One for every weight of ``NetworkDescription/weightShapes``.
  public var recipes: [WeightKey: WeightRecipe]
  /// Tensors of the file that say nothing new, by the end of their names.
  public var ignoredSuffixes: [String] = [".rotary_emb.inv_freq"]
  /// What names of the recipes begin with, and those of older files do not (`transformer.`).
  public var optionalPrefix: String?
  /// Tensors that hold no weight: how rotary frequencies are scaled, read with the configuration.
  public var tablesOfRotation: [String] = []
  public var bosID: Int32?
  public var eosIDs: [Int32] = []
  /// Layers of the file that were taken out of the network.
  var skippedLayers: [Int] = []

  public init(name: String, network: NetworkDescription, recipes: [WeightKey: WeightRecipe]) {
    (self.name, self.network, self.recipes) = (name, network, recipes)
  }
}

/// How an architecture is read from a Hugging Face configuration and from GGUF metadata.
protocol Architecture: SendableMetatype {
  /// Hugging Face's `model_type` values.
  static var modelTypes: [String] { get }
  /// The values of `general.architecture`.
  static var ggufNames: [String] { get }
  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading
}

extension Architecture {
  static var ggufNames: [String] { [] }
  static func read(_ fields: GGUFFields, type: String) throws(ModelError) -> ArchitectureReading {
    throw .unsupported(path: fields.path, feature: "the GGUF architecture '\(type)'")
  }
}

/// All architectures, by the names that files give them.
enum Architectures {
  static let all: [any Architecture.Type] = [
    LlamaFamily.self, QwenFamily.self, GemmaFamily.self, GPT2Family.self, GPTNeoXFamily.self,
    PhiFamily.self, OLMoFamily.self, StableLMFamily.self, FalconFamily.self, MadeFamily.self,
  ]

  /// - Parameter contextLength: the number of positions, in place of the configuration's.
  static func reading(json: JSON, path: String, contextLength: Int? = nil) throws(ModelError)
    -> ArchitectureReading
  {
    var fields = ConfigurationFields(json: json, path: path)
    fields.contextLength = contextLength
    guard json.objectValue != nil else {
      throw .malformed(path: path, field: "document", reason: "it is not an object")
    }
    guard let type = json["model_type"]?.stringValue ?? Self.type(of: json) else {
      throw .configuration(
        path: path, field: "model_type", reason: "it does not say what network this is")
    }
    guard let architecture = all.first(where: { $0.modelTypes.contains(type) }) else {
      throw .unsupported(path: path, feature: "the model type '\(type)'")
    }
    if let quantization = json["quantization_config"], !quantization.isNull {
      let method = quantization["quant_method"]?.stringValue ?? "unknown"
      throw .unsupported(path: path, feature: "quantization by \(method)")
    }
    return try architecture.read(fields, type: type)
  }

  /// Configurations without a `model_type` name a class.
  private static func type(of json: JSON) -> String? {
    switch json["architectures"]?.arrayValue?.first?.stringValue {
    case "LlamaForCausalLM": "llama"
    case "GPT2LMHeadModel": "gpt2"
    default: nil
    }
  }

  static func reading(gguf given: GGUFFields, contextLength: Int? = nil) throws(ModelError)
    -> ArchitectureReading
  {
    var fields = given
    fields.contextLength = contextLength
    guard let type = fields.text("general.architecture") else {
      throw .configuration(
        path: fields.path, field: "general.architecture", reason: "it is missing")
    }
    guard let architecture = all.first(where: { $0.ggufNames.contains(type) }) else {
      throw .unsupported(path: fields.path, feature: "the GGUF architecture '\(type)'")
    }
    return try architecture.read(fields, type: type)
  }
}
