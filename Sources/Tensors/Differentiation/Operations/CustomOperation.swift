/// An operation given by closures: a gradient of one's own.
public struct CustomOperation: DifferentiableOperation {
  public let name: String
  private let compute: @Sendable ([Tensor]) throws(TensorError) -> Tensor
  private let goBack:
    @Sendable (_ cotangent: Tensor, _ inputs: [Tensor], _ output: Tensor) throws(TensorError)
      -> [Tensor?]

  /// - Parameters:
  ///   - forward: the value of the inputs; the same inputs give the same value.
  ///   - backward: the inputs' cotangents, of their shapes, or nil.
  public init(
    _ name: String, forward: @escaping @Sendable ([Tensor]) throws(TensorError) -> Tensor,
    backward:
      @escaping @Sendable (_ cotangent: Tensor, _ inputs: [Tensor], _ output: Tensor)
      throws(TensorError) -> [Tensor?]
  ) {
    self.name = name
    compute = forward
    goBack = backward
  }

  public func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    Evaluation(try compute(inputs))
  }

  public func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    try goBack(pass.cotangent, pass.inputs, pass.output)
  }
}

/// Another value than the input, with the input's gradient: Bengio, Léonard, Courville,
/// arXiv 1308.3432.
struct StraightThrough: DifferentiableOperation {
  let value: Tensor

  var name: String { "straight-through" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    guard inputs[0].shape == value.shape else {
      throw .shapeMismatch(operation: name, left: value.shape, right: inputs[0].shape)
    }
    try Tensor.checkReals([inputs[0], value], operation: name)
    return Evaluation(value)
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] { [pass.cotangent] }
}

extension Variable {
  /// The same value, through which no gradient goes.
  public func stoppingGradient() -> Variable { Variable(constant: value) }

  /// `value` on the way forward, this variable on the way back.
  public func straightThrough(to value: Tensor) throws(TensorError) -> Variable {
    try Self.result(of: StraightThrough(value: value), self)
  }
}
