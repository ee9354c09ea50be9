import Decoding
import Language
import Measures
import Tokenizers

extension TokenLengths.Unit: WordParameter {}

/// `measure.tokens`: how a tokenizer writes a text.
struct MeasureTokens: Command {
  static let name = "measure.tokens"
  static let summary =
    "Measure how a tokenizer writes a text: compression, fertility, evenness and vocabulary use."
  static let searchWords = [
    "fertility", "rényi", "renyi", "efficiency", "bytes per token", "vocabulary use",
    "corpus token count", "ctc",
  ]
  static let source: Source? = .arXiv(
    "2306.16842", "Tokenization and the Noiseless Channel", year: 2023)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; measure.tokens t "abab c""#,
      shows: """
        bytes                 6
        characters            6
        words                 2
        tokens                4
        types                 3
        bytes_per_token       1.5
        tokens_per_character  0.6666666666666666
        fertility             2.0
        renyi_efficiency      0.17181655154920078
        vocabulary_use        0.011673151750972763
        """)
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<TokenizeText>("The text, or a list of texts.", piped: true)
  let alpha = Option(
    "The order of the Rényi entropy of the tokens' frequencies, over that of even use.",
    default: 2.5, in: 0...1000)

  func run(_ call: Call) throws -> Value {
    let statistics = try TokenStatistics(
      try call[tokenizer].tokenizer, texts: try call[text].texts)
    if statistics.tokens == 0 { throw MeasureError.empty(measure: "tokenization") }
    return .record(
      Record([
        ("bytes", .int(statistics.bytes)), ("characters", .int(statistics.characters)),
        ("words", .int(statistics.words)), ("tokens", .int(statistics.tokens)),
        ("types", .int(statistics.types)), ("bytes_per_token", .float(statistics.bytesPerToken)),
        ("tokens_per_character", .float(statistics.tokensPerCharacter)),
        ("fertility", statistics.words > 0 ? .float(statistics.fertility) : .null),
        ("renyi_efficiency", .float(statistics.renyiEfficiency(order: try call[alpha]))),
        ("vocabulary_use", .float(statistics.vocabularyUse)),
      ]))
  }
}

/// `measure.premium`: what a language costs.
struct MeasurePremium: Command {
  static let name = "measure.premium"
  static let summary =
    "Measure how many times the tokens of a reference language the same content takes in others."
  static let searchWords = ["parity", "fairness", "languages", "multilingual", "tax"]
  static let source: Source? = .arXiv(
    "2305.15425", "Language Model Tokenizers Introduce Unfairness Between Languages", year: 2023)
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "see the sea" vocab=256; measure.premium t {en: "the sea", el: "η θάλασσα"}"#,
      shows: """
        language  tokens  premium  byte_premium  bytes_per_token  fertility
        en             7        1             1                1        3.5
        el            17  2.42857       2.42857                1        8.5
        """)
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let texts = Argument<Record>(
    "The same content in each language: a record of texts, or of lists of as many texts.",
    piped: true)
  let reference = Option<String?>(
    "The language whose tokens count as one; by default the record's first.")

  func run(_ call: Call) throws -> Value {
    var languages: [(name: String, texts: [String])] = []
    for (name, value) in try call[texts].fields {
      guard let texts = TokenizeText.convert(value, in: call)?.texts else {
        throw call.wrongType(texts, wanted: "a record of texts, or of lists of texts", given: value)
      }
      languages.append((name, texts))
    }
    guard let first = languages.first?.name else {
      throw MeasureError.empty(measure: "a premium")
    }
    let premium = try TokenPremium(
      try call[tokenizer].tokenizer, languages, reference: try call[reference] ?? first)
    return .table(
      Table(
        rows: premium.rows.map { row in
          Record([
            ("language", .string(row.language)), ("tokens", .int(row.statistics.tokens)),
            ("premium", .float(row.premium)), ("byte_premium", .float(row.bytePremium)),
            ("bytes_per_token", .float(row.statistics.bytesPerToken)),
            (
              "fertility", row.statistics.words > 0 ? .float(row.statistics.fertility) : .null
            ),
          ])
        }))
  }
}

/// `measure.lengths`: how long tokens are.
struct MeasureLengths: Command {
  static let name = "measure.lengths"
  static let summary =
    "Count the tokens of each length: of a vocabulary, or of a text as a tokenizer cuts it."
  static let searchWords = ["histogram", "token length", "distribution"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; measure.lengths t"#,
      shows: """
        length  tokens       share
             1     256    0.996109
             2       1  0.00389105
        """),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; "abab c" | measure.lengths t | map (r -> r.tokens)"#,
      shows: "[2, 2]"),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<TokenizeText?>(
    "The text, or a list of texts; without one, the vocabulary's ordinary tokens.", piped: true)
  let unit = Option<TokenLengths.Unit>(
    "What is counted; a token that is no whole characters counts those that start in it.",
    default: .characters)

  func run(_ call: Call) throws -> Value {
    let (tokenizer, unit) = (try call[tokenizer].tokenizer, try call[unit])
    let lengths: TokenLengths
    if let text = try call[text] {
      let statistics = try TokenStatistics(tokenizer, texts: text.texts)
      lengths = TokenLengths(tokenizer, statistics, unit: unit)
    } else {
      lengths = TokenLengths(tokenizer, unit: unit)
    }
    let total = Double(lengths.total)
    let rows = lengths.counts.enumerated().filter { $0.element > 0 }.map { length, count in
      Record([
        ("length", .int(length)), ("tokens", .int(Int(count))),
        ("share", .float(Double(count) / total)),
      ])
    }
    return .table(Table(rows: rows))
  }
}

/// `measure.bpb`: a model's loss a byte.
struct MeasureBitsPerByte: Command {
  static let name = "measure.bpb"
  static let summary =
    "Measure a model's loss on a text in bits a byte, which compares models of any tokenizers."
  static let searchWords = ["bits per byte", "loss", "perplexity", "cross-entropy", "compression"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"r = measure.bpb "default" "Once upon a time, there was a brave girl."; r.bits_per_byte < 2"#,
      shows: "true")
  ]

  let model = Argument<ScoredModel>("A model, the path of one, or a byte model.")
  let text = Argument<String>("The text; a long one is measured window by window.", piped: true)
  let window = Option<Int?>(
    "The most tokens of a window, of a byte model the most bytes; by default the model's context, "
      + "of a byte model all of the text.", in: 2...)

  func run(_ call: Call) throws -> Value {
    let (text, window) = (try call[text], try call[window])
    switch try call[model] {
    case .tokens(let object):
      let result = try BitsPerByte(object.model, text: text, window: window)
      return record(
        result.value, result.nats, bytes: result.bytes, tokens: result.tokens,
        skipped: result.skippedBytes)
    case .bytes(let object):
      let task = call.session.progress.start("bytes", total: text.utf8.count)
      defer { task.finish() }
      let result = try ByteLoss(object.model, text: Array(text.utf8), window: window) { _ in
        task.advance()
      }
      return record(result.bitsPerByte, result.nats, bytes: result.bytes, tokens: nil, skipped: 0)
    }
  }

  private func record(_ value: Double, _ nats: Double, bytes: Int, tokens: Int?, skipped: Int)
    -> Value
  {
    .record(
      Record([
        ("bits_per_byte", .float(value)), ("bytes", .int(bytes)),
        ("tokens", tokens.map(Value.int) ?? .null), ("nats", .float(nats)),
        ("skipped_bytes", .int(skipped)),
      ]))
  }
}

/// What a loss in bits a byte is of.
enum ScoredModel: ParameterValue {
  case tokens(ModelObject)
  case bytes(ByteModelObject)

  static var type: ValueType { ByteModelObject.type }
  var defaultText: String? { nil }

  static func convert(_ value: Value, in call: Call) throws -> ScoredModel? {
    if case .object(let object as ByteModelObject) = value { return .bytes(object) }
    return try ModelObject.convert(value, in: call).map { .tokens($0) }
  }
}
