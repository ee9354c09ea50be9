import Language

/// `group`: equal rows together.
struct Group: Command {
  static let name = "group"
  static let summary = "Bring items together that are equal in some columns or by a function."
  static let searchWords = ["group by", "partition"]
  static let result = ValueType.table
  static let examples = [
    Example(
      "[{k: 1, x: 5}, {k: 2, x: 6}, {k: 1, x: 7}] | table | group by=k",
      shows: "k  n  rows\n1  2  table 2×2 (k, x)\n2  1  table 1×2 (k, x)"),
    Example(
      #"["to", "be", "not"] | group by=(w -> len(w))"#,
      shows: "key  n  items\n  2  2  [\"to\", \"be\"]\n  3  1  [\"not\"]"),
  ]

  let items = Argument<Value>("A table, or a list of anything.", of: .items)
  let by = Option<Key>("The columns, or a function of the item.")

  func run(_ call: Call) throws -> Value {
    let collection = try call[items]
    let key = try call[by]
    let groups = Table.groups(of: try key.keys(of: collection, in: call))
    if let table = collection.asTable, case .columns(let names) = key,
      names.allSatisfy({ table.column($0) != nil })
    {
      return .table(try table.grouped(by: names))
    }
    var rows: [Record] = []
    for group in groups {
      rows.append(
        Record([
          ("key", group.key[0]), ("n", .int(group.rows.count)),
          ("items", try collection.selecting(group.rows) ?? .null),
        ]))
    }
    return .table(Table(rows: rows))
  }
}

/// `summarize`: statistics of groups.
struct Summarize: Command {
  static let name = "summarize"
  static let summary =
    "Describe the numbers of every group of rows: their means, or other statistics."
  static let searchWords = ["aggregate", "mean", "group by", "pivot", "statistics"]
  static let result = ValueType.table
  static let examples = [
    Example(
      "[{k: 1, loss: 0.5}, {k: 1, loss: 0.25}, {k: 2, loss: 1.0}] | summarize by=k",
      shows: "k  n   loss\n1  2  0.375\n2  1      1"),
    Example(
      "[{k: 1, loss: 0.5}, {k: 1, loss: 0.25}] | summarize by=k stats=[min, max]",
      shows: "k  n  loss_min  loss_max\n1  2      0.25       0.5"),
    Example(
      "[{k: 1, loss: 0.5}, {k: 1, loss: 0.25}] | summarize by=k add={best: (rows -> min(rows.loss))}",
      shows: "k  n   loss  best\n1  2  0.375  0.25"),
  ]

  let table = Argument<Table>("The table.")
  let by = Option<ColumnNames>(
    "The columns that make a group; none takes all rows as one.", default: ColumnNames([]))
  let columns = Option<ColumnNames?>(
    "What to describe; all numeric and boolean columns but `seed`, if not given.")
  let stats = Option<[Statistic]>(
    "Which statistics; sem is the standard error of the mean, nulls are left out.",
    default: [.mean])
  let add = Option<Record?>("More columns: for each name a function of the group's rows.")

  func run(_ call: Call) throws -> Value {
    let table = try call[table]
    let names = try call[by].names
    var result = try table.summarized(
      by: names, columns: try call[columns]?.names, statistics: try call[stats])
    guard let added = try call[add] else { return .table(result) }
    let groups =
      try names.isEmpty ? [Array(0..<table.rowCount)] : table.groups(by: names).map(\.rows)
    for (name, value) in added.fields {
      guard case .function(let function) = value else {
        throw call.wrongType(add, wanted: "a record of functions", given: value)
      }
      let values = try groups.enumerated().map {
        try call.apply(function, [.table(table.selecting($1))], turn: $0)
      }
      result = result.setting(name, values) ?? result
    }
    return .table(result)
  }
}

/// `frequencies`: how often each item occurs.
struct Frequencies: Command {
  static let name = "frequencies"
  static let summary = "Count how often each item occurs, the most frequent first."
  static let searchWords = ["histogram", "tally", "value counts", "counter"]
  static let result = ValueType.table
  static let examples = [
    Example(
      #"words "a b a c" | frequencies"#,
      shows: "item  count  share\na         2    0.5\nb         1   0.25\nc         1   0.25")
  ]

  let items = Argument<Value>("The items; of a text, its scalars.", of: .sequence)

  func run(_ call: Call) throws -> Value {
    let collection = try call[items]
    var items = collection.items ?? []
    if let text = collection.stringValue { items = text.unicodeScalars.map { .string(String($0)) } }
    let groups = Table.groups(of: items.map { [$0] })
    let order = groups.indices.sorted {
      (groups[$1].rows.count, $0) < (groups[$0].rows.count, $1)
    }
    let total = Double(items.count)
    return .table(
      Table(
        rows: order.map { index in
          let count = groups[index].rows.count
          return Record([
            ("item", groups[index].key[0]), ("count", .int(count)),
            ("share", .float(Double(count) / total)),
          ])
        }))
  }
}

/// `join`: tables side by side, or texts to one.
struct Join: Command {
  static let name = "join"
  static let summary = "Put tables side by side where columns agree, or texts together into one."
  static let searchWords = ["merge", "concatenate", "lookup"]
  static let result = ValueType.oneOf([.table, .string])
  static let examples = [
    Example(
      "[{k: 1, a: 5}, {k: 2, a: 6}] | join [{k: 1, b: 7}] on=k", shows: "k  a  b\n1  5  7"),
    Example(
      "[{k: 1, a: 5}, {k: 2, a: 6}] | join [{k: 1, b: 7}] on=k kind=left",
      shows: "k  a     b\n1  5     7\n2  6  null"),
    Example(#"["a", "b", "c"] | join ", ""#, shows: "a, b, c"),
  ]

  let items = Argument<Value>("A table, or a list of texts.", of: .items)
  let other = Argument<Value>(
    "The other table, or what to put between the texts.",
    of: .oneOf([.string, .table, .list(of: .record)]), default: .string(""), named: "with")
  let on = Option<ColumnNames>("The columns that have to agree.", default: ColumnNames([]))
  let kind = Option<JoinKind>("Which rows without a partner stay.", default: .inner)

  func run(_ call: Call) throws -> Value {
    let collection = try call[items]
    let other = try call[other]
    if let separator = other.stringValue {
      let texts = try (collection.items ?? []).map { item in
        guard let text = item.stringValue else {
          throw call.wrongType(items, wanted: "a list of texts", given: item)
        }
        return text
      }
      return .string(texts.joined(separator: separator))
    }
    guard let left = collection.asTable else {
      throw call.wrongType(items, wanted: "a table", given: collection)
    }
    guard let right = other.asTable else {
      throw call.wrongType(self.other, wanted: "a table", given: other)
    }
    let names = try call[on].names
    guard !names.isEmpty else {
      throw LanguageError.missingArgument(command: Join.name, parameter: "on").at(call.span)
    }
    return .table(try left.joined(with: right, on: names, kind: try call[kind]))
  }
}
