import Language
import Tokenizers

/// `tokenizer.covers`: the token sequences that a byte prefix may have begun.
struct TokenizerCovers: Command {
  static let name = "tokenizer.covers"
  static let summary =
    "List the covers of bytes: token sequences of some text that only their last token leaves them by."
  static let searchWords = ["prefix", "byte-level", "overhang", "segmentation"]
  static let source: Source? = .arXiv(
    "2410.09303",
    "Exact Byte-Level Probabilities from Tokenized Language Models for FIM-Tasks and Model Ensembles",
    year: 2024)
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "abab abab" vocab=258; tokenizer.covers(t, "aba") | map (c -> c.pieces)"#,
      shows: #"[["abab"], ["ab", "a"]]"#)
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let prefix = Argument<ByteText>("A text, or a list of bytes.", piped: true)

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    let covers = try TokenContinuations(tokenizer).covers(of: try call[prefix].bytes)
    return .table(
      Table(
        rows: try covers.map { cover in
          Record([
            ("ids", .list(cover.ids.map { .int(Int($0)) })),
            ("pieces", .list(try cover.ids.map { .string(try tokenizer.tokenText($0)) })),
            ("overhang", .list(cover.overhang.map { .int(Int($0)) })),
          ])
        }))
  }
}
