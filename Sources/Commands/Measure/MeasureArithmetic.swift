import Language
import Tokenizers

/// `measure.numbers`: where a vocabulary cuts numbers.
struct MeasureNumbers: Command {
  static let name = "measure.numbers"
  static let summary =
    "Count the tokens of numbers, and list where tokens part their digits, counted from the right."
  static let searchWords = ["digits", "arithmetic", "boundaries", "thousands"]
  static let source: Source? = DataAddition.source
  static let result = ValueType.table
  static let examples = [
    Example(
      #"measure.numbers (tokenizer.numbers scheme=l2r) ["8302080", "8,302,080"]"#,
      shows: "number     tokens  borders\n8302080         3  [4, 1]\n8,302,080       5  [6, 3]")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let numbers = Argument<[Value]>(
    "Numbers, as integers or as text with or without separators.", piped: true)

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    let rows = try call[numbers].map { value in
      guard let text = value.stringValue ?? value.intValue.map({ "\($0)" }) else {
        throw LanguageError.cannotConvert(value.inline, to: "number").at(call.span(of: numbers))
      }
      let (tokens, borders) = try tokenizer.digitBorders(in: text)
      return Record([
        ("number", .string(text)), ("tokens", .int(tokens)),
        ("borders", .list(borders.map { .int($0) })),
      ])
    }
    return .table(Table(rows: rows))
  }
}

/// `measure.arithmetic`: what is wrong in the answers to additions.
struct MeasureArithmetic: Command {
  static let name = "measure.arithmetic"
  static let summary =
    "Judge answers to additions: right or not, and which digits and tokens are wrong."
  static let searchWords = ["addition", "accuracy", "carry", "digit errors", "off by one"]
  static let source: Source? = DataAddition.source
  static let result = ValueType.table
  static let examples = [
    Example(
      #"measure.arithmetic {a: 8302080, b: 3529456} ["11,821,536"] | first | select [exact, carries, wrong_digits, wrong_tokens, off_by]"#,
      shows: "{exact: false, carries: 3, wrong_digits: [4], wrong_tokens: [2], off_by: 4}")
  ]

  let problems = Argument<Table>("The additions: columns a and b, as data.addition gives them.")
  let answers = Argument<[Value]>("The answers in the same order: numbers, text, or null.")
  let scheme = Option<NumberScheme.Order>(
    "How the right answer is cut, for wrong_tokens.", default: .l2r)
  let chunk = Option("The most digits of a token.", default: 3, in: 1...6)
  let sep = Option(
    "A separator that may stand in an answer, besides the usual ones.", default: "")

  func run(_ call: Call) throws -> Value {
    let (problems, answers) = (try call[problems], try call[answers])
    guard answers.count == problems.rowCount else {
      throw LanguageError.lengthsDiffer(
        what: "additions and answers", a: problems.rowCount, b: answers.count
      ).at(call.span(of: self.answers))
    }
    let scheme = try NumberScheme(
      try call[scheme], chunk: try call[chunk], separator: try call[sep])
    let rows = try zip(problems.rows, answers).map { row, given in
      guard let a = row["a"]?.intValue, let b = row["b"]?.intValue else {
        throw LanguageError.noColumn(
          name: row["a"]?.intValue == nil ? "a" : "b", suggestion: nil, columns: problems.names
        ).at(call.span(of: self.problems))
      }
      guard given.isNull || given.intValue != nil || given.stringValue != nil else {
        throw LanguageError.cannotConvert(given.inline, to: "answer")
          .at(call.span(of: self.answers))
      }
      let problem = try AdditionProblem(a, b)
      let text = given.stringValue ?? given.intValue.map { "\($0)" } ?? ""
      return record(row, problem, ArithmeticAnswer(text, to: problem, scheme))
    }
    return .table(Table(rows: rows))
  }

  private func record(_ row: Record, _ problem: AdditionProblem, _ answer: ArithmeticAnswer)
    -> Record
  {
    func list(_ places: [Int]?) -> Value { places.map { .list($0.map { .int($0) }) } ?? .null }
    let digits = [problem.first, problem.second, problem.answer].map { "\($0)".utf8.count }
    let carries = problem.carries
    var row = row
    row["given"] = answer.digits.map { .string($0) } ?? .null
    row["exact"] = .bool(answer.isExact)
    row["right_length"] = .bool(answer.hasRightLength)
    row["lengths_match"] = .bool(digits[..<2].contains(digits[2]))
    row["carries"] = .int(carries.count)
    row["carry_chain"] = .int(carries.longestChain)
    row["wrong_digits"] = list(answer.wrongDigits)
    row["wrong_tokens"] = list(answer.wrongTokens)
    row["off_by"] = answer.offByPower.map { .int($0) } ?? .null
    return row
  }
}
