extension Tensor {
  /// Combines two operands element by element; shapes are broadcast from the last axis on.
  ///
  /// Element types meet in the broader one (bool, u8, i32, f32, f64); f16 and bf16 count as f32, i8 as
  /// i32. Comparisons, `and` and `or` give bool. Integer results that do not fit are errors; floats
  /// follow IEEE 754.
  ///
  /// - Complexity: O(elements of the result).
  public static func apply(
    _ operation: BinaryOperation, _ left: TensorOperand, _ right: TensorOperand
  ) throws(TensorError) -> Tensor {
    let type = try computingType(operation, left, right)
    let shape = try Shape.broadcast(left.shape, right.shape, operation: operation.quoted)
    _ = try Shape.count(shape, of: type)
    let pair = OperandPair(
      try tensor(of: left, as: type, operation), try tensor(of: right, as: type, operation), shape)
    let result: Tensor
    switch type {
    case .f32: result = try computed(operation, pair, Float.self)
    case .f64: result = try computed(operation, pair, Double.self)
    case .i32: result = try integers(operation, pair, Int32.self)
    case .u8: result = try integers(operation, pair, UInt8.self)
    case .bool: result = try logical(operation, pair)
    case .f16, .bf16, .i8:
      throw .elementType(operation: operation.quoted, found: type, needed: "what it is computed in")
    }
    let dividesIntegers =
      operation == .divide && !left.isFloatingPoint && !right.isFloatingPoint
    return dividesIntegers ? try result.cast(to: .f32) : result
  }

  public static func apply(_ operation: BinaryOperation, _ left: Tensor, _ right: Tensor)
    throws(TensorError) -> Tensor
  {
    try apply(operation, .tensor(left), .tensor(right))
  }

  /// The element type that both operands are brought to before the operation.
  private static func computingType(
    _ operation: BinaryOperation, _ left: TensorOperand, _ right: TensorOperand
  ) throws(TensorError) -> ElementType {
    var type: ElementType
    switch (left, right) {
    case (.tensor(let a), .tensor(let b)):
      type = .common(a.elementType.computing, b.elementType.computing)
    case (.tensor(let tensor), .scalar(let scalar)), (.scalar(let scalar), .tensor(let tensor)):
      type = joined(tensor.elementType.computing, scalar, inComparison: operation.isComparison)
    case (.scalar(let a), .scalar(let b)): type = .common(own(a), own(b))
    }
    if operation.isLogical {
      if type == .bool { return type }
      throw .elementType(operation: operation.quoted, found: type, needed: "truth values")
    }
    if operation.isComparison { return type }
    if type == .bool { type = .i32 }
    if operation == .divide && !type.isFloatingPoint {
      try refuseZero(in: right, operation)
      // Both operands are exact in f64, so that the quotient alone is rounded to f32.
      return .f64
    }
    if operation == .power, type == .i32 || type == .u8, case .scalar(.int(let exponent)) = right,
      exponent < 0
    {
      type = .f32
    }
    return type
  }

  private static func own(_ scalar: TensorScalar) -> ElementType {
    switch scalar {
    case .int: .i32
    case .float: .f32
    case .bool: .bool
    }
  }

  private static func joined(
    _ type: ElementType, _ scalar: TensorScalar, inComparison: Bool
  ) -> ElementType {
    switch scalar {
    case .bool: return type
    case .float: return .common(type, .f32)
    case .int(let value):
      if type.isFloatingPoint { return type }
      if type == .bool { return .i32 }
      let fits = type == .u8 ? UInt8(exactly: value) != nil : Int32(exactly: value) != nil
      // Comparing with a number that the type cannot hold has an answer; computing has not.
      return inComparison && !fits ? .f64 : type
    }
  }

  private static func tensor(
    of operand: TensorOperand, as type: ElementType, _ operation: BinaryOperation
  ) throws(TensorError) -> Tensor {
    switch operand {
    case .tensor(let tensor): try tensor.cast(to: type)
    case .scalar(let scalar): try Tensor(scalar, as: type, operation: operation.quoted)
    }
  }

  private static func refuseZero(in divisor: TensorOperand, _ operation: BinaryOperation)
    throws(TensorError)
  {
    let hasZero =
      switch divisor {
      case .tensor(let tensor): tensor.doubles.contains(0)
      case .scalar(let scalar): scalar.double == 0
      }
    if hasZero { throw .divisionByZero(operation: operation.quoted) }
  }

  private static func logical(_ operation: BinaryOperation, _ pair: OperandPair)
    throws(TensorError) -> Tensor
  {
    switch operation {
    case .and: return try pair.map(Bool.self) { $0 && $1 }
    case .or: return try pair.map(Bool.self) { $0 || $1 }
    default:
      let bytes = OperandPair(
        try pair.left.cast(to: .u8), try pair.right.cast(to: .u8), pair.shape)
      return try compared(operation, bytes, UInt8.self)
    }
  }

  private static func compared<T: Comparable & TensorElement>(
    _ operation: BinaryOperation, _ pair: OperandPair, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    switch operation {
    case .equal: try pair.map(type) { $0 == $1 }
    case .notEqual: try pair.map(type) { $0 != $1 }
    case .less: try pair.map(type) { $0 < $1 }
    case .lessOrEqual: try pair.map(type) { $0 <= $1 }
    case .greater: try pair.map(type) { $0 > $1 }
    default: try pair.map(type) { $0 >= $1 }
    }
  }

  private static func computed<T: RealElement>(
    _ operation: BinaryOperation, _ pair: OperandPair, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    switch operation {
    case .add: try pair.map(type) { $0 + $1 }
    case .subtract: try pair.map(type) { $0 - $1 }
    case .multiply: try pair.map(type) { $0 * $1 }
    case .divide: try pair.map(type) { $0 / $1 }
    case .floorDivide: try pair.map(type) { T.floorDivided($0, $1) }
    case .modulo: try pair.map(type) { T.modulo($0, $1) }
    case .power: try pair.map(type) { T.power($0, $1) }
    case .minimum: try pair.map(type) { $0.isNaN || $0 < $1 ? $0 : $1 }
    case .maximum: try pair.map(type) { $0.isNaN || $0 > $1 ? $0 : $1 }
    default: try compared(operation, pair, type)
    }
  }

  /// Integers are computed in 64 bits, where two 32-bit operands cannot overflow but by `**`.
  private static func integers<T: FixedWidthInteger & TensorElement>(
    _ operation: BinaryOperation, _ pair: OperandPair, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    if operation.isComparison { return try compared(operation, pair, type) }
    if operation == .floorDivide || operation == .modulo, !pair.shape.contains(0),
      pair.right.doubles.contains(0)
    {
      throw .divisionByZero(operation: operation.quoted)
    }
    if operation == .power, let exponent = pair.right.doubles.first(where: { $0 < 0 }) {
      throw .invalidArgument(
        operation: operation.quoted,
        reason: "an integer to the power \(Int(exponent)) is a fraction")
    }
    var fits = true
    @inline(__always) func narrow(_ value: Int) -> T {
      let result = T(truncatingIfNeeded: value)
      if Int(result) != value { fits = false }
      return result
    }
    let result: Tensor =
      switch operation {
      case .add: try pair.map(type) { narrow(Int($0) &+ Int($1)) }
      case .subtract: try pair.map(type) { narrow(Int($0) &- Int($1)) }
      case .multiply: try pair.map(type) { narrow(Int($0) &* Int($1)) }
      case .floorDivide: try pair.map(type) { narrow(floorDivided(Int($0), Int($1))) }
      case .modulo:
        try pair.map(type) { narrow(Int($0) &- floorDivided(Int($0), Int($1)) &* Int($1)) }
      case .power: try pair.map(type) { narrow(power(Int($0), Int($1)) ?? Int.max) }
      case .minimum: try pair.map(type) { min($0, $1) }
      default: try pair.map(type) { max($0, $1) }
      }
    if !fits { throw .overflow(operation: operation.quoted, elementType: type.elementType) }
    return result
  }

  private static func floorDivided(_ x: Int, _ y: Int) -> Int {
    let quotient = x / y
    return x % y != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient
  }

  private static func power(_ base: Int, _ exponent: Int) -> Int? {
    if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
    if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
    var result = 1
    for _ in 0..<min(exponent, 64) {
      let (next, overflow) = result.multipliedReportingOverflow(by: base)
      if overflow { return nil }
      result = next
    }
    return exponent > 64 ? nil : result
  }
}

/// Two tensors of one element type, and the shape that they are repeated to.
private struct OperandPair {
  let left: Tensor
  let right: Tensor
  let shape: [Int]

  init(_ left: Tensor, _ right: Tensor, _ shape: [Int]) {
    (self.left, self.right, self.shape) = (left, right, shape)
  }

  /// The results of `body` for every pair of elements.
  @inline(__always)
  func map<Element: TensorElement, Result: TensorElement>(
    _: Element.Type, _ body: (Element, Element) -> Result
  ) throws(TensorError) -> Tensor {
    let walk = StridedWalk(
      shape, [left.repeated(to: shape).strides, right.repeated(to: shape).strides])
    defer { withExtendedLifetime((left, right)) {} }
    return try .making(shape, of: Result.self) { out throws(TensorError) in
      try walk.map(left.pointer(Element.self), right.pointer(Element.self), into: out, body)
    }
  }
}
