import CKernels

/// What the decompositions share: matrices are `[Double]`, row-major, with their extents beside them.
///
/// The order of every operation is stated in ck_linear.h; results have the same bits on every machine
/// and for every number of threads, and hold no −0. What is not finite is refused.
public enum LinearAlgebra {
  /// Which half of a square matrix is read.
  public enum Triangle: Sendable, CaseIterable {
    case lower
    case upper
  }

  /// x `[size, columns]` with T x = b, or Tᵀ x = b; only the named triangle of t `[size, size]` is read.
  ///
  /// - Parameter unit: the diagonal is taken as 1 and not read.
  /// - Throws: ``KernelError/dependent(kernel:column:)`` for a 0 on the diagonal.
  public static func solve(
    _ triangle: Triangle, _ t: [Double], size: Int, transposed: Bool = false, unit: Bool = false,
    _ b: [Double], columns: Int = 1
  ) throws(KernelError) -> [Double] {
    let name = "triangular solve"
    try KernelError.check(name, "t", t.count, KernelError.extent(name, size, size))
    try KernelError.check(name, "b", b.count, KernelError.extent(name, size, columns))
    var flags = triangle == .lower ? CK_TRIANGLE_LOWER : 0
    if transposed { flags |= CK_TRIANGLE_TRANSPOSED }
    if unit { flags |= CK_TRIANGLE_UNIT }
    var x = b
    try check(
      ck_solve_triangular_f64(Int32(flags), t, &x, size, columns), name, values: t.count)
    return x
  }

  /// Throws what a call of ck_linear.h answered, which worked on so many values.
  static func check(_ result: Int64, _ kernel: String, values: Int) throws(KernelError) {
    switch result {
    case Int64(CK_LINEAR_DONE): return
    case Int64(CK_LINEAR_NO_MEMORY):
      throw .memory(kernel: kernel, bytes: values &* MemoryLayout<Double>.size)
    case Int64(CK_LINEAR_NOT_FINITE):
      throw .value(kernel: kernel, argument: "values", allowed: "to be finite numbers")
    case Int64(CK_LINEAR_OVERFLOW):
      throw .value(kernel: kernel, argument: "values", allowed: "small enough for finite results")
    case Int64(CK_LINEAR_NOT_CONVERGED): throw .notConverged(kernel: kernel)
    default: throw .dependent(kernel: kernel, column: Int(result))
    }
  }

  static func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }

  /// a `[rows, inner]` times b `[inner, columns]`; with `transposed`, a stands as `[inner, rows]`.
  /// One chain an element, inner axis ascending from +0.
  static func product(
    _ a: [Double], transposed: Bool = false, _ b: [Double], rows: Int, inner: Int, columns: Int
  ) throws(KernelError) -> [Double] {
    var c = zeros(try KernelError.extent("product", rows, columns))
    let layout = transposed ? MatrixLayout(row: 1, column: rows) : MatrixLayout(row: inner)
    try a.withUnsafeBufferPointer { (a) throws(KernelError) in
      try b.withUnsafeBufferPointer { (b) throws(KernelError) in
        try c.withUnsafeMutableBufferPointer { (c) throws(KernelError) in
          try MatrixProduct.multiply(
            a, layout, b, MatrixLayout(row: columns), into: c, MatrixLayout(row: columns),
            MatrixProduct.Extents(rows: rows, inner: inner, columns: columns))
        }
      }
    }
    return c
  }
}
