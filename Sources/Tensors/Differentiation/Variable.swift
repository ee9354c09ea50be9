/// A tensor on a ``Tape``, or a constant beside it: what differentiable operations take and give.
///
/// Its element type is f32 or f64 where gradients go through it; operations do not mix the two.
public struct Variable {
  public let value: Tensor
  let place: Tape.Place?
  let tape: Tape?

  /// A tensor that no gradient goes to.
  public init(constant value: Tensor) { self.init(value, place: nil, tape: nil) }

  init(_ value: Tensor, place: Tape.Place?, tape: Tape?) {
    (self.value, self.place, self.tape) = (value, place, tape)
  }

  public var shape: [Int] { value.shape }
  public var rank: Int { value.rank }
  public var elementType: ElementType { value.elementType }
  /// Whether a gradient can be asked for.
  public var isRecorded: Bool { place != nil }

  /// The results of an operation, recorded on the inputs' tape; constants where all inputs are.
  ///
  /// - Throws: what the operation refuses, and
  ///   ``TensorError/invalidArgument(operation:reason:)`` for inputs of two tapes.
  public static func results(
    of operation: some DifferentiableOperation, _ inputs: [Variable]
  ) throws(TensorError) -> [Variable] {
    var tape: Tape?
    for input in inputs {
      guard let own = input.tape else { continue }
      if let tape, tape !== own {
        throw .invalidArgument(operation: operation.name, reason: "its inputs are of two tapes")
      }
      tape = own
    }
    let evaluation = try operation.forward(inputs.map(\.value))
    guard let tape else { return evaluation.outputs.map { Variable(constant: $0) } }
    return tape.record(operation, inputs, evaluation)
  }

  /// The result of an operation that has one.
  public static func result(
    of operation: some DifferentiableOperation, _ inputs: Variable...
  ) throws(TensorError) -> Variable {
    guard let result = try results(of: operation, inputs).first else {
      throw .invalidArgument(operation: operation.name, reason: "it has no output")
    }
    return result
  }
}
