/// The operations of two operands that go element by element.
public enum BinaryOperation: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  /// True division: integers give f32.
  case divide = "/"
  /// Division rounded down.
  case floorDivide = "//"
  /// The remainder of ``floorDivide``: it has the divisor's sign.
  case modulo = "%"
  case power = "**"
  /// A NaN on either side stays.
  case minimum
  case maximum
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case and
  case or

  var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  var isLogical: Bool { self == .and || self == .or }

  /// As it stands in messages.
  var quoted: String { "'\(rawValue)'" }
}

/// An operand of an element-wise operation.
///
/// A bare number takes the tensor's element type where it can: `2 * t` stays as `t` is; a float
/// with an integer tensor gives f32.
public enum TensorOperand: Sendable {
  case tensor(Tensor)
  case scalar(TensorScalar)

  var shape: [Int] { if case .tensor(let tensor) = self { tensor.shape } else { [] } }

  var isFloatingPoint: Bool {
    switch self {
    case .tensor(let tensor): tensor.elementType.isFloatingPoint
    case .scalar(.float): true
    case .scalar: false
    }
  }
}
