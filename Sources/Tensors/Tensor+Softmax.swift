import Kernels

extension Tensor {
  /// Along one axis, positive shares that add up to 1 and go as e to the element.
  ///
  /// f64 stays f64, everything else gives f32: the kernel's softmax, a row at a time.
  ///
  /// - Complexity: O(elements).
  public func softmax(axis: Int = -1) throws(TensorError) -> Tensor {
    try alongLast(axis) { rows throws(TensorError) in
      let width = rows.shape[rows.rank - 1]
      if rows.elementType != .f64 { return try rows.cast(to: .f32).rowSoftmax(width) }
      let weights = try Tensor.apply(.exp, rows.belowGreatest())
      return try Tensor.apply(.divide, weights, weights.reducedKeepingAxis(.sum))
    }
  }

  /// The softmax of each row of an f32 tensor.
  private func rowSoftmax(_ width: Int) throws(TensorError) -> Tensor {
    let whole = try contiguous()
    defer { withExtendedLifetime(whole) {} }
    let from = whole.pointer(Float.self)
    return try .making(shape, of: Float.self) { out throws(TensorError) in
      // Some rows at a time, so that a stop is seen.
      let step = max(1, (1 << 20) / max(width, 1)) * width
      if step == 0 { return }
      for start in Swift.stride(from: 0, to: whole.count, by: step) {
        try StridedWalk.poll()
        let count = min(step, whole.count - start)
        try Self.translating("softmax") { () throws(KernelError) in
          try Rows.softmax(
            UnsafeBufferPointer(start: from + start, count: count), width: width,
            into: UnsafeMutableBufferPointer(start: out + start, count: count))
        }
      }
    }
  }

  /// The natural logarithm of ``softmax(axis:)``, computed without its rounding to zero.
  public func logSoftmax(axis: Int = -1) throws(TensorError) -> Tensor {
    try alongLast(axis) { rows throws(TensorError) in
      let below = try rows.cast(to: rows.elementType == .f64 ? .f64 : .f32).belowGreatest()
      let total = try Tensor.apply(.exp, below).reducedKeepingAxis(.sum)
      return try Tensor.apply(.subtract, below, Tensor.apply(.log, total))
    }
  }

  /// Every element less the greatest of its row.
  private func belowGreatest() throws(TensorError) -> Tensor {
    if count == 0 { return self }
    return try Tensor.apply(.subtract, self, reducedKeepingAxis(.max))
  }

  /// The last axis brought down to an extent of 1.
  private func reducedKeepingAxis(_ reduction: Reduction) throws(TensorError) -> Tensor {
    if count == 0 { return self }
    return try reduced(reduction, axis: rank - 1).reshaped(shape.dropLast() + [1])
  }

  /// Does `body` with the axis last, and puts it back.
  func alongLast(_ axis: Int, _ body: (Tensor) throws(TensorError) -> Tensor)
    throws(TensorError) -> Tensor
  {
    let axis = try Shape.axis(axis, of: shape)
    if axis == rank - 1 { return try body(self) }
    let order = shape.indices.filter { $0 != axis } + [axis]
    var back = [Int](repeating: 0, count: rank)
    for (place, axis) in order.enumerated() { back[axis] = place }
    return try body(transposed(order)).transposed(back)
  }
}
