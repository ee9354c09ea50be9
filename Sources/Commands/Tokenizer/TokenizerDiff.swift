import Language
import Tokenizers

/// `tokenizer.diff`: where two tokenizations of a text differ.
struct TokenizerDiff: Command {
  static let name = "tokenizer.diff"
  static let summary = "Show where two tokenizers cut a text otherwise, side by side."
  static let searchWords = ["compare", "difference", "align", "side by side"]
  static let result = ValueType.object("difference")
  static let examples = [
    Example(
      #"a = tokenizer.train "low low lower" vocab=258 name="a"; b = tokenizer.train "er er er" vocab=257 name="b"; tokenizer.diff a b "x lower x""#,
      shows: """
        difference  2 of 4 places cut otherwise; 7 tokens of a, 8 of b

        start  end  same   first  second  first_count  second_count
            0    2  true   x|     =                 2             2
            2    5  false  low    l|o|w             1             3
            5    7  false  e|r    er                2             1
            7    9  true    |x    =                 2             2
        """)
  ]

  let first = Argument<TokenizerObject>("A tokenizer, or the path of one.")
  let second = Argument<TokenizerObject>("Another.")
  let text = Argument<String>("The text.", piped: true)

  func run(_ call: Call) throws -> Value {
    let (first, second, text) = (try call[first], try call[second], try call[text])
    let (a, b) = (try first.tokenizer.encode(text), try second.tokenizer.encode(text))
    let difference = TokenizationDifference(
      try TokenizerAligner(a, first.tokenizer, b, second.tokenizer))
    let unlike = difference.unlike
    let rows = try difference.stretches.map { stretch in
      Record([
        ("start", .int(stretch.bytes.lowerBound)), ("end", .int(stretch.bytes.upperBound)),
        ("same", .bool(stretch.isSame)),
        ("first", joined(try a[stretch.first].map { try first.tokenizer.printableToken($0) })),
        (
          "second",
          stretch.isSame
            ? .string("=")
            : joined(try b[stretch.second].map { try second.tokenizer.printableToken($0) })
        ),
        ("first_count", .int(stretch.first.count)), ("second_count", .int(stretch.second.count)),
      ])
    }
    return .object(
      TokenizeReport(
        "difference",
        "difference  \(unlike.count) of \(counted(difference.stretches.count, "place")) cut otherwise; "
          + "\(counted(a.count, "token")) of \(first.tokenizer.name), "
          + "\(b.count) of \(second.tokenizer.name)",
        Record([
          ("first_count", .int(a.count)), ("second_count", .int(b.count)),
          ("differing", .int(unlike.count)),
          ("first_differing", .int(unlike.reduce(0) { $0 + $1.first.count })),
          ("second_differing", .int(unlike.reduce(0) { $0 + $1.second.count })),
          (
            "stretches",
            listed(
              ["start", "end", "same", "first", "second", "first_count", "second_count"], rows)
          ),
        ]), showing: ["stretches"]))
  }
}

/// `tokenizer.spans`: where each token stands in the text.
struct TokenizerSpans: Command {
  static let name = "tokenizer.spans"
  static let summary = "List a text's tokens with their places in it, in bytes and in characters."
  static let searchWords = ["offsets", "places", "positions"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.spans t "abé""#,
      shows: """
         id  token  start  end  first_character  end_character
        256  ab         0    2                0              2
        195  \\xC3       2    3                2              3
        169  \\xA9       3    4                2              3
        """)
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<String>("The text.", piped: true)
  let special = Option<SpecialPolicy>(
    "What text that spells a special token is: text as any other, the token, or an error.",
    default: .text)

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    let spans = try tokenizer.spans(of: try call[text], special: try call[special])
    return listed(
      ["id", "token", "start", "end", "first_character", "end_character"],
      try spans.map { span in
        Record([
          ("id", .int(Int(span.id))),
          ("token", .string(try tokenizer.printableToken(span.id))),
          ("start", .int(span.bytes.lowerBound)), ("end", .int(span.bytes.upperBound)),
          ("first_character", .int(span.scalars.lowerBound)),
          ("end_character", .int(span.scalars.upperBound)),
        ])
      })
  }
}
