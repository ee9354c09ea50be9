import Testing

@testable import Kernels

@Suite("The log semiring's product") struct LogProductTests {
  struct Case<T: TestReal> {
    var rows, inner, columns: Int
    var a, b, dy: [T]

    init(_ seed: Int, _ rows: Int, _ inner: Int, _ columns: Int, wild: Bool) {
      var numbers = TestNumbers(seed)
      (self.rows, self.inner, self.columns) = (rows, inner, columns)
      a = numbers.reals(rows * inner, as: T.self, wild: wild)
      b = numbers.reals(inner * columns, as: T.self, wild: wild)
      dy = numbers.reals(rows * columns, as: T.self, wild: wild)
    }
  }

  /// y, da, db.
  func kernels<T: TestReal>(_ c: Case<T>) throws -> [[T]] {
    let (a, b, dy) = (TestMemory(c.a), TestMemory(c.b), TestMemory(c.dy))
    let y = TestMemory(c.dy.count, T.nan)
    let (da, db) = (TestMemory(c.a.count, T.nan), TestMemory(c.b.count, T.nan))
    try LogProduct.multiply(
      a.view, b.view, into: y.mutable, rows: c.rows, inner: c.inner, columns: c.columns)
    try LogProduct.gradient(
      a: a.view, b: b.view, y: y.view, dy: dy.view, da: da.mutable, db: db.mutable, rows: c.rows,
      inner: c.inner, columns: c.columns)
    return [y.values, da.values, db.values]
  }

  func twin<T: TestReal>(_ c: Case<T>) -> [[T]] {
    func term(_ i: Int, _ k: Int, _ j: Int) -> T { c.a[i * c.inner + k] + c.b[k * c.columns + j] }
    func weight(_ v: T, _ bound: T) -> T { v == bound ? 1 : T.exp(v - bound) }
    var y = c.dy
    for i in 0..<c.rows {
      for j in 0..<c.columns {
        var largest = -T.infinity
        for k in 0..<c.inner where term(i, k, j) > largest { largest = term(i, k, j) }
        var sum = T.zero
        for k in 0..<c.inner { sum += weight(term(i, k, j), largest) }
        y[i * c.columns + j] = largest + T.log(sum)
      }
    }
    func share(_ i: Int, _ k: Int, _ j: Int) -> T {
      let bound = y[i * c.columns + j]
      return bound == -.infinity ? 0 : weight(term(i, k, j), bound)
    }
    var (da, db) = (c.a, c.b)
    for k in 0..<c.inner {
      for i in 0..<c.rows {
        da[i * c.inner + k] = chain(c.columns) { (c.dy[i * c.columns + $0], share(i, k, $0)) }
      }
      for j in 0..<c.columns {
        db[k * c.columns + j] = chain(c.rows) { (c.dy[$0 * c.columns + j], share($0, k, j)) }
      }
    }
    return [y, da, db]
  }

  func agree<T: TestReal>(_ c: Case<T>) throws {
    let found = try KernelTesting.everywhere("\(T.self)") { try kernels(c).map(testBits) }
    #expect(found == twin(c).map(testBits))
  }

  @Test("the largest first, then one chain; and its gradients")
  func chains() throws {
    let shapes = [(3, 4, 5), (1, 1, 16), (2, 7, 33), (5, 2, 1), (0, 2, 3), (2, 0, 3), (2, 3, 0)]
    for (seed, (rows, inner, columns)) in shapes.enumerated() {
      for wild in [false, true] {
        try agree(Case<Float>(seed, rows, inner, columns, wild: wild))
        try agree(Case<Double>(seed, rows, inner, columns, wild: wild))
      }
    }
  }

  @Test("a large one agrees on any number of shares")
  func shares() throws {
    let c = Case<Float>(2, 20, 20, 40, wild: false)
    try KernelTesting.everywhere { try kernels(c).map(testBits) }
  }

  @Test("f64 gradients are slopes, f32 ones are near; infinities")
  func gradients() throws {
    let c = Case<Double>(3, 3, 4, 5, wild: false)
    let result = try kernels(c)
    for (gradient, path) in [(1, \Case<Double>.a), (2, \.b)] {
      let error = try KernelTesting.gradientError(result[gradient], at: c[keyPath: path]) {
        var moved = c
        moved[keyPath: path] = $0
        return loosely(try kernels(moved)[0], c.dy)
      }
      #expect(error < 1e-6)
    }
    var narrow = Case<Float>(3, 3, 4, 5, wild: false)
    (narrow.a, narrow.b) = (c.a.map { Float($0) }, c.b.map { Float($0) })
    for (f32, f64) in zip(try kernels(narrow), result) { #expect(distance(f32, f64) < 1e-5) }

    var ends = Case<Double>(1, 2, 2, 2, wild: false)
    ends.a = [-.infinity, -.infinity, .infinity, 0]
    ends.b = [1000, 1, 1000, 2]
    ends.dy = [1, 1, 1, 1]
    let found = try kernels(ends)
    #expect(found[0] == [-.infinity, -.infinity, .infinity, .infinity])
    #expect(found[1] == [0, 0, 2, 0] && found[2] == [1, 1, 0, 0])
  }

  @Test func misfits() throws {
    let (a, y) = (TestMemory<Float>([1, 2]), TestMemory<Float>([0]))
    #expect(throws: KernelError.size(kernel: "log product", argument: "b", needed: 3, found: 2)) {
      try LogProduct.multiply(a.view, a.view, into: y.mutable, rows: 2, inner: 1, columns: 3)
    }
  }
}
