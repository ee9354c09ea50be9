import Language
import Models

/// `model.*`: checkpoints and what they say.
enum ModelCommands {
  static let all: [any Command.Type] = [
    ModelLoad.self, ModelNew.self, ModelRedraw.self, ModelLogits.self,
    ModelHidden.self, ModelWeights.self, ModelWeight.self,
    ModelParameters.self, ModelFLOPs.self, ModelBytes.self, ModelInstall.self, ModelQuantize.self,
    ModelConvert.self, ModelEmbed.self, ModelChat.self, ModelBytewise.self, ModelEnsemble.self,
    ModelNextByte.self, ModelMarkov.self, ModelSkipLayers.self, ModelClassify.self,
    ModelGenerate.self,
    ModelMerge.self, ModelProvenance.self,
  ]
}

extension Activations: WordParameter {}

/// `model.load`: a checkpoint.
struct ModelLoad: Command {
  static let name = "model.load"
  static let summary = "Load a language model from a folder or a file."
  static let searchWords = [
    "open", "checkpoint", "safetensors", "gguf", "llama2.c", "weights", "quantized",
  ]
  static let result = ValueType.object("model")
  static let examples = [
    Example(#"lm = model.load "default"; lm.architecture"#, shows: "llama"),
    Example(#"model.load("default", context=64).context"#, shows: "64"),
  ]

  let path = Argument<String>(
    "A folder with config.json and safetensors, a GGUF file, a llama2.c .bin file, or \"default\".")
  let activations = Option(
    "How quantised weights are multiplied: f32 dequantises them, q8 rounds states to 8 bits.",
    default: Activations.f32)
  let weights = Option<WeightKind?>(
    "What matrices are rounded to when they are read, as if model.quantize had written the file.")
  let context = Option<Int?>(
    "The most positions, in place of the file's own; some rotary scalings depend on it.",
    in: 1...16_777_216)

  func run(_ call: Call) throws -> Value {
    let options = ModelLoader.Options(
      activations: try call[activations], contextLength: try call[context],
      weights: try call[weights]?.type)
    return .object(try ModelObject.load(try call[path], call.session, options: options))
  }
}

/// `model.logits`: the scores of the next token, at every position.
struct ModelLogits: Command {
  static let name = "model.logits"
  static let summary = "Compute the scores of the next token after each token of a prompt."
  static let searchWords = ["forward", "scores", "run"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      #"lm = model.load "default"; model.logits(lm, [1, 2, 3]).shape[0]"#, shows: "3")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>("A text, tokens, or ids.", piped: true)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].model
    return .tensor(try model.logits(ids: try call[prompt].ids(for: model)))
  }
}

/// `model.weights`: what tensors a model has.
struct ModelWeights: Command {
  static let name = "model.weights"
  static let summary = "List a model's weights with their shapes, in the order of the network."
  static let searchWords = ["parameters", "tensors", "layers", "names"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"model.weights "default" | map (w -> w.name) | first"#, shows: "embed.weight")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.", piped: true)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    return .table(
      Table(
        rows: model.network.weightShapes.map { key, shape in
          let stored = model.stored(key)
          return Record([
            ("name", .string(key.name)), ("shape", .list(shape.map(Value.int))),
            ("count", .int(shape.reduce(1, &*))),
            ("type", stored.map { .string($0.type) } ?? .null),
            ("stored_as", stored.map { .string($0.name) } ?? .null),
          ])
        }))
  }
}

/// `model.weight`: one of a model's tensors.
struct ModelWeight: Command {
  static let name = "model.weight"
  static let summary = "Take one of a model's weights as a tensor."
  static let searchWords = ["parameter", "matrix", "embedding", "tensor"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      #"w = model.weight "default" "model.norm.weight"; w.shape[0] == model.load("default").config.hidden_size"#,
      shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.", piped: true)
  let weight = Argument<String>(
    "Its name, as model.weights lists it; the file's own name where the tensor is stored as it is used."
  )

  func run(_ call: Call) throws -> Value {
    .tensor(try call[model].model.weight(try call[weight]))
  }
}
