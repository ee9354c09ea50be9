import Files
import Tokenizers

/// A checkpoint that was opened: what families that are more than one decoder are made of.
struct CheckpointFiles {
  let name: String
  /// The folder, nil for a file that has none of its own.
  let folder: String?
  let fields: ConfigurationFields
  let source: any TensorSource
  let tokenizer: Tokenizer?
  let activations: Activations
  /// As the model shows it.
  let configuration: [JSON.Member]

  /// The first of several names' beginnings that the file has a tensor of.
  ///
  /// - Parameter tensor: the name behind the prefix.
  /// - Throws: ``ModelError/missingTensor(path:name:)`` where it has none, under the first prefix.
  func prefix(of tensor: String, among prefixes: [String]) throws(ModelError) -> String {
    if let found = prefixes.first(where: { has($0 + tensor) }) { return found }
    throw .missingTensor(path: source.path, name: (prefixes.first ?? "") + tensor)
  }

  func has(_ tensor: String) -> Bool { source.shape(of: tensor) != nil }

  /// One network of the file.
  ///
  /// - Parameter hasTokenizer: whether ids of the checkpoint's vocabulary go into it.
  func stack(_ reading: ArchitectureReading, hasTokenizer: Bool) throws(ModelError)
    -> TransformerModel
  {
    try TransformerModel(
      name: name, reading: reading, source: source, activations: activations,
      tokenizer: hasTokenizer ? tokenizer : nil, configuration: configuration, isPart: true)
  }

  /// Refuses configurations made for another use of the network than those that are built.
  func check(classes: [String]) throws(ModelError) {
    guard let made = fields.json["architectures"]?.arrayValue?.first?.stringValue,
      !classes.contains(made)
    else { return }
    throw .unsupported(path: fields.path, feature: "the class '\(made)'")
  }

  /// Refuses a field that is set to what is not built.
  func refuse(_ field: String, _ feature: String) throws(ModelError) {
    if try fields.flag(field, default: false) {
      throw .unsupported(path: fields.path, feature: feature)
    }
  }
}

/// Networks that are not one decoder of text: encoders, and several networks in one file.
protocol ModelFamily: SendableMetatype {
  /// Hugging Face's `model_type` values.
  static var modelTypes: [String] { get }
  /// With its article, such as "a text encoder (BERT)".
  static var kind: String { get }
  static func load(_ files: CheckpointFiles) throws(ModelError) -> LoadedModel
}

/// All families, by the names that configurations give them.
enum ModelFamilies {
  static var all: [any ModelFamily.Type] {
    [
      BertFamily.self, DistilBertFamily.self, ViTFamily.self, CLIPFamily.self, LlavaFamily.self,
      T5Family.self, ClassifierFamily.self,
    ]
  }

  /// Nil for decoders and for what is not known.
  static func family(_ configuration: JSON) -> (any ModelFamily.Type)? {
    guard let type = configuration["model_type"]?.stringValue else { return nil }
    return all.first { $0.modelTypes.contains(type) }
  }
}
