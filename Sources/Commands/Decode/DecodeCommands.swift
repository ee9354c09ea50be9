import Decoding
import Language
import Models
import Tensors

/// `decode.*`: ways to choose the next tokens.
enum DecodeCommands {
  static let all: [any Command.Type] = [
    DecodeGreedy.self, DecodeSample.self, DecodeBytes.self, DecodeJoin.self, DecodeHeal.self,
  ]
}

/// Runs a decoder and wraps what it made; text streams while it is made.
private func decoded(
  _ model: ModelObject, _ prompt: [Int32], _ call: Call,
  by decode: (@escaping (Int32) -> Void) throws -> DecodedText
) throws -> Value {
  var streaming = model.model.tokenizer?.makeStreamingDecoder()
  let task = call.session.progress.start("decoding", total: nil)
  defer { task.finish() }
  let result = try decode { id in
    task.advance()
    // A piece that cannot be spelled is told by the result, not by the stream.
    if let piece = try? streaming?.append(id) { call.output.stream(piece) }
  }
  return .record(
    Record([
      ("text", result.text.map(Value.string) ?? .null),
      ("ids", .list(result.ids.map { .int(Int($0)) })),
      ("tokens", .object(model.tokens(result.ids))),
      (
        "logprobs",
        .tensor(Tensor(result.logProbabilities))
      ),
      ("stop", .string(result.stopReason.name)),
    ]))
}

/// `decode.greedy`: the best token at every step.
struct DecodeGreedy: Command {
  static let name = "decode.greedy"
  static let summary = "Continue a prompt with the most probable token at every step."
  static let searchWords = ["generate", "argmax", "continue"]
  static let result = ValueType.record
  static let examples = [
    Example(#"len(decode.greedy("default", "Once", max=5).ids)"#, shows: "5")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>("A text, tokens, or ids.", piped: true)
  let max = Option("The most new tokens.", default: 64, in: 0...1_000_000)
  let ignoreEos = Option("Go on behind the token that ends a text.", default: false)
  let cache = Option("Keep keys and values between steps; the result is the same.", default: true)

  func run(_ call: Call) throws -> Value {
    let model = try call[model]
    let ids = try call[prompt].ids(for: model.model)
    let options = DecodingOptions(
      maximum: try call[max], stopsAtEnd: try !call[ignoreEos], usesCache: try call[cache])
    return try decoded(model, ids, call) { onToken in
      try Decoder.greedy(model.model, prompt: ids, options: options, onToken: onToken)
    }
  }
}

/// `decode.sample`: tokens drawn by their probabilities.
struct DecodeSample: Command {
  static let name = "decode.sample"
  static let summary = "Continue a prompt with tokens drawn at random from the model's scores."
  static let searchWords = ["generate", "temperature", "nucleus", "top-k", "top-p", "random"]
  static let source: Source? = .arXiv(
    "1904.09751", "The Curious Case of Neural Text Degeneration", year: 2020)
  static let isRandom = true
  static let result = ValueType.record
  static let examples = [
    Example(
      #"a = decode.sample("default", "Once", max=5, seed=1); b = decode.sample("default", "Once", max=5, seed=1); a.ids == b.ids"#,
      shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let prompt = Argument<Prompt>("A text, tokens, or ids.", piped: true)
  let temperature = Option(
    "Scores are divided by it; below 1 likely tokens gain, 0 takes the best.", default: 1.0,
    in: 0.0...)
  let topK = Option<Int?>("Draw among the k best tokens only.", in: 1...)
  let topP = Option<Double?>(
    "Draw among the most probable tokens that together have this share.", in: 0.0...1.0)
  let minP = Option<Double?>(
    "Drop tokens less probable than this share of the best one's.", in: 0.0...1.0)
  let max = Option("The most new tokens.", default: 64, in: 0...1_000_000)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")
  let ignoreEos = Option("Go on behind the token that ends a text.", default: false)
  let cache = Option("Keep keys and values between steps; the result is the same.", default: true)

  func run(_ call: Call) throws -> Value {
    let model = try call[model]
    let ids = try call[prompt].ids(for: model.model)
    let options = DecodingOptions(
      maximum: try call[max], stopsAtEnd: try !call[ignoreEos], usesCache: try call[cache])
    let sampler = try Sampler(
      temperature: try call[temperature], topK: try call[topK], topP: try call[topP],
      minP: try call[minP])
    let stream = randomStream(call, seed: try call[seed], name: Self.name)
    return try decoded(model, ids, call) { onToken in
      try Decoder.decode(
        model.model, prompt: ids, sampler: sampler, stream: stream, options: options,
        onToken: onToken)
    }
  }
}

/// The stream of a random command: by its seed where one is given, by its place otherwise.
func randomStream(_ call: Call, seed: Int?, name: String) -> RandomStream {
  if let seed { return RandomStream(seed: UInt64(bitPattern: Int64(seed)), path: [name]) }
  let place = call.streamName
  return RandomStream(seed: place.seed, path: place.path)
}

/// A seed for methods that draw by one: from the stream of a random command.
func randomSeed(_ call: Call, seed: Int?, name: String) -> UInt64 {
  var stream = randomStream(call, seed: seed, name: name)
  return stream.next()
}
