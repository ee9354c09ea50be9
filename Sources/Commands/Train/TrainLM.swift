import Files
import Language
import Training

/// `train.*`: models of one's own.
enum TrainCommands {
  static let all: [any Command.Type] = [
    TrainLM.self, TrainNetwork.self, TrainMasked.self, TrainAnyOrder.self, TrainDistill.self,
    TrainClassifier.self, TrainEncoder.self, TrainSequences.self, TrainVision.self, TrainLora.self,
    TrainOrdered.self,
    TrainInversePermutation.self,
    TrainInversePermutationTokens.self, TrainProbe.self, TrainRecipe.self, TrainRecipes.self,
  ]
}

extension ProgressTask {
  /// One more step of so many tokens; the loss to a thousandth: the line is for eyes.
  func advance(loss: Double, tokens: Int) {
    advance { rate in
      let speed = Int((rate * Double(tokens)).rounded())
      return "\(speed) tokens/s  loss \((loss * 1000).rounded() / 1000)"
    }
  }

  /// One more step.
  func advance(loss: Double) { advance(detail: "loss \((loss * 1000).rounded() / 1000)") }
}

/// `train.lm`: a small Llama on texts.
struct TrainLM: Command {
  static let name = "train.lm"
  static let summary = "Train a small Llama on texts, measure it on the last twentieth, save it."
  static let searchWords = ["fit", "learn", "llama", "transformer", "language model", "adamw"]
  static let source: Source? = .arXiv(
    "2302.13971", "LLaMA: Open and Efficient Foundation Language Models", year: 2023)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; train.lm(t, "ab ab ab ab ab ab", layers=1, width=8, heads=2, context=4, batch=1, steps=2).parameters"#,
      shows: "3112")
  ]

  let tokenizer = Argument<TokenizerObject>(
    "The tokenizer, or the path of one; its end-of-text token stands between texts.")
  let text = Argument<[String]>("A text, or a list of texts.", piped: true)
  let layers = Option("How many layers.", default: 4, in: 1...256)
  let width = Option("Numbers a position has.", default: 96, in: 2...16384)
  let heads = Option("Attention heads; they divide the width.", default: 3, in: 1...1024)
  let kvHeads = Option<Int?>(
    "Heads of keys and values; as many as heads where absent.", in: 1...1024)
  let mlp = Option<Int?>(
    "The inner width of the gated MLP; about 8/3 of the width where absent.", in: 1...65536)
  let context = Option("The longest sequence, in tokens.", default: 256, in: 2...131072)
  let batch = Option("Windows of the context's length in a step.", default: 8, in: 1...4096)
  let steps = Option("How many steps.", default: 1000, in: 0...1_000_000_000)
  let rate = Option("The largest learning rate.", default: 0.003, in: 0.000001...1.0)
  let seed = Option("Names the first weights and the order of the texts.", default: 1, in: 0...)
  let start = Option<ModelObject?>(
    "A model of the same sizes, or its path, whose weights training begins with; fresh ones where absent."
  )
  let checkpoint = Option<FilePath?>(
    "A file, written every 200 steps, that an interrupted run goes on from, with the same result.")
  let out = Option<FilePath?>(
    "The folder to save the model to, for model.load; without it the figures alone are kept.")

  func run(_ call: Call) throws -> Value {
    let configuration = LanguageModelTraining.Configuration(
      layers: try call[layers], width: try call[width], heads: try call[heads],
      keyValueHeads: try call[kvHeads], mlp: try call[mlp], context: try call[context],
      batch: try call[batch], steps: try call[steps], rate: Float(try call[rate]),
      seed: UInt64(try call[seed]))
    let out = try call[out]
    // Permission to write is asked for before the work, not after it.
    let folder = try out.map { try ModelFolder.writable($0.text, call.session) }
    let file = try call[checkpoint].map { try call.session.files.writing($0.text) }
    let task = call.session.progress.start("training", total: configuration.steps)
    defer { task.finish() }
    let model = try LanguageModelTraining.run(
      configuration, tokenizer: try call[tokenizer].tokenizer, documents: try call[text],
      start: try call[start]?.transformer, checkpoint: file
    ) {
      task.advance(loss: Double($0.loss), tokens: configuration.batch * configuration.context)
    }
    if let folder { try model.save(folder: folder) }
    return .record(Self.record(model, path: out?.text))
  }

  private static func record(_ model: TrainedLanguageModel, path: String?) -> Record {
    let held = model.heldOut
    func bits(_ nats: Double?) -> Value {
      nats.map { .float(held.bitsPerByte($0)) } ?? .null
    }
    return Record([
      ("path", path.map(Value.string) ?? .null),
      ("parameters", .int(model.parameters.count)), ("tokens", .int(model.tokens)),
      ("losses", .list(model.losses.map { .float(Double($0)) })),
      ("held_out_tokens", .int(held.tokens)),
      ("bits_per_byte", bits(held.nats)), ("unigram_bits_per_byte", bits(held.unigramNats)),
      ("five_gram_bits_per_byte", bits(held.fiveGramNats)),
    ])
  }
}
