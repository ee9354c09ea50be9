import Testing

@testable import Kernels

@Suite("Softmax, log-softmax, logsumexp, sparsemax") struct SoftmaxTests {
  static func apply<T: KernelReal>(
    _ kernel: Int, _ x: [T], width: Int, temperature: T = 1
  ) throws(KernelError) -> [T] {
    let rows = width > 0 ? x.count / width : 0
    return try RowMemory.made(kernel == 2 ? rows : x.count) { memory, out throws(KernelError) in
      let x = memory.input(x)
      switch kernel {
      case 0: try Softmax.forward(x, temperature: temperature, into: out, rows: rows, width: width)
      case 1:
        try Softmax.logForward(x, temperature: temperature, into: out, rows: rows, width: width)
      case 2: try Softmax.logSumExp(x, into: out, rows: rows, width: width)
      default:
        try Softmax.sparse(x, temperature: temperature, into: out, rows: rows, width: width)
      }
    }
  }

  static func gradient<T: KernelReal>(
    _ kernel: Int, _ x: [T], y: [T], dy: [T], width: Int, temperature: T = 1
  ) throws(KernelError) -> [T] {
    let rows = width > 0 ? x.count / width : 0
    return try RowMemory.made(x.count) { memory, dx throws(KernelError) in
      let (x, y, dy) = (memory.input(x), memory.input(y), memory.input(dy))
      switch kernel {
      case 0:
        try Softmax.gradient(
          p: y, dy: dy, temperature: temperature, into: dx, rows: rows, width: width)
      case 1:
        try Softmax.logGradient(
          y: y, dy: dy, temperature: temperature, into: dx, rows: rows, width: width)
      case 2: try Softmax.logSumExpGradient(x, y: y, dy: dy, into: dx, rows: rows, width: width)
      default:
        try Softmax.sparseGradient(
          p: y, dy: dy, temperature: temperature, into: dx, rows: rows, width: width)
      }
    }
  }

  /// The definition, row by row.
  static func twin<T: KernelReal>(_ kernel: Int, _ row: [T], temperature: T) -> [T] {
    let z = row.map { $0 / temperature }
    let most = z.max() ?? 0
    let e = T.exp(z.map { $0 - most })
    switch kernel {
    case 0:
      let factor = 1 / e.reduce(0, +)
      return e.map { $0 * factor }
    case 1:
      let total = T.log(T.sum(e))
      return z.map { ($0 - most) - total }
    case 2: return [most + T.log(T.sum(e))]
    default:
      // The threshold of the sorted definition; compared with a tolerance.
      let sorted = z.sorted(by: >)
      var (sum, threshold): (T, T) = (0, 0)
      for (index, value) in sorted.enumerated() {
        sum += value
        if 1 + T(index + 1) * value > sum { threshold = (sum - 1) / T(index + 1) }
      }
      return z.map { Swift.max($0 - threshold, 0) }
    }
  }

  func bits<T: KernelReal>(_ type: T.Type, _ width: Int, wild: Bool) throws {
    var numbers = TestNumbers(width)
    let rows = width > 1000 ? 11 : 3
    let x: [T] = wild ? numbers.wildReals(rows * width) : numbers.reals(rows * width)
    let dy: [T] = wild ? numbers.wildReals(rows * width) : numbers.reals(rows * width)
    try KernelTesting.everywhere("\(type) \(width)") {
      var found: [UInt64] = []
      for kernel in 0..<4 {
        let y = try Self.apply(kernel, x, width: width, temperature: 0.7)
        let dx = try Self.gradient(
          kernel, x, y: y, dy: kernel == 2 ? Array(dy.prefix(rows)) : dy, width: width)
        found += KernelTesting.comparable(y) + KernelTesting.comparable(dx)
      }
      return found
    }
  }

  @Test("every instance and number of shares gives the reference's bits", arguments: [false, true])
  func everywhere(wild: Bool) throws {
    for width in [1, 5, 16, 33, 1030] {
      try bits(Float.self, width, wild: wild)
      try bits(Double.self, width, wild: wild)
    }
  }

  func definition<T: KernelReal>(_ type: T.Type) throws {
    var numbers = TestNumbers(2)
    for width in [1, 2, 17, 64, 1200] {
      for temperature in [1, 0.3, 2.5] as [T] {
        let x: [T] = numbers.reals(2 * width).map { $0 * 3 }
        for kernel in 0..<4 where kernel != 2 || temperature == 1 {
          let found = try Self.apply(kernel, x, width: width, temperature: temperature)
          let expected =
            Self.twin(kernel, Array(x[..<width]), temperature: temperature)
            + Self.twin(kernel, Array(x[width...]), temperature: temperature)
          if kernel < 3 {
            #expect(found == expected, "\(kernel) \(width)")
          } else {
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 8 * T(1).ulp })
          }
        }
      }
    }
  }

  @Test("the definitions, in both types") func definitions() throws {
    try definition(Float.self)
    try definition(Double.self)
  }

  @Test("gradients: f64 by central differences, f32 by the f64 twin", arguments: 0..<4)
  func gradients(kernel: Int) throws {
    var numbers = TestNumbers(kernel + 20)
    for width in [1, 3, 18] {
      // f32 numbers, so that both types start from the same.
      let x = numbers.floats(2 * width).map { Double($0) * 2 }
      let dy = numbers.floats(kernel == 2 ? 2 : 2 * width).map(Double.init)
      let temperature = kernel == 2 ? 1 : 0.75
      let y = try Self.apply(kernel, x, width: width, temperature: temperature)
      let dx = try Self.gradient(kernel, x, y: y, dy: dy, width: width, temperature: temperature)
      let error = try KernelTesting.gradientError(dx, at: x) {
        zip(try Self.apply(kernel, $0, width: width, temperature: temperature), dy)
          .reduce(0) { $0 + $1.0 * $1.1 }
      }
      #expect(error < 1e-6, "\(kernel) \(width)")
      let narrow = try Self.gradient(
        kernel, x.map { Float($0) }, y: y.map { Float($0) }, dy: dy.map { Float($0) },
        width: width, temperature: Float(temperature))
      #expect(KernelTesting.distance(narrow, dx) < 2e-6, "\(kernel) \(width)")
    }
  }

  @Test("one softmax: the bits of inference, and of a row alone")
  func sameBits() throws {
    var numbers = TestNumbers(8)
    let x = numbers.floats(3 * 77)
    let p = try Self.apply(0, x, width: 77)
    #expect(p == (try Rows.softmax(x, width: 77)))
    #expect(Array(p[77..<154]) == (try Self.apply(0, Array(x[77..<154]), width: 77)))
    #expect(p == (try Self.apply(0, x.map { $0 * 4 }, width: 77, temperature: 4)))
  }

  @Test("sparsemax: closed form of two, sums of 1, exact zeros, ties")
  func sparsemax() throws {
    #expect(
      try Self.apply(3, [0.25, 0.0, 3, 1, 1, 1], width: 2) == [0.625, 0.375, 1, 0, 0.5, 0.5])
    #expect(try Self.apply(3, [-Double.infinity, 2, 2], width: 3) == [0, 0.5, 0.5])
    var numbers = TestNumbers(4)
    let x = numbers.floats(50 * 40).map { Double($0) * 3 }
    let p = try Self.apply(3, x, width: 40)
    for row in 0..<50 {
      let shares = p[row * 40..<(row + 1) * 40]
      #expect(abs(shares.reduce(0, +) - 1) < 1e-14)
      #expect(shares.contains(0))
    }
  }

  @Test("specials: masked logits, rows of infinities, NaN, empty rows")
  func specials() throws {
    let inf = Float.infinity
    #expect(try Self.apply(0, [0, -inf], width: 2) == [1, 0])
    #expect(try Self.apply(2, [-inf, -inf, inf, 1], width: 2) == [-inf, inf])
    for kernel in 0..<4 {
      let found = try Self.apply(kernel, [Float.nan, -inf, 1, 2, .nan, inf], width: 3)
      #expect(found.allSatisfy { $0.isNaN }, "\(kernel)")
    }
    let flat = try Self.gradient(2, [-inf, -inf], y: [-inf], dy: [3], width: 2)
    #expect(flat == [0, 0])
    #expect(try Self.apply(0, [Float](), width: 0).isEmpty)
  }

  @Test("misfits are errors") func misfits() throws {
    for kernel in 0..<4 {
      #expect(
        throws: KernelError.size(kernel: Self.names[kernel], argument: "x", needed: 2, found: 3)
      ) {
        try Self.apply(kernel, [1, 2, 3] as [Float], width: 2)
      }
    }
    for temperature in [0, -1, .infinity, .nan] as [Double] {
      #expect(throws: KernelError.self) {
        try Self.apply(0, [1, 2], width: 2, temperature: temperature)
      }
    }
    #expect(throws: KernelError.self) {
      try RowMemory.made(2, of: Float.self) { memory, out throws(KernelError) in
        let x = memory.input([1, 2] as [Float])
        try Softmax.forward(x, into: out, rows: Int.max, width: 3)
      }
    }
    #expect(throws: KernelError.self) {
      try Self.gradient(0, [1, 2], y: [1], dy: [1, 2], width: 2)
    }
  }

  static let names = ["softmax", "log-softmax", "logsumexp", "sparsemax"]
}
