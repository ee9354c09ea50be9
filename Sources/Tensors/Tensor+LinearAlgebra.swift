import Kernels

/// Decompositions of matrices. They are computed in f64 by the library's own kernels; results have the
/// matrix's type, f32 for integers and halves.
extension Tensor {
  /// x with A x = b for a square matrix, by LU with pivoting; for more rows than columns, the x that
  /// makes |A x - b| least.
  ///
  /// - Parameter b: `[rows]` or `[rows, count]`.
  /// - Returns: `[columns]` or `[columns, count]`.
  /// - Throws: ``TensorError/kernel(_:)`` for a matrix whose columns depend on one another.
  public func solving(_ b: Tensor) throws(TensorError) -> Tensor {
    let (rows, columns) = try matrixExtents("solve")
    guard b.rank == 1 || b.rank == 2, b.shape[0] == rows else {
      throw .shapeMismatch(operation: "solve", left: shape, right: b.shape)
    }
    let count = b.rank == 2 ? b.shape[1] : 1
    let (matrix, right) = (doubles, b.doubles)
    let x = try KernelCall.checked { () throws(KernelError) in
      rows == columns
        ? try LU(matrix, size: rows).solve(right, columns: count)
        : try LeastSquares.solve(matrix, rows: rows, columns: columns, right, count: count)
    }
    let isWide = elementType == .f64 || b.elementType == .f64
    return try Tensor(x, shape: [columns] + b.shape.dropFirst()).cast(to: isWide ? .f64 : .f32)
  }

  /// L with A = L Lᵀ of a symmetric positive definite matrix, of which the lower triangle is read.
  public func cholesky() throws(TensorError) -> Tensor {
    let (matrix, size) = (doubles, try squareExtent("Cholesky"))
    let found = try KernelCall.checked { () throws(KernelError) in
      try Cholesky(matrix, size: size)
    }
    return try decomposed(found.lower, shape)
  }

  /// The thin A = Q R: q `[rows, k]` with orthonormal columns, r `[k, columns]` upper, k = min(rows, columns).
  public func qr() throws(TensorError) -> (q: Tensor, r: Tensor) {
    let (matrix, (rows, columns)) = (doubles, try matrixExtents("QR"))
    let found = try KernelCall.checked { () throws(KernelError) in
      try QR(matrix, rows: rows, columns: columns)
    }
    return (
      try decomposed(found.q, [rows, found.steps]), try decomposed(found.r, [found.steps, columns])
    )
  }

  /// The thin A = U diag(values) Vᵀ, values descending: `[rows, k]`, `[k]`, `[k, columns]`.
  public func singularValues() throws(TensorError) -> (u: Tensor, values: Tensor, vt: Tensor) {
    let (matrix, (rows, columns)) = (doubles, try matrixExtents("singular values"))
    let found = try KernelCall.checked { () throws(KernelError) in
      try SingularValues(matrix, rows: rows, columns: columns)
    }
    let count = found.values.count
    return (
      try decomposed(found.u, [rows, count]), try decomposed(found.values, [count]),
      try decomposed(found.vt, [count, columns])
    )
  }

  /// A = V diag(values) Vᵀ of a symmetric matrix, of which the lower triangle is read: values descending,
  /// and V, whose columns are the vectors.
  public func symmetricEigen() throws(TensorError) -> (values: Tensor, vectors: Tensor) {
    let (matrix, size) = (doubles, try squareExtent("eigenvalues"))
    let found = try KernelCall.checked { () throws(KernelError) in
      try SymmetricEigen(matrix, size: size)
    }
    return (try decomposed(found.values, [size]), try decomposed(found.vectors, shape))
  }

  private func decomposed(_ values: [Double], _ shape: [Int]) throws(TensorError) -> Tensor {
    try Tensor(values, shape: shape).cast(to: elementType == .f64 ? .f64 : .f32)
  }

  private func matrixExtents(_ operation: String) throws(TensorError) -> (Int, Int) {
    guard rank == 2 else {
      throw .invalidArgument(operation: operation, reason: "\(shape) is not a matrix")
    }
    return (shape[0], shape[1])
  }

  private func squareExtent(_ operation: String) throws(TensorError) -> Int {
    let (rows, columns) = try matrixExtents(operation)
    guard rows == columns else {
      throw .invalidArgument(operation: operation, reason: "\(shape) is not a square matrix")
    }
    return rows
  }
}
