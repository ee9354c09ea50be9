/// Element by element on one operand. The absolute value's slope at 0 is 0.
struct DifferentiableUnary: DifferentiableOperation {
  let operation: UnaryOperation

  var name: String { operation.rawValue }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    return Evaluation(try Tensor.apply(operation, inputs[0]))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    [try gradient(pass.cotangent, pass.inputs[0], pass.output)]
  }

  private func gradient(_ g: Tensor, _ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
    switch operation {
    case .negate: return try g.negated()
    case .exp: return try g.times(y)
    case .log: return try g.over(x)
    case .sqrt: return try g.over(y.times(2))
    case .sin: return try g.times(.apply(.cos, x))
    case .cos: return try g.times(.apply(.sin, x)).negated()
    case .tanh: return try g.times(y.times(y).negated().plus(1))
    case .expm1: return try g.times(y.plus(1))
    case .log1p: return try g.over(x.plus(1))
    case .erf:
      // 2 / √π · e^(-x²)
      let slope = try Tensor.apply(.exp, x.times(x).negated()).times(2 / Double.pi.squareRoot())
      return try g.times(slope)
    case .lgamma: return try g.times(.apply(.digamma, x))
    case .abs:
      let rising = try g.kept(where: x.compared(.greater, 0))
      return try rising.minus(g.kept(where: x.compared(.less, 0)))
    case .round, .floor, .ceil: return try .zeros(x.shape, x.elementType)
    case .digamma, .not:
      throw .invalidArgument(operation: name, reason: "it has no gradient")
    }
  }
}

/// Between two bounds. Inside and at the bounds the cotangent passes, beyond them nothing does;
/// a NaN stays one.
struct DifferentiableClamp: DifferentiableOperation {
  let low: Double
  let high: Double

  var name: String { "clamp" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    guard low <= high else {
      throw .invalidArgument(operation: name, reason: "the lower bound \(low) is above \(high)")
    }
    let x = inputs[0]
    let raised = try Tensor.apply(.maximum, .tensor(x), .scalar(.float(low)))
    return Evaluation(try Tensor.apply(.minimum, .tensor(raised), .scalar(.float(high))))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    let x = pass.inputs[0]
    let isInside = try Tensor.apply(
      .and, x.compared(.greaterOrEqual, low), x.compared(.lessOrEqual, high))
    return [try pass.cotangent.kept(where: isInside)]
  }
}

/// The first operand where the condition holds, else the second; all three broadcast.
struct DifferentiableChoice: DifferentiableOperation {
  let condition: Tensor

  var name: String { "where" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    return Evaluation(try Tensor.choose(condition, inputs[0], inputs[1]))
  }

  func continuesChain(ofInput index: Int) -> Bool { true }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    var result: [Tensor?] = [nil, nil]
    for input in 0..<2 where pass.needed[input] {
      let taken = input == 0 ? condition : try Tensor.apply(.not, condition)
      result[input] = try Broadcasting.folded(
        pass.cotangent.kept(where: taken), to: pass.inputs[input].shape, from: pass.buffers[input])
    }
    return result
  }
}

/// Another floating-point element type; the cotangent goes back into the old one.
struct DifferentiableCast: DifferentiableOperation {
  let target: ElementType

  var name: String { "cast" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    guard target == .f32 || target == .f64 else {
      throw .elementType(operation: name, found: target, needed: "f32 or f64")
    }
    return Evaluation(try inputs[0].cast(to: target))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    [try pass.cotangent.cast(to: pass.inputs[0].elementType)]
  }
}

extension Variable {
  public static prefix func - (operand: Variable) throws(TensorError) -> Variable {
    try operand.mapped(.negate)
  }
  public func abs() throws(TensorError) -> Variable { try mapped(.abs) }
  public func exp() throws(TensorError) -> Variable { try mapped(.exp) }
  public func log() throws(TensorError) -> Variable { try mapped(.log) }
  public func squareRoot() throws(TensorError) -> Variable { try mapped(.sqrt) }
  public func sin() throws(TensorError) -> Variable { try mapped(.sin) }
  public func cos() throws(TensorError) -> Variable { try mapped(.cos) }
  public func tanh() throws(TensorError) -> Variable { try mapped(.tanh) }
  /// e to the element, less 1, exact where that is small.
  public func expm1() throws(TensorError) -> Variable { try mapped(.expm1) }
  /// The logarithm of 1 and the element, exact where that is small.
  public func log1p() throws(TensorError) -> Variable { try mapped(.log1p) }
  /// The error function.
  public func erf() throws(TensorError) -> Variable { try mapped(.erf) }
  /// log |Γ(x)|; its derivative is digamma.
  public func lgamma() throws(TensorError) -> Variable { try mapped(.lgamma) }

  private func mapped(_ operation: UnaryOperation) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableUnary(operation: operation), self)
  }

  /// The elements brought between two bounds.
  public func clamped(from low: Double, to high: Double) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableClamp(low: low, high: high), self)
  }

  /// Where the condition (of truth values) holds the element of `yes`, else that of `no`.
  public static func choose(_ condition: Tensor, _ yes: Variable, _ no: Variable)
    throws(TensorError) -> Variable
  {
    try result(of: DifferentiableChoice(condition: condition), yes, no)
  }

  /// The same values in f32 or f64.
  public func cast(to elementType: ElementType) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableCast(target: elementType), self)
  }
}
