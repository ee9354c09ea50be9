import Files
import Tensors

/// Values as JSON and back.
///
/// Tables become arrays of objects, tensors and ranges nested arrays. What is not finite becomes null,
/// since JSON has no word for it.
public enum JSONValues {
  /// - Throws: ``LanguageError/cannotConvert(_:to:)`` for functions and objects, and for values that
  ///   nest deeper than JSON readers take.
  public static func json(from value: Value) throws(LanguageError) -> JSON {
    try json(from: value, depth: 0)
  }

  private static func json(from value: Value, depth: Int) throws(LanguageError) -> JSON {
    if depth >= JSONParser.depthLimit { throw .nestsTooDeep(limit: JSONParser.depthLimit) }
    switch value {
    case .null: return .null
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .integer(number)
    case .float(let number): return .number(number)
    case .string(let text): return .string(text)
    case .list(let items):
      return .array(
        try items.map { item throws(LanguageError) in
          try json(from: item, depth: depth + 1)
        })
    case .range, .tensor:
      guard let items = value.items else {
        if case .tensor(let tensor) = value {
          return try json(from: .number(tensor), depth: depth)
        }
        throw .cannotConvert(value.typeNameWithArticle, to: "JSON array")
      }
      return try json(from: .list(items), depth: depth)
    case .record(let record): return try object(record, depth)
    case .table(let table):
      return .array(try table.rows.map { row throws(LanguageError) in try object(row, depth + 1) })
    case .function, .object:
      throw .cannotConvert(value.typeNameWithArticle, to: "JSON value")
    }
  }

  private static func object(_ record: Record, _ depth: Int) throws(LanguageError) -> JSON {
    var members: [JSON.Member] = []
    for (name, value) in record.fields {
      members.append(JSON.Member(name, try json(from: value, depth: depth + 1)))
    }
    return .object(members)
  }

  /// Objects become records, of repeated keys the last one wins.
  public static func value(from json: JSON) -> Value {
    switch json {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let number): .int(number)
    case .number(let number): .float(number)
    case .string(let text): .string(text)
    case .array(let items): .list(items.map(value))
    case .object(let members): .record(Record(members.map { ($0.key, value(from: $0.value)) }))
    }
  }

  /// As ``value(from:)``, but an array of objects with the same keys is a table.
  public static func document(from json: JSON) -> Value {
    let value = value(from: json)
    guard case .list(let items) = value, case .record(let first)? = items.first else {
      return value
    }
    let names = first.names
    for item in items {
      guard case .record(let record) = item, record.names == names else { return value }
    }
    return value.asTable.map(Value.table) ?? value
  }
}
