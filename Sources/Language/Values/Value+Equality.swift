import Tensors

extension Value {
  /// The language's `==` on values other than tensors: integers and floats by number, tables,
  /// lists and records part by part (records without regard to order), functions and objects by
  /// identity unless they say otherwise.
  public func isEqual(to other: Value) -> Bool {
    switch (self, other) {
    case (.null, .null): return true
    case (.bool(let a), .bool(let b)): return a == b
    case (.int(let a), .int(let b)): return a == b
    case (.float(let a), .float(let b)): return a == b
    case (.int(let a), .float(let b)): return Value.compare(a, b) == .some(0)
    case (.float(let a), .int(let b)): return Value.compare(b, a) == .some(0)
    case (.string(let a), .string(let b)): return Value.sameScalars(a, b)
    case (.list(let a), .list(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { $0.isEqual(to: $1) }
    case (.range(let a), .range(let b)): return a == b || a.count == 0 && b.count == 0
    case (.range(let a), .list(let b)): return a.count == b.count && Value.same(a, b)
    case (.list(let a), .range(let b)): return a.count == b.count && Value.same(b, a)
    case (.record(let a), .record(let b)):
      return a.count == b.count
        && a.fields.allSatisfy { name, value in b[name].map(value.isEqual(to:)) ?? false }
    case (.table(let a), .table(let b)):
      return a.rowCount == b.rowCount && a.names == b.names
        && a.names.allSatisfy { name in
          zip(a.column(name) ?? [], b.column(name) ?? []).allSatisfy { $0.isEqual(to: $1) }
        }
    case (.tensor(let a), .tensor(let b)): return a == b
    case (.function(let a), .function(let b)): return a === b
    case (.object(let a), .object(let b)): return a.isEqual(to: b)
    default: return false
    }
  }

  /// Strings are equal when their scalars are: canonical equivalence would hide differences that
  /// tokenizers see.
  static func sameScalars(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

  private static func same(_ range: RangeValue, _ list: [Value]) -> Bool {
    list.enumerated().allSatisfy { $1.isEqual(to: .int(range[$0])) }
  }

  /// The order of an integer and a float, exact also beyond 2⁵³; nil for NaN.
  static func compare(_ a: Int, _ b: Double) -> Int? {
    if b.isNaN { return nil }
    if b >= 0x1p63 { return -1 }
    if b < -0x1p63 { return 1 }
    let whole = b.rounded(.down)
    // `whole` is in Int's range here, so the conversion is exact.
    let floor = Int(whole)
    if a != floor { return a < floor ? -1 : 1 }
    return b > whole ? -1 : 0
  }

  /// The order of two numbers, strings (by scalar), booleans or lists of such: negative, 0 or
  /// positive; nil where they cannot be compared (NaN included).
  public func order(to other: Value) -> Int? {
    switch (self, other) {
    case (.int(let a), .int(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.float(let a), .float(let b)): return a < b ? -1 : a > b ? 1 : a == b ? 0 : nil
    case (.int(let a), .float(let b)): return Value.compare(a, b)
    case (.float(let a), .int(let b)): return Value.compare(b, a).map { -$0 }
    case (.string(let a), .string(let b)):
      // UTF-8 keeps the order of scalars.
      if Value.sameScalars(a, b) { return 0 }
      return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    case (.bool(let a), .bool(let b)): return a == b ? 0 : a ? 1 : -1
    case (.list(let a), .list(let b)):
      for (x, y) in zip(a, b) {
        guard let order = x.order(to: y) else { return nil }
        if order != 0 { return order }
      }
      return a.count < b.count ? -1 : a.count > b.count ? 1 : 0
    default: return nil
    }
  }
}

/// A value as a key of grouping and uniqueness: equal exactly where `==` says so.
public struct ValueKey: Hashable, Sendable {
  public let value: Value
  public init(_ value: Value) { self.value = value }

  public static func == (a: ValueKey, b: ValueKey) -> Bool { a.value.isEqual(to: b.value) }

  public func hash(into hasher: inout Hasher) { ValueKey.hash(value, into: &hasher) }

  private static func hash(_ value: Value, into hasher: inout Hasher) {
    switch value {
    case .null: hasher.combine(0)
    case .bool(let flag): hasher.combine(flag)
    // Equal numbers of both kinds hash alike.
    case .int(let number): hasher.combine(Double(number))
    case .float(let number): hasher.combine(number)
    case .string(let text): for byte in text.utf8 { hasher.combine(byte) }
    case .list(let items): for item in items.prefix(64) { hash(item, into: &hasher) }
    case .range(let range):
      for index in 0..<min(range.count, 64) { hasher.combine(Double(range[index])) }
    case .record(let record): hasher.combine(record.count)
    case .table(let table): hasher.combine(table.rowCount)
    case .tensor(let tensor): hasher.combine(tensor.shape)
    case .function(let function): hasher.combine(ObjectIdentifier(function))
    // Objects may be equal without being the same one.
    case .object(let object): hasher.combine(object.typeName)
    }
  }
}
