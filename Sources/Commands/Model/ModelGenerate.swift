import Language
import Models

/// `model.generate`: what an encoder and a decoder write.
struct ModelGenerate: Command {
  static let name = "model.generate"
  static let summary =
    "Write a text for each given one with an encoder-decoder model, the best token each time."
  static let searchWords = ["seq2seq", "t5", "translate", "summarise", "greedy", "answer"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; m = model.new(t, arch=seq2seq, layers=1, width=8, heads=2); keys(model.generate(m, ["ab", "ba"], tokens=2)[0])"#,
      shows: #"["prompt", "text"]"#),
    Example(
      #"try { model.generate("default", "a text") } catch e { e.code }"#, shows: "E0603"),
  ]

  let model = Argument<SequenceModelObject>(
    "The model, or its folder; language models write by decode.greedy.")
  let texts = Argument<[String]>("A text, or a list of texts; each becomes a row.", piped: true)
  let tokens = Option("The most tokens of each written text.", default: 64, in: 1...65536)

  func run(_ call: Call) throws -> Value {
    let (model, tokens) = (try call[model].model, try call[tokens])
    return .table(
      Table(
        rows: try call[texts].map { text in
          Record([
            ("prompt", .string(text)),
            ("text", .string(try model.written(for: text, limit: tokens))),
          ])
        }))
  }
}
