import Files
import Glibc
import Language
import Models
import Tokenizers
import Training

/// A language model as a value of the language.
final class ModelObject: ObjectValue {
  let model: any LanguageModel
  /// The path or name it was loaded by, as written.
  let path: String
  /// The path of a model that was made here and stands nowhere.
  static let unsaved = ""
  /// What was chosen when it was loaded.
  let options: ModelLoader.Options

  init(_ model: any LanguageModel, path: String, options: ModelLoader.Options = .init()) {
    (self.model, self.path, self.options) = (model, path, options)
  }

  /// The model with all that a transformer can do.
  ///
  /// - Throws: ``ModelError/unsupported(path:feature:)`` for another kind.
  var transformer: TransformerModel {
    get throws {
      if let transformer = model as? TransformerModel { return transformer }
      throw ModelError.unsupported(
        path: path, feature: "looking inside a model that is no transformer")
    }
  }

  var typeName: String { "model" }
  var summary: String {
    "model \(model.name)  \(model.architecture), \(model.parameterCount) parameters, "
      + "context \(model.contextLength), vocabulary \(model.vocabularySize)"
      + (options.weights.map { ", weights \($0.name)" } ?? "")
      + (options.activations == .q8 ? ", 8-bit activations" : "")
  }
  var fieldNames: [String] {
    [
      "name", "architecture", "parameters", "layers", "width", "context", "vocab", "activations",
      "config", "tokenizer", "digest",
    ]
  }

  func field(_ name: String) -> Value? {
    switch name {
    case "name": .string(model.name)
    case "architecture": .string(model.architecture)
    case "parameters": .int(model.parameterCount)
    case "layers": (model as? TransformerModel).map { .int($0.network.blocks.count) } ?? .null
    case "width": (model as? TransformerModel).map { .int($0.network.width) } ?? .null
    case "activations": .string(options.activations.rawValue)
    case "context": .int(model.contextLength)
    case "vocab": .int(model.vocabularySize)
    case "config": .record(Record(model.configuration.map { ($0.key, Value($0.value)) }))
    case "tokenizer": model.tokenizer.map { .object(TokenizerObject($0, path: path)) } ?? .null
    case "digest": (try? model.digest()).map(Value.string) ?? .null
    default: nil
    }
  }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? ModelObject else { return false }
    return self === other || options == other.options && digest != nil && digest == other.digest
  }

  private var digest: String? { try? model.digest() }

  /// Ids with this model's tokenizer, where it has one.
  func tokens(_ ids: [Int32]) -> TokensObject {
    TokensObject(ids, model.tokenizer.map { TokenizerObject($0, path: path) })
  }

  // MARK: The cache

  static let archiveKind = "model"

  /// A model is kept as its path and the digest of its weights; one that stands nowhere is not.
  var archived: ArchivedObject? {
    guard path != Self.unsaved, let digest else { return nil }
    var state = Record([
      ("path", .string(path)), ("digest", .string(digest)),
      ("activations", .string(options.activations.rawValue)),
    ])
    if let context = options.contextLength { state["context"] = .int(context) }
    if let weights = options.weights { state["weights"] = .string(weights.name) }
    return ArchivedObject(kind: Self.archiveKind, state: .record(state))
  }

  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    guard case .record(let state) = state, let path = state["path"]?.stringValue else {
      throw FileError.malformed(path: "cache", byte: nil, reason: "not a model")
    }
    var options = ModelLoader.Options()
    if let name = state["activations"]?.stringValue, let kind = Activations(rawValue: name) {
      options.activations = kind
    }
    if case .int(let context)? = state["context"] { options.contextLength = context }
    if let name = state["weights"]?.stringValue { options.weights = GGUFTensorType(name: name) }
    let object = try load(path, session, options: options)
    guard object.digest == state["digest"]?.stringValue else {
      throw FileError.changedMeanwhile(path: path)
    }
    return object
  }

  /// What tells a file, or the files of a folder, from others that were there before: a model that is
  /// written again in a session is another one.
  static func stamp(_ file: String) -> String {
    let files =
      Paths.isFolder(file)
      ? ((try? Paths.names(in: file)) ?? []).sorted().map { Paths.join(file, $0) } : [file]
    return (Paths.resolved(file) ?? file)
      + files.map { path in
        var status = stat()
        guard stat(path, &status) == 0 else { return " -" }
        let time = status.st_mtim
        return " \(status.st_ino).\(status.st_size).\(time.tv_sec).\(time.tv_nsec)"
      }.joined()
  }

  /// A model's file or folder, once all files that will be opened may be read: a link may lead out of
  /// the folder.
  static func readable(_ path: String, _ session: Session) throws -> String {
    let file = try session.files.reading(path)
    if Paths.isFolder(file) {
      for name in try Paths.names(in: file)
      where [".json", ".safetensors", ".bin", ".model", ".jinja"].contains(where: name.hasSuffix) {
        _ = try session.files.reading(Paths.join(path, name))
      }
    }
    return file
  }

  /// The file or folder of a model: of one that came with the program or was installed by its name, else
  /// a path that may be read.
  static func file(_ path: String, _ session: Session) throws -> String {
    if let named = NamedModel.reading(path, session) { return named }
    if ModelPackage.named(path) != nil, !Paths.exists(path) {
      throw ModelError.install(
        name: path, reason: "it is not there yet; run model.install \"\(path)\"")
    }
    return try readable(path, session)
  }

  /// Loads a model by path, or by the name of one that came with the program, once a session.
  static func load(_ path: String, _ session: Session, options: ModelLoader.Options = .init())
    throws -> ModelObject
  {
    let file = try Self.file(path, session)
    let wish =
      "\(options.activations.rawValue) \(options.contextLength ?? 0) \(options.weights?.name ?? "")"
    let key = "model \(wish) \(stamp(file))"
    var options = options
    options.packs = .inUse
    func opened() throws -> ModelObject {
      ModelObject(
        try ModelLoader.load(path: file, options: options), path: path, options: options)
    }
    let kept = try session.objects.object(key) { try opened() }
    if let object = kept as? ModelObject { return object }
    return try opened()
  }
}

extension ModelObject: ParameterValue {
  static var type: ValueType { .oneOf([.object("model"), .path]) }
  var defaultText: String? { nil }

  /// A model, its path, or the name of one that came with the program.
  static func convert(_ value: Value, in call: Call) throws -> ModelObject? {
    switch value {
    case .object(let object as ModelObject): object
    case .string(let path): try load(path, call.session)
    default: nil
    }
  }
}

/// Models that came with the program: `models/` beside it, or above it in a checkout.
public enum BuiltinModels {
  private static let folders = [
    "default": "stories", "stories": "stories", "encoder": "encoder",
  ].merging(
    TrainingRecipe.all.map { ($0.name, "recipes/\($0.name)") }, uniquingKeysWith: { own, _ in own })

  /// The folder of a model that came with the program; nil for any other name.
  public static func folder(named name: String) -> String? {
    guard let folder = folders[name] else { return nil }
    if let stated = getenv("TESSERA_MODELS") {
      return existing(Paths.join(String(cString: stated), folder))
    }
    guard var place = Paths.resolved("/proc/self/exe") else { return nil }
    for _ in 0..<8 {
      place = Paths.parent(of: place)
      for candidate in ["models", "share/tessera/models"] {
        if let found = existing(Paths.join(Paths.join(place, candidate), folder)) { return found }
      }
      if place == "/" { break }
    }
    return nil
  }

  private static func existing(_ path: String) -> String? {
    Paths.exists(Paths.join(path, "config.json")) ? path : nil
  }
}

/// What a model is given to read: a text, or ids.
enum Prompt: ParameterValue {
  case text(String)
  /// With the tokenizer that they came from, if they remember one.
  case ids([Int32], of: Tokenizer?)

  static var type: ValueType {
    .oneOf([.string, .object("tokens"), .list(of: .int), .tensor, .range])
  }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) throws -> Prompt? {
    if case .string(let text) = value { return .text(text) }
    var tokenizer: Tokenizer?
    if case .object(let tokens as TokensObject) = value { tokenizer = tokens.tokenizer?.tokenizer }
    return try TokenIDs.convert(value, in: call).map { .ids($0.ids, of: tokenizer) }
  }

  /// The ids that go to the model: text gets BOS exactly where the model's own files ask for it.
  func ids(for model: any LanguageModel) throws -> [Int32] {
    switch self {
    case .text(let text): return try model.ids(of: text)
    case .ids(let ids, let tokenizer):
      if let tokenizer { try model.check(tokenizer) }
      return ids
    }
  }
}
