import Foundation
import Testing

@testable import Kernels

@Suite("Fourier transforms") struct FourierTests {
  static let larger = [97, 101, 128, 360, 1000, 1024]
  // Every kind of pass, alone and with others; 53, 94 = 2 * 47 and 106 stand around the largest prime.
  static let odd = [1, 2, 3, 4, 5, 6, 7, 8, 15, 30, 44, 49, 53, 94, 106]

  func apply<T: TestReal>(
    _ operation: FourierOperation, _ x: [T], n: Int, outer: Int, inner: Int = 1
  ) throws -> [T] {
    let memory = TestMemory(x)
    let (length, parts) = operation.output(n)
    return try written(outer * length * inner * parts, over: T.nan) {
      try FourierTransform<T>(n).apply(operation, memory.view, into: $0, outer: outer, inner: inner)
    }
  }

  func count(_ operation: FourierOperation, _ n: Int) -> Int {
    operation.input(n).length * operation.input(n).parts
  }

  /// Σ x_j exp(∓2πi j k / n), by the sum as it is written.
  func naive(_ x: [Double], _ n: Int, sign: Double) -> [Double] {
    let turns = (0..<n).map { k in
      let angle = 2 * .pi * Double(k) / Double(n)
      return (Foundation.cos(angle), Foundation.sin(angle))
    }
    var y = [Double](repeating: 0, count: 2 * n)
    for k in 0..<n {
      for j in 0..<n {
        let (cosine, sine) = turns[j * k % n]
        y[2 * k] += x[2 * j] * cosine - x[2 * j + 1] * (sign * sine)
        y[2 * k + 1] += x[2 * j] * (sign * sine) + x[2 * j + 1] * cosine
      }
    }
    return y
  }

  func norm(_ x: [Double]) -> Double { loosely(x, x).squareRoot() }

  func error<T: TestReal>(_ found: [T], _ expected: [Double]) -> Double {
    norm(zip(found, expected).map { Double($0) - $1 }) / max(norm(expected), 1e-300)
  }

  @Test("sums as they are written, and back", arguments: Array(1...64) + larger)
  func sums(n: Int) throws {
    var numbers = TestNumbers(n)
    let narrow: [Float] = numbers.reals(2 * n, as: Float.self)
    let x = narrow.map { Double($0) }
    let forward = naive(x, n, sign: -1)
    let found = try apply(.forward, x, n: n, outer: 1)
    #expect(error(found, forward) < 1e-13)
    #expect(error(try apply(.forward, narrow, n: n, outer: 1), forward) < 2e-6)
    let inverse = naive(x, n, sign: 1).map { $0 / Double(n) }
    #expect(error(try apply(.inverse, x, n: n, outer: 1), inverse) < 1e-13)
    #expect(error(try apply(.inverse, narrow, n: n, outer: 1), inverse) < 2e-6)
    #expect(error(try apply(.inverse, found, n: n, outer: 1), x) < 1e-13)
    // Parseval
    #expect(abs(loosely(found, found) / (Double(n) * loosely(x, x)) - 1) < 1e-13)

    let line = Array(x[..<n])
    let bins = try apply(.real, line, n: n, outer: 1)
    #expect(error(try apply(.realInverse, bins, n: n, outer: 1), line) < 1e-13)
    let narrowBins = try apply(.real, Array(narrow[..<n]), n: n, outer: 1)
    #expect(error(narrowBins, bins) < 2e-6)
    #expect(error(try apply(.realInverse, narrowBins, n: n, outer: 1), line) < 2e-6)
  }

  func agree<T: TestReal>(_ n: Int, _ operation: FourierOperation, as _: T.Type) throws {
    var numbers = TestNumbers(n)
    let outer = 19
    let size = count(operation, n)
    let x = numbers.reals(outer * size, as: T.self, wild: true)
    let bits = try KernelTesting.everywhere("\(operation) of \(n)") {
      testBits(try apply(operation, x, n: n, outer: outer))
    }
    var alone: [T] = []
    for row in 0..<outer {
      alone += try apply(operation, Array(x[row * size..<(row + 1) * size]), n: n, outer: 1)
    }
    #expect(testBits(alone) == bits)
  }

  @Test("all instances agree, and rows alone with rows among others", arguments: odd)
  func instances(n: Int) throws {
    for operation in FourierOperation.allCases {
      try agree(n, operation, as: Float.self)
      try agree(n, operation, as: Double.self)
    }
  }

  @Test("another axis than the last", arguments: FourierOperation.allCases)
  func axes(operation: FourierOperation) throws {
    let (n, outer, inner) = (12, 3, 5)
    let (input, output) = (operation.input(n), operation.output(n))
    var numbers = TestNumbers(3)
    let x: [Float] = numbers.reals(outer * count(operation, n) * inner, as: Float.self)
    let bits = try KernelTesting.everywhere {
      testBits(try apply(operation, x, n: n, outer: outer, inner: inner))
    }
    /// [outer, length, inner, parts] to [outer, inner, length, parts]
    func moved<V>(_ values: [V], _ length: Int, _ parts: Int) -> [V] {
      (0..<values.count).map { place in
        let (part, j) = (place % parts, place / parts % length)
        let line = place / parts / length
        return values[((line / inner * length + j) * inner + line % inner) * parts + part]
      }
    }
    let rows = try apply(
      operation, moved(x, input.length, input.parts), n: n, outer: outer * inner)
    #expect(testBits(rows) == moved(bits, output.length, output.parts))
  }

  @Test("real lines are complex ones without second parts", arguments: odd + [45, 64])
  func real(n: Int) throws {
    var numbers = TestNumbers(n + 1)
    let x: [Float] = numbers.reals(n, as: Float.self)
    let complex = try apply(.forward, x.flatMap { [$0, 0] }, n: n, outer: 1)
    let bins = try apply(.real, x, n: n, outer: 1)
    #expect(testBits(bins) == testBits(Array(complex[..<(2 * (n / 2 + 1))])))

    // What the conjugates of bins make of them; the second parts of the outer bins are not read.
    var spectrum: [Float] = numbers.reals(2 * n, as: Float.self)
    let half = Array(spectrum[..<(2 * (n / 2 + 1))])
    spectrum[1] = 0
    for k in n / 2..<n where k > 0 {
      if 2 * k == n { spectrum[n + 1] = 0 }
      if 2 * k > n {
        (spectrum[2 * k], spectrum[2 * k + 1]) = (half[2 * (n - k)], -half[2 * (n - k) + 1])
      }
    }
    let whole = try apply(.inverse, spectrum, n: n, outer: 1)
    let found = try apply(.realInverse, half, n: n, outer: 1)
    #expect(testBits(found) == testBits((0..<n).map { whole[2 * $0] }))
  }

  @Test("impulses, scaling by 2, sums; a result in place of x", arguments: odd)
  func identities(n: Int) throws {
    var impulse = [Float](repeating: 0, count: 2 * n)
    impulse[0] = 1
    let ones = (0..<2 * n).map { $0 % 2 == 0 ? Float(1) : 0 }
    if n <= 47 || n == 49 || n == 94 {
      #expect(try apply(.forward, impulse, n: n, outer: 1) == ones)
      #expect(try apply(.forwardGradient, impulse, n: n, outer: 1) == ones)
      let parts = ones.map { $0 / Float(n) }
      #expect(try apply(.inverse, impulse, n: n, outer: 1) == parts)
    }
    var numbers = TestNumbers(n)
    let (x, y) = (numbers.doubles(2 * n), numbers.doubles(2 * n))
    let (fx, fy) = (
      try apply(.forward, x, n: n, outer: 1), try apply(.forward, y, n: n, outer: 1)
    )
    #expect(try apply(.forward, x.map { -2 * $0 }, n: n, outer: 1) == fx.map { -2 * $0 })
    let sum = try apply(.forward, zip(x, y).map { $0 + 3 * $1 }, n: n, outer: 1)
    #expect(error(sum, zip(fx, fy).map { $0 + 3 * $1 }) < 1e-14)
    let place = TestMemory(x)
    try FourierTransform<Double>(n).apply(.forward, place.view, into: place.mutable, outer: 1)
    #expect(testBits(place.values) == testBits(fx))
  }

  @Test("adjoints: <F x, y> = <x, F* y>", arguments: odd + [128, 101])
  func adjoints(n: Int) throws {
    var numbers = TestNumbers(n)
    for operation in FourierOperation.allCases {
      let x = numbers.doubles(count(operation, n)), y = numbers.doubles(count(operation.adjoint, n))
      let (there, back) = (
        try apply(operation, x, n: n, outer: 1), try apply(operation.adjoint, y, n: n, outer: 1)
      )
      #expect(
        abs(loosely(there, y) - loosely(x, back)) <= 1e-13 * max(norm(there) * norm(y), 1e-3),
        "\(operation)")
      let narrow = try apply(operation, x.map { Float($0) }, n: n, outer: 1)
      #expect(error(narrow, there) < 2e-6, "\(operation)")
    }
  }

  @Test("gradients are slopes", arguments: [1, 2, 5, 6, 9, 16, 53])
  func gradients(n: Int) throws {
    var numbers = TestNumbers(n)
    for operation in FourierOperation.allCases {
      let x = numbers.doubles(count(operation, n))
      let dy = numbers.doubles(count(operation.adjoint, n))
      let gradient = try apply(operation.adjoint, dy, n: n, outer: 1)
      let error = try KernelTesting.gradientError(gradient, at: x, step: 1e-3) {
        loosely(try apply(operation, $0, n: n, outer: 1), dy)
      }
      #expect(error < 1e-6, "\(operation)")
    }
  }

  @Test("many rows on any number of shares; no rows")
  func shares() throws {
    let (n, outer) = (60, 150)
    var numbers = TestNumbers(8)
    let x: [Float] = numbers.reals(outer * 2 * n, as: Float.self)
    try KernelTesting.everywhere { testBits(try apply(.inverse, x, n: n, outer: outer)) }
    #expect(try apply(.real, [Float](), n: n, outer: 0) == [])
    #expect(try apply(.forward, [Double](), n: n, outer: 4, inner: 0) == [])
  }

  @Test("misfits are errors")
  func misfits() throws {
    for n in [0, -1, .min, 1 << 40 + 1, .max] {
      let name = "Fourier transform"
      #expect(
        throws: KernelError.value(kernel: name, argument: "n", allowed: "from 1 to 2^40, not \(n)")
      ) { try FourierTransform<Float>(n) }
    }
    let transform = try FourierTransform<Double>(6)
    #expect(transform.bins == 4)
    let (x, y) = (TestMemory(12, 0.0), TestMemory(12, 0.0))
    func size(_ argument: String, _ needed: Int, _ found: Int) -> KernelError {
      .size(kernel: "Fourier transform", argument: argument, needed: needed, found: found)
    }
    #expect(throws: size("x", 24, 12)) {
      try transform.apply(.forward, x.view, into: y.mutable, outer: 2)
    }
    #expect(throws: size("y", 16, 12)) {
      try transform.apply(.real, x.view, into: y.mutable, outer: 2)
    }
    #expect(throws: size("x", 8, 12)) {
      try transform.apply(.realInverse, x.view, into: y.mutable, outer: 1)
    }
    #expect(throws: KernelError.self) {
      try transform.apply(.forward, x.view, into: y.mutable, outer: -1, inner: -1)
    }
    #expect(throws: KernelError.self) {
      try transform.apply(.forward, x.view, into: y.mutable, outer: .max, inner: 2)
    }
  }
}
