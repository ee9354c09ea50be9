import Language
import Tokenizers

/// `tokenizer.encode`: text to ids.
struct TokenizerEncode: Command {
  static let name = "tokenizer.encode"
  static let summary = "Cut a text into tokens."
  static let searchWords = ["tokenize", "ids", "split"]
  static let result = ValueType.object("tokens")
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.encode(t, "abba").ids"#,
      shows: "[256, 98, 97]")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<String>("The text.", piped: true)
  let special = Option<SpecialPolicy>(
    "What text that spells a special token is: text as any other, the token, or an error.",
    default: .text)
  let bos = Option("Put the begin token before the text.", default: false)
  let eos = Option("Put the end token after the text.", default: false)

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer]
    let ids = try tokenizer.tokenizer.encode(
      try call[text], special: try call[special], addingBOS: try call[bos],
      addingEOS: try call[eos])
    return .object(TokensObject(ids, tokenizer))
  }
}

/// `tokenizer.decode`: ids to text.
struct TokenizerDecode: Command {
  static let name = "tokenizer.decode"
  static let summary = "Turn ids back into text."
  static let searchWords = ["detokenize", "text"]
  static let result = ValueType.string
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.decode t [256, 98, 97]"#,
      shows: "abba")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let ids = Argument<TokenIDs>("Tokens, or a list or tensor of ids.", piped: true)

  func run(_ call: Call) throws -> Value {
    .string(try call[tokenizer].tokenizer.decode(try call[ids].ids))
  }
}

/// `tokenizer.count`: how many tokens a text has.
struct TokenizerCount: Command {
  static let name = "tokenizer.count"
  static let summary = "Count the tokens of a text."
  static let searchWords = ["length"]
  static let result = ValueType.int
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.count t "abba""#, shows: "3")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<String>("The text.", piped: true)

  func run(_ call: Call) throws -> Value {
    .int(try call[tokenizer].tokenizer.count(try call[text]))
  }
}
