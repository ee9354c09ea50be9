import CKernels

/// Linear systems with more equations than unknowns, by Householder's QR.
public enum LeastSquares {
  /// x `[columns, count]` that makes |a x − b| least, for a `[rows, columns]`, rows ≥ columns, and
  /// b `[rows, count]`.
  ///
  /// - Throws: ``KernelError/dependent(kernel:column:)`` with the first column j of which R leaves
  ///   |r_jj| ≤ rows · 2⁻⁵² · |column j of r|: what is left of it beside those before it is rounding.
  public static func solve(
    _ a: [Double], rows: Int, columns: Int, _ b: [Double], count: Int = 1
  ) throws(KernelError) -> [Double] {
    let name = "least squares"
    try KernelError.check(name, "a", a.count, KernelError.extent(name, rows, columns))
    try KernelError.check(name, "b", b.count, KernelError.extent(name, rows, count))
    if rows < columns {
      throw .size(kernel: name, argument: "rows", needed: columns, found: rows)
    }
    var x = LinearAlgebra.zeros(columns * count)
    let result = ck_least_squares_f64(a, b, &x, rows, columns, count)
    try LinearAlgebra.check(result, name, values: 2 * a.count + b.count)
    return x
  }
}
