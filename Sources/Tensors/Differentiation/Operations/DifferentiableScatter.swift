import Kernels

/// Elements along an axis by indices beside them: y[o, p, i] = x[o, indices[o, p, i], i]. The gradient is
/// a chain of adds, picks ascending, that goes on from the buffer.
struct DifferentiableGather: KernelOperation {
  /// i32, as x but for the axis.
  let indices: Tensor
  let axis: Int

  var name: String { "gathering" }

  func continuesChain(ofInput index: Int) -> Bool { true }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let (shape, picks) = (inputs[0].shape, indices.shape)
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(picks)]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      try Picks(indices, of: shape, along: axis).gather(x, into: y)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let shape = pass.inputs[0].shape
    return try KernelCall.run(
      type, reading: [pass.cotangent], writing: [.init(shape, from: pass.buffers[0])]
    ) { inputs, outputs in
      guard let dy = inputs[0], let dx = outputs[0] else { return }
      try Picks(indices, of: shape, along: axis).scatterAdd(dy, into: dx)
    }
  }
}

/// x with other elements added or put where indices say; inputs are x and the elements.
struct DifferentiableScatter: KernelOperation {
  /// i32, in the elements' shape, which is as x but for the axis.
  let indices: Tensor
  let axis: Int
  /// Adds, else the last of several replaces.
  let adds: Bool

  var name: String { adds ? "scatter-add" : "scatter" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let shape = inputs[0].shape
    guard inputs[1].shape == indices.shape else {
      throw .shapeMismatch(operation: name, left: indices.shape, right: inputs[1].shape)
    }
    let results = try KernelCall.run(
      type, reading: [inputs[1]], writing: [.init(shape, from: inputs[0])]
    ) { inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      let picks = Picks(indices, of: shape, along: axis)
      if adds { try picks.scatterAdd(x, into: y) } else { try picks.scatter(x, into: y) }
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let shape = pass.inputs[0].shape
    let results = try KernelCall.run(
      type, reading: [pass.cotangent],
      writing: [adds ? nil : .init(shape, from: pass.cotangent), .init(indices.shape)]
    ) { inputs, outputs in
      guard let dy = inputs[0], let dx = outputs[1] else { return }
      let picks = Picks(indices, of: shape, along: axis)
      if let kept = outputs[0] {
        try picks.scatterGradient(kept, into: dx)
      } else {
        try picks.gather(dy, into: dx)
      }
    }
    return [adds ? pass.cotangent : results[0], results[1]]
  }
}

/// Indices along an axis, ready for the kernels of ``Gather``.
private struct Picks {
  let indices: Tensor
  let outer: Int
  let axis: Int
  let inner: Int
  let picks: Int

  init(_ indices: Tensor, of shape: [Int], along axis: Int) {
    self.indices = indices
    (outer, self.axis, inner) = KernelCall.axes(shape, around: axis)
    picks = indices.shape[axis]
  }

  func gather<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>
  ) throws {
    try indices.withElements(of: Int32.self) { indices in
      try Gather.gather(
        x, indices: indices, into: y, outer: outer, axis: axis, picks: picks, inner: inner)
    }
  }

  func scatterAdd<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>
  ) throws {
    try indices.withElements(of: Int32.self) { indices in
      try Gather.scatterAdd(
        x, indices: indices, into: y, outer: outer, axis: axis, picks: picks, inner: inner)
    }
  }

  func scatter<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>
  ) throws {
    try indices.withElements(of: Int32.self) { indices in
      try Gather.scatter(
        x, indices: indices, into: y, outer: outer, axis: axis, picks: picks, inner: inner)
    }
  }

  func scatterGradient<T: KernelReal>(
    _ dy: UnsafeMutableBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>
  ) throws {
    try indices.withElements(of: Int32.self) { indices in
      try Gather.scatterGradient(
        dy, indices: indices, into: dx, outer: outer, axis: axis, picks: picks, inner: inner)
    }
  }
}

extension Variable {
  /// Along an axis the elements that indices of i32 name, in the indices' shape, which is this one but for
  /// the axis.
  public func gathered(_ indices: Tensor, axis: Int = -1) throws(TensorError) -> Variable {
    let axis = try checkedAxis(axis, indices, "gathering")
    return try Self.result(of: DifferentiableGather(indices: indices, axis: axis), self)
  }

  /// With `other`, in the indices' shape, added along an axis at the places that the indices name,
  /// picks ascending.
  public func addingScattered(_ other: Variable, at indices: Tensor, axis: Int = -1)
    throws(TensorError) -> Variable
  {
    let axis = try checkedAxis(axis, indices, "scatter-add")
    return try Self.result(
      of: DifferentiableScatter(indices: indices, axis: axis, adds: true), self, other)
  }

  /// With `other` in place of the elements that the indices name; of several the last stays.
  public func replacingScattered(_ other: Variable, at indices: Tensor, axis: Int = -1)
    throws(TensorError) -> Variable
  {
    let axis = try checkedAxis(axis, indices, "scatter")
    return try Self.result(
      of: DifferentiableScatter(indices: indices, axis: axis, adds: false), self, other)
  }

  private func checkedAxis(_ axis: Int, _ indices: Tensor, _ operation: String)
    throws(TensorError) -> Int
  {
    let axis = try value.resolved([axis])[0]
    var expected = shape
    if indices.rank == rank { expected[axis] = indices.shape[axis] }
    guard indices.shape == expected else {
      throw .shapeMismatch(operation: operation, left: shape, right: indices.shape)
    }
    try DifferentiableSelection.check(indices, along: axis, of: shape, operation)
    return axis
  }
}
