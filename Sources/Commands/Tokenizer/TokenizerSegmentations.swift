import Language
import Tokenizers

/// `tokenizer.segmentations`: every way to write a text in tokens.
struct TokenizerSegmentations: Command {
  static let name = "tokenizer.segmentations"
  static let summary = "List the token sequences that stand for a text, and count them exactly."
  static let searchWords = ["encodings", "lattice", "ambiguity", "canonical"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=257; tokenizer.segmentations(t, "abab").count"#,
      shows: "4")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<String>("The text.", piped: true)
  let limit = Option("The most sequences that are listed.", default: 20, in: 0...10_000)

  func run(_ call: Call) throws -> Value {
    let object = try call[tokenizer]
    let text = try call[text]
    let lattice = try object.tokenizer.segmentations(of: text)
    let canonical = try object.tokenizer.encode(text)
    let rows = try lattice.sequences(limit: try call[limit]).map { ids in
      Record([
        ("tokens", .object(TokensObject(ids, object))), ("count", .int(ids.count)),
        ("canonical", .bool(ids == canonical)),
      ])
    }
    // Beyond what an integer holds the count is text, still exact.
    let count = lattice.count.description
    return .record(
      Record([
        ("count", Int(count).map(Value.int) ?? .string(count)),
        ("listed", .table(Table(rows: rows))),
      ]))
  }
}

/// `tokenizer.align`: two tokenizations of one text side by side.
struct TokenizerAlign: Command {
  static let name = "tokenizer.align"
  static let summary =
    "Align what two tokenizers make of a text, in chunks where both have a border."
  static let searchWords = ["diff", "compare", "alignment"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"a = tokenizer.train "ab ab ab" vocab=257; b = tokenizer.train "x" vocab=256; tokenizer.align a b "abc" | map (c -> c.text)"#,
      shows: #"["ab", "c"]"#)
  ]

  let first = Argument<TokenizerObject>("A tokenizer, or the path of one.")
  let second = Argument<TokenizerObject>("Another.")
  let text = Argument<String>("The text.", piped: true)

  func run(_ call: Call) throws -> Value {
    let (first, second, text) = (try call[first], try call[second], try call[text])
    let (a, b) = (try first.tokenizer.encode(text), try second.tokenizer.encode(text))
    let aligned = try TokenizerAligner(a, first.tokenizer, b, second.tokenizer)
    // What both give back: a tokenizer may have changed the text.
    let bytes = try first.tokenizer.bytes(of: a)
    return .table(
      Table(
        rows: aligned.chunks.map { chunk in
          Record([
            ("text", .string(String(decoding: bytes[chunk.bytes], as: UTF8.self))),
            ("first", .object(TokensObject(Array(a[chunk.first]), first))),
            ("second", .object(TokensObject(Array(b[chunk.second]), second))),
          ])
        }))
  }
}
