import Files
import Language
import Models
import Tokenizers
import Training

extension OrderedTraining.Course: WordParameter {}

/// What a fresh run is made with; a run from a checkpoint has that already.
struct OrderedRunOptions: ParameterGroup {
  let layers = Option<Int?>("How many layers; 2 unless given.", in: 1...256)
  let width = Option<Int?>("Numbers a position has; 64 unless given.", in: 2...16384)
  let heads = Option<Int?>(
    "Attention heads, which divide the width; 2 unless given.", in: 1...1024)
  let mlp = Option<Int?>(
    "The inner width of the gated MLP; about 8/3 of the width unless given.", in: 1...65536)
  let context = Option<Int?>(
    "The longest sequence, in tokens; 64 unless given.", in: 2...131072)
  let batch = Option<Int?>("Documents in a step; 16 unless given.", in: 1...4096)
  let course = Option<OrderedTraining.Course?>(
    "Whether the rate stays constant, which it does unless given, or falls to a twentieth along half a cosine."
  )
  let seed = Option<Int?>("Names the first weights; 1 unless given.", in: 0...)

  func configuration(_ call: Call, rate: Double?) throws -> OrderedTraining.Configuration {
    .init(
      layers: try call[layers] ?? 2, width: try call[width] ?? 64, heads: try call[heads] ?? 2,
      mlp: try call[mlp], context: try call[context] ?? 64, batch: try call[batch] ?? 16,
      rate: Float(rate ?? 0.002), course: try call[course] ?? .constant,
      seed: UInt64(try call[seed] ?? 1))
  }

  /// - Throws: for an option that a checkpoint would overrule.
  func checkAbsent(_ call: Call) throws {
    let given: [(String, Bool)] = [
      ("layers", try call[layers] != nil), ("width", try call[width] != nil),
      ("heads", try call[heads] != nil), ("mlp", try call[mlp] != nil),
      ("context", try call[context] != nil), ("batch", try call[batch] != nil),
      ("course", try call[course] != nil), ("seed", try call[seed] != nil),
    ]
    if let (name, _) = given.first(where: \.1) {
      throw LanguageError.invalid(
        "\(name)= cannot be given with from=, which has it already",
        hint: "leave it out; rate= alone may be another one")
    }
  }
}

/// `train.ordered`: one pass in one known order.
struct TrainOrdered: Command {
  static let name = "train.ordered"
  static let summary =
    "Train a small Llama once over documents in one known order, whole documents in a step, with states to go on from."
  static let searchWords = [
    "transcript", "checkpoint", "one epoch", "shuffle", "data order", "palimpsest", "resume",
  ]
  static let source: Source? = .arXiv(
    "2510.19796", "Blackbox Model Provenance via Palimpsestic Membership Inference", year: 2025)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"d = ["ab", "ba", "aab", "abb"]; t = tokenizer.train d vocab=258 special=["<|endoftext|>"]; r = train.ordered(t, d, order=1, layers=1, width=8, heads=2, context=8, batch=2, checkpoints=[2]); tail = r.order[2..] | map (i -> d[i]); train.ordered(t, tail, from=r.checkpoints[0]).last == r.last"#,
      shows: "true"),
    Example(
      #"d = ["ab", "ba", "aab"]; t = tokenizer.train d vocab=258 special=["<|endoftext|>"]; train.ordered(t, d, layers=1, width=8, heads=2, context=8, batch=2).order"#,
      shows: "[0, 1, 2]"),
  ]

  let tokenizer = Argument<TokenizerObject>(
    "The tokenizer, or the path of one; its end-of-text token begins and ends documents.")
  let documents = Argument<[String]>(
    "A list of texts; each is a row of its own, cut into windows where it is longer than the context.",
    piped: true)
  let order = Option<Int?>(
    "The seed of the documents' random order; they are taken as they stand without it.", in: 0...)
  let checkpoints = Option<[Int]>(
    "After how many documents the state is kept: multiples of the batch.", default: [])
  let from = Option<CheckpointObject?>(
    "A state that the run goes on from, with its sizes and settings, or the path of one.")
  let rate = Option<Double?>(
    "The largest learning rate; 0.002 unless given. With from= a constant rate from there on.",
    in: 0.000001...1.0)
  let options = OrderedRunOptions()
  let out = Option<FilePath?>(
    "A folder for the model, for model.load, and for the states, as checkpoint-N.safetensors after N documents."
  )

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer]
    let (texts, wanted) = (try call[documents], try call[checkpoints])
    let rate = try call[rate]
    let (start, batch): (OrderedTraining.Start, Int)
    if let from = try call[from] {
      try options.checkAbsent(call)
      start = .checkpoint(from.checkpoint, rate: rate.map { Float($0) })
      batch = from.checkpoint.settings.batch
    } else {
      let configuration = try options.configuration(call, rate: rate)
      (start, batch) = (.fresh(configuration), configuration.batch)
    }
    // Permission to write is asked for before the work, not after it.
    let out = try call[out]
    let folder = try out.map { try ModelFolder.writable($0.text, call.session) }
    let files = try wanted.map { count in
      try out.map {
        try call.session.files.writing(
          Paths.join($0.text, "checkpoint-\(count).safetensors"))
      }
    }
    let size = min(max(batch, 1), max(texts.count, 1))
    let steps = (texts.count + size - 1) / size
    let task = call.session.progress.start("training", total: steps)
    defer { task.finish() }
    let result = try OrderedTraining.run(
      start, tokenizer: tokenizer.tokenizer, documents: texts,
      order: try call[order].map { UInt64($0) }, checkpoints: wanted
    ) { progress in
      task.advance(detail: "loss \((Double(progress.loss) * 1000).rounded() / 1000)")
    }
    let last = CheckpointObject(result.last, tokenizer)
    if let folder {
      try result.last.model().save(folder: folder, tokenizer: tokenizer.tokenizer)
      for (checkpoint, file) in zip(result.checkpoints, files) {
        if let file { try checkpoint.save(to: file) }
      }
    }
    return .record(
      Record([
        ("model", .object(try last.model(path: out?.text ?? ModelObject.unsaved))),
        ("last", .object(last)),
        (
          "checkpoints",
          .list(result.checkpoints.map { .object(CheckpointObject($0, tokenizer)) })
        ),
        ("order", .list(result.order.map(Value.int))),
        ("losses", .list(result.losses.map { .float(Double($0)) })),
        ("tokens", .int(result.tokens)),
        ("parameters", .int(result.last.parameters.count)),
      ]))
  }
}
