import Language
import Tokenizers

/// `data.charbench`: questions on the letters of words.
struct DataCharBench: Command {
  static let name = "data.charbench"
  static let summary =
    "Ask about the letters of a text's words: how many, how many different, where first, where last."
  static let searchWords = ["spelling", "characters", "count letters", "strawberry", "questions"]
  static let source: Source? = .arXiv(
    "2508.02591", "CharBench: Evaluating the Role of Tokenization in Character-Level Tasks",
    year: 2026)
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      #"data.charbench "this that then them" per_length=4 lengths=4..4 seed=1 | map (q -> q.task)"#,
      shows: #"["count_char", "count_unique", "find_first", "find_last"]"#)
  ]

  let text = Argument<[String]>(
    "A text, or a list of texts or words; each word of a to z only is used once.", piped: true)
  let perLength = Option(
    "How many questions each length of word gets, the four tasks together: a multiple of 4.",
    default: 100, in: 4...1_000_000)
  let lengths = Option<[Int]>(
    "The lengths of words, a range.", default: Array(4...10))
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let (perLength, lengths) = (try call[perLength], try call[lengths])
    guard perLength % 4 == 0 else {
      throw LanguageError.outOfRange(
        command: Self.name, parameter: "per_length", given: "\(perLength)",
        range: "the multiples of 4"
      ).at(call.span(of: self.perLength))
    }
    guard let first = lengths.first, let last = lengths.last, first >= 1, last <= 1000,
      lengths == Array(first...max(first, last))
    else {
      throw LanguageError.outOfRange(
        command: Self.name, parameter: "lengths", given: "\(lengths)", range: "ranges in 1..1000"
      ).at(call.span(of: self.lengths))
    }
    let words = try call[text].flatMap(CharacterQuestion.words)
    let questions = try CharacterQuestion.questions(
      words: words, perCell: perLength / 4,
      seed: randomSeed(call, seed: try call[seed], name: Self.name), lengths: first...last)
    return .table(
      Table(
        rows: questions.map { question in
          Record([
            ("task", .string(question.task.rawValue)), ("word", .string(question.word)),
            ("character", question.character.map { .string(String($0)) } ?? .null),
            ("answer", .int(question.answer)), ("prompt", .string(question.prompt)),
          ])
        }))
  }
}
