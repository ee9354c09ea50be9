import Files
import Language
import Models

/// An encoder of texts as a value of the language.
final class EncoderObject: FileObject {
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

  var digest: String? { try? encoder.stack.digest() }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? EncoderObject else { return false }
    return self === other
      || encoder.pooling == other.encoder.pooling && encoder.normalizes == other.encoder.normalizes
        && digest != nil && digest == other.digest
  }

  // MARK: The cache

  static let archiveKind = "encoder"
  static let kindName = "a text encoder"
  static let languageHint = "; see model.hidden"

  convenience init?(loaded model: LoadedModel, path: String) {
    guard case .textEncoder(let encoder) = model else { return nil }
    self.init(encoder, path: path)
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
