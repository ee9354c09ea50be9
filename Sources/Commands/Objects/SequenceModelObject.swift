import Files
import Language
import Models

/// A model that reads one text and writes another, as a value of the language.
final class SequenceModelObject: ObjectValue {
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

  private var digest: String? { try? model.decoder.digest() }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? SequenceModelObject else { return false }
    return self === other || digest != nil && digest == other.digest
  }

  // MARK: The cache

  static let archiveKind = "seq2seq"

  /// A model is kept as its path and the digest of its file; one that stands nowhere is not.
  var archived: ArchivedObject? {
    guard let path, let digest else { return nil }
    return ArchivedObject(
      kind: Self.archiveKind,
      state: .record(Record([("path", .string(path)), ("digest", .string(digest))])))
  }

  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    guard case .record(let state) = state, let path = state["path"]?.stringValue else {
      throw FileError.malformed(path: "cache", byte: nil, reason: "not an encoder-decoder model")
    }
    let object = try load(path, session)
    guard object.digest == state["digest"]?.stringValue else {
      throw FileError.changedMeanwhile(path: path)
    }
    return object
  }

  /// The model of a folder, loaded once a session.
  static func load(_ path: String, _ session: Session) throws -> SequenceModelObject {
    let file = try ModelObject.file(path, session)
    let kept = try session.objects.object("seq2seq \(ModelObject.stamp(file))") {
      let model = try ModelLoader.loadAny(path: file)
      guard case .encoderDecoder(let found) = model else {
        let hint = if case .language = model { "; see decode.greedy" } else { "" }
        throw ModelError.unsupported(
          path: path, feature: "an encoder-decoder model (this is a \(model.kind)\(hint))")
      }
      return SequenceModelObject(found, path: path)
    }
    guard let object = kept as? SequenceModelObject else {
      throw ModelError.notAModel(path: path, reason: "it is not an encoder-decoder model")
    }
    return object
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
