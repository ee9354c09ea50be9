import Language
import Training

/// Where the symbol tasks come from.
enum SymbolTasks {
  static let source: Source = .arXiv("2305.16349", "Lexinvariant Language Models", year: 2023)
}

/// `data.cipher`: texts under substitution ciphers.
struct DataCipher: Command {
  static let name = "data.cipher"
  static let summary =
    "Replace the letters of texts by others, by a key of its own for each text."
  static let searchWords = ["substitution", "cipher", "decipher", "permute", "encrypt"]
  static let source: Source? = SymbolTasks.source
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      #"data.cipher ["Hello, World!"] seed=1 | map (r -> r.text)"#, shows: #"["Qxuuv, Jviuc!"]"#),
    Example(#"data.cipher "abba" alphabet="abcd" seed=1 | map (r -> r.key)"#, shows: #"["acdb"]"#),
  ]

  let text = Argument<[String]>("A text, or a list of texts.", piped: true)
  let n = Option<Int?>(
    "How many problems; as many as texts where absent. After the last text comes the first again.",
    in: 0...1_000_000)
  let alphabet = Option(
    "The symbols that are exchanged; capitals follow where every symbol has one.",
    default: SymbolAlphabet.letters)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let texts = try call[text]
    let world = try CipherWorld(
      seed: call.worldSeed(try call[seed], Self.name), texts: texts, alphabet: try call[alphabet])
    return try call.rows(world, try call[n] ?? texts.count)
  }
}

/// `data.lookup`: pairs of symbols, and a key to look up.
struct DataLookup: Command {
  static let name = "data.lookup"
  static let summary = "Draw pairs of symbols, and a key whose value is asked for."
  static let searchWords = ["key value", "recall", "in-context", "induction", "generate"]
  static let source: Source? = SymbolTasks.source
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      "data.lookup(n=2, pairs=4, seed=1) | map (r -> r.prompt)",
      shows: #"["n>e h>q r>j e>y e>", "z>m a>l k>u w>q z>"]"#),
    Example("data.lookup(n=2, pairs=4, seed=1) | map (r -> r.answer)", shows: #"["y", "m"]"#),
  ]

  let n = Option("How many problems.", default: 100, in: 0...1_000_000)
  let pairs = Option<[Int]>("How many pairs, which problems take in turn.", default: [8])
  let alphabet = Option(
    "Different symbols, without > and blanks.", default: SymbolAlphabet.letters)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let world = try LookupWorld(
      seed: call.worldSeed(try call[seed], Self.name), pairs: try call[pairs],
      alphabet: try call[alphabet])
    return try call.rows(world, try call[n])
  }
}

/// `data.permute`: examples of a permutation, and a tuple to permute.
struct DataPermute: Command {
  static let name = "data.permute"
  static let summary = "Draw examples of one rearrangement of symbols, and symbols to rearrange so."
  static let searchWords = ["permutation", "few-shot", "in-context", "induction", "generate"]
  static let source: Source? = SymbolTasks.source
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      "data.permute(n=1, size=3, examples=2, seed=1) | map (r -> r.prompt)",
      shows: #"["zts>tzs gme>mge lzw>"]"#),
    Example(
      "data.permute(n=1, size=3, examples=2, seed=1) | map (r -> r.answer)", shows: #"["zlw"]"#),
  ]

  let n = Option("How many problems.", default: 100, in: 0...1_000_000)
  let size = Option<[Int]>(
    "How many symbols are rearranged, 2 to 64, which problems take in turn.", default: [4])
  let examples = Option<[Int]>(
    "How many examples, which problems take in turn, each for all sizes before the next.",
    default: [4])
  let alphabet = Option(
    "Different symbols, without > and blanks.", default: SymbolAlphabet.letters)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let world = try PermutationWorld(
      seed: call.worldSeed(try call[seed], Self.name), sizes: try call[size],
      examples: try call[examples], alphabet: try call[alphabet])
    return try call.rows(world, try call[n])
  }
}
