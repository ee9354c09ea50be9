import Testing

@testable import Kernels

@Suite("Nearest codes") struct NearestCodeTests {
  struct Case<T: TestReal> {
    var rows, count, width: Int
    var x, codes, dy: [T]

    init(_ seed: Int, _ rows: Int, _ count: Int, _ width: Int, wild: Bool = false) {
      var numbers = TestNumbers(seed)
      (self.rows, self.count, self.width) = (rows, count, width)
      x = numbers.reals(rows * width, as: T.self, wild: wild)
      codes = numbers.reals(count * width, as: T.self, wild: wild)
      dy = numbers.reals(rows * count, as: T.self, wild: wild)
    }
  }

  func distances<T: TestReal>(_ kind: CodeDistance, _ c: Case<T>) throws -> [T] {
    let (x, codes) = (TestMemory(c.x), TestMemory(c.codes))
    return try written(c.rows * c.count, over: T.nan) {
      try NearestCode.distances(
        kind, x.view, codes: codes.view, into: $0, rows: c.rows, count: c.count, width: c.width)
    }
  }

  func twin<T: TestReal>(_ kind: CodeDistance, _ c: Case<T>) -> [T] {
    func length(_ values: [T], _ row: Int) -> T {
      let square: T = chain(c.width) { (values[row * c.width + $0], values[row * c.width + $0]) }
      return square.squareRoot()
    }
    return (0..<c.rows * c.count).map { place in
      let (row, code) = (place / c.count, place % c.count)
      let sum: T = chain(c.width) {
        let (a, b) = (c.x[row * c.width + $0], c.codes[code * c.width + $0])
        return kind == .squared ? (a - b, a - b) : (a, b)
      }
      if kind != .cosine { return sum }
      let divisor = length(c.x, row) * length(c.codes, code)
      return divisor == 0 ? 0 : sum / divisor
    }
  }

  func agree<T: TestReal>(_ kind: CodeDistance, _ c: Case<T>) throws {
    let found = try KernelTesting.everywhere("\(kind) \(T.self)") {
      testBits(try distances(kind, c))
    }
    #expect(found == testBits(twin(kind, c)))
  }

  @Test("distances are one chain each", arguments: CodeDistance.allCases)
  func chains(kind: CodeDistance) throws {
    let shapes = [(5, 17, 3), (1, 1, 1), (4, 16, 9), (9, 40, 2), (3, 5, 0), (0, 3, 2), (3, 0, 2)]
    for (seed, (rows, count, width)) in shapes.enumerated() {
      for wild in [false, true] {
        try agree(kind, Case<Float>(seed, rows, count, width, wild: wild))
        try agree(kind, Case<Double>(seed, rows, count, width, wild: wild))
      }
    }
    var zero = Case<Float>(1, 3, 4, 5)
    zero.x = zero.x.map { _ in 0 }
    try agree(kind, zero)
    let large = Case<Float>(2, 41, 70, 40)
    try agree(kind, large)
  }

  /// The nearest n of each row by sorting all its distances.
  func check<T: TestReal>(_ kind: CodeDistance, _ c: Case<T>, n: Int) throws {
    let (x, codes) = (TestMemory(c.x), TestMemory(c.codes))
    let found = try KernelTesting.everywhere("\(kind), \(n)") {
      let (indices, values) = (TestMemory(c.rows * n, Int32(-1)), TestMemory(c.rows * n, T.nan))
      try NearestCode.nearest(
        n, by: kind, x.view, codes: codes.view, indices: indices.mutable,
        distances: values.mutable, rows: c.rows, count: c.count, width: c.width)
      return [indices.values.map { UInt64($0) }, testBits(values.values)]
    }
    let all = twin(kind, c)
    for row in 0..<c.rows {
      let part = Array(all[row * c.count..<(row + 1) * c.count])
      let order = part.indices.sorted {
        part[$0] == part[$1]
          ? $0 < $1 : kind == .squared ? part[$0] < part[$1] : part[$0] > part[$1]
      }.prefix(n)
      #expect(Array(found[0][row * n..<(row + 1) * n]) == order.map { UInt64($0) })
      #expect(Array(found[1][row * n..<(row + 1) * n]) == testBits(order.map { part[$0] }))
    }
  }

  @Test("the nearest, the lowest index among equals", arguments: CodeDistance.allCases)
  func nearest(kind: CodeDistance) throws {
    for n in [1, 2, 11] {
      var c = Case<Float>(n, 13, 37, 3)
      // Several equal codes, and coarse numbers.
      c.x = c.x.map { ($0 * 2).rounded() }
      c.codes = c.codes.map { ($0 * 2).rounded() }
      try check(kind, c, n: n)
      try check(kind, Case<Double>(n, 6, 19, 4), n: n)
    }
    try check(kind, Case<Float>(7, 60, 90, 20), n: 1)
    try check(kind, Case<Float>(8, 60, 90, 20), n: 3)
  }

  @Test("a NaN among the distances is an error with the first row", arguments: [1, 2])
  func notANumber(n: Int) throws {
    var c = Case<Float>(3, 60, 90, 20)
    c.x[47 * 20 + 3] = .nan
    c.x[22 * 20] = .nan
    let (x, codes) = (TestMemory(c.x), TestMemory(c.codes))
    let message = try KernelTesting.everywhere {
      do {
        try NearestCode.nearest(
          n, by: .squared, x.view, codes: codes.view, rows: 60, count: 90, width: 20)
        return ""
      } catch let error as KernelError {
        return error.message
      }
    }
    #expect(message == KernelError.notANumber(kernel: "nearest code", row: 22).message)
  }

  func gradients<T: TestReal>(_ c: Case<T>, onto start: [T]) throws -> [[T]] {
    let (x, codes, dy) = (TestMemory(c.x), TestMemory(c.codes), TestMemory(c.dy))
    let (dx, dCodes) = (TestMemory(c.x.count, T.nan), TestMemory(start))
    try NearestCode.squaredGradient(
      x.view, codes: codes.view, dy: dy.view, dx: dx.mutable, codeGradient: dCodes.mutable,
      rows: c.rows, count: c.count, width: c.width)
    return [dx.values, dCodes.values]
  }

  func agreeGradients<T: TestReal>(_ c: Case<T>) throws {
    let found = try KernelTesting.everywhere("\(T.self)") {
      try gradients(c, onto: c.codes).map(testBits)
    }
    var (dx, dCodes) = (c.x, c.codes)
    for i in 0..<c.width {
      for row in 0..<c.rows {
        let sum: T = chain(c.count) {
          (c.dy[row * c.count + $0], c.x[row * c.width + i] - c.codes[$0 * c.width + i])
        }
        dx[row * c.width + i] = 2 * sum + 0
      }
      for code in 0..<c.count {
        let place = code * c.width + i
        for row in 0..<c.rows {
          dCodes[place] = dCodes[place].addingProduct(
            -2 * c.dy[row * c.count + code], c.x[row * c.width + i] - c.codes[place])
        }
        dCodes[place] += 0
      }
    }
    #expect(found == [dx, dCodes].map(testBits))
  }

  @Test("gradients of squared distances are chains, and slopes")
  func squaredGradient() throws {
    for wild in [false, true] {
      try agreeGradients(Case<Float>(1, 5, 7, 19, wild: wild))
      try agreeGradients(Case<Double>(2, 3, 4, 5, wild: wild))
    }
    try agreeGradients(Case<Float>(3, 40, 50, 37))
    let c = Case<Double>(4, 3, 4, 5)
    let result = try gradients(c, onto: c.codes.map { _ in 0 })
    for (gradient, path) in [(0, \Case<Double>.x), (1, \.codes)] {
      let error = try KernelTesting.gradientError(result[gradient], at: c[keyPath: path]) {
        var moved = c
        moved[keyPath: path] = $0
        return loosely(try distances(.squared, moved), c.dy)
      }
      #expect(error < 1e-6)
    }
    var narrow = Case<Float>(4, 3, 4, 5)
    (narrow.x, narrow.codes) = (c.x.map { Float($0) }, c.codes.map { Float($0) })
    for (f32, f64) in zip(try gradients(narrow, onto: narrow.codes.map { _ in 0 }), result) {
      #expect(distance(f32, f64) < 1e-5)
    }
  }

  @Test("Hamming distances count the bits that differ")
  func hamming() throws {
    for (rows, count, words) in [(3, 5, 2), (1, 1, 9), (2, 3, 0), (0, 2, 1), (70, 90, 20)] {
      var numbers = TestNumbers(words)
      let x = (0..<rows * words).map { _ in numbers.bits() }
      let codes = (0..<count * words).map { _ in numbers.bits() }
      let (xMemory, codeMemory) = (TestMemory(x), TestMemory(codes))
      let found = try KernelTesting.everywhere {
        try written(rows * count, over: Int32(-1)) {
          try NearestCode.hamming(
            xMemory.view, codes: codeMemory.view, into: $0, rows: rows, count: count,
            words: words)
        }
      }
      let expected = (0..<rows * count).map { place in
        (0..<words).reduce(Int32(0)) {
          $0
            + Int32(
              (x[place / count * words + $1] ^ codes[place % count * words + $1]).nonzeroBitCount)
        }
      }
      #expect(found == expected)
    }
  }

  @Test func misfits() throws {
    let (x, y) = (TestMemory<Float>([1, 2, 3, 4]), TestMemory<Float>([0]))
    #expect(throws: KernelError.size(kernel: "distances", argument: "codes", needed: 6, found: 4)) {
      try NearestCode.distances(
        .dot, x.view, codes: x.view, into: y.mutable, rows: 2, count: 3, width: 2)
    }
    #expect(throws: KernelError.size(kernel: "nearest code", argument: "n", needed: 2, found: 3)) {
      try NearestCode.nearest(
        3, by: .dot, x.view, codes: x.view, rows: 2, count: 2, width: 2)
    }
    #expect(throws: KernelError.self) {
      try NearestCode.nearest(by: .dot, x.view, codes: y.view, rows: 4, count: 0, width: 1)
    }
  }
}
