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
    var file = try ModelObject.file(try call[path], call.session)
    if Paths.isFolder(file) { file = Paths.join(file, "model.safetensors") }
    let metadata = try SafetensorsFile(path: file).metadata
    guard let text = metadata.first(where: { $0.key == "tessera" })?.value else { return .null }
    return Value(try JSONParser.parse(Array(text.utf8), path: file))
  }
}
