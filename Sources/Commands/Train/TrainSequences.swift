import Language
import Models
import Tokenizers
import Training

/// `train.seq2seq`: answers to prompts.
struct TrainSequences: Command {
  static let name = "train.seq2seq"
  static let summary =
    "Train an encoder and a decoder in T5's form on prompts and answers, and measure its answers to prompts it has not seen."
  static let searchWords = [
    "t5", "encoder-decoder", "translation", "cross-attention", "exact match",
  ]
  static let source: Source? = .arXiv(
    "1910.10683",
    "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
    year: 2019)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "0123456789" kind=characters special=["<|endoftext|>"]; rows = 10..<50 | map (i -> {prompt: "${i}", answer: "${i % 10}"}); r = train.seq2seq(t, rows, layers=1, width=8, heads=2, batch=4, steps=2); [r.training_rows + r.held_out_rows, r.model.config.model_type]"#,
      shows: #"[40, "t5"]"#)
  ]

  let tokenizer = Argument<TokenizerObject>(
    "The tokenizer, or the path of one; its end-of-text token begins and ends what is written.")
  let rows = Argument<Table>("A table with a column of prompts and one of answers.", piped: true)
  let prompt = Option("The column of the prompts.", default: ColumnName("prompt"))
  let answer = Option("The column of the answers.", default: ColumnName("answer"))
  let layers = Option(
    "How many layers the encoder has, and the decoder.", default: 2, in: 1...256)
  let width = Option("Numbers a position has.", default: 64, in: 2...16384)
  let heads = Option("Attention heads; they divide the width.", default: 2, in: 1...1024)
  let mlp = Option<Int?>("The MLP's inner width; 4 widths where absent.", in: 1...65536)
  let batch = Option("Rows in a batch.", default: 16, in: 1...65536)
  let accumulation = Option("Batches whose gradients make one step.", default: 1, in: 1...4096)
  let steps = Option("How many steps.", default: 500, in: 0...1_000_000_000)
  let rate = Option("The largest learning rate.", default: 0.003, in: 0.000001...1.0)
  let heldOut = Option(
    "The share of rows that are kept for measuring; a hash of the prompt decides.", default: 0.1,
    in: 0.0...0.9)
  let asked = Option("How many of them are answered.", default: 200, in: 0...1_000_000)
  let patience = Option<Int?>(
    "Stop after so many of twenty measurements of held-out rows without a gain.", in: 1...1000)
  let seed = Option(
    "Names the first weights, the order and what is held out.", default: 1, in: 0...)
  let checkpoint = Option<FilePath?>(
    "A file that an interrupted run goes on from, with the same result.")
  let weights = Option("What numbers become in the folder.", default: SavedNumbers.f32)
  let out = Option<FilePath?>("The folder to save the model to, for model.generate.")

  func run(_ call: Call) throws -> Value {
    let configuration = SequenceModelTraining.Configuration(
      batch: try call[batch], steps: try call[steps], accumulation: try call[accumulation],
      rate: try call[rate], seed: UInt64(try call[seed]), heldOut: try call[heldOut],
      asked: try call[asked], patience: try call[patience])
    let tokenizer = try call[tokenizer].tokenizer
    let start = try MadeSequenceModel(
      SequenceModelSizes(
        layers: try call[layers], width: try call[width], heads: try call[heads],
        mlp: try call[mlp], vocabulary: tokenizer.vocabularySize),
      tokenizer: tokenizer, seed: configuration.seed)
    let (out, file) = (try call[out], try call[checkpoint])
    // Permission to write is asked for before the work, not after it.
    let folder = try out.map { try ModelFolder.writable($0.text, call.session) }
    let path = try file.map { try call.session.files.writing($0.text) }
    let table = try call[rows]
    let rows = zip(
      try labels(table, try call[prompt].text), try labels(table, try call[answer].text))
    let task = call.session.progress.start("training", total: configuration.steps)
    defer { task.finish() }
    let result = try SequenceModelTraining.run(
      configuration, start: start, rows: rows.map { .init($0, $1) }, checkpoint: path
    ) { task.advance(loss: $0.loss) }
    var object = SequenceModelObject(result.model, path: nil)
    if let folder, let out {
      try result.save(folder: folder, format: try call[weights].format, command: Self.name)
      // From its file, so that a cell's cache can have it back.
      object = try SequenceModelObject.load(out.text, call.session)
    }
    return .record(Self.record(result, object))
  }

  private static func record(
    _ result: SequenceModelTraining.Result, _ model: SequenceModelObject
  ) -> Record {
    func share(_ count: Int) -> Value {
      result.asked == 0 ? .null : .float(Double(count) / Double(result.asked))
    }
    return Record([
      ("model", .object(model)), ("parameters", .int(result.made.parameterCount)),
      ("training_rows", .int(result.trainingRows)), ("held_out_rows", .int(result.heldOutRows)),
      ("asked", .int(result.asked)), ("accuracy", share(result.right)),
      ("commonest_accuracy", share(result.rightByCommonest)),
      ("held_out_loss", result.heldOutLoss.map(Value.float) ?? .null),
      ("losses", .list(result.losses.map(Value.float))),
      ("stopped_early", .bool(result.isStoppedEarly)),
    ])
  }
}
