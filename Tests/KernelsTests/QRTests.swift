import Testing

@testable import Kernels

@Suite("QR and least squares") struct QRTests {
  typealias Matrices = LinearAlgebraTesting

  /// The stated reflections, one number after another.
  func twin(_ a: [Double], _ rows: Int, _ columns: Int) -> (q: [Double], r: [Double]) {
    let steps = min(rows, columns)
    var work = a
    var vectors: [(v: [Double], tau: Double)] = []
    func reflect(_ m: inout [Double], _ width: Int, _ k: Int, from first: Int) {
      let (v, tau) = vectors[k]
      if tau == 0 { return }
      for column in first..<max(width, first) {
        var w = 0.0
        for i in k..<rows { w = w.addingProduct(v[i - k], m[i * width + column]) }
        w = tau * w
        for i in k..<rows {
          m[i * width + column] = m[i * width + column].addingProduct(-v[i - k], w)
        }
      }
    }
    for k in 0..<steps {
      let x = (k..<rows).map { work[$0 * columns + k] }
      let scale = Double(sign: .plus, exponent: (x.map(abs).max() ?? 1).exponent, significand: 1)
      let y = x.map { $0 / scale }
      let squares = y.dropFirst().reduce(0) { $0.addingProduct($1, $1) }
      if squares == 0 {
        vectors.append(([], 0))
      } else {
        let length = squares.addingProduct(y[0], y[0]).squareRoot()
        let beta = y[0] > 0 ? -length : length
        vectors.append(([1] + y.dropFirst().map { $0 / (y[0] - beta) }, (beta - y[0]) / beta))
        work[k * columns + k] = beta * scale
      }
      reflect(&work, columns, k, from: k + 1)
    }
    var q = (0..<rows * steps).map { $0 / steps == $0 % steps ? 1.0 : 0 }
    for k in (0..<steps).reversed() { reflect(&q, steps, k, from: k) }
    let signs = (0..<steps).map { work[$0 * columns + $0] < 0 ? -1.0 : 1 }
    return (
      q.indices.map { signs[$0 % steps] * q[$0] + 0 },
      (0..<steps * columns).map {
        $0 % columns < $0 / columns ? 0 : signs[$0 / columns] * work[$0] + 0
      }
    )
  }

  @Test("is its naive twin on every instance", arguments: Matrices.shapes)
  func agrees(rows: Int, columns: Int) throws {
    let a = Matrices.numbers(rows + 3 * columns, rows * columns)
    let found = try KernelTesting.everywhere {
      let qr = try QR(a, rows: rows, columns: columns)
      return [KernelTesting.bits(qr.q), KernelTesting.bits(qr.r)]
    }
    let twin = twin(a, rows, columns)
    #expect(found == [KernelTesting.bits(twin.q), KernelTesting.bits(twin.r)])
  }

  @Test("gives the matrix back", arguments: Matrices.shapes)
  func reconstructs(rows: Int, columns: Int) throws {
    let a = Matrices.numbers(rows + columns, rows * columns)
    let qr = try QR(a, rows: rows, columns: columns)
    let back = Matrices.product(qr.q, qr.r, rows, qr.steps, columns)
    #expect(Matrices.farthest(back, a) <= 8 * 0x1p-52 * Matrices.length(a))
    #expect(Matrices.skew(qr.q, rows, qr.steps) <= 1e-14)
    #expect((0..<qr.steps).allSatisfy { qr.r[$0 * columns + $0] >= 0 })
    // The reflections do not see a power of two.
    for power in [0x1p600, 0x1p-600] {
      let scaled = try QR(a.map { $0 * power }, rows: rows, columns: columns)
      #expect(scaled.q == qr.q)
      #expect(scaled.r == qr.r.map { $0 * power })
    }
  }

  @Test func smallCases() throws {
    let one = Matrices.identity(4)
    #expect(try QR(one, rows: 4, columns: 4).q == one)
    #expect(try QR(one, rows: 4, columns: 4).r == one)
    let signed = try QR([-3, 0, 0, 2], rows: 2, columns: 2)
    #expect(signed.q == [-1, 0, 0, 1])
    #expect(signed.r == [3, 0, 0, 2])
    let zero = try QR([0, 0, 0, 0, 0, 0], rows: 3, columns: 2)
    #expect(zero.q == [1, 0, 0, 1, 0, 0] && zero.r == [0, 0, 0, 0])
  }

  @Test("least squares leave a rest orthogonal to the columns")
  func leastSquares() throws {
    for (rows, columns, count) in [(1, 1, 1), (9, 4, 3), (40, 17, 1), (8, 8, 2), (5, 0, 2)] {
      let a = Matrices.numbers(rows, rows * columns)
      let b = Matrices.numbers(rows + 9, rows * count)
      let x = try LeastSquares.solve(a, rows: rows, columns: columns, b, count: count)
      try KernelTesting.everywhere {
        KernelTesting.bits(
          try LeastSquares.solve(a, rows: rows, columns: columns, b, count: count))
      }
      let rest = zip(b, Matrices.product(a, x, rows, columns, count)).map { $0 - $1 }
      let angles = Matrices.product(
        Matrices.transposed(a, rows, columns), rest, columns, rows, count)
      #expect(angles.allSatisfy { abs($0) < 1e-12 })
    }
    // The mean, and the line through three points.
    let mean = try LeastSquares.solve([1, 1, 1], rows: 3, columns: 1, [1, 2, 6])
    #expect(abs(mean[0] - 3) < 1e-14)
    let line = try LeastSquares.solve([1, 0, 1, 1, 1, 2], rows: 3, columns: 2, [1, 3, 5])
    #expect(Matrices.farthest(line, [1, 2]) < 1e-14)
  }

  @Test func dependentColumnsAreNamed() {
    let a = [1.0, 2, 3, 1, 2, 5, 1, 2, 7, 2, 4, 1]
    #expect(throws: KernelError.dependent(kernel: "least squares", column: 1)) {
      try LeastSquares.solve(a, rows: 4, columns: 3, [1, 2, 3, 4])
    }
    #expect(throws: KernelError.dependent(kernel: "least squares", column: 0)) {
      try LeastSquares.solve([0, 1, 0, 1], rows: 2, columns: 2, [1, 2])
    }
    #expect(
      throws: KernelError.size(kernel: "least squares", argument: "rows", needed: 2, found: 1)
    ) { try LeastSquares.solve([1, 1], rows: 1, columns: 2, [1]) }
  }

  @Test func badInputThrows() {
    #expect(throws: KernelError.self) { try QR([.nan], rows: 1, columns: 1) }
    #expect(throws: KernelError.self) { try QR([1, 2, 3], rows: 2, columns: 2) }
    #expect(throws: KernelError.self) { try QR([], rows: -1, columns: 0) }
    #expect(throws: KernelError.self) { try QR([], rows: Int.max, columns: 2) }
    #expect(throws: KernelError.self) {
      try LeastSquares.solve([1], rows: 1, columns: 1, [.infinity])
    }
    let most = Double.greatestFiniteMagnitude
    #expect(
      throws: KernelError.value(
        kernel: "QR", argument: "values", allowed: "small enough for finite results")
    ) { try QR([most, most], rows: 2, columns: 1) }
  }
}
