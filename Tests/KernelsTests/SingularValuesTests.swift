import Testing

@testable import Kernels

@Suite("Eigenvalues and singular values") struct SingularValuesTests {
  typealias Matrices = LinearAlgebraTesting

  func symmetric(_ seed: Int, _ n: Int) -> [Double] {
    let a = Matrices.numbers(seed, n * n)
    return zip(a, Matrices.transposed(a, n, n)).map { $0 + $1 }
  }

  /// The first element of largest magnitude is above 0 in each column.
  func pointsUp(_ u: [Double], _ rows: Int, _ columns: Int) -> Bool {
    (0..<columns).allSatisfy { k in
      let column = (0..<rows).map { u[$0 * columns + k] }
      let largest = column.map(abs).max() ?? 0
      return column.first { abs($0) == largest }.map { $0 > 0 } ?? true
    }
  }

  @Test("eigenvectors give the matrix back", arguments: [0, 1, 2, 3, 8, 21, 34])
  func eigen(n: Int) throws {
    let a = symmetric(n, n)
    try KernelTesting.everywhere {
      let e = try SymmetricEigen(a, size: n)
      return [KernelTesting.bits(e.values), KernelTesting.bits(e.vectors)]
    }
    let e = try SymmetricEigen(a, size: n)
    #expect(zip(e.values, e.values.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(pointsUp(e.vectors, n, n))
    #expect(Matrices.skew(e.vectors, n, n) <= Double(n) * 0x1p-50)
    let scaled = Matrices.product(e.vectors, Matrices.diagonal(e.values), n, n, n)
    let back = Matrices.product(scaled, Matrices.transposed(e.vectors, n, n), n, n, n)
    #expect(Matrices.farthest(back, a) <= 16 * 0x1p-52 * Matrices.length(a))
    for power in [0x1p900, 0x1p-900] {
      let other = try SymmetricEigen(a.map { $0 * power }, size: n)
      #expect(other.vectors == e.vectors && other.values == e.values.map { $0 * power })
    }
    if n > 0 {
      // Those of -A are the negative ones in the other order.
      let negative = try SymmetricEigen(a.map { -$0 }, size: n)
      #expect(Matrices.farthest(negative.values.reversed().map { -$0 }, e.values) < 1e-13)
    }
  }

  @Test func knownEigenvalues() throws {
    // Of the Hilbert matrix of order 4, from its exact polynomial with 60 digits.
    let known = [
      1.5002142800592428, 0.16914122022145003, 0.006738273605760748, 0.00009670230402258689,
    ]
    let hilbert = try SymmetricEigen(Matrices.hilbert(4), size: 4)
    #expect(Matrices.farthest(hilbert.values, known) < 1e-14)
    let diagonal = try SymmetricEigen(Matrices.diagonal([1, -7, 3, 3]), size: 4)
    #expect(diagonal.values == [3, 3, 1, -7])
    #expect(diagonal.vector(0) == [0, 0, 1, 0] && diagonal.vector(1) == [0, 0, 0, 1])
    #expect(try SymmetricEigen(Matrices.identity(5), size: 5).vectors == Matrices.identity(5))
    let two = try SymmetricEigen([2, .nan, 1, 2], size: 2)
    #expect(Matrices.farthest(two.values, [3, 1]) < 1e-15)
    // Rank one: the square of the length, then zeros.
    let ones = try SymmetricEigen([Double](repeating: 1, count: 49), size: 7)
    #expect(Matrices.farthest(ones.values, [7, 0, 0, 0, 0, 0, 0]) < 1e-14)
  }

  func check(_ a: [Double], _ rows: Int, _ columns: Int) throws {
    let s = try SingularValues(a, rows: rows, columns: columns)
    let steps = min(rows, columns)
    let eps = 0x1p-52 * Double(max(rows, columns) + 4)
    #expect(zip(s.values, s.values.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(s.values.allSatisfy { $0 >= 0 })
    #expect(Matrices.skew(s.u, rows, steps) <= 4 * eps)
    #expect(Matrices.skew(Matrices.transposed(s.vt, steps, columns), columns, steps) <= 4 * eps)
    #expect(pointsUp(s.u, rows, steps))
    let scaled = Matrices.product(s.u, Matrices.diagonal(s.values), rows, steps, steps)
    let back = Matrices.product(scaled, s.vt, rows, steps, columns)
    #expect(Matrices.farthest(back, a) <= 2 * eps * Matrices.length(a))
  }

  @Test("singular vectors give the matrix back", arguments: Matrices.shapes)
  func singular(rows: Int, columns: Int) throws {
    let a = Matrices.numbers(rows + 5 * columns, rows * columns)
    try KernelTesting.everywhere {
      let s = try SingularValues(a, rows: rows, columns: columns)
      return [s.u, s.values, s.vt].map { KernelTesting.bits($0) }
    }
    try check(a, rows, columns)
    // Rank one, exactly; zeros.
    try check((0..<rows * columns).map { Double($0 / columns % 3 + 1) }, rows, columns)
    try check([Double](repeating: 0, count: rows * columns), rows, columns)
    let s = try SingularValues(a, rows: rows, columns: columns)
    for power in [0x1p900, 0x1p-900] {
      let other = try SingularValues(a.map { $0 * power }, rows: rows, columns: columns)
      #expect(other.u == s.u && other.vt == s.vt && other.values == s.values.map { $0 * power })
    }
    let turned = try SingularValues(
      Matrices.transposed(a, rows, columns), rows: columns, columns: rows)
    #expect(Matrices.farthest(turned.values, s.values) < 1e-14)
  }

  @Test func knownSingularValues() throws {
    let s = try SingularValues(Matrices.diagonal([1, -4, 0x1p-80]), rows: 3, columns: 3)
    #expect(s.values == [4, 1, 0x1p-80] && s.rank == 2)
    #expect(s.u == [0, 1, 0, 1, 0, 0, 0, 0, 1])
    #expect(s.vt == [0, -1, 0, 1, 0, 0, 0, 0, 1])
    #expect(try SingularValues([3, 4], rows: 1, columns: 2).values == [5])
    let a = Matrices.numbers(4, 60)
    let squares = try SymmetricEigen(
      Matrices.product(Matrices.transposed(a, 10, 6), a, 6, 10, 6), size: 6)
    let values = try SingularValues(a, rows: 10, columns: 6).values
    #expect(Matrices.farthest(values.map { $0 * $0 }, squares.values) < 1e-13)
  }

  @Test("a random projection finds a matrix of that rank")
  func randomised() throws {
    for (rows, columns) in [(50, 30), (30, 50)] {
      let a = Matrices.product(
        Matrices.numbers(1, rows * 4), Matrices.numbers(2, 4 * columns), rows, 4, columns)
      let test = Matrices.numbers(3, columns * 9)
      let s = try SingularValues.randomised(
        a, rows: rows, columns: columns, rank: 4, test: test, width: 9)
      let whole = try SingularValues(a, rows: rows, columns: columns)
      #expect(Matrices.farthest(s.values, Array(whole.values.prefix(4))) < 1e-12)
      #expect(pointsUp(s.u, rows, 4) && Matrices.skew(s.u, rows, 4) < 1e-13)
      let scaled = Matrices.product(s.u, Matrices.diagonal(s.values), rows, 4, 4)
      #expect(Matrices.farthest(Matrices.product(scaled, s.vt, rows, 4, columns), a) < 1e-12)
      #expect(whole.rank == 4)
      try KernelTesting.everywhere {
        let s = try SingularValues.randomised(
          a, rows: rows, columns: columns, rank: 4, test: test, width: 9, powerIterations: 1)
        return [s.u, s.values, s.vt].map { KernelTesting.bits($0) }
      }
    }
  }

  @Test func badInputThrows() {
    #expect(throws: KernelError.self) { try SymmetricEigen([.nan], size: 1) }
    #expect(throws: KernelError.self) { try SymmetricEigen([1, 2], size: 1) }
    #expect(throws: KernelError.self) { try SymmetricEigen([], size: Int.min) }
    #expect(throws: KernelError.self) { try SingularValues([.infinity], rows: 1, columns: 1) }
    #expect(throws: KernelError.self) { try SingularValues([1], rows: 1, columns: 2) }
    #expect(throws: KernelError.self) { try SingularValues([], rows: Int.max, columns: 3) }
    for (rank, width, powers) in [(2, 1, 0), (-1, 1, 0), (1, 3, 0), (1, 1, -1)] {
      #expect(throws: KernelError.self) {
        try SingularValues.randomised(
          [1, 2, 3, 4], rows: 2, columns: 2, rank: rank,
          test: [Double](repeating: 1, count: 2 * width), width: width, powerIterations: powers)
      }
    }
    let most = Double.greatestFiniteMagnitude
    #expect(throws: KernelError.self) {
      try SingularValues([most, most, most, most], rows: 2, columns: 2)
    }
    #expect(throws: KernelError.self) { try SymmetricEigen([most, most, most, most], size: 2) }
  }
}
