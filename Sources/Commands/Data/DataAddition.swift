import Language
import Tokenizers

/// `data.addition`: numbers to add, of given lengths.
struct DataAddition: Command {
  static let name = "data.addition"
  static let summary =
    "Draw additions whose operands and answer have given numbers of digits, with their carries."
  static let searchWords = ["arithmetic", "sums", "carry", "numbers", "generate"]
  static let source: Source? = .arXiv(
    "2402.14903", "Tokenization counts: the impact of tokenization on arithmetic", year: 2024)
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      "data.addition([2, 2, 3], n=200, seed=1) | all (p -> p.a + p.b > 99)", shows: "true"),
    Example(
      "data.addition([[1, 1, 1], [3, 2, 4]], n=4, seed=1) | map (p -> p.answer_digits)",
      shows: "[1, 4, 1, 4]"),
  ]

  let lengths = Argument<[[Int]]>(
    "Lists of three, which take turns: the digits of the first number, the second and their sum; or one such list."
  )
  let n = Option("How many additions.", default: 100, in: 0...1_000_000)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let given = try call[lengths]
    // One list of three numbers comes as three lists of one.
    let isSingle = given.count == 3 && given.allSatisfy { $0.count == 1 }
    let lengths = try (isSingle ? [given.flatMap { $0 }] : given).map { triple in
      guard triple.count == 3 else {
        throw LanguageError.outOfRange(
          command: Self.name, parameter: "lengths", given: "\(triple)",
          range: "lists of three numbers of digits"
        ).at(call.span(of: self.lengths))
      }
      return try AdditionProblem.Lengths(triple[0], triple[1], answer: triple[2])
    }
    let seed = randomSeed(call, seed: try call[seed], name: Self.name)
    let problems = try AdditionProblem.problems(lengths, count: try call[n], seed: seed)
    func column(_ number: (AdditionProblem) -> Int) -> [Value] { problems.map { .int(number($0)) } }
    func digits(_ number: (AdditionProblem.Lengths) -> Int) -> [Value] {
      problems.indices.map { .int(number(lengths[$0 % lengths.count])) }
    }
    // By columns, without a record for each row.
    let table = Table(columns: [
      ("a", column(\.first)), ("b", column(\.second)), ("answer", column(\.answer)),
      ("a_digits", digits(\.first)), ("b_digits", digits(\.second)),
      ("answer_digits", digits(\.answer)), ("carries", column { $0.carries.count }),
      ("carry_chain", column { $0.carries.longestChain }),
    ])
    return .table(table ?? Table(rows: []))
  }
}

/// `data.format`: numbers with separators.
struct DataFormat: Command {
  static let name = "data.format"
  static let summary = "Write numbers with a separator between groups of digits."
  static let searchWords = ["thousands", "comma", "separator", "numbers", "digits"]
  static let source: Source? = DataAddition.source
  static let result = ValueType.oneOf([.string, .list(of: .string)])
  static let examples = [
    Example("data.format 8302080", shows: "8,302,080"),
    Example(
      #"data.format [8302080, 12345] scheme=l2r sep=" ""#, shows: #"["830 208 0", "123 45"]"#),
  ]

  let number = Argument<Value>(
    "A number, or a list of numbers, as integers or as strings of digits.",
    of: .oneOf([.int, .string, .list(of: .any)]), piped: true)
  let scheme = Option<NumberScheme.Order>(
    "Where groups begin: at every digit, or counted from the left (l2r) or the right (r2l).",
    default: .r2l)
  let chunk = Option("The most digits of a group.", default: 3, in: 1...6)
  let sep = Option("What stands between groups.", default: ",")

  func run(_ call: Call) throws -> Value {
    let scheme = try NumberScheme(
      try call[scheme], chunk: try call[chunk], separator: try call[sep])
    let given = try call[number]
    func formatted(_ value: Value) throws -> Value {
      let text = value.stringValue ?? value.intValue.map { "\($0)" }
      guard let written = text.flatMap(scheme.formatted) else {
        throw LanguageError.cannotConvert(value.inline, to: "number of digits only")
          .at(call.span(of: number))
      }
      return .string(written)
    }
    if given.stringValue == nil, let items = given.items {
      return .list(try items.map(formatted))
    }
    return try formatted(given)
  }
}
