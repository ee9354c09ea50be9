import Language

/// `keys`: the names.
struct Keys: Command {
  static let name = "keys"
  static let summary = "The names of a record's fields or of a table's columns."
  static let searchWords = ["fields", "columns", "names"]
  static let result = ValueType.list(of: .string)
  static let examples = [Example("keys {a: 1, b: 2}", shows: #"["a", "b"]"#)]

  let value = Argument<Value>(
    "A record, a table, or an object.", of: .oneOf([.record, .list(of: .any), .any]))

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    switch value {
    case .record(let record): return .list(record.names.map(Value.string))
    case .object(let object): return .list(object.fieldNames.map(Value.string))
    default:
      guard let table = value.asTable else {
        throw call.wrongType(self.value, wanted: "a record or table", given: value)
      }
      return .list(table.names.map(Value.string))
    }
  }
}

/// `values`: without the names.
struct Values: Command {
  static let name = "values"
  static let summary = "The values of a record's fields, or a table's columns as lists."
  static let searchWords = ["fields", "columns"]
  static let result = ValueType.list(of: .any)
  static let examples = [Example("values {a: 1, b: 2}", shows: "[1, 2]")]

  let value = Argument<Value>("A record or a table.", of: .oneOf([.record, .table]))

  func run(_ call: Call) throws -> Value {
    switch try call[value] {
    case .record(let record): .list(record.values)
    case .table(let table): .list(table.columns.values.map { .list($0) })
    default: .list([])
    }
  }
}

/// `get`: a field that may lack.
struct Get: Command {
  static let name = "get"
  static let summary = "A field or item, or a default where there is none."
  static let searchWords = ["field", "default", "lookup", "index"]
  static let result = ValueType.any
  static let examples = [
    Example(#"get {a: 1} "a""#, shows: "1"), Example(#"get {a: 1} "b" default=0"#, shows: "0"),
    Example("get [7, 8] 5 default=-1", shows: "-1"),
  ]

  let value = Argument<Value>("A record, list, table or text.")
  let key = Argument<Value>("The field's or column's name, or the index from 0.")
  let fallback = Option<Value?>("What to give where it lacks; null if not given.", named: "default")

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    let fallback = try call[fallback] ?? .null
    switch (value, try call[key]) {
    case (.record(let record), .string(let name)): return record[name] ?? fallback
    case (.table(let table), .string(let name)):
      return table.column(name).map { .list($0) } ?? fallback
    case (.object(let object), .string(let name)): return object.field(name) ?? fallback
    case (_, .int(let index)):
      guard let length = value.length, value.typeName != "record" else { break }
      let place = index < 0 ? index &+ length : index
      return place >= 0 && place < length ? value.item(place) ?? fallback : fallback
    case (_, let key): throw call.wrongType(self.key, wanted: "a name or an index", given: key)
    }
    throw call.wrongType(self.value, wanted: "something with items", given: value)
  }
}
