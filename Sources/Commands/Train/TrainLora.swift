import Files
import Language
import Models
import Training

extension LowRankAdapter.Target: WordParameter {}

/// The folder that an adapter is written to.
private enum AdapterFolder {
  static func writable(_ path: String, _ session: Session) throws -> String {
    var folder = path
    for name in LowRankAdapter.fileNames {
      folder = Paths.parent(of: try session.files.writing(Paths.join(path, name)))
    }
    return folder
  }

  static func readable(_ path: String, _ session: Session) throws -> String {
    let folder = try session.files.reading(path)
    for name in LowRankAdapter.fileNames where Paths.exists(Paths.join(folder, name)) {
      _ = try session.files.reading(Paths.join(path, name))
    }
    return folder
  }
}

/// `train.lora`: an adapter of low rank.
struct TrainLora: Command {
  static let name = "train.lora"
  static let summary =
    "Fit a loaded decoder to texts by changes of low rank to some matrices; the model itself stays."
  static let searchWords = ["adapter", "peft", "fine-tune", "low-rank", "qlora"]
  static let source: Source? = .arXiv(
    "2106.09685", "LoRA: Low-Rank Adaptation of Large Language Models", year: 2021)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"r = train.lora("default", data.stories(20, seed=1, form=list), rank=2, context=16, batch=1, steps=2); [r.parameters > 0, len(r.losses)]"#,
      shows: "[true, 2]"),
    Example(
      #"r = train.lora("default", data.stories(20, seed=1, form=list), steps=0, context=16, batch=1); all(model.logits(r.model, [1, 2, 3]) == model.logits("default", [1, 2, 3]))"#,
      shows: "true"),
  ]

  let model = Argument<ModelObject>("The decoder, or the path of one.")
  let text = Argument<[String]>("A text, or a list of texts.", piped: true)
  let rank = Option("The rank of each change.", default: 8, in: 1...4096)
  let alpha = Option<Double?>(
    "Changes are multiplied by alpha / rank; twice the rank unless given.", in: 0.0001...1e6)
  let targets = Option<[LowRankAdapter.Target]>(
    "The matrices that are changed, in every layer.", default: [.q, .v])
  let context = Option<Int?>(
    "Tokens a window; 128, or the model's context where it is less.", in: 2...131072)
  let batch = Option("Windows in a batch.", default: 4, in: 1...4096)
  let accumulation = Option("Batches whose gradients make one step.", default: 1, in: 1...4096)
  let steps = Option("How many steps.", default: 100, in: 0...1_000_000_000)
  let rate = Option("The largest learning rate.", default: 0.002, in: 0.000001...1.0)
  let seed = Option("Names the first changes and the order of texts.", default: 1, in: 0...)
  let checkpoint = Option<FilePath?>(
    "A file that an interrupted run goes on from, with the same result.")
  let out = Option<FilePath?>("The folder to save the adapter to, for model.merge.")

  func run(_ call: Call) throws -> Value {
    let object = try call[model]
    let model = try object.transformer
    let configuration = LowRankFineTuning.Configuration(
      rank: try call[rank], alpha: try call[alpha], targets: try call[targets],
      batch: try call[batch], context: try call[context] ?? min(128, model.contextLength),
      steps: try call[steps], accumulation: try call[accumulation], rate: try call[rate],
      seed: UInt64(try call[seed]))
    let out = try call[out]
    // Permission to write is asked for before the work, not after it.
    let folder = try out.map { try AdapterFolder.writable($0.text, call.session) }
    let file = try call[checkpoint].map { try call.session.files.writing($0.text) }
    let task = call.session.progress.start("training", total: configuration.steps)
    defer { task.finish() }
    let result = try LowRankFineTuning.run(
      configuration, model: model, documents: try call[text], checkpoint: file
    ) { task.advance(loss: $0.loss) }
    if let folder {
      try result.adapter.save(folder: folder, for: model, path: object.path)
    }
    let merged = try result.adapter.merged(into: model)
    return .record(
      Record([
        ("model", .object(ModelObject(merged, path: ModelObject.unsaved))),
        ("path", out.map { .string($0.text) } ?? .null),
        ("parameters", .int(result.adapter.parameterCount)),
        ("share", .float(Double(result.adapter.parameterCount) / Double(model.parameterCount))),
        ("tokens", .int(result.tokens)),
        ("held_out_loss_before", result.heldOutBefore.map(Value.float) ?? .null),
        ("held_out_loss", result.heldOutLoss.map(Value.float) ?? .null),
        ("held_out_targets", .int(result.heldOutTargets)),
        ("losses", .list(result.losses.map(Value.float))),
      ]))
  }
}

/// `model.merge`: an adapter's changes added to a model's weights.
struct ModelMerge: Command {
  static let name = "model.merge"
  static let summary = "Add a saved adapter's changes to the weights of its model."
  static let searchWords = ["lora", "adapter", "peft", "apply"]
  static let source: Source? = TrainLora.source
  static let result = ValueType.object("model")
  static let examples = [
    Example(
      #"r = train.lora("default", data.stories(20, seed=1, form=list), rank=2, context=16, batch=1, steps=2, out="adapter"); m = model.merge("default", "adapter", out="merged"); [m.digest == r.model.digest, all(model.logits("merged", [1, 2]) == model.logits(r.model, [1, 2]))]"#,
      shows: "[true, true]")
  ]

  let model = Argument<ModelObject>("The model that the adapter was made for, or the path of one.")
  let adapter = Argument<FilePath>(
    "The adapter's folder: adapter_config.json and adapter_model.safetensors.")
  let out = Option<FilePath?>("The folder to save the merged model to, in f32, for model.load.")

  func run(_ call: Call) throws -> Value {
    let model = try call[model].transformer
    let folder = try AdapterFolder.readable(try call[adapter].text, call.session)
    let out = try call[out]
    let target = try out.map { try ModelFolder.writable($0.text, call.session) }
    let merged = try LowRankAdapter.load(folder: folder, for: model).merged(into: model)
    if let target { try merged.save(folder: target) }
    return .object(ModelObject(merged, path: out?.text ?? ModelObject.unsaved))
  }
}
