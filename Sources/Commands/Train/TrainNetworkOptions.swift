import Files
import Language
import Models
import Tokenizers
import Training

extension TokenFile.Cut: WordParameter {}

/// How long and how a network is trained, as several commands take it.
struct TrainNetworkOptions: ParameterGroup {
  let file = Option<FilePath?>(
    "A file of texts, which may be larger than memory: it is read and encoded in parts.")
  let documents = Option(
    "With file: where a text ends, at each line's end or at an empty line.",
    default: TokenFile.Cut.lines)
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
  let out = Option<FilePath?>(
    "The folder to save the model to, for model.load; the result has it too, as its field model.")

  /// Trains a new model and tells how it went.
  func run(
    _ call: Call, _ size: ModelSizeOptions, tokenizer: Tokenizer, texts: [String]?,
    isCausal: Bool = true, objective: any TokenObjective
  ) throws -> Value {
    let seed = UInt64(try call[seed])
    let configuration = ModelTraining.Configuration(
      sizes: try size.sizes(
        call, tokenizer: tokenizer, texts: texts ?? [], seed: seed, isCausal: isCausal),
      input: try size.input(call, vocabulary: tokenizer.vocabularySize, seed: seed),
      batch: try call[batch], steps: try call[steps], accumulation: try call[accumulation],
      rate: try call[rate], seed: seed, patience: try call[patience])
    let (out, file) = (try call[out], try call[checkpoint])
    // Permission to write is asked for before the work, not after it.
    let folder = try out.map { try ModelFolder.writable($0.text, call.session) }
    let path = try file.map { try call.session.files.writing($0.text) }
    let data = try data(call, configuration, tokenizer, texts)
    let task = call.session.progress.start("training", total: configuration.steps)
    defer { task.finish() }
    let tokens =
      configuration.batch * configuration.sizes.context * configuration.accumulation
    let result = try ModelTraining.run(
      configuration, objective: objective, data: data, checkpoint: path
    ) { task.advance(loss: $0.loss, tokens: tokens) }
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

  /// The texts, or those of the file, as sequences of tokens.
  private func data(
    _ call: Call, _ configuration: ModelTraining.Configuration, _ tokenizer: Tokenizer,
    _ texts: [String]?
  ) throws -> TokenData {
    let (context, windows) = (configuration.sizes.context, configuration.batch)
    switch (texts, try call[file]) {
    case (let texts?, nil):
      return try TokenData(
        texts, tokenizer: tokenizer, context: context, windows: windows, seed: configuration.seed)
    case (nil, let file?):
      let path = try call.session.files.reading(file.text)
      let task = call.session.progress.start("texts", total: nil)
      defer { task.finish() }
      let tokens = try TokenFile(of: path, cut: try call[documents], tokenizer: tokenizer) { _ in
        task.advance()
      }
      return try TokenData(
        tokens, tokenizer: tokenizer, context: context, windows: windows, seed: configuration.seed)
    default:
      throw LanguageError.invalid(
        "training takes texts, or a file of them: one of the two",
        hint: #"train.network tokenizer texts, or train.network tokenizer file="corpus.txt""#)
    }
  }
}
