import Language
import Training

/// `measure.ngram`: what counting alone foresees.
struct MeasureNGram: Command {
  static let name = "measure.ngram"
  static let summary =
    "Measure how well counted n-grams of some texts foresee others: a baseline for language models."
  static let searchWords = ["bits per byte", "markov", "count", "smoothing", "witten-bell", "loss"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; measure.ngram(t, "ab ab ab", "ab ab").tokens"#,
      shows: "4")
  ]

  let tokenizer = Argument<TokenizerObject>(
    "The tokenizer, or the path of one; at most 4,096 tokens, one that ends texts among them.")
  let training = Argument<[String]>("A text, or a list of texts, whose tokens are counted.")
  let text = Argument<[String]>("A text, or a list of texts, to foresee.", piped: true)
  let order = Option("The tokens that are looked at together.", default: 5, in: 1...5)

  func run(_ call: Call) throws -> Value {
    let result = try NGramBaseline.measure(
      order: try call[order], tokenizer: try call[tokenizer].tokenizer,
      training: try call[training], texts: try call[text])
    return .record(
      Record([
        ("nats", .float(result.nats)), ("tokens", .int(result.tokens)),
        ("bytes", .int(result.bytes)), ("bits_per_byte", .float(result.bitsPerByte)),
      ]))
  }
}
