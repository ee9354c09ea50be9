import Language
import Tokenizers

/// `tokenizer.explain`: why a text was cut as it was.
struct TokenizerExplain: Command {
  static let name = "tokenizer.explain"
  static let summary =
    "Show why a text was cut so: normalization, pieces, and every merge, path or match in them."
  static let searchWords = ["why", "merges", "rank", "pre-tokenizer", "normalization", "debug"]
  static let result = ValueType.object("explanation")
  static let examples = [
    Example(
      #"t = tokenizer.train "low lower lowest low low" vocab=260 name="small"; tokenizer.explain t "lower low""#,
      shows: """
        explanation  2 pieces, 4 tokens of small

        piece  start  end  text   how       tokens   ids
            1      0    5  lower  2 merges  low|e|r  [257, 101, 114]
            2      5    9   low   3 merges   low     [258]

        piece  step  rank  left  right  result  symbols
            1     0  null                       l|o|w|e|r
            1     1     0  l     o      lo      lo|w|e|r
            1     2     1  lo    w      low     low|e|r
            2     0  null                        |l|o|w
            2     1     0  l     o      lo       |lo|w
            2     2     1  lo    w      low      |low
            2     3     2        low     low     low
        """)
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<String>("The text.", piped: true)
  let special = Option<SpecialPolicy>(
    "What text that spells a special token is: text as any other, the token, or an error.",
    default: .text)

  func run(_ call: Call) throws -> Value {
    let object = try call[tokenizer]
    let explanation = try object.tokenizer.explain(try call[text], special: try call[special])
    let (pieces, ids) = (explanation.pieces, explanation.ids)
    let changes = explanation.changes.map { change in
      Record([
        ("step", .string(change.step)), ("before", .string(change.before)),
        ("after", .string(change.after)),
      ])
    }
    let rows = pieces.enumerated().map { index, piece in
      Record([
        ("piece", .int(index + 1)), ("start", .int(piece.place.lowerBound)),
        ("end", .int(piece.place.upperBound)), ("text", .string(piece.text)),
        ("how", .string(piece.derivation.summary)),
        ("tokens", joined(piece.tokens.map(\.text))),
        ("ids", .list(piece.tokens.map { .int(Int($0.id)) })),
      ])
    }
    let steps = pieces.enumerated().flatMap { index, piece in
      Self.steps(piece.derivation).map { Record([("piece", .int(index + 1))] + $0) }
    }
    return .object(
      TokenizeReport(
        "explanation",
        "explanation  \(counted(pieces.count, "piece")), \(counted(ids.count, "token")) of "
          + object.tokenizer.name,
        Record([
          ("tokens", .object(TokensObject(ids, object))),
          ("text", .string(String(decoding: explanation.text, as: UTF8.self))),
          ("normalization", listed(["step", "before", "after"], changes)),
          ("pieces", listed(["piece", "start", "end", "text", "how", "tokens", "ids"], rows)),
          ("steps", listed(["piece", "step"], steps)),
        ]), showing: ["normalization", "pieces", "steps"]))
  }

  /// The rows of a piece's steps, by what its model does.
  private static func steps(_ derivation: EncodingExplanation.Derivation) -> [[(String, Value)]] {
    switch derivation {
    case .addedToken, .wholeToken, .unknown: return []
    case .merges(let start, let steps):
      let first: [(String, Value)] = [
        ("step", .int(0)), ("rank", .null), ("left", .string("")), ("right", .string("")),
        ("result", .string("")),
        ("symbols", joined(start)),
      ]
      return [first]
        + steps.enumerated().map { number, step in
          [
            ("step", .int(number + 1)), ("rank", .int(step.rank)), ("left", .string(step.left)),
            ("right", .string(step.right)), ("result", .string(step.result)),
            ("symbols", joined(step.symbols)),
          ]
        }
    case .paths(let stretches):
      return stretches.enumerated().flatMap { number, stretch in
        [("best", stretch.best), ("second", stretch.second)].compactMap { name, path in
          path.map { path in
            [
              ("stretch", .int(number + 1)), ("path", .string(name)),
              ("score", .float(path.score)), ("symbols", joined(path.symbols)),
              ("scores", .list(path.scores.map(Value.float))),
            ]
          }
        }
      }
    case .matches(let steps):
      return steps.enumerated().map { number, step in
        [
          ("step", .int(number + 1)), ("rest", .string(step.rest)),
          ("found", joined(step.candidates)), ("match", .string(step.match.text)),
          ("id", .int(Int(step.match.id))),
        ]
      }
    }
  }
}

/// Tokens side by side: `Hello|,| world`.
func joined(_ tokens: [String]) -> Value { .string(tokens.joined(separator: "|")) }

/// `1 token`, `2 tokens`.
func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }
