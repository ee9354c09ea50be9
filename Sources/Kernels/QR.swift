import CKernels

/// The thin A = Q R by Householder's reflections, K = min(rows, columns).
public struct QR: Equatable, Sendable {
  public let rows: Int
  public let columns: Int
  /// `[rows, K]`, orthonormal columns.
  public let q: [Double]
  /// `[K, columns]`, upper, its diagonal ≥ 0.
  public let r: [Double]

  /// K.
  public var steps: Int { min(rows, columns) }

  public init(_ a: [Double], rows: Int, columns: Int) throws(KernelError) {
    let name = "QR"
    try KernelError.check(name, "a", a.count, KernelError.extent(name, rows, columns))
    let steps = min(rows, columns)
    var q = LinearAlgebra.zeros(rows * steps)
    var r = LinearAlgebra.zeros(steps * columns)
    try LinearAlgebra.check(ck_qr_f64(a, &q, &r, rows, columns), name, values: 3 * a.count)
    (self.rows, self.columns, self.q, self.r) = (rows, columns, q, r)
  }
}
