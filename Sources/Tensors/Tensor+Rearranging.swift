extension Tensor {
  /// The same elements in another shape: a view where the strides allow it. One extent may be -1:
  /// it takes what is left.
  public func reshaped(_ newShape: [Int]) throws(TensorError) -> Tensor {
    var resolved = newShape
    if let open = newShape.firstIndex(of: -1) {
      resolved[open] = 1
      let others = try Shape.count(resolved)
      guard others > 0, count % others == 0 else {
        throw .shapeMismatch(operation: "reshape", left: shape, right: newShape)
      }
      resolved[open] = count / others
    }
    guard try Shape.count(resolved) == count else {
      throw .shapeMismatch(operation: "reshape", left: shape, right: newShape)
    }
    if let strides = Shape.strides(shape, strides, reshapedTo: resolved) {
      return Tensor(viewing: buffer, shape: resolved, strides: strides, offset: offset)
    }
    return Tensor(try copied().buffer, shape: resolved)
  }

  /// The axes in another order, as a view; without `axes`, reversed.
  public func transposed(_ axes: [Int]? = nil) throws(TensorError) -> Tensor {
    var order: [Int] = []
    for axis in axes ?? Array(shape.indices.reversed()) {
      order.append(try Shape.axis(axis, of: shape))
    }
    guard order.sorted() == Array(shape.indices) else {
      throw .invalidArgument(
        operation: "transpose", reason: "\(axes ?? []) does not name each axis of \(shape) once")
    }
    return permuted(order)
  }

  /// As ``transposed(_:)``, for an order of all axes.
  func permuted(_ order: [Int]) -> Tensor {
    Tensor(
      viewing: buffer, shape: order.map { shape[$0] }, strides: order.map { strides[$0] },
      offset: offset)
  }

  /// The elements repeated along axes of extent 1 to another shape, as a view.
  ///
  /// - Throws: ``TensorError/memory(shape:needed:available:)`` too where a copy could not be held.
  public func broadcast(to target: [Int]) throws(TensorError) -> Tensor {
    try Shape.check(target, of: elementType)
    guard try Shape.broadcast(shape, target, operation: "broadcast") == target else {
      throw .shapeMismatch(operation: "broadcast", left: shape, right: target)
    }
    return repeated(to: target)
  }

  /// As ``broadcast(to:)``, for a shape that it is known to go to.
  func repeated(to target: [Int]) -> Tensor {
    Tensor(
      viewing: buffer, shape: target,
      strides: Shape.strides(shape, strides, repeatedTo: target), offset: offset)
  }

  /// Tensors end to end along an axis; all other extents agree.
  public static func concatenated(_ tensors: [Tensor], axis: Int = 0)
    throws(TensorError) -> Tensor
  {
    guard let first = tensors.first else {
      throw .invalidArgument(operation: "concatenate", reason: "there are no tensors")
    }
    let axis = try Shape.axis(axis, of: first.shape)
    var shape = first.shape
    shape[axis] = 0
    var type = first.elementType
    for tensor in tensors {
      var expected = first.shape
      if tensor.rank == expected.count { expected[axis] = tensor.shape[axis] }
      guard tensor.shape == expected else {
        throw .shapeMismatch(operation: "concatenate", left: first.shape, right: tensor.shape)
      }
      let (sum, overflow) = shape[axis].addingReportingOverflow(tensor.shape[axis])
      if overflow { throw .invalidShape(shape: first.shape, reason: "the sum overflows") }
      shape[axis] = sum
      type = .common(type, tensor.elementType)
    }
    let buffer = try TensorBuffer(type, shape: shape)
    let whole = Tensor(buffer, shape: shape)
    var start = 0
    for tensor in tensors where tensor.count > 0 {
      let place = buffer.memory + start * whole.strides[axis] * type.byteCount
      try tensor.cast(to: type).write(into: place, strides: whole.strides)
      start += tensor.shape[axis]
    }
    return whole
  }

  /// Tensors of one shape side by side along a new axis.
  public static func stack(_ tensors: [Tensor], axis: Int = 0) throws(TensorError) -> Tensor {
    guard let first = tensors.first else {
      throw .invalidArgument(operation: "stack", reason: "there are no tensors")
    }
    for tensor in tensors where tensor.shape != first.shape {
      throw .shapeMismatch(operation: "stack", left: first.shape, right: tensor.shape)
    }
    let axis = try Shape.axis(axis, of: first.shape + [1])
    var shape = first.shape
    shape.insert(1, at: axis)
    _ = try Shape.count(shape)
    let parts = tensors.map { tensor in
      var strides = tensor.strides
      strides.insert(0, at: axis)
      return Tensor(viewing: tensor.buffer, shape: shape, strides: strides, offset: tensor.offset)
    }
    return try concatenated(parts, axis: axis)
  }
}
