import Language
import Tensors

/// `describe`: all about a value.
struct Describe: Command {
  static let name = "describe"
  static let summary = "Say all about a value: its type, size, and what its numbers are like."
  static let searchWords = ["info", "summary", "inspect", "schema", "statistics", "shape"]
  static let result = ValueType.oneOf([.record, .table])
  static let examples = [
    Example(
      "describe [1, 2, 6]",
      shows: #"{type: "list", items: 3, of: "integer", min: 1, mean: 3.0, max: 6}"#),
    Example(
      #"table {n: [1, 2], name: ["a", null]} | describe"#,
      shows: """
        column  type     values  missing  distinct   min  mean   max
        n       integer       2        0         2     1   1.5     2
        name    string        1        1         1  null  null  null
        """),
  ]

  let value = Argument<Value>("The value.")

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    switch value {
    case .table(let table): return .table(Describe.columns(of: table))
    case .object(let object): return .record(object.facts)
    default: return .record(Record([("type", .string(value.typeName))] + Describe.facts(of: value)))
    }
  }

  private static func facts(of value: Value) -> [(String, Value)] {
    switch value {
    case .null, .table, .object: return []
    case .bool, .int, .float: return [("value", value)]
    case .string(let text):
      return [
        ("scalars", .int(text.unicodeScalars.count)), ("bytes", .int(text.utf8.count)),
        ("lines", .int(Lines.of(text).count)),
        ("words", .int(text.unicodeScalars.split { $0.properties.isWhitespace }.count)),
      ]
    case .list(let items): return [("items", .int(items.count))] + contents(of: items)
    case .range(let range):
      return [("from", .int(range.lower)), ("to", .int(range.upper)), ("items", .int(range.count))]
    case .record(let record):
      return [("fields", .int(record.count))]
        + record.fields.map { ($0.key, .string($0.value.typeName)) }
    case .tensor(let tensor): return facts(of: tensor)
    case .function(let function):
      return [
        ("name", function.name.map(Value.string) ?? .null),
        ("parameters", .list(function.parameterNames.map(Value.string))),
        ("required", .int(function.requiredCount)), ("source", .string(function.sourceText)),
      ]
    }
  }

  private static func facts(of tensor: Tensor) -> [(String, Value)] {
    var facts: [(String, Value)] = [
      ("element_type", .string(tensor.elementType.rawValue)),
      ("shape", .list(tensor.shape.map(Value.int))), ("elements", .int(tensor.count)),
      ("bytes", .int(tensor.count * tensor.elementType.byteCount)),
    ]
    let reductions: [Reduction] =
      tensor.elementType == .bool ? [.mean] : [.min, .mean, .max, .std]
    for reduction in reductions {
      if let result = try? tensor.reduced(reduction) {
        facts.append((reduction.rawValue, Value.number(result)))
      }
    }
    return facts
  }

  /// What a list's items are, and their extremes where they are numbers.
  private static func contents(of items: [Value]) -> [(String, Value)] {
    guard !items.isEmpty else { return [] }
    var types: [String] = []
    for item in items where !types.contains(item.typeName) { types.append(item.typeName) }
    return [("of", .string(types.joined(separator: ", ")))] + extremes(of: items)
  }

  private static func extremes(of items: [Value]) -> [(String, Value)] {
    guard !items.isEmpty, items.allSatisfy({ $0.doubleValue != nil }),
      let mean = try? NumberList(items).mean(),
      let least = try? Value.extreme(items, largest: false),
      let greatest = try? Value.extreme(items, largest: true)
    else { return [] }
    return [("min", least), ("mean", .float(mean)), ("max", greatest)]
  }

  private static func columns(of table: Table) -> Table {
    var rows: [Record] = []
    for (name, values) in table.columns {
      let present = values.filter { !$0.isNull }
      var types: [String] = []
      for value in present where !types.contains(value.typeName) { types.append(value.typeName) }
      var row = Record([
        ("column", .string(name)), ("type", .string(types.joined(separator: ", "))),
        ("values", .int(present.count)), ("missing", .int(values.count - present.count)),
        ("distinct", .int(Set(present.map(ValueKey.init)).count)),
        ("min", .null), ("mean", .null), ("max", .null),
      ])
      for (fact, value) in extremes(of: present) { row[fact] = value }
      rows.append(row)
    }
    return Table(rows: rows)
  }
}
