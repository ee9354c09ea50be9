import Language
import Tokenizers

/// `measure.purity`: how far tokens are words and morphemes.
struct MeasurePurity: Command {
  static let name = "measure.purity"
  static let summary =
    "Measure the shares of tokens that are words or single morphemes of a lexicon."
  static let searchWords = ["morphology", "linguistic", "tr %", "pure tokens", "morphemes"]
  static let source: Source? = .arXiv(
    "2508.14292", "Tokens with Meaning: A Hybrid Tokenization Approach for NLP", year: 2025)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.new roots=["ev"] fallback=(tokenizer.train "x" vocab=256); measure.purity(t, "evlerde xy", lexicon=t).pure"#,
      shows: "0.6")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<String>("The text.", piped: true)
  let lexicon = Option<LexiconTable>(
    "What is a word: a hybrid tokenizer, or a record of the lists roots and affixes, in small letters."
  )
  let endings = Option<[String]>(
    "Chains of affixes; a root with one of them is a word too.", default: [])

  func run(_ call: Call) throws -> Value {
    var lexicon = try call[lexicon].lexicon
    lexicon.endings = Set(try call[endings])
    let purity = try TokenPurity(
      try call[tokenizer].tokenizer, text: try call[text], lexicon: lexicon)
    func share(_ count: Int, of all: Int) -> Value {
      all == 0 ? .null : .float(Double(count) / Double(all))
    }
    return .record(
      Record([
        ("tr", share(purity.valid, of: purity.lettered)),
        ("pure", share(purity.pure, of: purity.lettered)),
        ("tr_unique", share(purity.distinctValid, of: purity.distinctLettered)),
        ("pure_unique", share(purity.distinctPure, of: purity.distinctLettered)),
        ("unknown", share(purity.unknown, of: purity.tokens)),
        ("per_word", share(purity.tokens, of: purity.words)),
        ("tokens", .int(purity.tokens)), ("lettered", .int(purity.lettered)),
        ("unique", .int(purity.distinctLettered)),
      ]))
  }
}

/// `measure.roundtrip`: whether texts come back.
struct MeasureRoundtrip: Command {
  static let name = "measure.roundtrip"
  static let summary = "Measure how many texts a tokenizer gives back as they were."
  static let searchWords = ["lossless", "decode", "reversible", "exact match"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.new roots=["ev"] checked=false; measure.roundtrip(t, ["evler", "evlar"]).exact"#,
      shows: "0.5"),
    Example(
      #"t = tokenizer.new roots=["ev"] checked=false; measure.roundtrip(t, ["evler", "evlar"]).differences[0]"#,
      shows: #"{original: "evlar", decoded: "evler", count: 1}"#),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<[String]>("A text, or a list of texts.", piped: true)
  let limit = Option("The most differences that are listed.", default: 20, in: 0...10_000)

  func run(_ call: Call) throws -> Value {
    let trip = try RoundTrip(try call[tokenizer].tokenizer, texts: try call[text])
    func share(_ count: Int, of all: Int) -> Value {
      all == 0 ? .null : .float(Double(count) / Double(all))
    }
    let rows = trip.differences.prefix(try call[limit]).map {
      Record([
        ("original", .string($0.original)), ("decoded", .string($0.decoded)),
        ("count", .int($0.count)),
      ])
    }
    return .record(
      Record([
        ("exact", share(trip.exactTexts, of: trip.texts)), ("texts", .int(trip.texts)),
        ("exact_words", share(trip.exactWords, of: trip.words)), ("words", .int(trip.words)),
        ("differences", .table(Table(rows: rows))),
      ]))
  }
}

/// A lexicon as an argument: a hybrid tokenizer, or lists of words.
struct LexiconTable: ParameterValue {
  let lexicon: TokenPurity.Lexicon

  static var type: ValueType { .oneOf([.object("tokenizer"), .record]) }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) throws -> LexiconTable? {
    switch value {
    case .object(let object as TokenizerObject):
      guard let lexicon = object.tokenizer.lexicon else {
        throw LanguageError.invalid(
          "tokenizer \(object.tokenizer.name) has no roots and affixes",
          hint: "give a tokenizer of tokenizer.new, or a record of the lists roots and affixes")
      }
      return LexiconTable(lexicon: lexicon)
    case .record(let record):
      guard let roots = texts(record["roots"]), let affixes = texts(record["affixes"]) else {
        throw LanguageError.invalid(
          "a lexicon has the lists roots and affixes",
          hint: #"write lexicon={roots: ["ev"], affixes: ["ler"]}"#)
      }
      return LexiconTable(lexicon: TokenPurity.Lexicon(roots: roots, affixes: affixes))
    default: return nil
    }
  }

  private static func texts(_ value: Value?) -> Set<String>? {
    guard let items = value?.items else { return nil }
    let texts = items.compactMap(\.stringValue)
    return texts.count == items.count ? Set(texts) : nil
  }
}
