import Glibc
import Testing

@testable import Kernels

/// The system's functions are the oracle here: they are good to an ulp on the ranges drawn.
@Suite("Elementary functions") struct ElementaryFunctionTests {
  static let cases: [(ElementaryFunction, @Sendable (Double) -> Double, ClosedRange<Double>)] = [
    (.exp, { Glibc.exp($0) }, -745...709), (.log, { Glibc.log($0) }, 1e-300...1e300),
    (.log, { Glibc.log($0) }, 0.5...2), (.sin, { Glibc.sin($0) }, -1e4...1e4),
    (.cos, { Glibc.cos($0) }, -1e12...1e12), (.tanh, { Glibc.tanh($0) }, -20...20),
    (.expm1, { Glibc.expm1($0) }, -2...2), (.log1p, { Glibc.log1p($0) }, -0.9...3),
  ]

  @Test("f64 within 4 ulp of the system's", arguments: cases.indices)
  func wide(index: Int) {
    let (function, oracle, range) = Self.cases[index]
    var numbers = TestNumbers(index)
    for _ in 0..<20_000 {
      let u = Double(numbers.bits() >> 11) * 0x1p-53
      let x = range.lowerBound + u * (range.upperBound - range.lowerBound)
      let (ours, theirs) = (function(x), oracle(x))
      #expect(abs(ours - theirs) <= 4 * theirs.ulp, "\(function) of \(x)")
    }
  }

  @Test("powers within 2 ulp, and IEEE's special cases")
  func powers() {
    var numbers = TestNumbers(77)
    for _ in 0..<20_000 {
      let x = Glibc.exp(Double(numbers.float()) * 10)
      let y = Double(numbers.float()) * 60
      let theirs = Glibc.pow(x, y)
      #expect(abs(Arithmetic.power(x, y) - theirs) <= 2 * theirs.ulp)
    }
    let special: [Double] = [
      0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, .infinity, -.infinity, .nan, 1e300, -1e300,
      0x1p-1074,
    ]
    for x in special {
      for y in special {
        let (ours, theirs) = (Arithmetic.power(x, y), Glibc.pow(x, y))
        #expect(
          ours == theirs && ours.sign == theirs.sign || ours.isNaN && theirs.isNaN, "\(x) ** \(y)")
        let (rest, exact) = (Arithmetic.remainder(x, y), Glibc.fmod(x, y))
        #expect(rest == exact || rest.isNaN && exact.isNaN, "\(x) rem \(y)")
      }
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

  @Test("f32 exp within 1.5 ulp over its range")
  func narrowExp() {
    var x: [Float] = []
    for bits in stride(from: UInt32(0), to: 0xFF80_0000, by: 40_009) {
      x.append(Float(bitPattern: bits))
    }
    for (x, y) in zip(x, ElementaryFunction.exp(x)) where !x.isNaN {
      let exact = Glibc.exp(Double(x))
      if Float(exact).isInfinite || Float(exact) == 0 {
        #expect(y == Float(exact), "exp \(x)")
      } else {
        #expect(abs(Double(y) - exact) <= 1.5 * Double(Float(exact).ulp), "exp \(x)")
      }
    }
  }
}
