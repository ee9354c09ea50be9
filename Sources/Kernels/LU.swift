import CKernels

/// P A = L U with partial pivoting of a square matrix `[size, size]`.
public struct LU: Equatable, Sendable {
  public let size: Int
  /// U, and below it L without its diagonal of ones.
  public let lu: [Double]
  /// Row i of P A is row `order[i]` of A.
  public let order: [Int]

  /// - Throws: ``KernelError/dependent(kernel:column:)`` for a column without a pivot.
  public init(_ a: [Double], size: Int) throws(KernelError) {
    let name = "LU"
    try KernelError.check(name, "a", a.count, KernelError.extent(name, size, size))
    if size > Int(Int32.max) {
      throw .size(kernel: name, argument: "a", needed: Int(Int32.max), found: size)
    }
    var lu = LinearAlgebra.zeros(a.count)
    var order = [Int32](repeating: 0, count: size)
    try LinearAlgebra.check(ck_lu_f64(a, &lu, &order, size), name, values: a.count)
    (self.size, self.lu, self.order) = (size, lu, order.map { Int($0) })
  }

  /// x `[size, columns]` with A x = b.
  public func solve(_ b: [Double], columns: Int = 1) throws(KernelError) -> [Double] {
    let name = "LU solve"
    try KernelError.check(name, "b", b.count, KernelError.extent(name, size, columns))
    let permuted = order.flatMap { b[$0 * columns..<($0 + 1) * columns] }
    let y = try LinearAlgebra.solve(.lower, lu, size: size, unit: true, permuted, columns: columns)
    return try LinearAlgebra.solve(.upper, lu, size: size, y, columns: columns)
  }

  /// A⁻¹ `[size, size]`: the solution for the columns of 1.
  public func inverse() throws(KernelError) -> [Double] {
    var one = LinearAlgebra.zeros(size * size)
    for i in 0..<size { one[i * size + i] = 1 }
    return try solve(one, columns: size)
  }

  /// The product of U's diagonal, ascending from 1, negated where the order is an odd one; it may
  /// overflow.
  public var determinant: Double {
    let product = (0..<size).reduce(1.0) { $0 * lu[$1 * size + $1] }
    return isOdd ? -product : product
  }

  /// A cycle of an even number of rows is odd.
  private var isOdd: Bool {
    var (seen, odd) = ([Bool](repeating: false, count: size), false)
    for start in 0..<size where !seen[start] {
      var (place, length) = (start, 0)
      while !seen[place] {
        seen[place] = true
        place = order[place]
        length += 1
      }
      if length % 2 == 0 { odd.toggle() }
    }
    return odd
  }
}
