extension Tensor {
  /// Combines two operands element by element; shapes are broadcast from the last axis on.
  ///
  /// Element types meet in the broader one (bool, u8, i32, f32, f64). Comparisons, `and` and `or`
  /// give bool. Integer results that do not fit are errors; floats follow IEEE 754.
  ///
  /// - Complexity: O(elements of the result).
  public static func apply(
    _ operation: BinaryOperation, _ left: TensorOperand, _ right: TensorOperand
  ) throws(TensorError) -> Tensor {
    let type = try computingType(operation, left, right)
    let shape = try Shape.broadcast(left.shape, right.shape, operation: operation.quoted)
    _ = try Shape.count(shape, of: type)
    let plan = BroadcastPlan(left: left.shape, right: right.shape, result: shape)
    let a = try storage(of: left, as: type, operation)
    let b = try storage(of: right, as: type, operation)
    let result: TensorStorage
    switch (a, b) {
    case (.f32(let a), .f32(let b)):
      result =
        operation.isComparison
        ? .bool(compared(operation, a, b, plan)) : .f32(computed(operation, a, b, plan))
    case (.f64(let a), .f64(let b)):
      result =
        operation.isComparison
        ? .bool(compared(operation, a, b, plan)) : .f64(computed(operation, a, b, plan))
    case (.i32(let a), .i32(let b)):
      result =
        operation.isComparison
        ? .bool(compared(operation, a, b, plan))
        : .i32(try integers(operation, a, b, plan, .i32))
    case (.u8(let a), .u8(let b)):
      result =
        operation.isComparison
        ? .bool(compared(operation, a, b, plan))
        : .u8(try integers(operation, a, b, plan, .u8))
    case (.bool(let a), .bool(let b)):
      switch operation {
      case .and: result = .bool(plan.map(a, b) { $0 && $1 })
      case .or: result = .bool(plan.map(a, b) { $0 || $1 })
      default:
        result = .bool(
          compared(operation, a.map { $0 ? 1 : UInt8(0) }, b.map { $0 ? 1 : 0 }, plan))
      }
    default:
      throw .elementType(operation: operation.quoted, found: type, needed: "equal element types")
    }
    let tensor = Tensor(unchecked: result, shape: shape)
    let dividesIntegers =
      operation == .divide && !left.isFloatingPoint && !right.isFloatingPoint
    return dividesIntegers ? try tensor.cast(to: .f32) : tensor
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
    case (.tensor(let a), .tensor(let b)): type = .common(a.elementType, b.elementType)
    case (.tensor(let tensor), .scalar(let scalar)), (.scalar(let scalar), .tensor(let tensor)):
      type = joined(tensor.elementType, scalar, inComparison: operation.isComparison)
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

  private static func storage(
    of operand: TensorOperand, as type: ElementType, _ operation: BinaryOperation
  ) throws(TensorError) -> TensorStorage {
    switch operand {
    case .tensor(let tensor): try tensor.cast(to: type).storage
    case .scalar(let scalar):
      try TensorStorage(scalar, as: type, operation: operation.quoted)
    }
  }

  private static func refuseZero(in divisor: TensorOperand, _ operation: BinaryOperation)
    throws(TensorError)
  {
    let hasZero =
      switch divisor {
      case .tensor(let tensor): tensor.storage.doubles.contains(0)
      case .scalar(let scalar): scalar.double == 0
      }
    if hasZero { throw .divisionByZero(operation: operation.quoted) }
  }

  private static func compared<T: Comparable>(
    _ operation: BinaryOperation, _ a: [T], _ b: [T], _ plan: BroadcastPlan
  ) -> [Bool] {
    switch operation {
    case .equal: plan.map(a, b) { $0 == $1 }
    case .notEqual: plan.map(a, b) { $0 != $1 }
    case .less: plan.map(a, b) { $0 < $1 }
    case .lessOrEqual: plan.map(a, b) { $0 <= $1 }
    case .greater: plan.map(a, b) { $0 > $1 }
    default: plan.map(a, b) { $0 >= $1 }
    }
  }

  private static func computed<T: RealElement>(
    _ operation: BinaryOperation, _ a: [T], _ b: [T], _ plan: BroadcastPlan
  ) -> [T] {
    switch operation {
    case .add: plan.map(a, b) { $0 + $1 }
    case .subtract: plan.map(a, b) { $0 - $1 }
    case .multiply: plan.map(a, b) { $0 * $1 }
    case .divide: plan.map(a, b) { $0 / $1 }
    case .floorDivide: plan.map(a, b) { T.floorDivided($0, $1) }
    case .modulo: plan.map(a, b) { T.modulo($0, $1) }
    case .power: plan.map(a, b) { T.power($0, $1) }
    case .minimum: plan.map(a, b) { $0.isNaN || $0 < $1 ? $0 : $1 }
    default: plan.map(a, b) { $0.isNaN || $0 > $1 ? $0 : $1 }
    }
  }

  /// Integers are computed in 64 bits, where two 32-bit operands cannot overflow but by `**`.
  private static func integers<T: FixedWidthInteger>(
    _ operation: BinaryOperation, _ a: [T], _ b: [T], _ plan: BroadcastPlan, _ type: ElementType
  ) throws(TensorError) -> [T] {
    if operation == .floorDivide || operation == .modulo, b.contains(0), plan.count > 0 {
      throw .divisionByZero(operation: operation.quoted)
    }
    if operation == .power, let exponent = b.first(where: { $0 < 0 }) {
      throw .invalidArgument(
        operation: operation.quoted, reason: "an integer to the power \(exponent) is a fraction")
    }
    var fits = true
    @inline(__always) func narrow(_ value: Int) -> T {
      let result = T(truncatingIfNeeded: value)
      if Int(result) != value { fits = false }
      return result
    }
    let result: [T] =
      switch operation {
      case .add: plan.map(a, b) { narrow(Int($0) &+ Int($1)) }
      case .subtract: plan.map(a, b) { narrow(Int($0) &- Int($1)) }
      case .multiply: plan.map(a, b) { narrow(Int($0) &* Int($1)) }
      case .floorDivide: plan.map(a, b) { narrow(floorDivided(Int($0), Int($1))) }
      case .modulo:
        plan.map(a, b) { narrow(Int($0) &- floorDivided(Int($0), Int($1)) &* Int($1)) }
      case .power: plan.map(a, b) { narrow(power(Int($0), Int($1)) ?? Int.max) }
      case .minimum: plan.map(a, b) { min($0, $1) }
      default: plan.map(a, b) { max($0, $1) }
      }
    if !fits { throw .overflow(operation: operation.quoted, elementType: type) }
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
