import Kernels

/// The operations of one operand that go element by element.
public enum UnaryOperation: String, Sendable, CaseIterable {
  case negate = "-"
  case abs, exp, expm1, log, log1p, sqrt, sin, cos, tanh, erf, lgamma, digamma
  /// To the nearest integer, halves to the even one.
  case round
  case floor, ceil
  case not

  var function: ElementaryFunction? {
    switch self {
    case .exp: .exp
    case .expm1: .expm1
    case .log: .log
    case .log1p: .log1p
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
  /// `negate`, `abs`, `round`, `floor` and `ceil` keep the element type (bool and i8 become i32 first,
  /// f16 and bf16 f32); the functions give f32 for integers; `not` needs bool.
  ///
  /// - Complexity: O(elements).
  public static func apply(_ operation: UnaryOperation, _ operand: Tensor) throws(TensorError)
    -> Tensor
  {
    switch operand.elementType {
    case .bool where operation == .not: return try mapped(operand, Bool.self) { !$0 }
    case _ where operation == .not:
      throw .elementType(operation: "'not'", found: operand.elementType, needed: "truth values")
    case .f32: return try computed(operation, operand, Float.self)
    case .f64: return try computed(operation, operand, Double.self)
    case .f16, .bf16: return try apply(operation, operand.cast(to: .f32))
    case .i8: return try apply(operation, operand.cast(to: .i32))
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

  private static func computed<T: RealElement>(
    _ operation: UnaryOperation, _ operand: Tensor, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    if let function = operation.function {
      let whole = try operand.contiguous()
      defer { withExtendedLifetime(whole) {} }
      let from = whole.pointer(type)
      return try making(operand.shape, of: type) { out throws(TensorError) in
        try StridedWalk([whole.count], [[1]]).forEachRun { offsets, count in
          T.map(function, from + offsets[0], count, into: out + offsets[0])
        }
      }
    }
    return switch operation {
    case .negate: try mapped(operand, type) { -$0 }
    case .abs: try mapped(operand, type) { $0.magnitude }
    case .sqrt: try mapped(operand, type) { $0.squareRoot() }
    case .floor: try mapped(operand, type) { T.floor($0) }
    case .ceil: try mapped(operand, type) { -T.floor(-$0) }
    default: try mapped(operand, type) { roundedToEven($0) }
    }
  }

  @inline(__always)
  private static func mapped<T: TensorElement>(
    _ operand: Tensor, _ type: T.Type, _ body: (T) -> T
  ) throws(TensorError) -> Tensor {
    defer { withExtendedLifetime(operand) {} }
    let walk = StridedWalk(operand.shape, [operand.strides])
    return try making(operand.shape, of: type) { out throws(TensorError) in
      try walk.map(operand.pointer(type), into: out, body)
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
