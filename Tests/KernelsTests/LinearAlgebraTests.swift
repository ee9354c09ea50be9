import Testing

@testable import Kernels

@Suite("Cholesky, triangles and LU") struct LinearAlgebraTests {
  typealias Matrices = LinearAlgebraTesting

  func twin(_ a: [Double], _ n: Int) -> [Double] {
    var l = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        var sum = a[i * n + j]
        for k in 0..<j { sum = sum.addingProduct(-l[i * n + k], l[j * n + k]) }
        l[i * n + j] = i == j ? sum.squareRoot() : sum / l[j * n + j] + 0
      }
    }
    return l
  }

  @Test("Cholesky is its naive twin on every instance", arguments: [0, 1, 2, 5, 17, 40])
  func cholesky(n: Int) throws {
    let a = Matrices.positive(n, n)
    let found = try KernelTesting.everywhere {
      KernelTesting.bits(try Cholesky(a, size: n).lower)
    }
    #expect(found == KernelTesting.bits(twin(a, n)))
    let l = try Cholesky(a, size: n).lower
    let back = Matrices.product(l, Matrices.transposed(l, n, n), n, n, n)
    #expect(Matrices.farthest(back, a) <= 4 * 0x1p-52 * Matrices.length(a))
  }

  @Test func choleskyReadsTheLowerTriangleAlone() throws {
    var a = Matrices.positive(3, 6)
    let whole = try Cholesky(a, size: 6)
    for i in 0..<6 { for j in (i + 1)..<6 { a[i * 6 + j] = .nan } }
    #expect(try Cholesky(a, size: 6) == whole)
    // Powers of 4 times A have powers of 2 times L.
    let scaled = try Cholesky(a.map { $0 * 0x1p40 }, size: 6)
    #expect(scaled.lower == whole.lower.map { $0 * 0x1p20 })
    #expect(try Cholesky([4, 0, 2, 5], size: 2).lower == [2, 0, 1, 2])
    #expect(abs(try Cholesky([4, 0, 2, 5], size: 2).logDeterminant - 2.772588722239781) < 1e-15)
  }

  @Test func choleskyNamesThePivot() {
    #expect(throws: KernelError.notPositiveDefinite(pivot: 2)) {
      try Cholesky([1, 0, 0, 0, 2, 0, 0, 0, 0], size: 3)
    }
    #expect(throws: KernelError.notPositiveDefinite(pivot: 1)) {
      try Cholesky([1, 2, 2, 1], size: 2)
    }
    #expect(throws: KernelError.notPositiveDefinite(pivot: 0)) { try Cholesky([-1], size: 1) }
  }

  /// Solves by the stated chains.
  func solved(_ t: (Int, Int) -> Double, lower: Bool, unit: Bool, _ b: [Double], _ n: Int, _ c: Int)
    -> [Double]
  {
    var x = b
    let order = lower ? Array(0..<n) : (0..<n).reversed()
    for column in 0..<c {
      for (found, i) in order.enumerated() {
        var sum = b[i * c + column]
        for k in order.prefix(found) { sum = sum.addingProduct(-t(i, k), x[k * c + column]) }
        x[i * c + column] = sum / (unit ? 1 : t(i, i)) + 0
      }
    }
    return x
  }

  @Test("triangles are solved by the stated chains", arguments: LinearAlgebra.Triangle.allCases)
  func triangles(triangle: LinearAlgebra.Triangle) throws {
    for (n, columns) in [(0, 2), (1, 1), (4, 0), (7, 1), (9, 35), (20, 70)] {
      var t = Matrices.numbers(n, n * n)
      let b = Matrices.numbers(n + 1, n * columns)
      for i in 0..<n {
        t[i * n + i] += 2
        for j in 0..<n where triangle == .lower ? j > i : j < i { t[i * n + j] = .nan }
      }
      for (transposed, unit) in [(false, false), (true, false), (false, true), (true, true)] {
        let found = try KernelTesting.everywhere {
          KernelTesting.bits(
            try LinearAlgebra.solve(
              triangle, t, size: n, transposed: transposed, unit: unit, b, columns: columns))
        }
        let twin = solved(
          { transposed ? t[$1 * n + $0] : t[$0 * n + $1] },
          lower: (triangle == .lower) != transposed, unit: unit, b, n, columns)
        #expect(found == KernelTesting.bits(twin))
      }
    }
  }

  @Test func systemsAreSolved() throws {
    let a = Matrices.positive(5, 12)
    let x = Matrices.numbers(6, 12 * 3)
    let b = Matrices.product(a, x, 12, 12, 3)
    #expect(Matrices.farthest(try Cholesky(a, size: 12).solve(b, columns: 3), x) < 1e-13)
    #expect(Matrices.farthest(try LU(a, size: 12).solve(b, columns: 3), x) < 1e-13)
    let one = Matrices.product(a, try LU(a, size: 12).inverse(), 12, 12, 12)
    #expect(Matrices.farthest(one, Matrices.identity(12)) < 1e-13)
  }

  @Test("LU gives the permuted matrix back", arguments: [0, 1, 2, 9, 30])
  func lu(n: Int) throws {
    let a = Matrices.numbers(n, n * n)
    let lu = try LU(a, size: n)
    try KernelTesting.everywhere { KernelTesting.bits(try LU(a, size: n).lu) }
    let lower = (0..<n * n).map { $0 % n < $0 / n ? lu.lu[$0] : $0 % n == $0 / n ? 1 : 0 }
    let upper = (0..<n * n).map { $0 % n >= $0 / n ? lu.lu[$0] : 0 }
    #expect(lower.allSatisfy { abs($0) <= 1 })
    let permuted = lu.order.flatMap { a[$0 * n..<($0 + 1) * n] }
    #expect(Matrices.farthest(Matrices.product(lower, upper, n, n, n), permuted) < 1e-14)
  }

  @Test func determinants() throws {
    #expect(try LU([0, 1, 1, 0], size: 2).determinant == -1)
    #expect(try LU([0, 0, 2, 3, 0, 0, 0, 5, 0], size: 3).determinant == 30)
    #expect(try LU([], size: 0).determinant == 1)
    #expect(try LU([2, 0, 0, 4], size: 2).inverse() == [0.5, 0, 0, 0.25])
    #expect(throws: KernelError.dependent(kernel: "LU", column: 1)) {
      try LU([1, 2, 2, 4], size: 2)
    }
  }

  @Test func badInputThrows() {
    let infinite = KernelError.value(
      kernel: "Cholesky", argument: "values", allowed: "to be finite numbers")
    #expect(throws: infinite) { try Cholesky([.infinity], size: 1) }
    #expect(throws: infinite) { try Cholesky([1, 0, .nan, 1], size: 2) }
    #expect(throws: KernelError.self) { try Cholesky([1, 2], size: 2) }
    #expect(throws: KernelError.self) { try Cholesky([], size: -1) }
    #expect(throws: KernelError.self) { try Cholesky([], size: Int.max) }
    #expect(throws: KernelError.self) { try LU([.nan], size: 1) }
    #expect(throws: KernelError.self) { try LU([1], size: 1).solve([1, 2]) }
    #expect(throws: KernelError.dependent(kernel: "triangular solve", column: 1)) {
      try LinearAlgebra.solve(.lower, [1, 0, 1, 0], size: 2, [1, 1])
    }
    #expect(
      throws: KernelError.value(
        kernel: "triangular solve", argument: "values", allowed: "small enough for finite results")
    ) { try LinearAlgebra.solve(.lower, [0x1p-1000], size: 1, [0x1p1000]) }
  }
}
