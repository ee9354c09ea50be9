import Kernels
import Tensors

/// The operators on values. Numbers follow Python: `/` gives a float, `//` and `%` round down,
/// integers are checked; tensors broadcast.
enum Operations {
  static func apply(_ operation: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
    switch (a, b) {
    case (.int(let x), .int(let y)): return try integers(operation, x, y)
    case (.float(let x), .float(let y)): return try floats(operation, x, y)
    case (.int(let x), .float(let y)):
      if operation.isComparison { return .bool(compare(operation, a, b)) }
      return try floats(operation, Double(x), y)
    case (.float(let x), .int(let y)):
      if operation.isComparison { return .bool(compare(operation, a, b)) }
      return try floats(operation, x, Double(y))
    default: return try general(operation, a, b)
    }
  }

  private static func integers(_ operation: BinaryOperator, _ a: Int, _ b: Int) throws -> Value {
    func checked(_ result: (partialValue: Int, overflow: Bool)) throws -> Value {
      if result.overflow {
        throw LanguageError.integerOverflow(operation: "\(a) \(operation.rawValue) \(b)")
      }
      return .int(result.partialValue)
    }
    switch operation {
    case .add: return try checked(a.addingReportingOverflow(b))
    case .subtract: return try checked(a.subtractingReportingOverflow(b))
    case .multiply: return try checked(a.multipliedReportingOverflow(by: b))
    case .divide:
      if b == 0 { throw LanguageError.divisionByZero(operation: "\(a) / 0") }
      return .float(Double(a) / Double(b))
    case .floorDivide, .modulo:
      if b == 0 { throw LanguageError.divisionByZero(operation: "\(a) \(operation.rawValue) 0") }
      // Int.min // -1 is the one quotient that does not fit.
      if b == -1 {
        return operation == .modulo ? .int(0) : try checked(0.subtractingReportingOverflow(a))
      }
      let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
      let roundsDown = remainder != 0 && (remainder < 0) != (b < 0)
      return .int(
        operation == .modulo
          ? (roundsDown ? remainder + b : remainder)
          : (roundsDown ? quotient - 1 : quotient))
    case .power: return try power(a, b)
    case .equal: return .bool(a == b)
    case .notEqual: return .bool(a != b)
    case .less: return .bool(a < b)
    case .lessOrEqual: return .bool(a <= b)
    case .greater: return .bool(a > b)
    case .greaterOrEqual: return .bool(a >= b)
    case .matrixProduct, .isIn, .isNotIn: return try general(operation, .int(a), .int(b))
    }
  }

  private static func power(_ base: Int, _ exponent: Int) throws -> Value {
    if exponent < 0 {
      if base == 0 { throw LanguageError.divisionByZero(operation: "0 ** \(exponent)") }
      return .float(Arithmetic.power(Double(base), Double(exponent)))
    }
    var result = 1
    var factor = base
    var remaining = exponent
    while remaining > 0 {
      if remaining & 1 == 1 {
        let (product, overflow) = result.multipliedReportingOverflow(by: factor)
        if overflow { throw LanguageError.integerOverflow(operation: "\(base) ** \(exponent)") }
        result = product
      }
      remaining >>= 1
      if remaining == 0 { break }
      let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
      if overflow { throw LanguageError.integerOverflow(operation: "\(base) ** \(exponent)") }
      factor = square
    }
    return .int(result)
  }

  private static func floats(_ operation: BinaryOperator, _ a: Double, _ b: Double) throws -> Value
  {
    switch operation {
    case .add: return .float(a + b)
    case .subtract: return .float(a - b)
    case .multiply: return .float(a * b)
    case .divide: return .float(a / b)
    case .floorDivide: return .float(Arithmetic.floor(a / b))
    case .modulo:
      let remainder = Arithmetic.remainder(a, b)
      return .float(remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder)
    case .power: return .float(Arithmetic.power(a, b))
    case .equal: return .bool(a == b)
    case .notEqual: return .bool(a != b)
    case .less: return .bool(a < b)
    case .lessOrEqual: return .bool(a <= b)
    case .greater: return .bool(a > b)
    case .greaterOrEqual: return .bool(a >= b)
    case .matrixProduct, .isIn, .isNotIn: return try general(operation, .float(a), .float(b))
    }
  }

  private static func general(_ operation: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
    switch (operation, a, b) {
    case (.isIn, _, _): return .bool(try contains(b, a))
    case (.isNotIn, _, _): return .bool(try !contains(b, a))
    case (.matrixProduct, _, _):
      guard let x = try a.asTensor(), let y = try b.asTensor() else { break }
      return .tensor(try x.matmul(y))
    case (_, .tensor, _), (_, _, .tensor):
      guard let tensorOperation = operation.onTensors, let x = try a.asOperand(),
        let y = try b.asOperand()
      else {
        // A tensor never equals a text or a record; other comparisons make no sense.
        if operation == .equal { return .bool(false) }
        if operation == .notEqual { return .bool(true) }
        break
      }
      return .tensor(try Tensor.apply(tensorOperation, x, y))
    case (.equal, _, _): return .bool(a.isEqual(to: b))
    case (.notEqual, _, _): return .bool(!a.isEqual(to: b))
    case (.less, _, _), (.lessOrEqual, _, _), (.greater, _, _), (.greaterOrEqual, _, _):
      if a.order(to: b) == nil && !a.isNaN && !b.isNaN { break }
      return .bool(compare(operation, a, b))
    case (.add, .string(let x), .string(let y)): return .string(x + y)
    case (.add, _, _):
      if let x = a.listItems, let y = b.listItems { return .list(x + y) }
      if case .record(let x) = a, case .record(let y) = b {
        return .record(
          Record(
            x.fields.map { ($0.key, $0.value) } + y.fields.map { ($0.key, $0.value) }))
      }
    case (.multiply, .string(let text), .int(let count)),
      (.multiply, .int(let count), .string(let text)):
      try limit(count, of: text.utf8.count, what: "the text")
      return .string(String(repeating: text, count: max(0, count)))
    case (.multiply, .list(let items), .int(let count)),
      (.multiply, .int(let count), .list(let items)):
      try limit(count, of: items.count, what: "the list")
      return .list(Array(repeatElement(items, count: max(0, count)).joined()))
    default: break
    }
    throw LanguageError.operatorTypes(
      operation: operation.rawValue, left: a.typeNameWithArticle, right: b.typeNameWithArticle)
  }

  private static func limit(_ count: Int, of size: Int, what: String) throws {
    let (total, overflow) = count.multipliedReportingOverflow(by: size)
    if overflow || total > Value.itemLimit {
      throw LanguageError.tooLarge(
        what: what, count: overflow ? .max : total, limit: Value.itemLimit)
    }
  }

  private static func compare(_ operation: BinaryOperator, _ a: Value, _ b: Value) -> Bool {
    guard let order = a.order(to: b) else { return operation == .notEqual }
    return switch operation {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    default: order >= 0
    }
  }

  /// `item in collection`: an item of a list, a part of a text, a name of a record or table.
  static func contains(_ collection: Value, _ item: Value) throws -> Bool {
    switch collection {
    case .string(let text):
      if case .string(let part) = item { return part.isEmpty || text.contains(utf8: part) }
    case .record(let record):
      if case .string(let name) = item { return record[name] != nil }
    case .table(let table):
      if case .string(let name) = item { return table.column(name) != nil }
    case .range(let range):
      return item.intValue.map { range.lower <= $0 && $0 <= range.upper } ?? false
    default:
      if let items = collection.items { return items.contains { $0.isEqual(to: item) } }
    }
    throw LanguageError.operatorTypes(
      operation: "in", left: item.typeNameWithArticle, right: collection.typeNameWithArticle)
  }

  static func apply(_ operation: UnaryOperator, _ a: Value) throws -> Value {
    switch (operation, a) {
    case (.negate, .int(let value)):
      let (result, overflow) = 0.subtractingReportingOverflow(value)
      if overflow { throw LanguageError.integerOverflow(operation: "-(\(value))") }
      return .int(result)
    case (.negate, .float(let value)): return .float(-value)
    case (.negate, .tensor(let tensor)): return .tensor(try Tensor.apply(.negate, tensor))
    case (.plus, .int), (.plus, .float), (.plus, .tensor): return a
    case (.not, .bool(let flag)): return .bool(!flag)
    case (.not, .tensor(let tensor)): return .tensor(try Tensor.apply(.not, tensor))
    case (.not, _): throw a.conditionError
    default:
      throw LanguageError.operandType(
        operation: operation.rawValue, operand: a.typeNameWithArticle)
    }
  }
}

extension BinaryOperator {
  var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  /// The element-wise operation of tensors with this sign.
  var onTensors: BinaryOperation? { BinaryOperation(rawValue: rawValue) }
}

extension Value {
  /// More items than this are refused before they are made.
  public static let itemLimit = 1 << 31

  var isNaN: Bool { if case .float(let value) = self { value.isNaN } else { false } }

  /// The truth of a condition.
  func condition() throws -> Bool {
    if case .bool(let flag) = self { return flag }
    throw conditionError
  }

  var conditionError: LanguageError {
    if case .tensor = self { return .notACondition(given: "a tensor", isTensor: true) }
    return .notACondition(given: typeNameWithArticle, isTensor: false)
  }

  /// As an operand beside a tensor.
  func asOperand() throws -> TensorOperand? {
    switch self {
    case .int(let value): .scalar(.int(value))
    case .float(let value): .scalar(.float(value))
    case .bool(let value): .scalar(.bool(value))
    default: try asTensor().map { .tensor($0) }
    }
  }

  /// The items of a list or range, for `+`; nil for anything else.
  var listItems: [Value]? {
    switch self {
    case .list(let items): items
    case .range: items
    default: nil
    }
  }
}

extension String {
  /// Whether `part` occurs, compared scalar by scalar.
  func contains(utf8 part: String) -> Bool { firstOffset(ofUTF8: Array(part.utf8), from: 0) != nil }

  /// The UTF-8 offset of the first occurrence of `part` at or after `start`.
  func firstOffset(ofUTF8 part: [UInt8], from start: Int) -> Int? {
    var text = self
    return text.withUTF8 { bytes in
      guard let first = part.first else { return start <= bytes.count ? start : nil }
      var index = start
      let last = bytes.count - part.count
      while index <= last {
        if bytes[index] == first,
          part.indices.allSatisfy({ bytes[index + $0] == part[$0] })
        {
          return index
        }
        index += 1
      }
      return nil
    }
  }
}
