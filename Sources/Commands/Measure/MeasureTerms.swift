import Language
import Tokenizers

/// `measure.terms`: how a vocabulary cuts a domain's terms.
struct MeasureTerms: Command {
  static let name = "measure.terms"
  static let summary = "Count the tokens of each term of a list."
  static let searchWords = ["domain", "terminology", "fragmentation", "legal"]
  static let source: Source? = .arXiv(
    "2503.17247", "KL3M Tokenizers: A Family of Domain-Specific and Character-Level Tokenizers",
    year: 2025)
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; measure.terms t ["ab", "abba"]"#,
      shows: """
        term  tokens  pieces
        ab         1  ["ab"]
        abba       3  ["ab", "b", "a"]
        """)
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let terms = Argument<[String]>("The terms; each is encoded alone.", piped: true)

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    let rows = try call[terms].map { term in
      let pieces = try tokenizer.pieces(of: term)
      return Record([
        ("term", .string(term)), ("tokens", .int(pieces.count)),
        ("pieces", .list(pieces.map { .string($0.text) })),
      ])
    }
    return .table(Table(rows: rows))
  }
}

/// `measure.boundary_stability`: whether noise moves tokens.
struct MeasureBoundaryStability: Command {
  static let name = "measure.boundary_stability"
  static let summary = "Measure how far tokens keep their borders when a text has errors in it."
  static let searchWords = ["noise", "ocr", "robustness", "typos", "jaccard"]
  static let source: Source? = MeasureTerms.source
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; measure.boundary_stability(t, "abc", "acc").jaccard"#,
      shows: "0.5")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let clean = Argument<String>("The text.")
  let noisy = Argument<String>("The text with errors, of as many lines.", piped: true)

  func run(_ call: Call) throws -> Value {
    let stability = try BoundaryStability(
      try call[tokenizer].tokenizer, clean: try call[clean], noisy: try call[noisy])
    return .record(
      Record([
        ("jaccard", .float(stability.jaccard)), ("edit", .float(stability.edit)),
        ("inflation", .float(stability.inflation)),
        ("clean_tokens", .int(stability.cleanTokens)),
        ("noisy_tokens", .int(stability.noisyTokens)),
      ]))
  }
}
