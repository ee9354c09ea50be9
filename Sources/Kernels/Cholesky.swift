import CKernels

/// A = L Lᵀ of a symmetric positive definite matrix `[size, size]`, of which the lower triangle is read.
public struct Cholesky: Equatable, Sendable {
  public let size: Int
  /// L `[size, size]`; 0 above the diagonal.
  public let lower: [Double]

  /// - Throws: ``KernelError/notPositiveDefinite(pivot:)`` with the first pivot that is not positive.
  public init(_ a: [Double], size: Int) throws(KernelError) {
    let name = "Cholesky"
    try KernelError.check(name, "a", a.count, KernelError.extent(name, size, size))
    var lower = LinearAlgebra.zeros(a.count)
    let result = ck_cholesky_f64(a, &lower, size)
    if result >= 0 { throw .notPositiveDefinite(pivot: Int(result)) }
    try LinearAlgebra.check(result, name, values: size)
    (self.size, self.lower) = (size, lower)
  }

  /// x `[size, columns]` with A x = b: L y = b, then Lᵀ x = y.
  public func solve(_ b: [Double], columns: Int = 1) throws(KernelError) -> [Double] {
    let y = try LinearAlgebra.solve(.lower, lower, size: size, b, columns: columns)
    return try LinearAlgebra.solve(
      .lower, lower, size: size, transposed: true, y, columns: columns)
  }

  /// log |A|: twice the sum of the logarithms of L's diagonal, one ascending chain of adds.
  public var logDeterminant: Double {
    2 * (0..<size).reduce(0) { $0 + ck_log_f64(lower[$1 * size + $1]) }
  }
}
