import OrderedCollections

/// Named values in a fixed order.
public struct Record: Sendable {
  public private(set) var fields: OrderedDictionary<String, Value>

  public init() { fields = [:] }

  /// Later values of a repeated name win, at the first one's place.
  public init(_ pairs: some Sequence<(String, Value)>) {
    fields = OrderedDictionary(pairs, uniquingKeysWith: { $1 })
  }

  public var count: Int { fields.count }
  public var names: [String] { Array(fields.keys) }
  public var values: [Value] { Array(fields.values) }

  public subscript(name: String) -> Value? {
    get { fields[name] }
    set { fields[name] = newValue }
  }

  /// The record without some of its fields.
  public func removing(_ names: Set<String>) -> Record {
    Record(fields.filter { !names.contains($0.key) }.map { ($0.key, $0.value) })
  }
}
