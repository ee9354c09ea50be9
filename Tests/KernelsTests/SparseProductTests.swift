import Testing

@testable import Kernels

@Suite("Sparse products") struct SparseProductTests {
  struct Case<T: TestReal> {
    var pattern: SparsePattern
    var width: Int
    var values, dense, dy: [T]

    init(seed: Int, rows: Int, columns: Int, width: Int, wild: Bool) throws {
      var numbers = TestNumbers(seed)
      var starts = [0]
      for _ in 0..<rows {
        starts.append(starts[starts.count - 1] + (columns == 0 ? 0 : numbers.below(19)))
      }
      pattern = try SparsePattern(
        columns: columns, starts: starts,
        entries: numbers.indices(starts[rows], below: max(columns, 1)))
      self.width = width
      values = numbers.reals(starts[rows], as: T.self, wild: wild)
      dense = numbers.reals(columns * width, as: T.self, wild: wild)
      dy = numbers.reals(rows * width, as: T.self, wild: wild)
    }
  }

  /// y, the gradient of the values, and that of the dense matrix, on from `dense`.
  func kernels<T: TestReal>(_ c: Case<T>) throws -> [[T]] {
    let (values, dense, dy) = (TestMemory(c.values), TestMemory(c.dense), TestMemory(c.dy))
    let gradient = TestMemory(c.dense)
    try SparseProduct.denseGradient(
      c.pattern, values: values.view, dy: dy.view, into: gradient.mutable, width: c.width)
    return [
      try written(c.dy.count, over: T.nan) {
        try SparseProduct.multiply(
          c.pattern, values: values.view, dense: dense.view, into: $0, width: c.width)
      },
      try written(c.values.count, over: T.nan) {
        try SparseProduct.valuesGradient(
          c.pattern, dense: dense.view, dy: dy.view, into: $0, width: c.width)
      },
      gradient.values,
    ]
  }

  func twin<T: TestReal>(_ c: Case<T>) -> [[T]] {
    var (y, dValues, dDense) = (c.dy, c.values, c.dense)
    for row in 0..<c.pattern.rows {
      let entries = c.pattern.starts[row]..<c.pattern.starts[row + 1]
      for i in 0..<c.width {
        y[row * c.width + i] = chain(entries.count) {
          let entry = entries.lowerBound + $0
          return (c.values[entry], c.dense[Int(c.pattern.entries[entry]) * c.width + i])
        }
      }
      for entry in entries {
        let column = Int(c.pattern.entries[entry])
        dValues[entry] = chain(c.width) {
          (c.dy[row * c.width + $0], c.dense[column * c.width + $0])
        }
        for i in 0..<c.width {
          let place = column * c.width + i
          dDense[place] = dDense[place].addingProduct(c.values[entry], c.dy[row * c.width + i])
        }
      }
    }
    return [y, dValues, dDense.map { $0 + 0 }]
  }

  func agree<T: TestReal>(_ c: Case<T>) throws {
    let found = try KernelTesting.everywhere("\(T.self)") { try kernels(c).map(testBits) }
    #expect(found == twin(c).map(testBits))
  }

  @Test("each element is one chain over stored entries", arguments: 0..<6)
  func chains(seed: Int) throws {
    let (rows, columns) = ([5, 1, 9, 3, 0, 4][seed], [7, 3, 1, 20, 4, 0][seed])
    let width = [1, 64, 65, 150, 3, 17][seed]
    for wild in [false, true] {
      try agree(
        Case<Float>(seed: seed, rows: rows, columns: columns, width: width, wild: wild))
      try agree(
        Case<Double>(seed: seed, rows: rows, columns: columns, width: width, wild: wild))
    }
  }

  @Test("a large product agrees on any number of shares")
  func shares() throws {
    let c = try Case<Float>(seed: 8, rows: 90, columns: 50, width: 200, wild: false)
    try KernelTesting.everywhere { try kernels(c).map(testBits) }
  }

  @Test("f64 gradients are slopes, f32 ones are near")
  func gradients() throws {
    let c = try Case<Double>(seed: 5, rows: 4, columns: 3, width: 5, wild: false)
    var clear = c
    clear.dense = c.dense.map { _ in 0 }
    let result = try kernels(c)
    #expect(
      try KernelTesting.gradientError(result[1], at: c.values) {
        var moved = c
        moved.values = $0
        return loosely(try kernels(moved)[0], c.dy)
      } < 1e-6)
    #expect(
      try KernelTesting.gradientError(try kernels(clear)[2], at: c.dense) {
        var moved = c
        moved.dense = $0
        return loosely(try kernels(moved)[0], c.dy)
      } < 1e-6)
    var narrow = try Case<Float>(seed: 5, rows: 4, columns: 3, width: 5, wild: false)
    narrow.dense = c.dense.map { Float($0) }
    for (f32, f64) in zip(try kernels(narrow), result) { #expect(distance(f32, f64) < 1e-5) }
  }

  @Test("patterns and sizes that do not fit are errors")
  func misfits() throws {
    func made(_ starts: [Int], _ entries: [Int32]) throws(KernelError) -> SparsePattern {
      try SparsePattern(columns: 3, starts: starts, entries: entries)
    }
    let name = "sparse matrix"
    #expect(
      throws: KernelError.index(kernel: name, argument: "columns", place: 1, index: 3, count: 3)
    ) { try made([0, 2], [1, 3]) }
    #expect(
      throws: KernelError.index(kernel: name, argument: "columns", place: 0, index: -1, count: 3)
    ) { try made([0, 2], [-1, 3]) }
    #expect(
      throws: KernelError.index(kernel: name, argument: "starts", place: 2, index: 1, count: 3)
    ) { try made([0, 2, 1, 2], [0, 1]) }
    #expect(throws: KernelError.size(kernel: name, argument: "entries", needed: 2, found: 1)) {
      try made([0, 2], [0])
    }
    #expect(throws: KernelError.self) { try made([], []) }
    #expect(throws: KernelError.self) { try made([1, 2], [0, 0]) }
    let (pattern, one) = (try made([0, 1], [2]), TestMemory<Float>([1]))
    #expect(
      throws: KernelError.size(kernel: "sparse product", argument: "dense", needed: 3, found: 1)
    ) {
      try SparseProduct.multiply(
        pattern, values: one.view, dense: one.view, into: one.mutable, width: 1)
    }
  }
}
