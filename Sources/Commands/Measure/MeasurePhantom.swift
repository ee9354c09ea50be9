import Kernels
import Language
import Tokenizers

/// `measure.encodings`: in how many ways words can be written.
struct MeasureEncodings: Command {
  /// Which first tokens are forbidden.
  enum Mask: String, WordParameter { case none, canonical, all }

  static let name = "measure.encodings"
  static let summary =
    "Count exactly the token sequences that write each word, with and without a space in front."
  static let searchWords = ["segmentations", "ambiguity", "lattice", "phantom", "mask"]
  static let source: Source? = TokenizerStarts.source
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258; measure.encodings t ["ab", "abab"]"#,
      shows:
        "word  count  with_space  log2  starts  left\nab        2           3     1       4     5\nabab      4           6     2       4    10"
    ),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258; measure.encodings(t, "abab", mask=all).left"#,
      shows: "[0]"),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let words = Argument<[String]>("A word, or a list of them.", piped: true)
  let mask = Option<Mask>(
    "Which first tokens are forbidden where sequences that are left are counted: none, those that the tokenizer itself begins with, or all of tokenizer.starts.",
    default: Mask.none)

  func run(_ call: Call) throws -> Value {
    let (tokenizer, mask) = (try call[tokenizer].tokenizer, try call[mask])
    let rows = try call[words].map { word in
      try Cancellation.check()
      let encodings = try WordEncodings(word, tokenizer.trie)
      let starts = encodings.starts
      let masked: Set<Int32> =
        switch mask {
        case .none: []
        case .all: starts
        case .canonical: Set(try [word, " " + word].compactMap { try tokenizer.encode($0).first })
        }
      return Record([
        ("word", .string(word)), ("count", Value(encodings.bare.count)),
        ("with_space", Value(encodings.spaced.count)), ("log2", .float(encodings.bare.count.log2)),
        ("starts", .int(starts.count)),
        ("left", Value(encodings.count(startingWithout: masked))),
      ])
    }
    return .table(Table(rows: rows))
  }
}

extension Value {
  /// A count as an integer, or as text, still exact, beyond what one holds.
  init(_ count: BigUnsigned) {
    let text = count.description
    self = Int(text).map(Value.int) ?? .string(text)
  }
}

/// `measure.phantom`: what changed between two token sequences.
struct MeasurePhantom: Command {
  static let name = "measure.phantom"
  static let summary =
    "Say what an edit did: left the ids, replaced the text, or changed the ids only, and then how."
  static let searchWords = ["phantom edits", "outcome", "segmentation", "replacement"]
  static let source: Source? = TokenizerStarts.source
  static let result = ValueType.oneOf([.table, .record])
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258; measure.phantom(t, {before: tokenizer.encode(t, " ab"), after: [256]}).kind"#,
      shows: "blank_boundary"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258; [{before: [256], after: [97, 98]}] | measure.phantom t | select [outcome, kind, tokens_in, tokens_out]"#,
      shows:
        "outcome    kind         tokens_in  tokens_out\ndifferent  resegmented          1           2"
    ),
    Example(
      #"t = tokenizer.train "x" vocab=256; measure.phantom(t, {before: [32, 114], after: [114, 115]}).outcome"#,
      shows: "replaced"),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let edits = Argument<Value>(
    "A record with before and after, each tokens or a list of ids, or a table of such rows.",
    of: .oneOf([.record, .table, .list(of: .record)]), piped: true)

  func run(_ call: Call) throws -> Value {
    let (tokenizer, given) = (try call[tokenizer].tokenizer, try call[edits])
    guard let table = given.asTable else {
      throw call.wrongType(edits, wanted: "a record or a table", given: given)
    }
    let rows = try table.rows.map { try judged($0, tokenizer, table, call) }
    if case .record = given, let row = rows.first { return .record(row) }
    return .table(Table(rows: rows))
  }

  private func judged(_ row: Record, _ tokenizer: Tokenizer, _ table: Table, _ call: Call) throws
    -> Record
  {
    func ids(_ name: String) throws -> [Int32] {
      guard let value = row[name] else {
        throw LanguageError.noColumn(name: name, suggestion: nil, columns: table.names)
          .at(call.span(of: edits))
      }
      guard let ids = try TokenIDs.convert(value, in: call) else {
        throw call.wrongType(edits, wanted: "tokens or lists of ids in '\(name)'", given: value)
      }
      return ids.ids
    }
    let (before, after) = (try ids("before"), try ids("after"))
    let outcome = try PhantomOutcome(before: before, after: after, tokenizer)
    var row = row
    row["outcome"] = .string(outcome.rawValue)
    row["kind"] = .null
    if outcome == .different {
      let kind = PhantomKind(
        before: try before.map { try tokenizer.tokenBytes($0) },
        after: try after.map { try tokenizer.tokenBytes($0) })
      row["kind"] = .string(kind.rawValue)
    }
    row["tokens_in"] = .int(before.count)
    row["tokens_out"] = .int(after.count)
    return row
  }
}
