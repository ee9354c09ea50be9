import Files
import Language
import Models

/// A model that reads one text and writes another, as a value of the language.
final class SequenceModelObject: FileObject {
  let model: EncoderDecoderModel
  /// The path it was loaded by or saved to, as written; nil where it stands nowhere.
  let path: String?

  init(_ model: EncoderDecoderModel, path: String?) { (self.model, self.path) = (model, path) }

  var typeName: String { "seq2seq" }
  var summary: String {
    "seq2seq \(model.name)  \(parameters) parameters, width \(model.decoder.network.width)"
  }
  var fieldNames: [String] {
    ["name", "parameters", "layers", "width", "vocab", "config", "tokenizer", "digest"]
  }

  /// The table that both read is counted once: it is the decoder's.
  private var parameters: Int { model.encoder.parameterCount + model.decoder.parameterCount }

  func field(_ name: String) -> Value? {
    switch name {
    case "name": .string(model.name)
    case "parameters": .int(parameters)
    case "layers":
      .list([
        .int(model.encoder.network.blocks.count), .int(model.decoder.network.blocks.count),
      ])
    case "width": .int(model.decoder.network.width)
    case "vocab": .int(model.vocabularySize)
    case "config":
      .record(Record(model.decoder.configuration.map { ($0.key, Value($0.value)) }))
    case "tokenizer": model.tokenizer.map { .object(TokenizerObject($0, path: path)) } ?? .null
    case "digest": digest.map(Value.string) ?? .null
    default: nil
    }
  }

  /// Of both halves: models may share one of them.
  var digest: String? {
    guard let encoder = try? model.encoder.digest(), let decoder = try? model.decoder.digest()
    else { return nil }
    return Digest.hexadecimal(of: encoder + decoder)
  }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? SequenceModelObject else { return false }
    return self === other || digest != nil && digest == other.digest
  }

  // MARK: The cache

  static let archiveKind = "seq2seq"
  static let kindName = "an encoder-decoder model"
  static let languageHint = "; see decode.greedy"

  convenience init?(loaded model: LoadedModel, path: String) {
    guard case .encoderDecoder(let found) = model else { return nil }
    self.init(found, path: path)
  }
}

extension SequenceModelObject: ParameterValue {
  static var type: ValueType { .oneOf([.object("seq2seq"), .path]) }
  var defaultText: String? { nil }

  /// A model, or the path of one.
  static func convert(_ value: Value, in call: Call) throws -> SequenceModelObject? {
    switch value {
    case .object(let object as SequenceModelObject): object
    case .string(let path): try load(path, call.session)
    default: nil
    }
  }
}
