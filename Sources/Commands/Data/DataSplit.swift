import Language
import Training

/// `data.split`: training and held-out data by a hash.
struct DataSplit: Command {
  static let name = "data.split"
  static let summary =
    "Part rows or texts into sides by a seeded hash: the same one always falls on the same side."
  static let searchWords = ["train", "test", "held out", "validation", "partition", "hash"]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"data.split ["ant", "bee", "cat", "dog", "ant"] shares={train: 1, test: 1}"#,
      shows: #"{train: ["bee", "cat"], test: ["ant", "dog", "ant"]}"#),
    Example(
      "s = data.split(data.lists(n=50, seed=1), by=input); [len(s.train) + len(s.held_out), len(s.held_out) < 15]",
      shows: "[50, true]"),
  ]

  let data = Argument<Value>(
    "A table, or a list of texts or other values.", of: .oneOf([.list(of: .any), .table]))
  let shares = Option(
    "The names of the sides, and what each gets in proportion to their sum.",
    default: Record([("train", .float(0.9)), ("held_out", .float(0.1))]))
  let by = Option<ColumnNames>(
    "The columns that decide, where not all do: rows alike in these are not parted.",
    default: ColumnNames([]))
  let seed = Option("Names the hash.", default: 0)

  func run(_ call: Call) throws -> Value {
    let (data, shares) = (try call[data], try call[shares])
    let numbers = try shares.values.map { value in
      guard let number = value.doubleValue else {
        throw LanguageError.cannotConvert(value.inline, to: "share").at(call.span(of: self.shares))
      }
      return number
    }
    let split = try SeededSplit(
      seed: UInt64(bitPattern: Int64(try call[seed])), shares: numbers)
    let sides = try split.sides(of: try documents(data, call))
    return .record(
      Record(
        try zip(shares.names, sides).map { ($0, try data.selecting($1) ?? .null) }))
  }

  /// What the hash is taken of.
  private func documents(_ data: Value, _ call: Call) throws -> [String] {
    let names = try call[by].names
    if names.isEmpty { return (data.items ?? []).map(\.text) }
    guard let table = data.asTable else {
      throw call.wrongType(self.data, wanted: "a table", given: data)
    }
    let columns = try names.map { name in
      guard let column = table.column(name) else {
        throw LanguageError.noColumn(name: name, suggestion: nil, columns: table.names)
          .at(call.span(of: by))
      }
      return column
    }
    return (0..<table.rowCount).map { row in
      let values = columns.map { $0[row] }
      return values.count == 1 ? values[0].text : Value.list(values).text
    }
  }
}
