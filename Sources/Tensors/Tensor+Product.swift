import Kernels

extension Tensor {
  /// The matrix product, as `@`.
  ///
  /// Two vectors give their inner product (rank 0); a vector goes as a row on the left and as a
  /// column on the right; further axes in front are batches and are broadcast. Each element is one chain
  /// of fused multiply-adds over the contracted axis, ascending; integers are exact.
  ///
  /// - Throws: ``TensorError/shapeMismatch(operation:left:right:)`` and, for integers,
  ///   ``TensorError/overflow(operation:elementType:)``.
  /// - Complexity: O(rows · inner · columns) a batch.
  public func matmul(_ other: Tensor) throws(TensorError) -> Tensor {
    let mismatch = TensorError.shapeMismatch(operation: "'@'", left: shape, right: other.shape)
    guard rank > 0, other.rank > 0 else { throw mismatch }
    let left = rank == 1 ? try reshaped([1, count]) : self
    let right = other.rank == 1 ? try other.reshaped([other.count, 1]) : other
    guard left.shape[left.rank - 1] == right.shape[right.rank - 2] else { throw mismatch }
    let batch: [Int]
    do throws(TensorError) {
      batch = try Shape.broadcast(
        Array(left.shape.dropLast(2)), Array(right.shape.dropLast(2)), operation: "'@'")
    } catch { throw mismatch }
    let type: ElementType =
      switch ElementType.common(elementType.computing, other.elementType.computing) {
      case .bool, .u8: .i32
      case let wide: wide
      }
    let full = batch + [left.shape[left.rank - 2], right.shape[right.rank - 1]]
    let product = try BatchedProduct(left.cast(to: type), right.cast(to: type), shape: full)
    let result: Tensor =
      switch type {
      case .f32: try product.chains(Float.self)
      case .f64: try product.chains(Double.self)
      default: try product.exact()
      }
    if rank > 1 && other.rank > 1 { return result }
    var resultShape = batch
    if rank > 1 { resultShape.append(full[full.count - 2]) }
    if other.rank > 1 { resultShape.append(full[full.count - 1]) }
    return try result.reshaped(resultShape)
  }

  /// Kernel errors as tensor errors. Shapes are checked before, so only memory is left.
  static func translating<R>(_ operation: String, _ body: () throws(KernelError) -> R)
    throws(TensorError) -> R
  {
    do throws(KernelError) { return try body() } catch {
      throw .invalidArgument(operation: operation, reason: error.message)
    }
  }
}

/// Matrices of two tensors that are multiplied in pairs.
private struct BatchedProduct {
  let left: Tensor
  let right: Tensor
  let shape: [Int]
  let rows: Int
  let inner: Int
  let columns: Int
  /// Where each pair of matrices starts, from the tensors' first elements.
  private let pairs: StridedWalk
  /// A stop is looked for after about so many multiplications, some 20 ms of them.
  private static let pollInterval = 500_000_000

  init(_ a: Tensor, _ b: Tensor, shape: [Int]) throws(TensorError) {
    _ = try Shape.count(shape, of: a.elementType)
    self.shape = shape
    (inner, columns) = (a.shape[a.rank - 1], shape[shape.count - 1])
    // Rows are read one after another, the right operand with any strides that do not go back.
    let isRowMajor =
      (a.strides[a.rank - 1] == 1 || inner == 1)
      && (a.strides[a.rank - 2] == inner || a.shape[a.rank - 2] == 1)
    left = isRowMajor ? a : try a.contiguous()
    right = b.strides.suffix(2).allSatisfy { $0 >= 0 } ? b : try b.copied()
    let batch = Array(shape.dropLast(2))
    let isShared = b.shape.dropLast(2).allSatisfy { $0 == 1 }
    if isShared, left.isContiguous {
      // All batches are rows of one product.
      rows = batch.reduce(shape[shape.count - 2], &*)
      pairs = StridedWalk([], [[], []])
      return
    }
    rows = shape[shape.count - 2]
    func strides(_ tensor: Tensor) -> [Int] {
      Shape.strides(
        Array(tensor.shape.dropLast(2)), Array(tensor.strides.dropLast(2)), repeatedTo: batch)
    }
    pairs = StridedWalk(batch, [strides(left), strides(right)])
  }

  /// Calls `body` with where each pair starts and where its result does.
  private func forEachPair(
    _ body: (_ left: Int, _ right: Int, _ result: Int) throws(TensorError) -> Void
  ) throws(TensorError) {
    if shape.contains(0) { return }
    var result = 0
    let (stepLeft, stepRight) = (pairs.step(0), pairs.step(1))
    try pairs.forEachRun { (offsets, count) throws(TensorError) in
      for i in 0..<count {
        try body(offsets[0] + i * stepLeft, offsets[1] + i * stepRight, result)
        result += rows * columns
      }
    }
  }

  /// Floats: one chain of fused multiply-adds an element.
  func chains<T: RealElement>(_ type: T.Type) throws(TensorError) -> Tensor {
    defer { withExtendedLifetime((left, right)) {} }
    let (a, b) = (left.pointer(type), right.pointer(type))
    let last = right.rank - 1
    let strides = (right.strides[last - 1], right.strides[last])
    let panelCount = try Tensor.translating("'@'") { () throws(KernelError) in
      try T.panelCount(inputs: inner, outputs: columns)
    }
    let scratch = try TensorBuffer(type.elementType, shape: [panelCount])
    defer { withExtendedLifetime(scratch) {} }
    let panels = UnsafeMutableBufferPointer(
      start: scratch.memory.assumingMemoryBound(to: type), count: panelCount)
    let most = max(6, Self.pollInterval / max(inner * columns, 1))
    var packed: Int?
    return try .making(shape, of: type) { out throws(TensorError) in
      try forEachPair { (x, y, result) throws(TensorError) in
        if packed != y {
          try Tensor.translating("'@'") { () throws(KernelError) in
            try T.pack(
              b + y, inputs: inner, outputs: columns, inputStride: strides.0,
              outputStride: strides.1, into: panels)
          }
          packed = y
        }
        for start in stride(from: 0, to: rows, by: most) {
          try StridedWalk.poll()
          try Tensor.translating("'@'") { () throws(KernelError) in
            try T.multiply(
              a + x + start * inner, panels: UnsafeBufferPointer(panels),
              rows: min(most, rows - start), inputs: inner, outputs: columns,
              into: out + result + start * columns)
          }
        }
      }
    }
  }

  /// Integers, exact or an error.
  func exact() throws(TensorError) -> Tensor {
    defer { withExtendedLifetime((left, right)) {} }
    let (a, b) = (left.pointer(Int32.self), right.pointer(Int32.self))
    let last = right.rank - 1
    let (down, across) = (right.strides[last - 1], right.strides[last])
    return try .making(shape, of: Int32.self) { out throws(TensorError) in
      try forEachPair { (x, y, result) throws(TensorError) in
        for row in 0..<rows {
          try StridedWalk.poll()
          for column in 0..<columns {
            let (from, to) = (a + x + row * inner, b + y + column * across)
            var sum = 0
            for i in 0..<inner {
              let product = Int(from[i]) &* Int(to[i &* down])
              let (next, overflow) = sum.addingReportingOverflow(product)
              if overflow { throw .overflow(operation: "'@'", elementType: .i32) }
              sum = next
            }
            guard let narrow = Int32(exactly: sum) else {
              throw .overflow(operation: "'@'", elementType: .i32)
            }
            (out + result + row * columns + column).initialize(to: narrow)
          }
        }
      }
    }
  }
}
