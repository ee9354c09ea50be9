import Testing

@testable import Kernels

@Suite("Activations and gates") struct ActivationTests {
  static func forward<T: KernelReal>(_ f: Activation, _ x: [T]) throws(KernelError) -> [T] {
    try RowMemory.made(x.count) { memory, y throws(KernelError) in
      try f.forward(memory.input(x), into: y)
    }
  }

  static func gradient<T: KernelReal>(_ f: Activation, _ x: [T], _ dy: [T]) throws(KernelError)
    -> [T]
  {
    try RowMemory.made(x.count) { memory, dx throws(KernelError) in
      try f.gradient(memory.input(x), dy: memory.input(dy), into: dx)
    }
  }

  static func gated<T: KernelReal>(_ f: Activation, _ gate: [T], _ up: [T]) throws(KernelError)
    -> [T]
  {
    try RowMemory.made(gate.count) { memory, y throws(KernelError) in
      try f.gated(gate: memory.input(gate), up: memory.input(up), into: y)
    }
  }

  /// The gate's gradient, then that of what it is multiplied by.
  static func gatedGradient<T: KernelReal>(_ f: Activation, _ gate: [T], _ up: [T], _ dy: [T])
    throws(KernelError) -> [T]
  {
    let count = gate.count
    return try RowMemory.made(2 * count) { memory, out throws(KernelError) in
      try f.gatedGradient(
        gate: memory.input(gate), up: memory.input(up), dy: memory.input(dy),
        gateGradient: .init(rebasing: out[..<count]), upGradient: .init(rebasing: out[count...]))
    }
  }

  func bits<T: KernelReal>(_ f: Activation, _ type: T.Type, count: Int) throws {
    var numbers = TestNumbers(count)
    let x: [T] = numbers.wildReals(count).map { $0 * 3 }
    let (up, dy): ([T], [T]) = (numbers.wildReals(count), numbers.wildReals(count))
    try KernelTesting.everywhere("\(f) \(type)") {
      KernelTesting.comparable(
        try Self.forward(f, x) + Self.gradient(f, x, dy) + Self.gated(f, x, up)
          + Self.gatedGradient(f, x, up, dy))
    }
  }

  @Test(
    "every instance and number of shares gives the reference's bits",
    arguments: Activation.allCases)
  func everywhere(f: Activation) throws {
    let large = f == .relu || f == .squaredReLU ? 100_003 : 10_003
    for count in [0, 1, 15, 33, large] { try bits(f, Float.self, count: count) }
    for count in [1, large] { try bits(f, Double.self, count: count) }
  }

  @Test(
    "gradients: f64 by central differences, f32 by the f64 twin", arguments: Activation.allCases)
  func gradients(f: Activation) throws {
    var numbers = TestNumbers(7)
    // Away from the corner of ReLU.
    let x = numbers.floats(120).map { Double($0) * 5 }.filter { abs($0) > 1e-3 } + [-40, 40]
    let up = numbers.floats(x.count).map(Double.init)
    let dy = numbers.floats(x.count).map(Double.init)
    func loss(_ y: [Double]) -> Double { zip(y, dy).reduce(0) { $0 + $1.0 * $1.1 } }
    let dx = try Self.gradient(f, x, dy)
    #expect(try KernelTesting.gradientError(dx, at: x) { loss(try Self.forward(f, $0)) } < 1e-6)
    let both = try Self.gatedGradient(f, x, up, dy)
    let error = try KernelTesting.gradientError(both, at: x + up) {
      loss(try Self.gated(f, Array($0[..<x.count]), Array($0[x.count...])))
    }
    #expect(error < 1e-6)
    let narrow = try Self.gatedGradient(
      f, x.map { Float($0) }, up.map { Float($0) }, dy.map { Float($0) })
    #expect(KernelTesting.distance(narrow, both) < 2e-6)
    let alone = try Self.gradient(f, x.map { Float($0) }, dy.map { Float($0) })
    #expect(KernelTesting.distance(alone, dx) < 2e-6)
  }

  /// The formulas of textbooks, by functions of one number.
  static func twin(_ f: Activation, _ x: Double) -> Double {
    let e = ElementaryFunction.exp
    switch f {
    case .silu: return x / (1 + e(-x))
    case .gelu:
      // Simpson's rule for the integral of the normal density.
      let steps = 2000
      let h = x / Double(steps)
      var sum = 1 + e(-x * x / 2)
      for i in 1..<steps {
        let t = Double(i) * h
        sum += (i % 2 == 1 ? 4 : 2) * e(-t * t / 2)
      }
      return x * (0.5 + sum * h / 3 / (2 * Double.pi).squareRoot())
    case .geluTanh:
      let u = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
      return 0.5 * x * (1 + ElementaryFunction.tanh(u))
    case .relu: return max(x, 0)
    case .squaredReLU: return max(x, 0) * max(x, 0)
    case .sigmoid: return 1 / (1 + e(-x))
    case .tanh: return (e(x) - e(-x)) / (e(x) + e(-x))
    case .softplus: return ElementaryFunction.log(1 + e(x))
    }
  }

  @Test("values are those of the formulas", arguments: Activation.allCases)
  func values(f: Activation) throws {
    let x = stride(from: -8, through: 8, by: 0.37).map { Double(Float($0)) }
    let expected = x.map { Self.twin(f, $0) }
    let wide = try Self.forward(f, x)
    let narrow = try Self.forward(f, x.map { Float($0) })
    for (index, value) in expected.enumerated() {
      #expect(abs(wide[index] - value) < 1e-13 * max(1, abs(value)), "\(f) \(x[index])")
      #expect(abs(Double(narrow[index]) - value) < 1e-6 * max(1, abs(value)), "\(f) \(x[index])")
    }
    #expect(try Self.gated(f, x, x.map { _ in -2 }) == wide.map { $0 * -2 })
  }

  @Test("specials: signs of zero, ends, NaN")
  func specials() throws {
    let x: [Float] = [-0.0, 0, .nan, .infinity, 1e20]
    let relu = try Self.forward(.relu, x)
    #expect(relu[0].bitPattern == 0 && relu[1].bitPattern == 0)
    #expect(relu[2].isNaN && relu[3] == .infinity)
    #expect(
      try Self.forward(.softplus, [-.infinity, .infinity, 1000] as [Float]) == [0, .infinity, 1000])
    for f in Activation.allCases where f != .relu && f != .squaredReLU {
      #expect(try Self.gradient(f, [.nan] as [Float], [1])[0].isNaN, "\(f)")
    }
    for f in [Activation.gelu, .geluTanh] {
      let slopes = try Self.gradient(
        f, [1e30, -1e30, .infinity, -.infinity] as [Float], [1, 1, 1, 1])
      #expect(slopes == [1, 0, 1, 0], "\(f)")
    }
  }

  @Test("misfits are errors") func misfits() {
    #expect(throws: KernelError.self) { try Self.gradient(.silu, [1, 2] as [Float], [1]) }
    #expect(throws: KernelError.self) { try Self.gated(.silu, [1, 2] as [Float], [1]) }
    #expect(throws: KernelError.self) {
      try Self.gatedGradient(.relu, [1, 2] as [Double], [1, 2], [1])
    }
  }
}
