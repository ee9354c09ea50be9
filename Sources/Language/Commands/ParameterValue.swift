import Tensors

/// A Swift type that arguments can be turned into.
public protocol ParameterValue: Sendable {
  static var type: ValueType { get }
  /// The default of a parameter of this type that states none: only optional types have one.
  static var absent: Self? { get }
  /// The value as this type; nil where the type is wrong. May throw errors of its own, for
  /// example where a path that stands for an object cannot be loaded.
  static func convert(_ value: Value, in call: Call) throws -> Self?
  /// How help shows a default.
  var defaultText: String? { get }
}

extension ParameterValue {
  public static var absent: Self? { nil }
}

extension Value: ParameterValue {
  public static var type: ValueType { .any }
  public static func convert(_ value: Value, in call: Call) -> Value? { value }
  public var defaultText: String? { inline }
}

extension Int: ParameterValue {
  public static var type: ValueType { .int }
  public static func convert(_ value: Value, in call: Call) -> Int? { value.intValue }
  public var defaultText: String? { "\(self)" }
}

extension Double: ParameterValue {
  public static var type: ValueType { .number }
  public static func convert(_ value: Value, in call: Call) -> Double? { value.doubleValue }
  public var defaultText: String? { Value.float(self).inline }
}

extension Bool: ParameterValue {
  public static var type: ValueType { .bool }
  public static func convert(_ value: Value, in call: Call) -> Bool? {
    if case .bool(let flag) = value { flag } else { nil }
  }
  public var defaultText: String? { "\(self)" }
}

extension String: ParameterValue {
  public static var type: ValueType { .string }
  public static func convert(_ value: Value, in call: Call) -> String? { value.stringValue }
  public var defaultText: String? { Value.string(self).inline }
}

extension Record: ParameterValue {
  public static var type: ValueType { .record }
  public static func convert(_ value: Value, in call: Call) -> Record? {
    if case .record(let record) = value { record } else { nil }
  }
  public var defaultText: String? { Value.record(self).inline }
}

extension Table: ParameterValue {
  public static var type: ValueType { .table }
  /// Also a list of records, and a single record as one row.
  public static func convert(_ value: Value, in call: Call) -> Table? { value.asTable }
  public var defaultText: String? { nil }
}

extension Tensor: ParameterValue {
  public static var type: ValueType { .tensor }
  /// Also a number, and a list (of lists) of numbers of equal lengths.
  public static func convert(_ value: Value, in call: Call) throws -> Tensor? {
    try value.asTensor()
  }
  public var defaultText: String? { nil }
}

extension FunctionValue: ParameterValue {
  public static var type: ValueType { .function }
  public static func convert(_ value: Value, in call: Call) -> Self? {
    if case .function(let function) = value { function as? Self } else { nil }
  }
  public var defaultText: String? { nil }
}

extension Array: ParameterValue where Element: ParameterValue {
  public static var type: ValueType { .list(of: Element.type) }
  public static func convert(_ value: Value, in call: Call) throws -> [Element]? {
    guard let items = value.items else {
      // One item stands for a list of it, where the items' type is stated.
      guard Element.type != .any, let item = try Element.convert(value, in: call) else {
        return nil
      }
      return [item]
    }
    var result: [Element] = []
    result.reserveCapacity(items.count)
    for item in items {
      guard let converted = try Element.convert(item, in: call) else { return nil }
      result.append(converted)
    }
    return result
  }
  public var defaultText: String? {
    "[" + map { $0.defaultText ?? "" }.joined(separator: ", ") + "]"
  }
}

extension Optional: ParameterValue where Wrapped: ParameterValue {
  public static var type: ValueType { Wrapped.type }
  public static var absent: Wrapped?? { .some(nil) }
  public static func convert(_ value: Value, in call: Call) throws -> Wrapped?? {
    if value.isNull { return .some(nil) }
    guard let wrapped = try Wrapped.convert(value, in: call) else { return nil }
    return .some(wrapped)
  }
  public var defaultText: String? { self?.defaultText }
}

/// A parameter that takes one of a few words, written bare.
public protocol WordParameter: ParameterValue, RawRepresentable<String>, CaseIterable {}

extension WordParameter {
  public static var type: ValueType { .word(allCases.map(\.rawValue)) }
  public static func convert(_ value: Value, in call: Call) -> Self? {
    value.stringValue.flatMap(Self.init(rawValue:))
  }
  public var defaultText: String? { rawValue }
}

/// A path to a file or folder; the session decides whether it may be used.
public struct FilePath: ParameterValue, Equatable {
  public let text: String
  public init(_ text: String) { self.text = text }
  public static var type: ValueType { .path }
  public static func convert(_ value: Value, in call: Call) -> FilePath? {
    value.stringValue.map(FilePath.init)
  }
  public var defaultText: String? { Value.string(text).inline }
}

/// A column's name, written bare.
public struct ColumnName: ParameterValue, Equatable {
  public let text: String
  public init(_ text: String) { self.text = text }
  public static var type: ValueType { .column }
  public static func convert(_ value: Value, in call: Call) -> ColumnName? {
    value.stringValue.map(ColumnName.init)
  }
  public var defaultText: String? { text }
}

/// One column's name or a list of them, written bare.
public struct ColumnNames: ParameterValue, Equatable {
  public let names: [String]
  public init(_ names: [String]) { self.names = names }
  public static var type: ValueType { .columns }
  public static func convert(_ value: Value, in call: Call) -> ColumnNames? {
    if let name = value.stringValue { return ColumnNames([name]) }
    guard case .list(let items) = value else { return nil }
    let names = items.compactMap(\.stringValue)
    return names.count == items.count ? ColumnNames(names) : nil
  }
  public var defaultText: String? { "[" + names.joined(separator: ", ") + "]" }
}
