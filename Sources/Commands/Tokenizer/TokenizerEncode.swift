import Language
import Tokenizers

/// `tokenizer.encode`: text to ids.
struct TokenizerEncode: Command {
  static let name = "tokenizer.encode"
  static let summary = "Cut a text, or each of a list of texts, into tokens."
  static let searchWords = ["tokenize", "ids", "split", "batch", "truncation", "padding"]
  static let result = ValueType.oneOf([.object("tokens"), .list(of: .object("tokens"))])
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.encode(t, "abba").ids"#,
      shows: "[256, 98, 97]"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<pad>"]; tokenizer.encode(t, ["abba", "ab"], truncation=2, padding=longest) | map (x -> x.ids)"#,
      shows: "[[256, 98], [256, 257]]"),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<TokenizeText>("The text, or a list of texts.", piped: true)
  let special = Option<SpecialPolicy>(
    "What text that spells a special token is: text as any other, the token, or an error.",
    default: .text)
  let bos = Option("Put the begin token before the text.", default: false)
  let eos = Option("Put the end token after the text.", default: false)
  let truncation = Option<TokenizeLength?>(
    "The most tokens of a text, bos and eos among them; file is what the vocabulary's file asks for."
  )
  let padding = Option<TokenizePadding?>(
    "Fill texts up to so many tokens, to the longest of the list, or as the file asks for.")
  let side = Option<TokenizeSide?>(
    "The end that is cut off and filled up; by default the file's, else the right one.")

  func run(_ call: Call) throws -> Value {
    let (object, text) = (try call[tokenizer], try call[text])
    let tokenizer = object.tokenizer
    let side = try call[side]?.side
    var options = EncodingOptions()
    options.special = try call[special]
    (options.addsBOS, options.addsEOS) = (try call[bos], try call[eos])
    options.shortenedSide = side ?? tokenizer.truncation?.side ?? .right
    switch try call[truncation] {
    case .length(let length): options.most = length
    case .file: options.most = tokenizer.truncation?.maximumLength
    case nil: break
    }
    if let padding = try call[padding] {
      options.padding = try self.padding(padding, tokenizer)
      if let side { options.padding?.side = side }
    }
    let inputs = try tokenizer.encode(text.texts, options)
    return text.result(inputs.map { .object(TokensObject($0.ids, object)) })
  }

  /// What the file asks for, to another length where one is given; nil where it asks for none.
  private func padding(_ wanted: TokenizePadding, _ tokenizer: Tokenizer) throws -> Padding? {
    if wanted == .file { return tokenizer.padding }
    var padding =
      try tokenizer.padding ?? Padding(length: nil, id: try tokenizer.paddingID())
    (padding.length, padding.multiple) = (nil, nil)
    if case .length(let length) = wanted { padding.length = length }
    return padding
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
      shows: "abba"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.decode t [256, 999] invalid=replace"#,
      shows: "ab\u{FFFD}"),
  ]

  /// What is done about ids without a token.
  enum Invalid: String, WordParameter { case error, replace }

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let ids = Argument<TokenIDs>("Tokens, or a list or tensor of ids.", piped: true)
  let invalid = Option<Invalid>(
    "What an id outside the vocabulary is: an error, or replaced by U+FFFD.", default: .error)

  func run(_ call: Call) throws -> Value {
    let (tokenizer, ids) = (try call[tokenizer].tokenizer, try call[ids].ids)
    return .string(
      try call[invalid] == .replace
        ? tokenizer.decodeReplacingInvalid(ids) : tokenizer.decode(ids))
  }
}

/// `tokenizer.count`: how many tokens a text has.
struct TokenizerCount: Command {
  static let name = "tokenizer.count"
  static let summary = "Count the tokens of a text, or of each of a list of texts."
  static let searchWords = ["length"]
  static let result = ValueType.oneOf([.int, .list(of: .int)])
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.count t "abba""#, shows: "3")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<TokenizeText>("The text, or a list of texts.", piped: true)
  let special = Option<SpecialPolicy>(
    "What text that spells a special token is: text as any other, the token, or an error.",
    default: .text)

  func run(_ call: Call) throws -> Value {
    let (tokenizer, text, special) = (
      try call[tokenizer].tokenizer, try call[text], try call[special]
    )
    return text.result(try text.texts.map { .int(try tokenizer.count($0, special: special)) })
  }
}
