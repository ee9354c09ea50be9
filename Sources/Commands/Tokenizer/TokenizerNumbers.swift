import Language
import Tokenizers

extension NumberScheme.Order: WordParameter {}

/// How a vocabulary for numbers cuts them.
enum NumberCutting: String, WordParameter {
  case digit, l2r, r2l, whole

  /// nil for merges that are learned.
  var order: NumberScheme.Order? { NumberScheme.Order(rawValue: rawValue) }
}

/// `tokenizer.numbers`: a vocabulary whose numbers are cut by a rule.
struct TokenizerNumbers: Command {
  static let name = "tokenizer.numbers"
  static let summary =
    "Make a tokenizer that cuts numbers by a scheme: digit by digit, or in groups from the left or right."
  static let searchWords = ["arithmetic", "digits", "thousands", "right to left"]
  static let source: Source? = .arXiv(
    "2402.14903", "Tokenization counts: the impact of tokenization on arithmetic", year: 2024)
  static let result = ValueType.object("tokenizer")
  static let examples = [
    Example(
      #"tokenizer.encode(tokenizer.numbers(scheme=r2l), "8302080").pieces"#,
      shows: #"["8", "302", "080"]"#),
    Example(
      #"tokenizer.encode(tokenizer.numbers(scheme=l2r), "8302080").pieces"#,
      shows: #"["830", "208", "0"]"#),
  ]

  let scheme = Option<NumberCutting>(
    "How numbers are cut: digit by digit, in groups from the left (l2r) or the right (r2l), or whole, by merges learned from the numbers of a text.",
    default: .r2l)
  let chunk = Option(
    "The most digits of a group; with whole, as many tokens are learned as such groups are.",
    default: 3, in: 1...6)
  let sep = Option("A separator that is to be one token, where the text has it.", default: "")
  let text = Option<[String]?>("With whole: the text, or texts, whose numbers are learned from.")
  let name = Option<String?>("The tokenizer's name; without one, its scheme.")

  func run(_ call: Call) throws -> Value {
    let (cutting, chunk) = (try call[scheme], try call[chunk])
    let name = try call[name] ?? cutting.rawValue
    guard let order = cutting.order else {
      guard let texts = try call[text] else {
        throw LanguageError.missingArgument(command: Self.name, parameter: "text").at(call.span)
      }
      return .object(
        TokenizerObject(try NumberScheme.wholeNumbers(in: texts, chunk: chunk, name: name)))
    }
    let scheme = try NumberScheme(order, chunk: chunk, separator: try call[sep])
    return .object(TokenizerObject(scheme.tokenizer(name: name)))
  }
}
