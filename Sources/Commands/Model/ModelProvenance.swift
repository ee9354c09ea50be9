import Files
import Language
import Models

/// `model.provenance`: where weights come from.
struct ModelProvenance: Command {
  static let name = "model.provenance"
  static let summary =
    "Tell what made a model and how good it was, as the header of its weights says; null if it does not."
  static let searchWords = ["training", "origin", "metadata", "header", "held-out", "data"]
  static let result = ValueType.any
  static let examples = [
    Example(#"model.provenance("default").command"#, shows: "train.lm")
  ]

  let path = Argument<String>(
    "A folder with model.safetensors, a .safetensors file, or \"default\".", piped: true)

  func run(_ call: Call) throws -> Value {
    let file = try ModelObject.file(try call[path], call.session)
    return try Self.origin(of: file).map { Value($0) } ?? .null
  }

  /// What the header of a file's weights, or of a folder's, says of their making; nil where it says nothing.
  static func origin(of path: String) throws -> JSON? {
    let file = Paths.isFolder(path) ? Paths.join(path, "model.safetensors") : path
    let metadata = try SafetensorsFile(path: file).metadata
    guard let text = metadata.first(where: { $0.key == "tessera" })?.value else { return nil }
    return try JSONParser.parse(Array(text.utf8), path: file)
  }
}
