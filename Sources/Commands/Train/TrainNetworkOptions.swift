import Files
import Language
import Models
import Tokenizers
import Training

/// How long and how a network is trained, as several commands take it.
struct TrainNetworkOptions: ParameterGroup {
  let batch = Option("Windows of the context's length in a batch.", default: 8, in: 1...4096)
  let accumulation = Option("Batches whose gradients make one step.", default: 1, in: 1...4096)
  let steps = Option("How many steps.", default: 1000, in: 0...1_000_000_000)
  let rate = Option("The largest learning rate.", default: 0.003, in: 0.000001...1.0)
  let patience = Option<Int?>(
    "Stop after so many of twenty measurements of held-out text without a gain.", in: 1...1000)
  let seed = Option(
    "Names the first weights, the order of texts and the noise.", default: 1, in: 0...)
  let checkpoint = Option<FilePath?>(
    "A file that an interrupted run goes on from, with the same result.")
  let out = Option<FilePath?>("The folder to save the model to, for model.load.")

  /// Trains a new model and tells how it went.
  func run(
    _ call: Call, _ size: ModelSizeOptions, tokenizer: Tokenizer, texts: [String],
    isCausal: Bool = true, objective: any TokenObjective
  ) throws -> Value {
    let seed = UInt64(try call[seed])
    let configuration = ModelTraining.Configuration(
      sizes: try size.sizes(call, vocabulary: tokenizer.vocabularySize, isCausal: isCausal),
      input: try size.input(call, vocabulary: tokenizer.vocabularySize, seed: seed),
      batch: try call[batch], steps: try call[steps], accumulation: try call[accumulation],
      rate: try call[rate], seed: seed, patience: try call[patience])
    let (out, file) = (try call[out], try call[checkpoint])
    // Permission to write is asked for before the work, not after it.
    let folder = try out.map { try ModelFolder.writable($0.text, call.session) }
    let path = try file.map { try call.session.files.writing($0.text) }
    let task = call.session.progress.start("training", total: configuration.steps)
    defer { task.finish() }
    let result = try ModelTraining.run(
      configuration, objective: objective, tokenizer: tokenizer, documents: texts,
      checkpoint: path
    ) { task.advance(loss: $0.loss) }
    if let folder { try result.model.save(folder: folder, tokenizer: tokenizer) }
    let counts = result.model.parameterCounts
    return .record(
      Record([
        (
          "model",
          .object(
            ModelObject(
              try result.model.model(tokenizer: tokenizer), path: out?.text ?? ModelObject.unsaved))
        ),
        ("parameters", .int(result.model.parameterCount)),
        ("input_parameters", .int(counts.input)), ("head_parameters", .int(counts.head)),
        ("tokens", .int(result.tokens)), ("losses", .list(result.losses.map(Value.float))),
        ("held_out_loss", result.heldOutLoss.map(Value.float) ?? .null),
        ("held_out_targets", .int(result.heldOutTargets)),
        ("stopped_early", .bool(result.isStoppedEarly)),
      ]))
  }
}
