import Glibc
import Testing

@testable import Kernels

/// What holds to the bit: special values, symmetries, order, and the instances.
@Suite("Elementary functions, exactly") struct FunctionIdentityTests {
  typealias Cases = [(x: Double, y: Double)]

  static let least = Double.leastNonzeroMagnitude
  static let special: [(ElementaryFunction, Cases)] = [
    (.exp, [(0, 1), (-0.0, 1), (.infinity, .infinity), (-.infinity, 0), (1e9, .infinity)]),
    (.expm1, [(0, 0), (-0.0, -0.0), (.infinity, .infinity), (-.infinity, -1), (-1e9, -1)]),
    (
      .log,
      [(1, 0), (0, -.infinity), (-0.0, -.infinity), (.infinity, .infinity), (-1, .nan)]
    ),
    (.log1p, [(0, 0), (-0.0, -0.0), (-1, -.infinity), (-2, .nan), (.infinity, .infinity)]),
    (.sin, [(0, 0), (-0.0, -0.0), (.infinity, .nan), (-.infinity, .nan)]),
    (.cos, [(0, 1), (-0.0, 1), (.infinity, .nan), (-.infinity, .nan)]),
    (.tanh, [(0, 0), (-0.0, -0.0), (.infinity, 1), (-.infinity, -1), (40, 1)]),
    (.erf, [(0, 0), (-0.0, -0.0), (.infinity, 1), (-.infinity, -1), (7, 1)]),
    (
      .lgamma,
      [
        (1, 0), (2, 0), (0, .infinity), (-0.0, .infinity), (-1, .infinity), (-7, .infinity),
        (-1e30, .infinity), (.infinity, .infinity), (-.infinity, .infinity),
      ]
    ),
    (
      .digamma,
      [
        (0, -.infinity), (-0.0, .infinity), (-1, .nan), (-1e30, .nan), (.infinity, .infinity),
        (-.infinity, .nan),
      ]
    ),
  ]

  @Test("special values in f64 and f32", arguments: special.indices)
  func specials(index: Int) throws {
    let (function, cases) = Self.special[index]
    for (x, y) in cases + [(.nan, .nan)] {
      #expect(Self.same(function(x), y), "\(function) of \(x) is \(function(x))")
      let narrow = function([Float(x)])[0]
      #expect(Self.same(Double(narrow), Double(Float(y))), "\(function) of f32 \(x) is \(narrow)")
    }
  }

  static func same(_ a: Double, _ b: Double) -> Bool {
    a == b && a.sign == b.sign || a.isNaN && b.isNaN
  }

  /// The same special value, or the next number to an inexact one.
  static func near(_ a: Double, _ b: Double, _ ulp: Double) -> Bool {
    same(a, b) || a != 0 && a.isFinite && abs(a - b) <= ulp
  }

  @Test("the smallest numbers are themselves")
  func tiny() {
    for function in [ElementaryFunction.expm1, .log1p, .sin, .tanh] {
      for x in [Self.least, -Self.least, 0x1p-1030, -0x1.8p-1022] {
        #expect(function(x) == x, "\(function) of \(x)")
      }
      for x in [Float.leastNonzeroMagnitude, -0x1p-140, 0x1.8p-126] {
        #expect(function([x]) == [x], "\(function) of \(x)")
      }
    }
  }

  /// A grid over all of f32 with its neighbours, in descending and ascending order of magnitude.
  static let grid: [Float] = stride(from: UInt32(0), to: 0x7F80_0000, by: 30_011).flatMap {
    [Float(bitPattern: $0), Float(bitPattern: $0 + 1)]
  }

  @Test("odd functions are odd, cos is even")
  func symmetries() {
    for function in [ElementaryFunction.sin, .tanh, .erf] {
      let (plus, minus) = (function(Self.grid), function(Self.grid.map { -$0 }))
      #expect(KernelTesting.bits(minus) == KernelTesting.bits(plus.map { -$0 }), "\(function)")
      let wide = Self.grid.map { Double($0) / 3 }
      let (plusWide, minusWide) = (function(wide), function(wide.map { -$0 }))
      #expect(
        KernelTesting.bits(minusWide) == KernelTesting.bits(plusWide.map { -$0 }), "\(function)")
    }
    let (plus, minus) = (
      ElementaryFunction.cos(Self.grid), ElementaryFunction.cos(Self.grid.map { -$0 })
    )
    #expect(KernelTesting.bits(plus) == KernelTesting.bits(minus))
  }

  @Test("what rises never falls from one number to the next")
  func monotonic() {
    let both = Self.grid.reversed().map { -$0 } + Self.grid
    for function in [ElementaryFunction.log1p, .expm1, .tanh, .erf] {
      let values = function(both).filter { !$0.isNaN }
      #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }, "\(function)")
    }
    let logarithms = ElementaryFunction.log(Self.grid)
    #expect(zip(logarithms, logarithms.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("whole powers of small integers are exact")
  func exactPowers() throws {
    for base in 1...12 {
      for exponent in 0...6 {
        var exact = 1
        for _ in 0..<exponent { exact *= base }
        guard exact < 1 << 24 else { continue }
        #expect(Arithmetic.power(Float(base), Float(exponent)) == Float(exact))
        #expect(Arithmetic.power(Float(-base), Float(exponent)).magnitude == Float(exact))
        #expect(Arithmetic.power(Double(base), Double(exponent)) == Double(exact))
      }
    }
  }

  @Test("powers have IEEE's special cases in f64 and f32")
  func specialPowers() throws {
    let special: [Double] = [
      0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, .infinity, -.infinity, .nan, 1e300, -1e300,
      0x1p-1074, 0x1p24, 0x1.fffffep23, -0x1.fffffep23,
    ]
    for x in special {
      for y in special {
        let (ours, theirs) = (Arithmetic.power(x, y), Glibc.pow(x, y))
        #expect(Self.near(ours, theirs, theirs.ulp), "\(x) ** \(y)")
        let (a, b) = (Float(x), Float(y))
        let narrow = Float(Glibc.pow(Double(a), Double(b)))
        #expect(
          Self.near(Double(Arithmetic.power(a, b)), Double(narrow), Double(narrow.ulp)),
          "f32 \(a) ** \(b)")
        let (rest, exact) = (Arithmetic.remainder(x, y), Glibc.fmod(x, y))
        #expect(rest == exact || rest.isNaN && exact.isNaN, "\(x) rem \(y)")
      }
    }
  }

  @Test("arrays that do not pair are errors")
  func misfits() {
    #expect(throws: KernelError.self) { try Arithmetic.power([Float(1), 2], [3]) }
    #expect(throws: KernelError.self) { try Arithmetic.power([Double](), [3]) }
    #expect((try? Arithmetic.power([Float](), [])) == [])
  }

  @Test("every instance gives the reference's bits, whatever the length")
  func instances() throws {
    var numbers = TestNumbers(19)
    let wild = numbers.wild(700) + Self.grid.prefix(40) + (0..<60).map { Float($0) * 3e10 - 9e11 }
    for function in ElementaryFunction.allCases {
      for count in [1, 15, 16, 17, 33, wild.count] {
        let x = Array(wild.suffix(count))
        let together = try KernelTesting.everywhere("\(function) f32") {
          KernelTesting.bits(function(x))
        }
        #expect(together == x.flatMap { KernelTesting.bits(function([$0])) }, "\(function)")
        let wide = x.map { Double($0) / 3 }
        try KernelTesting.everywhere("\(function) f64") { KernelTesting.bits(function(wide)) }
      }
    }
    let exponents = wild.reversed().map { $0 * 4 }
    try KernelTesting.everywhere("power") {
      KernelTesting.bits(try Arithmetic.power(wild, exponents))
    }
    try KernelTesting.everywhere("power f64") {
      KernelTesting.bits(try Arithmetic.power(wild.map(Double.init), exponents.map(Double.init)))
    }
  }
}
