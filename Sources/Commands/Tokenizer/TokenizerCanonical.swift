import Kernels
import Language
import Tokenizers

/// `tokenizer.canonical`: the ids a tokenizer itself would give.
struct TokenizerCanonical: Command {
  static let name = "tokenizer.canonical"
  static let summary = "Give the ids that the tokenizer itself gives to what these ids stand for."
  static let searchWords = ["normalize", "re-encode", "segmentation", "phantom"]
  static let result = ValueType.object("tokens")
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.canonical(t, [97, 98]).ids"#,
      shows: "[256]")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let ids = Argument<TokenIDs>("Tokens, or a list or tensor of ids.", piped: true)

  func run(_ call: Call) throws -> Value {
    let object = try call[tokenizer]
    return .object(TokensObject(try object.tokenizer.canonical(try call[ids].ids), object))
  }
}

/// `tokenizer.starts`: what to mask so that a word cannot be written.
struct TokenizerStarts: Command {
  static let name = "tokenizer.starts"
  static let summary =
    "List the tokens that begin any way to write a word, with or without a space in front."
  static let searchWords = ["mask", "forbid", "phantom", "prefixes"]
  static let source: Source? = .arXiv(
    "2601.14658", "Say Anything but This: When Tokenizer Betrays Reasoning in LLMs", year: 2026)
  static let result = ValueType.object("tokens")
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258; tokenizer.starts(t, "ab").pieces"#,
      shows: #"[" ", "a", "ab", " ab"]"#)
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let word = Argument<String>("The word.", piped: true)

  func run(_ call: Call) throws -> Value {
    let object = try call[tokenizer]
    let encodings = try WordEncodings(try call[word], object.tokenizer.trie)
    return .object(TokensObject(encodings.starts.sorted(), object))
  }
}

/// `tokenizer.sample`: another way to write a text.
struct TokenizerSample: Command {
  /// By what law an encoding is drawn.
  enum Law: String, WordParameter { case uniform, dropout }

  static let name = "tokenizer.sample"
  static let summary =
    "Draw token sequences for texts: any of all that there are, or by BPE-dropout."
  static let searchWords = ["subword regularization", "segmentations", "bpe-dropout", "random"]
  static let source: Source? = .arXiv(
    "1910.13267", "BPE-Dropout: Simple and Effective Subword Regularization", year: 2020)
  static let isRandom = true
  static let result = ValueType.any
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.sample(t, "abab", by=dropout, p=1.0).ids"#,
      shows: "[97, 98, 97, 98]"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.sample t ["ab", "x"] seed=1 | map (x -> x.text)"#,
      shows: #"["ab", "x"]"#),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<Value>(
    "A text, or a list of texts: each gets a sequence of its own.",
    of: .oneOf([.string, .list(of: .string)]), piped: true)
  let by = Option<Law>(
    "The law: uniform takes every sequence as equally likely, dropout encodes and drops merges at random.",
    default: .uniform)
  let p = Option("With dropout: how likely a merge is dropped.", default: 0.1, in: 0...1)
  let anySpace = Option(
    "With uniform: draw from the sequences with and without a space in front, whatever the text has.",
    default: false)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let object = try call[tokenizer]
    let given = try call[text]
    var stream = randomStream(call, seed: try call[seed], name: Self.name)
    if let text = given.stringValue { return try tokens(text, object, call, stream.next()) }
    guard let items = given.items else {
      throw call.wrongType(text, wanted: "a string or a list of strings", given: given)
    }
    return .list(
      try items.map { item in
        try Cancellation.check()
        guard let text = item.stringValue else {
          throw call.wrongType(self.text, wanted: "a string or a list of strings", given: item)
        }
        return try tokens(text, object, call, stream.next())
      })
  }

  private func tokens(_ text: String, _ object: TokenizerObject, _ call: Call, _ seed: UInt64)
    throws -> Value
  {
    let tokenizer = object.tokenizer
    let ids: [Int32]?
    switch try call[by] {
    case .dropout:
      ids = try tokenizer.encode(
        text, dropout: MergeDropout(probability: try call[p], seed: seed))
    case .uniform where try call[anySpace]:
      let word = text.first == " " ? String(text.dropFirst()) : text
      ids = try WordEncodings(word, tokenizer.trie).sample(seed: seed)
    case .uniform: ids = try tokenizer.segmentations(of: text).sample(seed: seed)
    }
    guard let ids else { throw TokenizerError.noSegmentation(bytes: Array(text.utf8)) }
    return .object(TokensObject(ids, object))
  }
}
