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
    let left = rank == 1 ? [1] + shape : shape
    let right = other.rank == 1 ? other.shape + [1] : other.shape
    let (rows, inner, columns) = (
      left[left.count - 2], left[left.count - 1], right[right.count - 1]
    )
    guard inner == right[right.count - 2] else { throw mismatch }
    let batch: [Int]
    do throws(TensorError) {
      batch = try Shape.broadcast(
        Array(left.dropLast(2)), Array(right.dropLast(2)), operation: "'@'")
    } catch { throw mismatch }
    let type: ElementType =
      switch ElementType.common(elementType, other.elementType) {
      case .bool, .u8: .i32
      case let wide: wide
      }
    let full = batch + [rows, columns]
    let count = try Shape.count(full, of: type)
    var resultShape = batch
    if rank > 1 { resultShape.append(rows) }
    if other.rank > 1 { resultShape.append(columns) }

    let batches = count == 0 ? 0 : batch.reduce(1, &*)
    let leftOffsets = Self.batchOffsets(left, batch)
    let rightOffsets = Self.batchOffsets(right, batch)
    let (a, b) = (try cast(to: type).storage, try other.cast(to: type).storage)
    let result: TensorStorage
    switch (a, b) {
    case (.f32(let a), .f32(let b)):
      result = .f32(
        try Self.floats(
          a, b, rows, inner, columns, Array(zip(leftOffsets, rightOffsets).prefix(batches))))
    case (.f64(let a), .f64(let b)):
      var out: [Double] = []
      out.reserveCapacity(count)
      for (x, y) in zip(leftOffsets, rightOffsets).prefix(batches) {
        out += try Self.translating {
          () throws(KernelError) in
          try WideProducts.multiply(
            Array(a[x..<x + rows * inner]), Array(b[y..<y + inner * columns]), rows: rows,
            inputs: inner, outputs: columns)
        }
      }
      result = .f64(out)
    case (.i32(let a), .i32(let b)):
      var out: [Int32] = []
      out.reserveCapacity(count)
      for (x, y) in zip(leftOffsets, rightOffsets).prefix(batches) {
        try Self.appendProduct(a[x...], b[y...], rows, inner, columns, to: &out)
      }
      result = .i32(out)
    default: throw .elementType(operation: "'@'", found: type, needed: "equal element types")
    }
    return Tensor(unchecked: result, shape: resultShape)
  }

  /// Where each batch's matrix starts, in the batch's row-major order.
  private static func batchOffsets(_ shape: [Int], _ batch: [Int]) -> [Int] {
    let size = shape.suffix(2).reduce(1, &*)
    let strides = Shape.strides(Array(shape.dropLast(2)), repeatedTo: batch)
    return Region(extents: batch, strides: strides.map { $0 * size }).offsets
  }

  private static func floats(
    _ a: [Float], _ b: [Float], _ rows: Int, _ inner: Int, _ columns: Int,
    _ offsets: [(Int, Int)]
  ) throws(TensorError) -> [Float] {
    if offsets.count == 1, a.count == rows * inner {
      let packed = try translating { () throws(KernelError) in
        try b.withUnsafeBufferPointer { (b) throws(KernelError) in
          try PackedMatrix(
            b, inputs: inner, outputs: columns, inputStride: columns, outputStride: 1)
        }
      }
      var out: [Float] = []
      out.reserveCapacity(rows * columns)
      // Some rows at a time, so that a stop is answered within some 20 ms.
      let step = max(6, 500_000_000 / max(inner * columns, 1))
      for start in stride(from: 0, to: rows, by: step) {
        do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
        let end = min(start + step, rows)
        var part = [Float](repeating: 0, count: (end - start) * columns)
        let block = end - start == rows ? a : Array(a[start * inner..<end * inner])
        try translating { () throws(KernelError) in try packed.multiply(block, into: &part) }
        out += part
      }
      return out
    }
    var result: [Float] = []
    for (x, y) in offsets {
      result += try floats(
        Array(a[x..<x + rows * inner]), Array(b[y..<y + inner * columns]), rows, inner, columns,
        [(0, 0)])
    }
    return result
  }

  private static func appendProduct(
    _ a: ArraySlice<Int32>, _ b: ArraySlice<Int32>, _ rows: Int, _ inner: Int, _ columns: Int,
    to out: inout [Int32]
  ) throws(TensorError) {
    let (x, y) = (a.startIndex, b.startIndex)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = 0
        for i in 0..<inner {
          let product = Int(a[x + row * inner + i]) &* Int(b[y + i * columns + column])
          let (next, overflow) = sum.addingReportingOverflow(product)
          if overflow { throw .overflow(operation: "'@'", elementType: .i32) }
          sum = next
        }
        guard let narrow = Int32(exactly: sum) else {
          throw .overflow(operation: "'@'", elementType: .i32)
        }
        out.append(narrow)
      }
    }
  }

  /// Kernel errors as tensor errors. Shapes are checked above, so only memory is left.
  private static func translating<R>(_ body: () throws(KernelError) -> R) throws(TensorError) -> R {
    do throws(KernelError) { return try body() } catch {
      throw .invalidArgument(operation: "'@'", reason: error.message)
    }
  }
}
