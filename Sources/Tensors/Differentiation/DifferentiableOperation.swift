/// An operation that a ``Tape`` records: what it computes and how cotangents go back through it.
///
/// Both directions are pure functions of the tensors given, so that a checkpoint can compute them
/// again and a tape can be replayed with other cotangents. Random operations hold a named stream.
public protocol DifferentiableOperation: Sendable {
  /// As it stands in messages.
  var name: String { get }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation

  /// The cotangents of the inputs, one each in their shapes; nil for those that are not needed or get
  /// nothing.
  ///
  /// Where the pass has a buffer for an input whose ``continuesChain(ofInput:)`` is true, the result is
  /// the chain that goes on from it.
  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?]

  /// Whether the gradient of an input is a chain over (batch, position) that can go on from a
  /// buffer, as parameters' gradients are (numerics.md, clause 5). False unless said otherwise.
  func continuesChain(ofInput index: Int) -> Bool
}

extension DifferentiableOperation {
  public func continuesChain(ofInput index: Int) -> Bool { false }
}

/// What an operation's forward direction gives.
public struct Evaluation: Sendable {
  public let outputs: [Tensor]
  /// What the backward direction needs beside inputs and outputs.
  public let saved: [Tensor]

  public init(_ output: Tensor, saving saved: [Tensor] = []) {
    self.init(outputs: [output], saving: saved)
  }

  public init(outputs: [Tensor], saving saved: [Tensor] = []) {
    (self.outputs, self.saved) = (outputs, saved)
  }
}

/// What an operation's backward direction is given. Nothing of it may be changed.
public struct BackwardPass: Sendable {
  public let inputs: [Tensor]
  public let outputs: [Tensor]
  public let saved: [Tensor]
  /// One an output; nil for outputs that nothing depends on. At least one is there.
  public let cotangents: [Tensor?]
  /// Which inputs' cotangents are wanted.
  public let needed: [Bool]
  /// What the chains go on from; nil: from +0.
  public let buffers: [Tensor?]

  /// The first output, of operations that have one.
  public let output: Tensor
  /// Its cotangent.
  public let cotangent: Tensor

  init(
    inputs: [Tensor], evaluation: Evaluation, cotangents: [Tensor?], needed: [Bool],
    buffers: [Tensor?]
  ) throws(TensorError) {
    (self.inputs, outputs, saved) = (inputs, evaluation.outputs, evaluation.saved)
    (self.cotangents, self.needed, self.buffers) = (cotangents, needed, buffers)
    guard let output = outputs.first, let first = cotangents.first else {
      throw .invalidArgument(operation: "gradients", reason: "an operation has no output")
    }
    self.output = output
    if let first {
      cotangent = first
    } else {
      cotangent = try .zeros(output.shape, output.elementType)
    }
  }
}
