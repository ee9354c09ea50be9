import Files
import Language
import Models
import Tokenizers
import Training

extension EncoderObjective: WordParameter {}
extension TextPair.Cut: WordParameter {}

/// What an encoder is trained from: a vocabulary, for a fresh network, or an encoder.
enum EncoderStart: ParameterValue {
  case tokenizer(TokenizerObject)
  case encoder(EncoderObject)

  static var type: ValueType { .oneOf([.object("tokenizer"), .object("encoder"), .path]) }
  var defaultText: String? { nil }

  /// A path is an encoder's where there is a model, else a tokenizer's.
  static func convert(_ value: Value, in call: Call) throws -> EncoderStart? {
    switch value {
    case .object(let object as TokenizerObject): return .tokenizer(object)
    case .object(let object as EncoderObject): return .encoder(object)
    case .string(let path):
      if !NamedModel.isKnown(path), Paths.fileExtension(of: path) != "gguf" {
        let folder = try call.session.files.reading(path)
        if !Paths.exists(Paths.join(folder, "config.json")) {
          return .tokenizer(try TokenizerObject.load(path, kind: nil, call.session))
        }
      }
      return .encoder(try EncoderObject.load(path, call.session))
    default: return nil
    }
  }
}

/// Texts that are cut, or a table of pairs.
enum PairSource: ParameterValue {
  case texts([String])
  case table(Table)

  static var type: ValueType { .oneOf([.string, .list(of: .string), .table]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) throws -> PairSource? {
    if case .table(let table) = value { return .table(table) }
    if let texts = try [String].convert(value, in: call) { return .texts(texts) }
    return Table.convert(value, in: call).map(PairSource.table)
  }
}

/// `train.encoder`: vectors of texts.
struct TrainEncoder: Command {
  static let name = "train.encoder"
  static let summary =
    "Train a text encoder on pairs of texts that belong together, and measure how it finds pairs it has not seen."
  static let searchWords = [
    "embedding", "contrastive", "sentence", "bert", "infonce", "masked", "similarity", "retrieval",
  ]
  static let source: Source? = .arXiv(
    "1908.10084", "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks", year: 2019)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; rows = 1..40 | map (i -> {first: "n ${i}", second: "m ${i}"}); r = train.encoder(t, rows, layers=1, width=8, heads=1, context=8, batch=4, steps=2); [r.training_pairs + r.held_out_pairs, model.embed(r.encoder, "n 1").shape]"#,
      shows: "[40, [1, 8]]"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=259 special=["<|endoftext|>", "<mask>"]; r = train.encoder(t, data.stories(40, seed=1, form=list), objective=both, layers=1, width=8, heads=1, context=16, batch=4, steps=2); r.encoder.scores_tokens"#,
      shows: "true"),
  ]

  let base = Argument<EncoderStart>(
    "A tokenizer, for a fresh network; or an encoder, whose weights training begins with.")
  let pairs = Argument<PairSource>(
    "A text or a list of texts, which are cut into pairs; or a table of pairs.", piped: true)
  let cut = Option(
    "With texts: one pair of each text's halves, or of each second sentence and the one before it.",
    default: TextPair.Cut.halves)
  let first = Option("With a table: the column of the first texts.", default: ColumnName("first"))
  let second = Option(
    "With a table: the column of the second texts.", default: ColumnName("second"))
  let objective = Option(
    "What is learned: to find the other text of a pair in the batch, to foresee hidden tokens, or both.",
    default: EncoderObjective.pairs)
  let mask = Option<String?>(
    "The token that stands for a hidden one; <mask>, [MASK] or <|mask|> unless given.")
  let share = Option("The share of tokens that are hidden.", default: 0.15, in: 0.001...1.0)
  let temperature = Option(
    "What cosines are divided by before the softmax.", default: 0.05, in: 0.001...10.0)
  let pooling = Option<TextPooling?>(
    "How a text's tokens become one vector, for a fresh network: mean, first or max; the mean where absent."
  )
  let layers = Option("How many layers a fresh network has.", default: 2, in: 1...256)
  let width = Option("Numbers a position of it has.", default: 64, in: 2...16384)
  let heads = Option("Its attention heads; they divide the width.", default: 2, in: 1...1024)
  let mlp = Option<Int?>("Its MLP's inner width; 4 widths where absent.", in: 1...65536)
  let context = Option(
    "Its longest text, in tokens; what is behind is not read.", default: 128, in: 1...131072)
  let batch = Option(
    "Pairs in a batch; a pair's text is told from the others'.", default: 32, in: 1...65536)
  let accumulation = Option("Batches whose gradients make one step.", default: 1, in: 1...4096)
  let steps = Option("How many steps.", default: 500, in: 0...1_000_000_000)
  let rate = Option("The largest learning rate.", default: 0.001, in: 0.000001...1.0)
  let heldOut = Option(
    "The share of texts, or rows, that are kept for measuring; a hash decides.", default: 0.1,
    in: 0.0...0.9)
  let candidates = Option(
    "Among how many second texts that of a held-out pair is to be found.", default: 32,
    in: 2...65536)
  let patience = Option<Int?>(
    "Stop after so many of twenty measurements of held-out pairs without a gain.", in: 1...1000)
  let seed = Option(
    "Names the first weights, the order, what is hidden and what is held out.", default: 1,
    in: 0...)
  let checkpoint = Option<FilePath?>(
    "A file that an interrupted run goes on from, with the same result.")
  let weights = Option("What numbers become in the folder.", default: SavedNumbers.f32)
  let out = Option<FilePath?>("The folder to save the encoder to, for model.embed.")

  func run(_ call: Call) throws -> Value {
    let objective = try call[objective]
    let start = try start(call)
    var configuration = EncoderTraining.Configuration(
      objective: objective, share: try call[share], temperature: try call[temperature],
      batch: try call[batch], steps: try call[steps], accumulation: try call[accumulation],
      rate: try call[rate], seed: UInt64(try call[seed]), heldOut: try call[heldOut],
      candidates: try call[candidates], patience: try call[patience])
    if objective.hidesTokens {
      configuration.mask = try MaskToken.id(of: start.tokenizer, named: try call[mask])
    }
    let (out, file) = (try call[out], try call[checkpoint])
    // Permission to write is asked for before the work, not after it.
    let folder = try out.map {
      try ModelFolder.writable($0.text, call.session, files: MadeEncoder.fileNames)
    }
    let path = try file.map { try call.session.files.writing($0.text) }
    let sources = try sources(call)
    let task = call.session.progress.start("training", total: configuration.steps)
    defer { task.finish() }
    let result = try EncoderTraining.run(
      configuration, start: start, sources: sources, checkpoint: path
    ) { task.advance(loss: $0.loss) }
    var object = EncoderObject(result.encoder, path: nil)
    if let folder, let out {
      try result.save(folder: folder, format: try call[weights].format, command: Self.name)
      // From its file, so that a cell's cache can have it back.
      object = try EncoderObject.load(out.text, call.session)
    }
    return .record(Self.record(result, object))
  }

  private func sources(_ call: Call) throws -> [EncoderTraining.Source] {
    switch try call[pairs] {
    case .texts(let texts):
      let cut = try call[cut]
      return texts.map { EncoderTraining.Source($0, cut: cut) }
    case .table(let table):
      return zip(
        try labels(table, try call[first].text), try labels(table, try call[second].text)
      ).map { EncoderTraining.Source(TextPair($0, $1)) }
    }
  }

  /// What training begins with.
  private func start(_ call: Call) throws -> MadeEncoder {
    switch try call[base] {
    case .tokenizer(let object):
      let sizes = EncoderSizes(
        layers: try call[layers], width: try call[width], heads: try call[heads],
        mlp: try call[mlp], vocabulary: object.tokenizer.vocabularySize,
        context: try call[context], hasHead: try call[objective].hidesTokens)
      return try MadeEncoder(
        sizes, tokenizer: object.tokenizer, pooling: try call[pooling] ?? .mean,
        fresh: .init(seed: UInt64(try call[seed])))
    case .encoder(let object):
      for option in [layers, width, heads, context] where call.isGiven(option) {
        throw Self.hasSizes.at(call.span(of: option))
      }
      if call.isGiven(mlp) { throw Self.hasSizes.at(call.span(of: mlp)) }
      if call.isGiven(pooling) { throw Self.hasSizes.at(call.span(of: pooling)) }
      return try MadeEncoder(object.encoder)
    }
  }

  private static var hasSizes: LanguageError {
    .invalid(
      "an encoder that training goes on from has its own sizes and pooling",
      hint: "leave out layers, width, heads, mlp, context and pooling")
  }

  private static func record(_ result: EncoderTraining.Result, _ encoder: EncoderObject) -> Record {
    func number(_ value: Double?) -> Value { value.map(Value.float) ?? .null }
    return Record([
      ("encoder", .object(encoder)), ("parameters", .int(result.encoder.stack.parameterCount)),
      ("training_pairs", .int(result.trainingPairs)),
      ("held_out_pairs", .int(result.heldOutPairs)),
      ("candidates", .int(result.retrieval.candidates)),
      ("accuracy", number(result.retrieval.accuracy)),
      ("start_accuracy", number(result.retrievalBefore.accuracy)),
      ("bag_accuracy", number(result.retrievalByTokens.accuracy)),
      ("held_out_loss", number(result.heldOutLoss)),
      ("losses", .list(result.losses.map(Value.float))),
      ("stopped_early", .bool(result.isStoppedEarly)),
    ])
  }
}

/// What numbers become in a folder.
enum SavedNumbers: String, WordParameter {
  case f32, f16, bf16

  var format: SafetensorsWriter.NumberFormat {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    }
  }
}
