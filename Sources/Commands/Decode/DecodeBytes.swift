import Decoding
import Language
import Models
import Tensors

/// What a byte decoder made, as a record.
private func record(_ made: DecodedBytes) -> Value {
  .record(
    Record([
      ("text", .string(made.text)), ("bytes", .list(made.bytes.map { .int(Int($0)) })),
      ("logprobs", .tensor(Tensor(made.logProbabilities))),
      ("stop", .string(made.endsText ? "end of text" : "maximum")),
    ]))
}

/// `decode.bytes`: text byte by byte.
struct DecodeBytes: Command {
  static let name = "decode.bytes"
  static let summary = "Continue a prompt byte by byte, by exact probabilities of the next byte."
  static let searchWords = ["byte-level", "generate", "sample", "greedy", "fim", "prompt boundary"]
  static let source: Source? = .arXiv(
    "2410.09303",
    "Exact Byte-Level Probabilities from Tokenized Language Models for FIM-Tasks and Model Ensembles",
    year: 2024)
  static let isRandom = true
  static let result = ValueType.record
  static let examples = [
    Example(#"len(decode.bytes("default", "Once upon a ti", max=4).bytes)"#, shows: "4")
  ]

  let model = Argument<ByteModelObject>("A byte model, a model, or the path of one.")
  let prompt = Argument<ByteText>(
    "A text, or a list of bytes; it may end inside a word.", piped: true)
  let temperature = Option(
    "Scores are divided by it; below 1 likely bytes gain, 0 takes the best.", default: 0.0,
    in: 0.0...)
  let topK = Option<Int?>("Draw among the k best bytes only.", in: 1...)
  let topP = Option<Double?>(
    "Draw among the most probable bytes that together have this share.", in: 0.0...1.0)
  let max = Option("The most new bytes.", default: 64, in: 0...1_000_000)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let sampler = try Sampler(
      temperature: try call[temperature], topK: try call[topK], topP: try call[topP])
    let task = call.session.progress.start("decoding", total: nil)
    defer { task.finish() }
    return record(
      try ByteDecoder.decode(
        try call[model].model, prompt: try call[prompt].bytes, sampler: sampler,
        stream: randomStream(call, seed: try call[seed], name: Self.name),
        maximum: try call[max]
      ) { _ in task.advance() })
  }
}

/// How a prompt that may end inside a word goes on with tokens.
struct TokenContinuationOptions: ParameterGroup {
  let model = Argument<ByteModelObject>("A byte model, a model, or the path of one.")
  let prompt = Argument<ByteText>("A text, or a list of bytes.", piped: true)
  let temperature = Option(
    "Scores are divided by it; below 1 likely ones gain, 0 takes the best.", default: 0.0,
    in: 0.0...)
  let max = Option(
    "The most new tokens; where bytes come before them, at most as many bytes.", default: 64,
    in: 0...1_000_000)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call, name: String) throws -> (
    model: ByteModel, prompt: [UInt8], sampler: Sampler, stream: RandomStream,
    options: DecodingOptions
  ) {
    guard let model = try call[model].tokenModel else {
      throw DecodingError.ensemble(reason: "tokens are those of one vocabulary")
    }
    return (
      model, try call[prompt].bytes, try Sampler(temperature: try call[temperature]),
      randomStream(call, seed: try call[seed], name: name),
      DecodingOptions(maximum: try call[max])
    )
  }
}

/// `decode.join`: bytes to the next word, then tokens.
struct DecodeJoin: Command {
  static let name = "decode.join"
  static let summary =
    "Continue a prompt that ends inside a word: bytes until tokens begin anew, then tokens."
  static let searchWords = ["fim", "fill in the middle", "prompt boundary", "bytes"]
  static let source: Source? = DecodeBytes.source
  static let isRandom = true
  static let result = ValueType.record
  static let examples = [
    Example(#"decode.join("default", "Once upon a ti", max=8).bytes != []"#, shows: "true")
  ]

  let joining = TokenContinuationOptions()

  func run(_ call: Call) throws -> Value {
    let run = try joining.run(call, name: Self.name)
    let made = try ByteDecoder.decode(
      run.model, joining: run.prompt, sampler: run.sampler, stream: run.stream,
      options: run.options)
    return .record(
      Record([
        ("text", made.text.map(Value.string) ?? .null),
        ("bytes", .list(made.bytes.bytes.map { .int(Int($0)) })),
        ("ids", .list((made.tokens?.ids ?? []).map { .int(Int($0)) })),
      ]))
  }
}

/// `decode.heal`: token healing.
struct DecodeHeal: Command {
  static let name = "decode.heal"
  static let summary =
    "Continue a prompt without its last token; the next one must start with the text left out."
  static let searchWords = ["token healing", "prompt boundary", "backtrack"]
  static let isRandom = true
  static let result = ValueType.record
  static let examples = [
    Example(#"decode.heal("default", "Once upon a ti", max=3).dropped != """#, shows: "true")
  ]

  let healing = TokenContinuationOptions()

  func run(_ call: Call) throws -> Value {
    let run = try healing.run(call, name: Self.name)
    let made = try TokenHealing.decode(
      run.model, prompt: run.prompt, sampler: run.sampler, stream: run.stream,
      options: run.options)
    return .record(
      Record([
        ("text", made.text.map(Value.string) ?? .null),
        ("dropped", .string(String(decoding: made.dropped, as: UTF8.self))),
        ("ids", .list(made.decoded.ids.map { .int(Int($0)) })),
        ("logprobs", .tensor(Tensor(made.decoded.logProbabilities))),
        ("stop", .string(made.decoded.stopReason.name)),
      ]))
  }
}
