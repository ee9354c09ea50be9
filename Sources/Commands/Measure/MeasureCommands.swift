import Language
import Measures
import Models

/// `measure.*`: figures of merit.
enum MeasureCommands {
  static let all: [any Command.Type] =
    [
      MeasureBoundaryStability.self, MeasurePurity.self, MeasureRoundtrip.self, MeasureTerms.self,
      MeasureNLL.self, MeasurePerplexity.self, MeasureKL.self, MeasureTokens.self,
      MeasurePremium.self, MeasureLengths.self,
      MeasureBitsPerByte.self, MeasureNumbers.self, MeasureArithmetic.self, MeasureEncodings.self,
      MeasurePhantom.self, MeasureCharacters.self, MeasureCompression.self, MeasureDistinct.self,
      MeasureInversePermutation.self, MeasureNLLByPosition.self, MeasureLexinvariantBayes.self,
      MeasureGzip.self, MeasureNGram.self,
    ] + provenance + statistics
}

/// `measure.nll`: how surprised a model is.
struct MeasureNLL: Command {
  static let name = "measure.nll"
  static let summary = "Measure a text's negative log-likelihood under a model."
  static let searchWords = ["perplexity", "loss", "cross-entropy", "bits per byte", "surprisal"]
  static let result = ValueType.record
  static let examples = [
    Example(#"measure.nll("default", "Once upon a time").nats > 0"#, shows: "true")
  ]

  let model = Argument<ModelObject>("The model, or the path of one.")
  let text = Argument<Prompt>("A text, tokens, or ids.", piped: true)

  func run(_ call: Call) throws -> Value {
    let model = try call[model].model
    let loss: NegativeLogLikelihood
    let prompt = try call[text]
    switch prompt {
    case .text(let text): loss = try NegativeLogLikelihood(model, text: text)
    case .ids: loss = try NegativeLogLikelihood(model, ids: try prompt.ids(for: model))
    }
    return .record(
      Record([
        ("nats", .float(loss.nats)), ("tokens", .int(loss.tokens)), ("mean", .float(loss.mean)),
        ("perplexity", .float(loss.perplexity)), ("bytes", loss.bytes.map(Value.int) ?? .null),
        ("bits_per_byte", loss.bitsPerByte.map(Value.float) ?? .null),
        ("per_token", .list(loss.perToken.map { .float(Double($0)) })),
      ]))
  }
}

/// `measure.compression`: how many bytes a token holds.
struct MeasureCompression: Command {
  static let name = "measure.compression"
  static let summary = "Measure how many bytes of a text a tokenizer puts into a token."
  static let searchWords = ["bytes per token", "fertility", "compression ratio"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; measure.compression t "abab""#,
      shows: "{bytes: 4, tokens: 2, bytes_per_token: 2.0}")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<String>("The text.", piped: true)

  func run(_ call: Call) throws -> Value {
    let result = try Compression(try call[tokenizer].tokenizer, text: try call[text])
    return .record(
      Record([
        ("bytes", .int(result.bytes)), ("tokens", .int(result.tokens)),
        ("bytes_per_token", .float(result.bytesPerToken)),
      ]))
  }
}

/// `measure.distinct`: how varied a text is.
struct MeasureDistinct: Command {
  static let name = "measure.distinct"
  static let summary = "Measure the share of different n-grams among all n-grams of a list of ids."
  static let searchWords = ["diversity", "repetition", "distinct-n"]
  static let source: Source? = .arXiv(
    "1510.03055", "A Diversity-Promoting Objective Function", year: 2016)
  static let result = ValueType.float
  static let examples = [Example("measure.distinct [1, 2, 1, 2, 1] n=2", shows: "0.5")]

  let tokens = Argument<TokenIDs>("Tokens, or a list or tensor of ids.", piped: true)
  let n = Option("How many ids make an n-gram.", default: 1, in: 1...64)

  func run(_ call: Call) throws -> Value {
    .float(try distinct(try call[tokens].ids, n: try call[n]))
  }
}
