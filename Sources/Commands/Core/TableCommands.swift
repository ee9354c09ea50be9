import Language

/// `table`: as a table.
struct TableOf: Command {
  static let name = "table"
  static let summary = "A list of records, a record of lists, or a file's rows as a table."
  static let searchWords = ["frame", "dataframe", "columns", "rows"]
  static let result = ValueType.table
  static let examples = [
    Example("[{n: 1, x: 0.5}, {n: 2, x: 0.25}] | table", shows: "n     x\n1   0.5\n2  0.25"),
    Example("table {n: [1, 2], x: [true, false]}", shows: "n  x\n1  true\n2  false"),
    Example("table [3, 4]", shows: "value\n    3\n    4"),
  ]

  let value = Argument<Value>(
    "Records, a record of equally long lists, or single values for a column `value`.",
    of: .oneOf([.list(of: .any), .record]))

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    if case .record(let record) = value, record.values.contains(where: { $0.items != nil }) {
      var columns: [(String, [Value])] = []
      for (name, column) in record.fields {
        guard let items = column.items else {
          throw call.wrongType(self.value, wanted: "a record of lists", given: column)
        }
        if let first = columns.first, first.1.count != items.count {
          throw LanguageError.lengthsDiffer(
            what: "the columns '\(first.0)' and '\(name)'", a: first.1.count, b: items.count)
        }
        columns.append((name, items))
      }
      if let table = Table(columns: columns) { return .table(table) }
    }
    if let table = value.asTable { return .table(table) }
    let items = value.items ?? []
    // Lists of equal length are rows without names.
    if let width = items.first?.items?.count, width > 0,
      items.allSatisfy({ $0.items?.count == width && $0.typeName == "list" })
    {
      return .table(
        Table(
          rows: items.map { row in
            Record((row.items ?? []).enumerated().map { ("column\($0 + 1)", $1) })
          }))
    }
    return .table(
      Table(
        rows: items.map { item in
          if case .record(let record) = item { return record }
          return Record([("value", item)])
        }))
  }
}

/// `select`: some columns.
struct Select: Command {
  static let name = "select"
  static let summary = "Keep some columns of a table or fields of a record, in the order given."
  static let searchWords = ["columns", "project", "keep", "pick"]
  static let result = ValueType.oneOf([.table, .record])
  static let examples = [
    Example("[{a: 1, b: 2, c: 3}] | select [c, a]", shows: "c  a\n3  1"),
    Example("select {a: 1, b: 2} b", shows: "{b: 2}"),
  ]

  let value = Argument<Value>("A table or record.", of: .oneOf([.list(of: .record), .record]))
  let columns = Argument<ColumnNames>("The names.")

  func run(_ call: Call) throws -> Value {
    try call.changeColumns(value, columns) { $0.keeping($1) }
  }
}

/// `drop`: without some columns.
struct Drop: Command {
  static let name = "drop"
  static let summary = "Leave out some columns of a table or fields of a record."
  static let searchWords = ["remove", "delete", "columns"]
  static let result = ValueType.oneOf([.table, .record])
  static let examples = [
    Example("[{a: 1, b: 2, c: 3}] | drop [c, a]", shows: "b\n2"),
    Example("drop {a: 1, b: 2} b", shows: "{a: 1}"),
  ]

  let value = Argument<Value>("A table or record.", of: .oneOf([.list(of: .record), .record]))
  let columns = Argument<ColumnNames>("The names.")

  func run(_ call: Call) throws -> Value {
    try call.changeColumns(value, columns) { table, names in
      table.keeping(table.names.filter { !names.contains($0) })
    }
  }
}

extension Call {
  /// A table with other columns; a record as a table of one row.
  fileprivate func changeColumns(
    _ parameter: Argument<Value>, _ columns: Argument<ColumnNames>,
    _ change: (Table, [String]) throws -> Table
  ) throws -> Value {
    let value = try self[parameter]
    guard let table = value.asTable else {
      throw wrongType(parameter, wanted: "a table or record", given: value)
    }
    let names = try self[columns].names
    do throws(LanguageError) {
      for name in names { _ = try table.existingColumn(name) }
    } catch {
      throw error.at(span(of: columns))
    }
    let changed = try change(table, names)
    if case .record = value { return .record(changed.row(0)) }
    return .table(changed)
  }
}

/// `rename`: other names.
struct Rename: Command {
  static let name = "rename"
  static let summary = "Give columns of a table or fields of a record other names."
  static let searchWords = ["columns", "names"]
  static let result = ValueType.oneOf([.table, .record])
  static let examples = [
    Example(#"[{a: 1, b: 2}] | rename {a: "loss"}"#, shows: "loss  b\n   1  2")
  ]

  let value = Argument<Value>("A table or record.", of: .oneOf([.list(of: .record), .record]))
  let names = Argument<Record>("The new names under the old ones.")

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    guard let table = value.asTable else {
      throw call.wrongType(self.value, wanted: "a table or record", given: value)
    }
    let names = try call[names]
    for (name, new) in names.fields {
      if table.column(name) == nil {
        throw LanguageError.noColumn(
          name: name, suggestion: Suggestion.nearest(to: name, among: table.names),
          columns: table.names
        ).at(call.span(of: self.names))
      }
      guard new.stringValue != nil else {
        throw call.wrongType(self.names, wanted: "a record of strings", given: new)
      }
    }
    let titles = table.names.map { names[$0]?.stringValue ?? $0 }
    guard Set(titles).count == titles.count,
      let renamed = Table(
        columns: Array(zip(titles, table.columns.values)))
    else {
      throw LanguageError.invalid("two columns would have the same name", hint: nil)
        .at(call.span(of: self.names))
    }
    if case .record = value { return .record(renamed.row(0)) }
    return .table(renamed)
  }
}

/// `with_column`: one column more.
struct WithColumn: Command {
  static let name = "with_column"
  static let summary =
    "Add or replace a column: a function of the row, a list, or one value for all."
  static let searchWords = ["assign", "mutate", "insert", "add column", "compute"]
  static let result = ValueType.table
  static let examples = [
    Example(
      "[{a: 1}, {a: 2}] | with_column double (row -> 2 * row.a)",
      shows: "a  double\n1       2\n2       4"),
    Example(#"[{a: 1}, {a: 2}] | with_column run "x""#, shows: "a  run\n1  x\n2  x"),
  ]

  let table = Argument<Table>("The table.")
  let column = Argument<ColumnName>("The column's name.")
  let value = Argument<Value>("A function of the row, a list with an item a row, or a value.")

  func run(_ call: Call) throws -> Value {
    let table = try call[table]
    let name = try call[column].text
    let values: [Value]
    switch try call[value] {
    case .function(let function):
      values = try table.rows.enumerated().map {
        try call.apply(function, to: .record($1), turn: $0)
      }
    case .list(let items): values = items
    case .range(let range): values = Value.range(range).items ?? []
    case let value: values = Array(repeating: value, count: table.rowCount)
    }
    guard let result = table.setting(name, values) else {
      throw LanguageError.lengthsDiffer(
        what: "the column '\(name)'", a: table.rowCount, b: values.count
      ).at(call.span(of: value))
    }
    return .table(result)
  }
}
