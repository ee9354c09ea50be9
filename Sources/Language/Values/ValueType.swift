/// A type as declarations state it and pipes are checked by it.
public indirect enum ValueType: Sendable, Equatable {
  case any
  case null
  case bool
  case int
  case float
  /// An integer or a float.
  case number
  case string
  case list(of: ValueType)
  case record
  case table
  case tensor
  case range
  case function
  /// An object by its type name.
  case object(String)
  /// One of a few bare words.
  case word([String])
  /// A column's name, written bare.
  case column
  /// A column's name or a list of them.
  case columns
  /// A file's path.
  case path
  /// A command's name or a word to search for, written bare.
  case topic
  case oneOf([ValueType])

  /// How help and errors say it.
  public var description: String {
    switch self {
    case .any: "any value"
    case .null: "null"
    case .bool: "boolean"
    case .int: "integer"
    case .float: "float"
    case .number: "number"
    case .string: "string"
    case .list(of: .any): "list"
    case .list(of: let item): "list of \(item.plural)"
    case .record: "record"
    case .table: "table"
    case .tensor: "tensor"
    case .range: "range"
    case .function: "function"
    case .object(let name): name
    case .word(let words): words.joined(separator: "|")
    case .column: "column"
    case .columns: "columns"
    case .path: "path"
    case .topic: "word"
    case .oneOf(let types): ValueType.enumerate(types.map(\.description))
    }
  }

  private var plural: String {
    switch self {
    case .oneOf(let types): ValueType.enumerate(types.map(\.plural))
    case .any: "values"
    case .word: description
    case .list(of: let item): "lists of \(item.plural)"
    default: description + "s"
    }
  }

  static func enumerate(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  /// False only where no value of the other type can ever fit this one.
  public func mayAccept(_ other: ValueType) -> Bool {
    switch (self, other) {
    case (.any, _), (_, .any): return true
    case (.oneOf(let types), _): return types.contains { $0.mayAccept(other) }
    case (_, .oneOf(let types)): return types.contains { mayAccept($0) }
    case (.number, .int), (.number, .float), (.int, .number), (.float, .number),
      (.float, .int), (.int, .float):
      return true
    case (.list(let a), .list(let b)): return a.mayAccept(b)
    case (.list(let item), .string), (.list(let item), .int), (.list(let item), .float),
      (.list(let item), .record):
      // One item stands for a list of it, where the items' type is stated.
      return item != .any && item.mayAccept(other)
    // Commands over lists take what can be walked like one.
    case (.list, .range), (.list, .table), (.list, .tensor), (.list, .object): return true
    case (.table, .object), (.table, .record): return true
    case (.table, .list(let item)): return item.mayAccept(.record)
    case (.tensor, .list), (.tensor, .number), (.tensor, .int), (.tensor, .float),
      (.tensor, .range):
      return true
    case (.string, .path), (.path, .string), (.topic, .string), (.word, .string),
      (.column, .string),
      (.columns, .string), (.columns, .list), (.string, .word):
      return true
    case (.word, .word), (.columns, .column): return true
    default: return self == other
    }
  }

  /// Whether a value is of this type, its items not looked at.
  public func accepts(_ value: Value) -> Bool {
    switch (self, value) {
    case (.any, _), (.null, .null), (.bool, .bool), (.int, .int), (.float, .float),
      (.number, .int), (.number, .float), (.record, .record), (.table, .table),
      (.tensor, .tensor), (.range, .range), (.function, .function):
      true
    case (.list, .list), (.list, .range), (.list, .table), (.list, .tensor): true
    case (.list, .object(let object)): object.items != nil
    case (.object(let name), .object(let object)): object.typeName == name
    case (.string, .string), (.path, .string), (.topic, .string), (.column, .string),
      (.columns, .string), (.columns, .list):
      true
    case (.word(let words), .string(let word)): words.contains(word)
    case (.oneOf(let types), _): types.contains { $0.accepts(value) }
    default: false
    }
  }
}
