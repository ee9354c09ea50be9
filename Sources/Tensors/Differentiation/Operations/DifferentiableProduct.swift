import Kernels

/// The matrix product; either matrix may be taken transposed.
///
/// The gradient of a matrix that batches share is one chain over (batch, row) that goes on from its
/// buffer; other gradients are products: chains over the contracted axis from +0.
struct DifferentiableProduct: DifferentiableOperation {
  /// Whether the right matrix is `[outputs, inputs]`, as weights of linear layers are.
  let transposesRight: Bool

  var name: String { transposesRight ? "linear" : "'@'" }

  func continuesChain(ofInput index: Int) -> Bool { true }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    let (left, right) = (inputs[0], inputs[1])
    if transposesRight {
      guard left.rank > 0, right.rank == 2, left.shape[left.rank - 1] == right.shape[1] else {
        throw .shapeMismatch(operation: name, left: left.shape, right: right.shape)
      }
    }
    let matrix = transposesRight ? try right.transposed() : right
    guard matrix.rank == 2, left.rank > 2, left.shape[left.rank - 1] == matrix.shape[0] else {
      return Evaluation(try left.matmul(matrix))
    }
    // All rows of all batches at once.
    let rows = left.shape.dropLast().reduce(1, *)
    let product = try left.reshaped([rows, matrix.shape[0]]).matmul(matrix)
    return Evaluation(try product.reshaped(left.shape.dropLast() + [matrix.shape[1]]))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    let (left, right) = (pass.inputs[0], pass.inputs[1])
    // Vectors go as a row on the left and a column on the right.
    let a = left.rank == 1 ? try left.reshaped([1] + left.shape) : left
    var b = right.rank == 1 ? try right.reshaped(right.shape + [1]) : right
    if transposesRight { b = try b.transposed() }
    var full = Array(pass.cotangent.shape)
    if left.rank == 1 { full.insert(1, at: right.rank == 1 ? 0 : full.count - 1) }
    if right.rank == 1 { full.append(1) }
    let g = try pass.cotangent.reshaped(full)
    let batch = Array(full.dropLast(2))

    var result: [Tensor?] = [nil, nil]
    if pass.needed[0] {
      let gradient: Tensor
      if Array(a.shape.dropLast(2)) == batch, pass.buffers[0] == nil {
        gradient = try rows(g, times: b, a.shape)
      } else {
        // da[m, k] += (g transposed)[n, m] · (b transposed)[n, k], n ascending.
        gradient = try chain(
          g.swappingLast(), b.swappingLast(), batch: batch, into: a.shape,
          from: pass.buffers[0]?.reshaped(a.shape))
      }
      result[0] = try gradient.reshaped(left.shape)
    }
    if pass.needed[1] {
      // db[k, n] += a[m, k] · g[m, n], rows ascending; transposed, the factors change places.
      let buffer = pass.buffers[1]
      if transposesRight {
        result[1] = try chain(g, a, batch: batch, into: right.shape, from: buffer)
      } else {
        result[1] = try chain(
          a, g, batch: batch, into: b.shape, from: buffer?.reshaped(b.shape)
        ).reshaped(right.shape)
      }
    }
    return result
  }

  /// g · bᵀ, all rows at once where the batches share b.
  private func rows(_ g: Tensor, times b: Tensor, _ shape: [Int]) throws(TensorError) -> Tensor {
    let transposed = try b.swappingLast()
    guard b.rank == 2, g.rank > 2 else { return try g.matmul(transposed) }
    let flat = try g.reshaped([g.shape.dropLast().reduce(1, *), b.shape[1]])
    return try flat.matmul(transposed).reshaped(shape)
  }

  /// out[o, i] = the chain over (batch, row) of y[row, o] · x[row, i] from the buffer, for each matrix
  /// of `shape`; y, x and `shape` are repeated to the batch's axes.
  private func chain(
    _ y: Tensor, _ x: Tensor, batch: [Int], into shape: [Int], from buffer: Tensor?
  ) throws(TensorError) -> Tensor {
    y.elementType == .f64
      ? try chain(y, x, batch, shape, buffer, Double.self)
      : try chain(y, x, batch, shape, buffer, Float.self)
  }

  private func chain<T: DifferentiableElement>(
    _ y: Tensor, _ x: Tensor, _ batch: [Int], _ shape: [Int], _ buffer: Tensor?, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    let (rows, outputs) = (y.shape[y.rank - 2], y.shape[y.rank - 1])
    let inputs = x.shape[x.rank - 1]
    // Matrices that all batches share take their rows as one long matrix.
    let isShared =
      shape.count == 2 && Array(y.shape.dropLast(2)) == batch && Array(x.shape.dropLast(2)) == batch
    let joined = isShared ? batch.reduce(rows, *) : rows
    let batches = isShared ? [] : batch
    let yStarts = Self.starts(y.shape, batches)
    let xStarts = Self.starts(x.shape, batches)
    let starts = Self.starts(shape, batches)
    return try Tensor.filled(shape, type) { out in
      try buffer?.reading(type) { _ = out.update(from: $0) }
      if out.isEmpty { return }
      try y.reading(type) { y in
        try x.reading(type) { x in
          for (index, start) in starts.enumerated() {
            let (fromY, fromX) = (yStarts[index], xStarts[index])
            try ParameterKernels.weightGradient(
              UnsafeBufferPointer(rebasing: y[fromY..<fromY + joined * outputs]),
              x: UnsafeBufferPointer(rebasing: x[fromX..<fromX + joined * inputs]),
              into: UnsafeMutableBufferPointer(rebasing: out[start..<start + outputs * inputs]),
              rows: joined, outputs: outputs, inputs: inputs)
          }
        }
      }
    }
  }

  /// Where the matrix of each batch starts, in the batch's row-major order.
  private static func starts(_ shape: [Int], _ batch: [Int]) -> [Int] {
    let own = Array(shape.dropLast(2))
    var step = shape.suffix(2).reduce(1, *)
    var strides = [Int](repeating: 0, count: batch.count)
    for (axis, extent) in own.enumerated().reversed() {
      let place = axis + batch.count - own.count
      if extent != 1, place >= 0 { strides[place] = step }
      step *= extent
    }
    var starts = [0]
    for (extent, stride) in zip(batch, strides) {
      starts = starts.flatMap { start in (0..<extent).map { start + $0 * stride } }
    }
    return starts
  }
}

extension Tensor {
  /// The last two axes in the other order.
  fileprivate func swappingLast() throws(TensorError) -> Tensor {
    try transposed(Array(0..<rank - 2) + [rank - 1, rank - 2])
  }
}

extension Variable {
  /// The matrix product, as ``Tensor/matmul(_:)``: vectors, matrices, and batches of them.
  public func matmul(_ other: Variable) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableProduct(transposesRight: false), self, other)
  }

  /// `[…, inputs]` times the transpose of `weight` `[outputs, inputs]`: `[…, outputs]`.
  public func linear(_ weight: Variable) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableProduct(transposesRight: true), self, weight)
  }
}
