/// The same elements elsewhere: each kind's way back is another rearrangement.
enum DifferentiableRearrangement: DifferentiableOperation {
  case reshape([Int])
  case transpose([Int]?)
  case broadcast([Int])
  case slice([TensorIndex])

  var name: String {
    switch self {
    case .reshape: "reshape"
    case .transpose: "transpose"
    case .broadcast: "broadcast"
    case .slice: "indexing"
    }
  }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    return Evaluation(try value(inputs[0]))
  }

  private func value(_ x: Tensor) throws(TensorError) -> Tensor {
    switch self {
    case .reshape(let shape): try x.reshaped(shape)
    case .transpose(let axes): try x.transposed(axes)
    case .broadcast(let shape): try x.broadcast(to: shape)
    case .slice(let indexes): try x.indexed(indexes)
    }
  }

  func continuesChain(ofInput index: Int) -> Bool {
    if case .broadcast = self { true } else { false }
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    let (x, g) = (pass.inputs[0], pass.cotangent)
    switch self {
    case .reshape: return [try g.reshaped(x.shape)]
    case .transpose(let axes):
      var back = Array(x.shape.indices.reversed())
      for (place, axis) in (axes ?? []).enumerated() {
        back[axis < 0 ? axis + x.rank : axis] = place
      }
      return [try g.transposed(back)]
    case .broadcast: return [try Broadcasting.folded(g, to: x.shape, from: pass.buffers[0])]
    case .slice(let indexes):
      return [try Tensor.zeros(x.shape, x.elementType).replacing(at: indexes, with: .tensor(g))]
    }
  }
}

/// Tensors end to end along an axis.
struct DifferentiableConcatenation: DifferentiableOperation {
  let axis: Int

  var name: String { "concatenate" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    return Evaluation(try Tensor.concatenated(inputs, axis: axis))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    let axis = axis < 0 ? axis + pass.output.rank : axis
    var start = 0
    var result: [Tensor?] = []
    for (input, isNeeded) in zip(pass.inputs, pass.needed) {
      let end = start + input.shape[axis]
      var part = [TensorIndex](repeating: .all, count: axis)
      part.append(.range(start: start, end: end))
      result.append(isNeeded ? try pass.cotangent.indexed(part) : nil)
      start = end
    }
    return result
  }
}

/// Tensors of one shape side by side along a new axis.
struct DifferentiableStack: DifferentiableOperation {
  let axis: Int

  var name: String { "stack" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    return Evaluation(try Tensor.stack(inputs, axis: axis))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    let axis = axis < 0 ? axis + pass.output.rank : axis
    var result: [Tensor?] = []
    for (index, isNeeded) in pass.needed.enumerated() {
      let part = [TensorIndex](repeating: .all, count: axis) + [.at(index)]
      result.append(isNeeded ? try pass.cotangent.indexed(part) : nil)
    }
    return result
  }
}

extension Variable {
  /// The same elements in another shape; one extent may be -1.
  public func reshaped(_ shape: [Int]) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableRearrangement.reshape(shape), self)
  }
  /// The axes in another order; without `axes`, reversed.
  public func transposed(_ axes: [Int]? = nil) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableRearrangement.transpose(axes), self)
  }
  public func broadcast(to shape: [Int]) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableRearrangement.broadcast(shape), self)
  }
  /// The part that the indexes name; axes without an index are taken whole.
  public func indexed(_ indexes: [TensorIndex]) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableRearrangement.slice(indexes), self)
  }

  /// Variables end to end along an axis.
  public static func concatenated(_ parts: [Variable], axis: Int = 0) throws(TensorError)
    -> Variable
  {
    try one(of: DifferentiableConcatenation(axis: axis), parts)
  }
  /// Variables of one shape side by side along a new axis.
  public static func stack(_ parts: [Variable], axis: Int = 0) throws(TensorError) -> Variable {
    try one(of: DifferentiableStack(axis: axis), parts)
  }

  private static func one(of operation: some DifferentiableOperation, _ inputs: [Variable])
    throws(TensorError) -> Variable
  {
    guard let result = try results(of: operation, inputs).first else {
      throw .invalidArgument(operation: operation.name, reason: "it has no output")
    }
    return result
  }
}
