extension Tensor {
  /// The same elements in another shape. One extent may be -1: it takes what is left.
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
    return Tensor(unchecked: storage, shape: resolved)
  }

  /// The axes in another order; without `axes`, reversed.
  public func transposed(_ axes: [Int]? = nil) throws(TensorError) -> Tensor {
    var order: [Int] = []
    for axis in axes ?? Array(shape.indices.reversed()) {
      order.append(try Shape.axis(axis, of: shape))
    }
    guard order.sorted() == Array(shape.indices) else {
      throw .invalidArgument(
        operation: "transpose", reason: "\(axes ?? []) does not name each axis of \(shape) once")
    }
    let strides = Shape.strides(shape)
    let region = Region(extents: order.map { shape[$0] }, strides: order.map { strides[$0] })
    return Tensor(unchecked: storage.gathered(region), shape: region.resultShape)
  }

  /// The elements repeated along axes of extent 1 to another shape.
  public func broadcast(to target: [Int]) throws(TensorError) -> Tensor {
    _ = try Shape.count(target, of: elementType)
    guard try Shape.broadcast(shape, target, operation: "broadcast") == target else {
      throw .shapeMismatch(operation: "broadcast", left: shape, right: target)
    }
    let region = Region(extents: target, strides: Shape.strides(shape, repeatedTo: target))
    return Tensor(unchecked: storage.gathered(region), shape: target)
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
    _ = try Shape.count(shape, of: type)
    var parts: [Tensor] = []
    for tensor in tensors { parts.append(try tensor.cast(to: type)) }
    // One outer position after another, each tensor gives a run.
    let runs = parts.map { $0.shape[axis...].reduce(1, &*) }
    let outer = first.shape[..<axis].reduce(1, &*)
    func join<T>(_ values: [[T]]) -> [T] {
      var result: [T] = []
      result.reserveCapacity(values.reduce(0) { $0 + $1.count })
      for position in 0..<outer {
        for (part, run) in zip(values, runs) {
          result.append(contentsOf: part[position * run..<(position + 1) * run])
        }
      }
      return result
    }
    let joined: TensorStorage =
      switch type {
      case .f32: .f32(join(parts.map(\.storage.floats)))
      case .f64: .f64(join(parts.map(\.storage.doubles)))
      case .i32: .i32(join(parts.map { $0.storage.int32s ?? [] }))
      case .u8: .u8(join(parts.map { if case .u8(let v) = $0.storage { v } else { [] } }))
      case .bool: .bool(join(parts.map { $0.bools ?? [] }))
      }
    return Tensor(unchecked: joined, shape: shape)
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
    let parts = tensors.map { Tensor(unchecked: $0.storage, shape: shape) }
    return try concatenated(parts, axis: axis)
  }
}
