import Glibc
import Testing

@testable import Kernels

/// The system's functions are the oracle here: they are good to an ulp or so on the ranges drawn.
/// `scripts/exhaustive` tries every f32, and f64 against a multiple-precision library.
@Suite("Elementary functions") struct ElementaryFunctionTests {
  typealias Oracle = @Sendable (Double) -> Double

  static func oracle(_ function: ElementaryFunction) -> Oracle? {
    switch function {
    case .exp: { Glibc.exp($0) }
    case .log: { Glibc.log($0) }
    case .sin: { Glibc.sin($0) }
    case .cos: { Glibc.cos($0) }
    case .tanh: { Glibc.tanh($0) }
    case .expm1: { Glibc.expm1($0) }
    case .log1p: { Glibc.log1p($0) }
    case .erf: { Glibc.erf($0) }
    case .lgamma:
      {
        var sign: Int32 = 0
        return Glibc.lgamma_r($0, &sign)
      }
    case .digamma: nil
    }
  }

  static let ranges: [(ElementaryFunction, ClosedRange<Double>)] = [
    (.exp, -745...709), (.log, 1e-300...1e300), (.log, 0.5...2), (.sin, -1e4...1e4),
    (.cos, -1e12...1e12), (.tanh, -20...20), (.expm1, -2...2), (.log1p, -0.9...3), (.erf, -7...7),
    (.erf, -1e-3...1e-3), (.lgamma, 1e-9...10), (.lgamma, 1...1e5), (.lgamma, 0.999...1.001),
    (.lgamma, 1.9...2.1),
  ]

  @Test("f64 within 4 ulp of the system's", arguments: ranges.indices)
  func wide(index: Int) throws {
    let (function, range) = Self.ranges[index]
    let oracle = try #require(Self.oracle(function))
    var numbers = TestNumbers(index)
    for _ in 0..<20_000 {
      let u = Double(numbers.bits() >> 11) * 0x1p-53
      let x = range.lowerBound + u * (range.upperBound - range.lowerBound)
      let (ours, theirs) = (function(x), oracle(x))
      #expect(abs(ours - theirs) <= 4 * theirs.ulp, "\(function) of \(x)")
    }
  }

  /// All of f32 in steps; the exhaustive check takes every one.
  static let everywhere: [Float] = stride(from: UInt32(0), to: .max, by: 80_021).map {
    Float(bitPattern: $0)
  }

  @Test("f32 within 1.5 ulp over all of it", arguments: ElementaryFunction.allCases)
  func narrow(function: ElementaryFunction) throws {
    let oracle = Self.oracle(function) ?? Self.slowDigamma
    for (x, y) in zip(Self.everywhere, function(Self.everywhere)) where !x.isNaN {
      let exact = oracle(Double(x))
      #expect(Self.ulps(y, exact) <= 1.5, "\(function) of \(x) is \(y), not \(exact)")
    }
  }

  @Test("f32 powers within 1.5 ulp")
  func narrowPowers() throws {
    var numbers = TestNumbers(3)
    let bases = (0..<20_000).map { _ in Float(bitPattern: UInt32(numbers.bits() >> 32)).magnitude }
    let exponents = bases.map { x in
      numbers.float() * Float(150 / abs(Glibc.log2(Double(x))))
    }
    for ((x, y), z) in zip(zip(bases, exponents), try Arithmetic.power(bases, exponents)) {
      let exact = Glibc.pow(Double(x), Double(y))
      #expect(Self.ulps(z, exact) <= 1.5, "\(x) ** \(y) is \(z), not \(exact)")
      #expect(Arithmetic.power(x, y).bitPattern == z.bitPattern || z.isNaN)
    }
  }

  @Test("f64 powers within 2 ulp")
  func powers() throws {
    var numbers = TestNumbers(77)
    let bases = (0..<20_000).map { _ in Glibc.exp(Double(numbers.float()) * 10) }
    let exponents = bases.map { _ in Double(numbers.float()) * 60 }
    for ((x, y), z) in zip(zip(bases, exponents), try Arithmetic.power(bases, exponents)) {
      let theirs = Glibc.pow(x, y)
      #expect(abs(z - theirs) <= 2 * theirs.ulp)
      #expect(Arithmetic.power(x, y) == z)
    }
  }

  @Test("digamma climbs by 1 / x, and is lgamma's slope")
  func digamma() {
    for x in stride(from: 0.03, to: 40, by: 0.037) {
      let (here, next) = (ElementaryFunction.digamma(x), ElementaryFunction.digamma(x + 1))
      #expect(abs(next - here - 1 / x) <= 1e-14 * max(1, 1 / x), "\(x)")
      #expect(abs(here - Self.slowDigamma(x)) <= 1e-14 * max(1, abs(here)), "\(x)")
      let step = 1e-5 * x
      let slope =
        (ElementaryFunction.lgamma(x + step) - ElementaryFunction.lgamma(x - step)) / (2 * step)
      #expect(abs(slope - here) <= 1e-8 * max(1, abs(here)), "\(x)")
    }
  }

  @Test("on the negative axis by the size of the reflection's terms")
  func reflection() {
    var numbers = TestNumbers(8)
    for _ in 0..<20_000 {
      let x = Double(numbers.float()) * 10 - 10
      guard x < 0, x != x.rounded() else { continue }
      let part = x - x.rounded()
      let sine = Glibc.sin(Double.pi * part)
      var sign: Int32 = 0
      let size = max(1.2, Glibc.lgamma_r(-x, &sign), abs(Glibc.log(-x * abs(sine))))
      #expect(
        abs(ElementaryFunction.lgamma(x) - Glibc.lgamma_r(x, &sign)) <= 8 * size.ulp, "\(x)")
      let turn = max(3, Double.pi / abs(sine))
      #expect(
        abs(ElementaryFunction.digamma(x) - Self.slowDigamma(x)) <= 1e-14 * turn, "\(x)")
    }
  }

  @Test("remainders and floors are exact")
  func exact() {
    var numbers = TestNumbers(13)
    for _ in 0..<20_000 {
      let x = Double(bitPattern: numbers.bits())
      let y = Double(bitPattern: numbers.bits())
      guard x.isFinite, y.isFinite else { continue }
      #expect(Arithmetic.remainder(x, y) == Glibc.fmod(x, y))
      #expect(Arithmetic.floor(x) == Glibc.floor(x))
    }
  }

  /// The distance in units of the last place of what is exact; infinity counts as 2^128.
  static func ulps(_ found: Float, _ exact: Double) -> Double {
    if found.isNaN || exact.isNaN { return found.isNaN && exact.isNaN ? 0 : .infinity }
    if found.sign != exact.sign { return .infinity }
    let (a, b) = (min(Double(found.magnitude), 0x1p128), min(exact.magnitude, 0x1p128))
    let place = min(max(b.exponent, -126), 127) - 23
    return abs(a - b) / Double(sign: .plus, exponent: place, significand: 1)
  }

  /// By the recurrence up to 20 and the series there, in long double.
  static func slowDigamma(_ x: Double) -> Double {
    if x == 0 { return x.sign == .minus ? .infinity : -.infinity }
    if x < 0, x == x.rounded() { return .nan }
    if x == .infinity { return x }
    return wideDigamma(x)
  }

  #if arch(x86_64)
    typealias Wide = Float80
    static func logarithm(_ x: Wide) -> Wide { Glibc.logl(x) }
    static func cotangent(_ x: Wide) -> Wide { Glibc.cosl(x) / Glibc.sinl(x) }
  #else
    typealias Wide = Double
    static func logarithm(_ x: Wide) -> Wide { Glibc.log(x) }
    static func cotangent(_ x: Wide) -> Wide { Glibc.cos(x) / Glibc.sin(x) }
  #endif

  private static func wideDigamma(_ x: Double) -> Double {
    var sum: Wide = 0
    var y = Wide(x)
    if x < 0 {
      sum = -Wide.pi * cotangent(Wide.pi * Wide(x - x.rounded()))
      y = 1 - y
    }
    while y < 20 {
      sum -= 1 / y
      y += 1
    }
    let z = 1 / (y * y)
    var series: Wide = 1 / 12
    for coefficient: Wide in [-691.0 / 32760, 1.0 / 132, -1.0 / 240, 1.0 / 252, -1.0 / 120] {
      series = coefficient + z * series
    }
    series = 1.0 / 12 + z * series
    return Double(sum + logarithm(y) - 0.5 / y - z * series)
  }
}
