import Decoding
import Language
import Models

/// A model of bytes as a value of the language: a language model seen byte by byte, or a mean of such.
final class ByteModelObject: ObjectValue {
  enum Content {
    case tokens(ModelObject, ByteModel)
    case mean([ByteModelObject], ByteEnsemble)
  }

  let content: Content

  init(_ model: ModelObject, masks: Bool) throws {
    content = .tokens(model, try ByteModel(model.model, masks: masks))
  }

  init(mean members: [ByteModelObject], weights: [Double]?) throws {
    content = .mean(members, try ByteEnsemble(members.map(\.model), weights: weights))
  }

  var model: any ByteDistribution {
    switch content {
    case .tokens(_, let model): model
    case .mean(_, let model): model
    }
  }

  /// The model over one vocabulary; nil for a mean.
  var tokenModel: ByteModel? { if case .tokens(_, let model) = content { model } else { nil } }

  var typeName: String { "byte_model" }
  var summary: String {
    switch content {
    case .tokens(let object, let model):
      "byte model of \(object.model.name), \(model.masks ? "masked" : "without mask")"
    case .mean(let members, let model):
      "byte model, mean of "
        + zip(members, model.weights).map { "\($0.model.name) × \($1)" }.joined(separator: ", ")
    }
  }

  var fieldNames: [String] { ["name", "models", "weights", "mask"] }

  func field(_ name: String) -> Value? {
    switch (name, content) {
    case ("name", _): .string(model.name)
    case ("models", .tokens(let object, _)): .list([.object(object)])
    case ("models", .mean(let members, _)): .list(members.map { .object($0) })
    case ("weights", .tokens): .list([.float(1)])
    case ("weights", .mean(_, let model)): .list(model.weights.map { .float($0) })
    case ("mask", .tokens(_, let model)): .bool(model.masks)
    case ("mask", .mean): .null
    default: nil
    }
  }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? ByteModelObject else { return false }
    switch (content, other.content) {
    case (.tokens(let a, let first), .tokens(let b, let second)):
      return a.isEqual(to: b) && first.masks == second.masks
    case (.mean(let a, let first), .mean(let b, let second)):
      return first.weights == second.weights && a.count == b.count
        && zip(a, b).allSatisfy { $0.isEqual(to: $1) }
    default: return false
    }
  }

  // MARK: The cache

  static let archiveKind = "byte_model"

  var archived: ArchivedObject? {
    let state =
      switch content {
      case .tokens(let object, let model):
        Record([("model", .object(object)), ("mask", .bool(model.masks))])
      case .mean(let members, let model):
        Record([
          ("members", .list(members.map { .object($0) })),
          ("weights", .list(model.weights.map { .float($0) })),
        ])
      }
    return ArchivedObject(kind: Self.archiveKind, state: .record(state))
  }

  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    if case .record(let state) = state {
      if case .object(let model as ModelObject)? = state["model"],
        case .bool(let masks)? = state["mask"]
      {
        return try ByteModelObject(model, masks: masks)
      }
      if case .list(let members)? = state["members"], case .list(let weights)? = state["weights"] {
        return try ByteModelObject(
          mean: members.compactMap {
            if case .object(let member as ByteModelObject) = $0 { member } else { nil }
          },
          weights: weights.compactMap {
            if case .float(let weight) = $0 { weight } else { nil }
          })
      }
    }
    throw LanguageError.cannotConvert("the cached value", to: "byte_model")
  }
}

extension ByteModelObject: ParameterValue {
  static var type: ValueType { .oneOf([.object("byte_model"), .object("model"), .path]) }
  var defaultText: String? { nil }

  /// A byte model, or a language model, which is taken with the mask.
  static func convert(_ value: Value, in call: Call) throws -> ByteModelObject? {
    if case .object(let object as ByteModelObject) = value { return object }
    return try ModelObject.convert(value, in: call).map { try ByteModelObject($0, masks: true) }
  }
}

/// Bytes as an argument: a text, or a list of numbers from 0 to 255, which may end inside a character.
struct ByteText: ParameterValue {
  let bytes: [UInt8]

  static var type: ValueType { .oneOf([.string, .list(of: .int)]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) throws -> ByteText? {
    switch value {
    case .string(let text): return ByteText(bytes: Array(text.utf8))
    case .list(let items):
      let bytes = items.compactMap { $0.intValue.flatMap(UInt8.init(exactly:)) }
      return bytes.count == items.count ? ByteText(bytes: bytes) : nil
    default: return nil
    }
  }
}
