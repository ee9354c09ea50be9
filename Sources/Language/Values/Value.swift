import Tensors

/// Anything that a name can be bound to.
///
/// Values never change under another name: a changed copy is bound instead.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case list([Value])
  case record(Record)
  case table(Table)
  // Kept apart, so that the other values stay small.
  indirect case tensor(Tensor)
  case range(RangeValue)
  case function(FunctionValue)
  case object(any ObjectValue)
}

extension Value {
  /// The type's name as messages say it: `integer`, `table`, `tokenizer`.
  public var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .int: "integer"
    case .float: "float"
    case .string: "string"
    case .list: "list"
    case .record: "record"
    case .table: "table"
    case .tensor: "tensor"
    case .range: "range"
    case .function: "function"
    case .object(let object): object.typeName
    }
  }

  /// The type's name with its article: `an integer`, `a table`.
  public var typeNameWithArticle: String { withArticle(typeName) }

  public var isNull: Bool { if case .null = self { true } else { false } }

  /// An integer, also from a float without a fraction.
  public var intValue: Int? {
    switch self {
    case .int(let value): value
    case .float(let value): Int(exactly: value)
    default: nil
    }
  }

  /// An integer or a float.
  public var doubleValue: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }

  public var stringValue: String? { if case .string(let text) = self { text } else { nil } }
}

/// `word` with `a` or `an`; `null`, plural forms and what has an article stay bare.
func withArticle(_ word: String) -> String {
  guard let first = word.first, word != "null" else { return word }
  let start = word.prefix { $0 != " " }
  if start == "a" || start == "an" || start == "something" || start.hasSuffix("s") { return word }
  return ("aeio".contains(first) ? "an " : "a ") + word
}

/// Integers from `lower` to `upper`, both ends held; empty where `upper < lower`.
public struct RangeValue: Sendable, Equatable, Hashable {
  public let lower: Int
  public let upper: Int

  public init(_ lower: Int, through upper: Int) { (self.lower, self.upper) = (lower, upper) }

  /// How many integers it holds; capped at `Int.max`.
  public var count: Int {
    if upper < lower { return 0 }
    let (difference, overflow) = upper.subtractingReportingOverflow(lower)
    return overflow || difference == .max ? .max : difference + 1
  }

  /// The integer at `index`, which must be in `0..<count`.
  public subscript(index: Int) -> Int { lower &+ index }
}

/// A value made by one of the libraries: a tokenizer, a model, tokens, …
///
/// Objects are immutable; they print themselves in one line, offer fields, and say all about
/// themselves in ``description``.
public protocol ObjectValue: AnyObject, Sendable {
  /// `tokenizer`, `model`, `tokens`, … as messages and declarations name it.
  var typeName: String { get }
  /// One line, without times, addresses or paths of the machine.
  var summary: String { get }
  /// What a cell shows of the object alone: its summary, or several lines (a chart).
  var display: String { get }
  /// The names that `object.name` understands, in the order shown.
  var fieldNames: [String] { get }
  func field(_ name: String) -> Value?
  /// What `describe` shows.
  var facts: Record { get }
  /// How many items `len` and `for` see, nil where that makes no sense.
  var items: [Value]? { get }
  func isEqual(to other: any ObjectValue) -> Bool
  /// What the cache keeps to have the object again: a kind for ``ObjectArchive`` and its state;
  /// nil if it cannot be kept.
  var archived: ArchivedObject? { get }
}

extension ObjectValue {
  public var display: String { summary }
  public var items: [Value]? { nil }
  public func isEqual(to other: any ObjectValue) -> Bool { self === other }
  public var archived: ArchivedObject? { nil }
  public var facts: Record {
    Record(fieldNames.compactMap { name in field(name).map { (name, $0) } })
  }
}

/// An object taken apart for the cache.
public struct ArchivedObject: Sendable {
  /// Which ``ObjectArchive`` entry puts it together again.
  public let kind: String
  public let state: Value
  public init(kind: String, state: Value) { (self.kind, self.state) = (kind, state) }
}
