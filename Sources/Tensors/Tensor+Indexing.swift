extension Tensor {
  /// The part of a tensor that the indexes name, as a view; axes without an index are taken whole.
  ///
  /// - Throws: ``TensorError/indexOutOfRange(index:axis:shape:)``. A range must lie inside its axis.
  public func indexed(_ indexes: [TensorIndex]) throws(TensorError) -> Tensor {
    if indexes.count > rank { throw .tooManyIndexes(count: indexes.count, shape: shape) }
    var (extents, steps, start) = ([Int](), [Int](), offset)
    for axis in shape.indices {
      let index = axis < indexes.count ? indexes[axis] : .all
      let (first, count, step) = try index.positions(axis: axis, of: shape)
      // Where nothing is taken the start may lie behind the last element.
      if count > 0 { start += first * strides[axis] }
      if case .at = index { continue }
      extents.append(count)
      steps.append(step * strides[axis])
    }
    return Tensor(viewing: buffer, shape: extents, strides: steps, offset: start)
  }

  /// A copy in which the named part has other values, broadcast to its shape and cast to this
  /// tensor's element type.
  public func replacing(at indexes: [TensorIndex], with value: TensorOperand)
    throws(TensorError) -> Tensor
  {
    var result = self
    try result.replace(at: indexes, with: value)
    return result
  }

  /// Gives the named part other values, in place where no other tensor holds the memory.
  ///
  /// If this throws, the tensor is as it was.
  public mutating func replace(at indexes: [TensorIndex], with value: TensorOperand)
    throws(TensorError)
  {
    let target = try indexed(indexes).shape
    var source: Tensor
    switch value {
    case .tensor(let tensor): source = try tensor.cast(to: elementType)
    case .scalar(let scalar):
      source = try Tensor(scalar, as: elementType, operation: "an assignment")
    }
    guard try Shape.broadcast(source.shape, target, operation: "an assignment") == target else {
      throw .shapeMismatch(operation: "an assignment", left: target, right: source.shape)
    }
    source = source.repeated(to: target)
    // A source that sees this very memory holds it too, so that it is copied here.
    if !isKnownUniquelyReferenced(&buffer) || strides.contains(0) { self = try copied() }
    let place = try indexed(indexes)
    let width = elementType.byteCount
    // No stop is looked for: half a change would be seen.
    try source.write(
      into: buffer.memory + place.offset * width, strides: place.strides, polls: false)
  }

  /// The parts along the first axis at `indices`, in that order; negative ones count from the end.
  public func taking(_ indices: [Int]) throws(TensorError) -> Tensor {
    guard rank > 0 else { throw .axisOutOfRange(axis: 0, shape: shape) }
    let taken = [indices.count] + shape.dropFirst()
    let buffer = try TensorBuffer(elementType, shape: taken)
    let result = Tensor(buffer, shape: taken)
    let rowBytes = result.strides[0] * elementType.byteCount
    for (row, index) in indices.enumerated() {
      let part = try indexed([.at(index)])
      if part.count == 0 { continue }
      try part.write(
        into: buffer.memory + row * rowBytes, strides: Array(result.strides.dropFirst()))
    }
    return result
  }
}
