import Files
import Language
import Tokenizers

/// A tokenizer as a value of the language.
final class TokenizerObject: ObjectValue {
  let tokenizer: Tokenizer
  /// The path it was loaded from, as written; nil where it was trained here.
  let path: String?
  /// How its file was to be read, where that was said.
  let kind: TokenizerKind?

  init(_ tokenizer: Tokenizer, path: String? = nil, kind: TokenizerKind? = nil) {
    self.tokenizer = tokenizer
    self.path = path
    self.kind = kind
  }

  var typeName: String { "tokenizer" }
  var summary: String { tokenizer.summary }
  var fieldNames: [String] { ["name", "kind", "vocab", "bos_id", "eos_id", "adds_bos", "digest"] }

  func field(_ name: String) -> Value? {
    switch name {
    case "name": .string(tokenizer.name)
    case "kind": .string(tokenizer.kind.rawValue)
    case "vocab": .int(tokenizer.vocabularySize)
    case "bos_id": tokenizer.bosID.map { .int(Int($0)) } ?? .null
    case "eos_id": tokenizer.eosID.map { .int(Int($0)) } ?? .null
    case "adds_bos": .bool(tokenizer.addsBOS)
    case "digest": .string(tokenizer.digest)
    default: nil
    }
  }

  var facts: Record { Record(tokenizer.facts.map { ($0.key, Value($0.value)) }) }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? TokenizerObject else { return false }
    return self === other || tokenizer.digest == other.tokenizer.digest
  }

  // MARK: The cache

  static let archiveKind = "tokenizer"

  /// A loaded tokenizer is kept as its path and digest, a trained one whole.
  var archived: ArchivedObject? {
    var state = Record([("digest", .string(tokenizer.digest))])
    if let path {
      state["path"] = .string(path)
      if let kind { state["kind"] = .string(kind.rawValue) }
    } else {
      guard let json = try? tokenizer.json() else { return nil }
      state["json"] = .string(json.text())
      state["name"] = .string(tokenizer.name)
    }
    return ArchivedObject(kind: Self.archiveKind, state: .record(state))
  }

  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    guard case .record(let state) = state, let digest = state["digest"]?.stringValue else {
      throw FileError.malformed(path: "cache", byte: nil, reason: "not a tokenizer")
    }
    let object: TokenizerObject
    if let path = state["path"]?.stringValue {
      let kind = state["kind"]?.stringValue.flatMap(TokenizerKind.init(rawValue:))
      object = try load(path, kind: kind, session)
    } else {
      object = TokenizerObject(
        try Tokenizer.load(
          tokenizerJSON: Array((state["json"]?.stringValue ?? "").utf8),
          name: state["name"]?.stringValue ?? "tokenizer", source: "cache"))
    }
    guard object.tokenizer.digest == digest else {
      throw FileError.changedMeanwhile(path: state["path"]?.stringValue ?? "cache")
    }
    return object
  }

  /// Loads a vocabulary file, the folder that holds one, or that of a model that came with the program
  /// by its name, once a session.
  static func load(_ path: String, kind: TokenizerKind?, _ session: Session) throws
    -> TokenizerObject
  {
    let named = NamedModel.reading(path, session)
    let file = try named ?? session.files.reading(path)
    // Each file that is opened needs permission of its own: a link may lead out of the folder.
    if named == nil, Paths.isFolder(file) {
      for name in ["tokenizer.json", "tokenizer.bin", "tokenizer_config.json"]
      where Paths.exists(Paths.join(file, name)) {
        _ = try session.files.reading(Paths.join(path, name))
      }
    }
    let key = "tokenizer \(kind?.rawValue ?? "") \(Paths.resolved(file) ?? file)"
    let kept = try session.objects.object(key) {
      TokenizerObject(try Tokenizer.load(path: file, kind: kind), path: path, kind: kind)
    }
    if let object = kept as? TokenizerObject { return object }
    return TokenizerObject(try Tokenizer.load(path: file, kind: kind), path: path, kind: kind)
  }
}

extension TokenizerObject: ParameterValue {
  static var type: ValueType { .oneOf([.object("tokenizer"), .path]) }
  var defaultText: String? { nil }

  /// A tokenizer, or the path of one.
  static func convert(_ value: Value, in call: Call) throws -> TokenizerObject? {
    switch value {
    case .object(let object as TokenizerObject): object
    case .string(let path): try load(path, kind: nil, call.session)
    default: nil
    }
  }
}

extension Value {
  /// A JSON document as a value: objects become records.
  init(_ json: JSON) {
    switch json {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let value): self = .int(value)
    case .number(let value): self = .float(value)
    case .string(let text): self = .string(text)
    case .array(let items): self = .list(items.map { Value($0) })
    case .object(let members): self = .record(Record(members.map { ($0.key, Value($0.value)) }))
    }
  }
}
