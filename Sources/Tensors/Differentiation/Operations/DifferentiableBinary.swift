/// Element by element on two operands, broadcast. Products are rounded before repeated axes are
/// added up; of equal operands `minimum` and `maximum` take the right one, which gets the cotangent.
struct DifferentiableBinary: DifferentiableOperation {
  let operation: BinaryOperation

  var name: String { operation.quoted }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    return Evaluation(try Tensor.apply(operation, inputs[0], inputs[1]))
  }

  func continuesChain(ofInput index: Int) -> Bool { true }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    var result: [Tensor?] = [nil, nil]
    for input in 0..<2 where pass.needed[input] {
      let share =
        input == 0 ? try left(pass.cotangent, pass) : try right(pass.cotangent, pass)
      result[input] = try Broadcasting.folded(
        share, to: pass.inputs[input].shape, from: pass.buffers[input])
    }
    return result
  }

  private func left(_ g: Tensor, _ pass: BackwardPass) throws(TensorError) -> Tensor {
    let (x, y) = (pass.inputs[0], pass.inputs[1])
    switch operation {
    case .add, .subtract: return g
    case .multiply: return try g.times(y)
    case .divide: return try g.over(y)
    case .power: return try g.times(y.times(try .apply(.power, x, y.minus(1))))
    default: return try g.kept(where: takesLeft(x, y))
    }
  }

  private func right(_ g: Tensor, _ pass: BackwardPass) throws(TensorError) -> Tensor {
    let (x, y) = (pass.inputs[0], pass.inputs[1])
    switch operation {
    case .add: return g
    case .subtract: return try g.negated()
    case .multiply: return try g.times(x)
    case .divide: return try g.times(pass.output).over(y).negated()
    case .power:
      // 0 to a positive power does not move with the power.
      let slope = try pass.output.times(try .apply(.log, x))
      return try g.times(slope).kept(where: try pass.output.compared(.notEqual, 0))
    default:
      return try g.kept(where: try .apply(.not, takesLeft(x, y)))
    }
  }

  /// Which operand became the result: a NaN on the left, or the left one where it wins.
  private func takesLeft(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
    try .apply(
      .or, .apply(.notEqual, x, x), .apply(operation == .minimum ? .less : .greater, x, y))
  }
}

extension Variable {
  public static func + (left: Variable, right: Variable) throws(TensorError) -> Variable {
    try result(of: DifferentiableBinary(operation: .add), left, right)
  }
  public static func - (left: Variable, right: Variable) throws(TensorError) -> Variable {
    try result(of: DifferentiableBinary(operation: .subtract), left, right)
  }
  public static func * (left: Variable, right: Variable) throws(TensorError) -> Variable {
    try result(of: DifferentiableBinary(operation: .multiply), left, right)
  }
  public static func / (left: Variable, right: Variable) throws(TensorError) -> Variable {
    try result(of: DifferentiableBinary(operation: .divide), left, right)
  }
  public func power(_ exponent: Variable) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableBinary(operation: .power), self, exponent)
  }
  public func minimum(_ other: Variable) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableBinary(operation: .minimum), self, other)
  }
  public func maximum(_ other: Variable) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableBinary(operation: .maximum), self, other)
  }

  // A number takes the variable's element type.

  public static func + (left: Variable, right: Double) throws(TensorError) -> Variable {
    try left + left.number(right)
  }
  public static func + (left: Double, right: Variable) throws(TensorError) -> Variable {
    try right.number(left) + right
  }
  public static func - (left: Variable, right: Double) throws(TensorError) -> Variable {
    try left - left.number(right)
  }
  public static func - (left: Double, right: Variable) throws(TensorError) -> Variable {
    try right.number(left) - right
  }
  public static func * (left: Variable, right: Double) throws(TensorError) -> Variable {
    try left * left.number(right)
  }
  public static func * (left: Double, right: Variable) throws(TensorError) -> Variable {
    try right.number(left) * right
  }
  public static func / (left: Variable, right: Double) throws(TensorError) -> Variable {
    try left / left.number(right)
  }
  public static func / (left: Double, right: Variable) throws(TensorError) -> Variable {
    try right.number(left) / right
  }
  public func power(_ exponent: Double) throws(TensorError) -> Variable {
    try power(number(exponent))
  }
  public func minimum(_ other: Double) throws(TensorError) -> Variable {
    try minimum(number(other))
  }
  public func maximum(_ other: Double) throws(TensorError) -> Variable {
    try maximum(number(other))
  }

  private func number(_ value: Double) throws(TensorError) -> Variable {
    Variable(constant: try .full([], .float(value), elementType))
  }
}
