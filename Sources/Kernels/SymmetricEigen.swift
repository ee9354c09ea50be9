import CKernels

/// A = V diag(values) Vᵀ of a symmetric matrix `[size, size]`, of which the lower triangle is read, by
/// Jacobi's rotations.
public struct SymmetricEigen: Equatable, Sendable {
  public let size: Int
  /// Descending.
  public let values: [Double]
  /// V `[size, size]`: column k belongs to value k; its element of largest magnitude (the lowest index
  /// among equals) is positive.
  public let vectors: [Double]

  public init(_ a: [Double], size: Int) throws(KernelError) {
    let name = "symmetric eigenvalues"
    try KernelError.check(name, "a", a.count, KernelError.extent(name, size, size))
    var values = LinearAlgebra.zeros(size)
    var vectors = LinearAlgebra.zeros(a.count)
    let result = ck_symmetric_eigen_f64(a, &values, &vectors, size)
    try LinearAlgebra.check(result, name, values: 2 * a.count)
    (self.size, self.values, self.vectors) = (size, values, vectors)
  }

  /// The vector of value k.
  public func vector(_ k: Int) -> [Double] { (0..<size).map { vectors[$0 * size + k] } }
}
