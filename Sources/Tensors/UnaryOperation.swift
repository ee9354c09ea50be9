import Kernels

/// The operations of one operand that go element by element.
public enum UnaryOperation: String, Sendable, CaseIterable {
  case negate = "-"
  case abs, exp, log, sqrt, sin, cos, tanh, erf, lgamma, digamma
  /// To the nearest integer, halves to the even one.
  case round
  case floor, ceil
  case not

  var function: ElementaryFunction? {
    switch self {
    case .exp: .exp
    case .log: .log
    case .sin: .sin
    case .cos: .cos
    case .tanh: .tanh
    case .erf: .erf
    case .lgamma: .lgamma
    case .digamma: .digamma
    default: nil
    }
  }
}

extension Tensor {
  /// The operation applied to each element.
  ///
  /// `negate`, `abs`, `round`, `floor` and `ceil` keep the element type (bool becomes i32 first); the
  /// functions give f32 for integers; `not` needs bool.
  ///
  /// - Complexity: O(elements).
  public static func apply(_ operation: UnaryOperation, _ operand: Tensor) throws(TensorError)
    -> Tensor
  {
    if operation == .not {
      guard let values = operand.bools else {
        throw .elementType(
          operation: "'not'", found: operand.elementType, needed: "truth values")
      }
      return Tensor(unchecked: .bool(values.map { !$0 }), shape: operand.shape)
    }
    switch operand.storage {
    case .f32(let values):
      return Tensor(unchecked: .f32(computed(operation, values)), shape: operand.shape)
    case .f64(let values):
      return Tensor(unchecked: .f64(computed(operation, values)), shape: operand.shape)
    case .i32, .u8, .bool:
      switch operation {
      case .negate:
        let type: ElementType = operand.elementType == .u8 ? .u8 : .i32
        return try apply(
          .subtract, .scalar(.int(0)), .tensor(operand.cast(to: type)))
      case .abs where operand.elementType == .i32:
        return try apply(
          .maximum, operand, try apply(.negate, operand))
      case .abs, .round, .floor, .ceil:
        return operand.elementType == .bool ? try operand.cast(to: .i32) : operand
      default: return try apply(operation, operand.cast(to: .f32))
      }
    }
  }

  private static func computed<T: RealElement>(_ operation: UnaryOperation, _ values: [T]) -> [T] {
    if let function = operation.function { return T.map(function, values) }
    switch operation {
    case .negate: return values.map { -$0 }
    case .abs: return values.map { $0.magnitude }
    case .sqrt: return values.map { $0.squareRoot() }
    case .floor: return values.map { T.floor($0) }
    case .ceil: return values.map { -T.floor(-$0) }
    default: return values.map { roundedToEven($0) }
    }
  }

  private static func roundedToEven<T: RealElement>(_ x: T) -> T {
    let below = T.floor(x)
    let part = x - below
    if part < 0.5 || !(x.magnitude < 0x1p52) { return below }
    if part > 0.5 { return -T.floor(-x) }
    return T.floor(below / 2) * 2 == below ? below : -T.floor(-x)
  }
}
