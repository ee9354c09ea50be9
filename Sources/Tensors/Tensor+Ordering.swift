extension Tensor {
  /// Along one axis, the places that put its elements in order; of equal ones the first comes first.
  ///
  /// - Throws: ``TensorError/notANumber(operation:)`` for a NaN.
  /// - Complexity: O(elements), by a radix sort.
  public func sortedIndices(axis: Int = -1, descending: Bool = false) throws(TensorError) -> Tensor
  {
    try ordered(DifferentiableOrder(part: .all, descending: descending), axis).indices
  }

  /// In order along one axis, with the places that the elements had (i32).
  ///
  /// - Throws: ``TensorError/notANumber(operation:)`` for a NaN.
  public func sorted(axis: Int = -1, descending: Bool = false) throws(TensorError)
    -> (values: Tensor, indices: Tensor)
  {
    try ordered(DifferentiableOrder(part: .all, descending: descending), axis)
  }

  /// The k largest along one axis, the largest first, or the k smallest, with their places (i32).
  ///
  /// - Throws: ``TensorError/notANumber(operation:)`` for a NaN, ``TensorError/kernel(_:)`` for a k
  ///   beyond the axis.
  public func top(_ k: Int, axis: Int = -1, largest: Bool = true) throws(TensorError)
    -> (values: Tensor, indices: Tensor)
  {
    try ordered(DifferentiableOrder(part: .first(k), descending: largest), axis)
  }

  /// Types that the kernel does not know are ordered in one that holds them.
  private func ordered(_ order: DifferentiableOrder, _ axis: Int) throws(TensorError)
    -> (values: Tensor, indices: Tensor)
  {
    let axis = try Shape.axis(axis, of: shape)
    var swapped = Array(shape.indices)
    swapped.swapAt(axis, rank - 1)
    let rows = try transposed(swapped)
    let (values, indices) =
      switch elementType {
      case .f32: try order.ordered(rows, Float.self)
      case .f64: try order.ordered(rows, Double.self)
      case .i32: try order.ordered(rows, Int32.self)
      case .f16, .bf16: try order.ordered(rows.cast(to: .f32), Float.self)
      case .i8, .u8, .bool: try order.ordered(rows.cast(to: .i32), Int32.self)
      }
    return (
      try values.cast(to: elementType).transposed(swapped), try indices.transposed(swapped)
    )
  }

  /// Where the condition is true the element of `yes`, else that of `no`; all three broadcast.
  public static func choose(_ condition: Tensor, _ yes: Tensor, _ no: Tensor)
    throws(TensorError) -> Tensor
  {
    guard condition.elementType == .bool else {
      throw .elementType(
        operation: "where", found: condition.elementType, needed: "truth values")
    }
    let type = ElementType.common(yes.elementType, no.elementType)
    let inner = try Shape.broadcast(yes.shape, no.shape, operation: "where")
    let shape = try Shape.broadcast(condition.shape, inner, operation: "where")
    let flags = condition.repeated(to: shape)
    let a = try yes.cast(to: type).repeated(to: shape)
    let b = try no.cast(to: type).repeated(to: shape)
    return switch type {
    case .f32: try picked(flags, a, b, Float.self)
    case .f64: try picked(flags, a, b, Double.self)
    case .f16: try picked(flags, a, b, Binary16.self)
    case .bf16: try picked(flags, a, b, BFloat16.self)
    case .i32: try picked(flags, a, b, Int32.self)
    case .i8: try picked(flags, a, b, Int8.self)
    case .u8: try picked(flags, a, b, UInt8.self)
    case .bool: try picked(flags, a, b, Bool.self)
    }
  }

  private static func picked<T: TensorElement>(
    _ flags: Tensor, _ a: Tensor, _ b: Tensor, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    defer { withExtendedLifetime((flags, a, b)) {} }
    let walk = StridedWalk(flags.shape, [flags.strides, a.strides, b.strides])
    let (test, yes, no) = (flags.pointer(Bool.self), a.pointer(type), b.pointer(type))
    let (stepTest, stepYes, stepNo) = (walk.step(0), walk.step(1), walk.step(2))
    return try making(flags.shape, of: type) { out throws(TensorError) in
      var to = out
      try walk.forEachRun { offsets, count in
        let (test, yes, no) = (test + offsets[0], yes + offsets[1], no + offsets[2])
        for i in 0..<count {
          (to + i).initialize(to: test[i &* stepTest] ? yes[i &* stepYes] : no[i &* stepNo])
        }
        to += count
      }
    }
  }

  /// Rows of zeros with a 1 where each index says: `[…, classes]`, f32.
  public func oneHot(classes: Int) throws(TensorError) -> Tensor {
    guard let indices = int32s else {
      throw .elementType(operation: "one_hot", found: elementType, needed: "integers")
    }
    let shape = shape + [classes]
    let result = try Tensor.zeros(shape)
    let values = result.buffer.memory.assumingMemoryBound(to: Float.self)
    for (row, index) in indices.enumerated() {
      guard index >= 0, Int(index) < classes else {
        throw .indexOutOfRange(index: Int(index), axis: shape.count - 1, shape: shape)
      }
      values[row * classes + Int(index)] = 1
    }
    return result
  }
}
