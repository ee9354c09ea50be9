import Files
import Language
import Models

/// An encoder of texts as a value of the language.
final class EncoderObject: ObjectValue {
  let encoder: TextEncoder
  /// The path it was loaded by or saved to, as written; nil where it stands nowhere.
  let path: String?

  init(_ encoder: TextEncoder, path: String?) { (self.encoder, self.path) = (encoder, path) }

  var typeName: String { "encoder" }
  var summary: String {
    "encoder \(encoder.name)  \(encoder.stack.parameterCount) parameters, width \(encoder.width), "
      + "context \(encoder.stack.contextLength), \(encoder.pooling.rawValue) pooling"
  }
  var fieldNames: [String] {
    [
      "name", "parameters", "layers", "width", "context", "vocab", "pooling", "normalizes",
      "scores_tokens", "config", "tokenizer", "digest",
    ]
  }

  func field(_ name: String) -> Value? {
    let stack = encoder.stack
    return switch name {
    case "name": .string(encoder.name)
    case "parameters": .int(stack.parameterCount)
    case "layers": .int(stack.network.blocks.count)
    case "width": .int(encoder.width)
    case "context": .int(stack.contextLength)
    case "vocab": .int(stack.vocabularySize)
    case "pooling": .string(encoder.pooling.rawValue)
    case "normalizes": .bool(encoder.normalizes)
    case "scores_tokens": .bool(encoder.scoresTokens)
    case "config": .record(Record(stack.configuration.map { ($0.key, Value($0.value)) }))
    case "tokenizer": encoder.tokenizer.map { .object(TokenizerObject($0, path: path)) } ?? .null
    case "digest": digest.map(Value.string) ?? .null
    default: nil
    }
  }

  private var digest: String? { try? encoder.stack.digest() }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? EncoderObject else { return false }
    return self === other
      || encoder.pooling == other.encoder.pooling && encoder.normalizes == other.encoder.normalizes
        && digest != nil && digest == other.digest
  }

  // MARK: The cache

  static let archiveKind = "encoder"

  /// An encoder is kept as its path and the digest of its file; one that stands nowhere is not.
  var archived: ArchivedObject? {
    guard let path, let digest else { return nil }
    return ArchivedObject(
      kind: Self.archiveKind,
      state: .record(Record([("path", .string(path)), ("digest", .string(digest))])))
  }

  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    guard case .record(let state) = state, let path = state["path"]?.stringValue else {
      throw FileError.malformed(path: "cache", byte: nil, reason: "not an encoder")
    }
    let object = try load(path, session)
    guard object.digest == state["digest"]?.stringValue else {
      throw FileError.changedMeanwhile(path: path)
    }
    return object
  }

  /// The encoder of a folder or a GGUF file, or the one that came with the program by its name, loaded once a
  /// session.
  static func load(_ path: String, _ session: Session) throws -> EncoderObject {
    let file = try ModelObject.file(path, session)
    let kept = try session.objects.object("encoder \(ModelObject.stamp(file))") {
      let model = try ModelLoader.loadAny(path: file)
      guard case .textEncoder(let encoder) = model else {
        let hint = if case .language = model { "; see model.hidden" } else { "" }
        throw ModelError.unsupported(
          path: path, feature: "a text encoder (this is a \(model.kind)\(hint))")
      }
      return EncoderObject(encoder, path: path)
    }
    guard let object = kept as? EncoderObject else {
      throw ModelError.notAModel(path: path, reason: "it is not an encoder")
    }
    return object
  }
}

extension EncoderObject: ParameterValue {
  static var type: ValueType { .oneOf([.object("encoder"), .path]) }
  var defaultText: String? { nil }

  /// An encoder, its path, or the name of the one that came with the program.
  static func convert(_ value: Value, in call: Call) throws -> EncoderObject? {
    switch value {
    case .object(let object as EncoderObject): object
    case .string(let path): try load(path, call.session)
    default: nil
    }
  }
}
