import Language
import Tokenizers

extension VocabularyEntry.Kind: WordParameter {}
extension VocabularyQuery.Order: WordParameter {}

/// How many bytes a token has: a number, or a range.
enum TokenLengthRange: ParameterValue {
  case lengths(ClosedRange<Int>)

  static var type: ValueType { .oneOf([.int, .range]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) -> TokenLengthRange? {
    if let length = value.intValue { return .lengths(length...length) }
    guard case .range(let range) = value, range.count > 0 else { return nil }
    return .lengths(range.lower...(range.lower + range.count - 1))
  }
}

/// `tokenizer.vocab`: the tokens of a vocabulary.
struct TokenizerVocab: Command {
  static let name = "tokenizer.vocab"
  static let summary = "List the tokens of a vocabulary that fit all conditions."
  static let searchWords = ["tokens", "ids", "search", "find", "longest", "regex"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "low lower lowest low low" vocab=260; tokenizer.vocab t contains="lo""#,
      shows: """
         id  token  bytes           length  kind    rank
        256  lo     6c 6f                2  normal     0
        257  low    6c 6f 77             3  normal     1
        258   low   20 6c 6f 77          4  normal     2
        259   lowe  20 6c 6f 77 65       5  normal     3
        """)
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.", piped: true)
  let contains = Option<String?>("What the token's text contains.")
  let prefix = Option<String?>("What it begins with.")
  let suffix = Option<String?>("What it ends with.")
  let regex = Option<String?>("A regular expression that matches somewhere in it.")
  let kind = Option<VocabularyEntry.Kind?>(
    "Special, added, byte (one byte each), or normal tokens only.")
  let ids = Option<TokenIDs?>("These ids only.")
  let length = Option<TokenLengthRange?>("How many bytes it has: a number or a range.")
  let sort = Option<VocabularyQuery.Order>(
    "The order: length puts the longest first, rank the first merge, score the highest.",
    default: .id)
  let limit = Option<Int?>("The most tokens that are listed.", in: 0...)

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    var query = VocabularyQuery()
    (query.contains, query.prefix) = (try call[contains], try call[prefix])
    (query.suffix, query.regex) = (try call[suffix], try call[regex])
    (query.kind, query.order) = (try call[kind], try call[sort])
    query.ids = try call[ids].map { Set($0.ids) }
    if case .lengths(let range)? = try call[length] { query.lengths = range }
    let entries = try tokenizer.vocabulary(query).prefix(try call[limit] ?? .max)
    let (hasRanks, hasScores) = (
      entries.contains { $0.rank != nil }, entries.contains { $0.score != nil }
    )
    return listed(
      ["id", "token", "bytes", "length", "kind"],
      entries.map { entry in
        var row = Record([
          ("id", .int(Int(entry.id))), ("token", .string(entry.text)),
          ("bytes", hexadecimal(entry.bytes)), ("length", .int(entry.bytes.count)),
          ("kind", .string(entry.kind.rawValue)),
        ])
        if hasRanks { row["rank"] = entry.rank.map(Value.int) ?? .null }
        if hasScores { row["score"] = entry.score.map(Value.float) ?? .null }
        return row
      })
  }
}

/// Bytes as text: `e2 82 ac`.
func hexadecimal(_ bytes: [UInt8]) -> Value {
  .string(
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " "))
}

/// `tokenizer.unreachable`: tokens that no text becomes.
struct TokenizerUnreachable: Command {
  static let name = "tokenizer.unreachable"
  static let summary =
    "List the tokens that no text becomes, each with its proof, and candidates without one."
  static let searchWords = ["glitch", "under-trained", "dead tokens", "solidgoldmagikarp"]
  static let source: Source? = .arXiv(
    "2405.05417", "Fishing for Magikarp: Automatically Detecting Under-trained Tokens", year: 2024)
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.unreachable(t)[0].proof"#,
      shows: "utf8")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.", piped: true)

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    return listed(
      ["id", "token", "bytes", "proof", "encoding", "ids"],
      try tokenizer.unreachableTokens().map { token in
        Record([
          ("id", .int(Int(token.id))), ("token", .string(token.text)),
          ("bytes", hexadecimal(token.bytes)), ("proof", .string(token.proof.rawValue)),
          (
            "encoding",
            joined(try token.encoding.map { try tokenizer.printableToken($0) })
          ), ("ids", .list(token.encoding.map { .int(Int($0)) })),
        ])
      })
  }
}
