import Kernels

/// Records operations so that gradients can go back through them, any number of times.
///
/// A tape is used by one task at a time. It keeps what it recorded until it goes away; a backward pass
/// changes nothing, so a tape can be asked again with other cotangents.
///
/// ```swift
/// let tape = Tape()
/// let w = try tape.variable(weights)
/// let loss = try Variable(constant: x).matmul(w).tanh().sum()
/// let gradient = try tape.gradients(of: loss, with: [w])[0]
/// ```
///
/// Where a tensor is used several times, each use has a buffer of its own; they are added in reverse
/// order of use (numerics.md, clause 5).
public final class Tape {
  /// An output of a recorded operation.
  struct Place: Hashable {
    let node: Int
    let output: Int
  }

  enum Input {
    case recorded(Place)
    case constant(Tensor)
  }

  struct Node {
    /// Nil for variables that were put on the tape.
    let operation: (any DifferentiableOperation)?
    let inputs: [Input]
    /// Nil where a checkpoint let go of the value.
    var outputs: [Tensor?]
    var saved: [Tensor]
    /// The nodes that are computed again together with this one.
    var region: Range<Int>?
  }

  private(set) var nodes: [Node] = []
  /// The first node of the outermost checkpoint that is being recorded.
  private var regionStart: Int?

  public init() {}

  /// The number of recorded variables and operations.
  public var count: Int { nodes.count }

  /// Puts a tensor on the tape, so that gradients can be asked for.
  ///
  /// - Throws: ``TensorError/elementType(operation:found:needed:)`` unless it is of f32 or f64.
  public func variable(_ value: Tensor) throws(TensorError) -> Variable {
    guard value.elementType == .f32 || value.elementType == .f64 else {
      throw .elementType(operation: "a variable", found: value.elementType, needed: "f32 or f64")
    }
    nodes.append(Node(operation: nil, inputs: [], outputs: [value], saved: []))
    return Variable(value, place: Place(node: nodes.count - 1, output: 0), tape: self)
  }

  func record(
    _ operation: any DifferentiableOperation, _ inputs: [Variable], _ evaluation: Evaluation
  ) -> [Variable] {
    let recorded = inputs.map { input -> Input in
      guard let place = input.place else { return .constant(input.value) }
      // Used outside its checkpoint after all: kept.
      if nodes[place.node].outputs[place.output] == nil {
        nodes[place.node].outputs[place.output] = input.value
      }
      return .recorded(place)
    }
    let outputs = evaluation.outputs
    nodes.append(
      Node(
        operation: operation, inputs: recorded, outputs: outputs, saved: evaluation.saved))
    return outputs.enumerated().map { index, value in
      Variable(value, place: Place(node: nodes.count - 1, output: index), tape: self)
    }
  }

  // MARK: Checkpoints

  /// Records `body`, but keeps only the values that leave it: what is inside is computed again when
  /// gradients go through it, with the same bits. A checkpoint inside another belongs to the outer one.
  public func checkpoint(_ body: () throws(TensorError) -> [Variable]) throws(TensorError)
    -> [Variable]
  {
    if regionStart != nil { return try body() }
    let start = nodes.count
    regionStart = start
    defer { regionStart = nil }
    let results = try body()
    let kept = Set(results.compactMap { $0.tape === self ? $0.place : nil })
    let region = start..<nodes.count
    for index in region where nodes[index].operation != nil {
      nodes[index].region = region
      nodes[index].saved = []
      for output in nodes[index].outputs.indices
      where !kept.contains(Place(node: index, output: output)) {
        nodes[index].outputs[output] = nil
      }
    }
    return results
  }

  /// As ``checkpoint(_:)-([Variable])``, for one value.
  public func checkpoint(_ body: () throws(TensorError) -> Variable) throws(TensorError) -> Variable
  {
    var result: Variable?
    _ = try checkpoint { () throws(TensorError) -> [Variable] in
      let one = try body()
      result = one
      return [one]
    }
    guard let result else {
      throw .invalidArgument(operation: "checkpoint", reason: "it has no result")
    }
    return result
  }

  /// The number of values that the tape holds beside constants; for tests of checkpoints.
  var heldValues: Int {
    nodes.reduce(0) { $0 + $1.outputs.count { $0 != nil } + $1.saved.count }
  }

  // MARK: Gradients

  /// The gradients of `output`, weighted by its cotangent, with regard to `variables`.
  ///
  /// - Parameters:
  ///   - cotangent: in the shape of `output`; may be left out where that has one element.
  ///   - variables: of this tape; any recorded value will do.
  /// - Returns: for each variable a tensor of its shape, nil where `output` does not depend on it.
  public func gradients(of output: Variable, cotangent: Tensor? = nil, with variables: [Variable])
    throws(TensorError) -> [Tensor?]
  {
    let wanted = try places(variables)
    var sweep = try BackwardSweep(self, wanted: wanted, accumulator: nil)
    try sweep.run(from: try place(of: output), cotangent: try seed(output, cotangent))
    return wanted.map { sweep.results[$0] }
  }

  /// Adds gradients to an accumulator's buffers: chains over (batch, position) go on from what is there,
  /// so that micro-batches one after the other give the same bits as one full batch.
  ///
  /// - Parameter variables: put on the tape by ``variable(_:)``, in the same order each time.
  public func accumulateGradients(
    of output: Variable, cotangent: Tensor? = nil, with variables: [Variable],
    into accumulator: inout GradientAccumulator
  ) throws(TensorError) {
    let wanted = try places(variables)
    for (place, variable) in zip(wanted, variables) where nodes[place.node].operation != nil {
      throw .invalidArgument(
        operation: "accumulating gradients",
        reason: "the value of shape \(variable.shape) was computed, not put on the tape")
    }
    guard Set(wanted).count == wanted.count else {
      throw .invalidArgument(
        operation: "accumulating gradients", reason: "a variable is named twice")
    }
    if accumulator.uses.isEmpty {
      accumulator.uses = [[Tensor]](repeating: [], count: variables.count)
    }
    guard accumulator.uses.count == variables.count else {
      throw .invalidArgument(
        operation: "accumulating gradients",
        reason: "\(variables.count) variables for buffers of \(accumulator.uses.count)")
    }
    for (buffers, variable) in zip(accumulator.uses, variables) {
      for buffer in buffers where buffer.shape != variable.shape {
        throw .shapeMismatch(
          operation: "accumulating gradients", left: buffer.shape, right: variable.shape)
      }
    }
    var sweep = try BackwardSweep(self, wanted: wanted, accumulator: accumulator)
    try sweep.run(from: try place(of: output), cotangent: try seed(output, cotangent))
    if let filled = sweep.accumulator { accumulator = filled }
  }

  /// The exact Jacobian of `output` with regard to `variable`: `[output's axes…, variable's axes…]`, one
  /// backward pass an element of `output`.
  public func jacobian(of output: Variable, with variable: Variable) throws(TensorError) -> Tensor {
    let shape = output.shape + variable.shape
    _ = try Tensor.zeros(shape, variable.elementType)
    let count = output.value.count
    if count == 0 { return try .zeros(shape, variable.elementType) }
    let empty = try Tensor.zeros(variable.shape, variable.elementType)
    var rows: [Tensor] = []
    for element in 0..<count {
      let direction = try Tensor.zeros([count], output.elementType)
        .replacing(at: [.at(element)], with: .scalar(.int(1))).reshaped(output.shape)
      let row = try gradients(of: output, cotangent: direction, with: [variable])[0]
      rows.append(row ?? empty)
    }
    return try Tensor.stack(rows.map { row throws(TensorError) in try row.reshaped([row.count]) })
      .reshaped(shape)
  }

  private func place(of variable: Variable) throws(TensorError) -> Place {
    guard let place = variable.place, variable.tape === self else {
      throw .invalidArgument(
        operation: "gradients",
        reason: "the value of shape \(variable.shape) is not on this tape")
    }
    return place
  }

  private func places(_ variables: [Variable]) throws(TensorError) -> [Place] {
    var result: [Place] = []
    for variable in variables { result.append(try place(of: variable)) }
    return result
  }

  private func seed(_ output: Variable, _ cotangent: Tensor?) throws(TensorError) -> Tensor {
    guard let cotangent else {
      guard output.value.count == 1 else {
        throw .invalidArgument(
          operation: "gradients",
          reason: "the output's shape is \(output.shape); only one element needs no cotangent")
      }
      return try .full(output.shape, .int(1), output.elementType)
    }
    guard cotangent.shape == output.shape else {
      throw .shapeMismatch(operation: "gradients", left: output.shape, right: cotangent.shape)
    }
    guard cotangent.elementType == output.elementType else {
      throw .elementType(
        operation: "gradients", found: cotangent.elementType,
        needed: "a cotangent of \(output.elementType.rawValue)")
    }
    return cotangent
  }
}
