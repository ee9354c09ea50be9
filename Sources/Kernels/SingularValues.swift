import CKernels

/// The thin A = U diag(values) Vᵀ, K = min(rows, columns), by QR and one-sided Jacobi rotations.
public struct SingularValues: Equatable, Sendable {
  public let rows: Int
  public let columns: Int
  /// `[rows, K]`, orthonormal columns; the element of largest magnitude in each (the lowest index among
  /// equals) is positive.
  public let u: [Double]
  /// `[K]`, descending, ≥ 0.
  public let values: [Double]
  /// Vᵀ `[K, columns]`, orthonormal rows.
  public let vt: [Double]

  public init(_ a: [Double], rows: Int, columns: Int) throws(KernelError) {
    let name = "singular values"
    try KernelError.check(name, "a", a.count, KernelError.extent(name, rows, columns))
    let steps = min(rows, columns)
    var u = LinearAlgebra.zeros(rows * steps)
    var values = LinearAlgebra.zeros(steps)
    var vt = LinearAlgebra.zeros(steps * columns)
    let result = ck_singular_values_f64(a, &u, &values, &vt, rows, columns)
    try LinearAlgebra.check(result, name, values: 6 * a.count)
    (self.rows, self.columns) = (rows, columns)
    (self.u, self.values, self.vt) = (u, values, vt)
  }

  private init(rows: Int, columns: Int, u: [Double], values: [Double], vt: [Double]) {
    (self.rows, self.columns) = (rows, columns)
    (self.u, self.values, self.vt) = (u, values, vt)
  }

  /// How many values are above max(rows, columns) · 2⁻⁵² of the largest.
  public var rank: Int {
    let least = Double(max(rows, columns)) * 0x1p-52 * (values.first ?? 0)
    return values.count { $0 > least }
  }

  /// The first `rank` singular values and vectors, nearly, of a large matrix by random projection.
  ///
  /// Q = QR(A Ω), then `powerIterations` times Q = QR(A QR(Aᵀ Q)); those of Qᵀ A, its left vectors
  /// times Q. Products are chains, so the result is a function of Ω alone. (Halko, Martinsson and
  /// Tropp 2011, algorithms 4.4 and 5.1.)
  ///
  /// - Parameters:
  ///   - test: Ω `[columns, width]`, independent normal numbers; width `rank ... min(rows, columns)`,
  ///     5 to 10 above the rank as a rule.
  public static func randomised(
    _ a: [Double], rows: Int, columns: Int, rank: Int, test: [Double], width: Int,
    powerIterations: Int = 2
  ) throws(KernelError) -> SingularValues {
    let name = "randomised singular values"
    try KernelError.check(name, "a", a.count, KernelError.extent(name, rows, columns))
    try KernelError.check(name, "test", test.count, KernelError.extent(name, columns, width))
    if rank < 0 || rank > width || width > min(rows, columns) {
      throw .value(
        kernel: name, argument: "rank", allowed: "0 ... width, width 0 ... min(rows, columns)")
    }
    if powerIterations < 0 {
      throw .value(kernel: name, argument: "powerIterations", allowed: "at least 0")
    }
    var q = try QR(
      LinearAlgebra.product(a, test, rows: rows, inner: columns, columns: width), rows: rows,
      columns: width
    ).q
    for _ in 0..<powerIterations {
      let back = try LinearAlgebra.product(
        a, transposed: true, q, rows: columns, inner: rows, columns: width)
      let p = try QR(back, rows: columns, columns: width).q
      let forth = try LinearAlgebra.product(a, p, rows: rows, inner: columns, columns: width)
      q = try QR(forth, rows: rows, columns: width).q
    }
    let small = try SingularValues(
      LinearAlgebra.product(q, transposed: true, a, rows: width, inner: rows, columns: columns),
      rows: width, columns: columns)
    let left = try LinearAlgebra.product(q, small.u, rows: rows, inner: width, columns: width)
    return SingularValues(
      rows: rows, columns: columns, u: left, values: small.values, vt: small.vt
    ).keeping(rank)
  }

  /// The first `count` of them, their signs anew.
  private func keeping(_ count: Int) -> SingularValues {
    let width = values.count
    var left = LinearAlgebra.zeros(rows * count)
    var right = Array(vt.prefix(count * columns))
    for k in 0..<count {
      var largest = 0.0
      for row in 0..<rows where u[row * width + k].magnitude > largest.magnitude {
        largest = u[row * width + k]
      }
      let sign: Double = largest < 0 ? -1 : 1
      for row in 0..<rows { left[row * count + k] = sign * u[row * width + k] + 0 }
      for column in 0..<columns {
        right[k * columns + column] = sign * right[k * columns + column] + 0
      }
    }
    return SingularValues(
      rows: rows, columns: columns, u: left, values: Array(values.prefix(count)), vt: right)
  }
}
