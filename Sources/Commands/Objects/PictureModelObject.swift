import Files
import Language
import Models
import Tensors

/// A classifier of pictures as a value of the language.
final class PictureModelObject: FileObject {
  let encoder: ImageEncoder
  /// The path it was loaded by or saved to, as written; nil where it stands nowhere.
  let path: String?

  init(_ encoder: ImageEncoder, path: String?) { (self.encoder, self.path) = (encoder, path) }

  var typeName: String { "vision" }
  var summary: String {
    let (size, patches) = (encoder.patches.imageSize, encoder.patches)
    return "vision \(encoder.name)  \(encoder.labels.count) classes, "
      + "\(encoder.stack.parameterCount) parameters, pictures of \(patches.channels) × \(size) × \(size)"
  }
  var fieldNames: [String] {
    ["name", "labels", "parameters", "layers", "width", "shape", "patch", "config", "digest"]
  }

  func field(_ name: String) -> Value? {
    let patches = encoder.patches
    return switch name {
    case "name": .string(encoder.name)
    case "labels": .list(encoder.labels.map(Value.string))
    case "parameters": .int(encoder.stack.parameterCount)
    case "layers": .int(encoder.stack.network.blocks.count)
    case "width": .int(encoder.width)
    case "shape":
      .list([.int(patches.channels), .int(patches.imageSize), .int(patches.imageSize)])
    case "patch": .int(patches.patchSize)
    case "config":
      .record(Record(encoder.stack.configuration.map { ($0.key, Value($0.value)) }))
    case "digest": digest.map(Value.string) ?? .null
    default: nil
    }
  }

  var digest: String? { try? encoder.stack.digest() }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? PictureModelObject else { return false }
    return self === other
      || encoder.labels == other.encoder.labels && digest != nil && digest == other.digest
  }

  // MARK: The cache

  static let archiveKind = "vision"
  static let kindName = "a classifier of pictures"

  convenience init?(loaded model: LoadedModel, path: String) {
    guard case .imageEncoder(let encoder) = model, !encoder.labels.isEmpty else { return nil }
    self.init(encoder, path: path)
  }
}

/// Pictures of one size, of one channel or several.
struct Pictures: ParameterValue {
  /// `[pictures, channels, height, width]`, of f32.
  let values: Tensor

  static var type: ValueType { .tensor }
  var defaultText: String? { nil }

  /// Also `[pictures, height, width]`, and `[height, width]` for one picture.
  static func convert(_ value: Value, in call: Call) throws -> Pictures? {
    guard let tensor = try value.asTensor() else { return nil }
    guard (2...4).contains(tensor.rank) else {
      throw LanguageError.invalid(
        "pictures are [pictures, height, width] or [pictures, channels, height, width], not \(tensor.shape)",
        hint: "a picture alone is [height, width]")
    }
    let shape =
      [[1, 1] + tensor.shape, [tensor.shape[0], 1] + tensor.shape.dropFirst(), tensor.shape][
        tensor.rank - 2]
    return Pictures(values: try tensor.reshaped(shape).cast(to: .f32))
  }

  var count: Int { values.shape[0] }
}
