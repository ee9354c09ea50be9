import Language
import Tokenizers

extension LegalTokens.Group: WordParameter {}

/// `data.legal_tokens`: what a legal vocabulary has beside its learned tokens.
struct DataLegalTokens: Command {
  static let name = "data.legal_tokens"
  static let summary = "List custom tokens for legal and financial text."
  static let searchWords = ["kl3m", "citations", "custom tokens", "years", "markup"]
  static let source: Source? = MeasureTerms.source
  static let result = ValueType.list(of: .string)
  static let examples = [
    Example(
      "data.legal_tokens(groups=[years]) | first 3", shows: #"["1776", "1777", "1778"]"#),
    Example("len(data.legal_tokens())", shows: "1889"),
  ]

  let groups = Option<[LegalTokens.Group]>(
    "Which kinds of them.", default: LegalTokens.Group.allCases)

  func run(_ call: Call) throws -> Value {
    .list(LegalTokens.tokens(try call[groups]).map(Value.string))
  }
}
