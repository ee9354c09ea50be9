import Kernels
import Tensors
import Testing

@testable import Measures

/// Equal to a public library's figure to 1e-9 of its size, also where that is tiny.
private func expect(
  _ found: Double?, is wanted: Double, _ place: String = "",
  location: SourceLocation = #_sourceLocation
) {
  guard let found else {
    Issue.record("nothing for \(wanted) \(place)", sourceLocation: location)
    return
  }
  #expect(
    abs(found - wanted) <= 1e-9 * abs(wanted) + 1e-300, "\(found), not \(wanted) \(place)",
    sourceLocation: location)
}

@Suite("Statistics equal the public libraries'") struct StatisticsTests {
  private typealias Reference = StatisticsReference
  private static let (a, b, c) = (Reference.a, Reference.b, Reference.c)

  @Test("the tails of t and F, and the bounds of intervals")
  func distributions() {
    for row in Reference.student {
      expect(StudentDistribution(degrees: row[0]).upperTail(row[1]), is: row[2], "t \(row)")
    }
    for row in Reference.fisher {
      let distribution = FisherDistribution(upperDegrees: row[0], lowerDegrees: row[1])
      expect(distribution.upperTail(row[2]), is: row[3], "F \(row)")
      expect(distribution.lowerTail(row[2]), is: row[4], "F \(row)")
      expect(
        distribution.bound(upperTail: distribution.upperTail(row[2])),
        is: row[3] == 1 ? 0 : row[2], "F \(row)")
    }
    for row in Reference.bounds {
      expect(StudentDistribution(degrees: row[1]).bound(level: row[0]), is: row[2], "t \(row)")
      expect(NormalDistribution.bound(level: row[0]), is: row[3], "normal \(row)")
    }
  }

  @Test("the tails at their ends")
  func ends() {
    let t = StudentDistribution(degrees: 3)
    #expect(t.upperTail(0) == 0.5 && t.upperTail(.infinity) == 0 && t.upperTail(-1e300) == 1)
    let f = FisherDistribution(upperDegrees: 3, lowerDegrees: 4)
    #expect(f.upperTail(0) == 1 && f.upperTail(.infinity) == 0 && f.lowerTail(.infinity) == 1)
    #expect(IncompleteBeta.regularized(.nan, complement: 0.5, 1, 1).isNaN)
    // Uniform: I_x(1, 1) is x, on both sides of the middle.
    for x in [1e-12, 0.25, 0.5, 0.75, 1 - 1e-12] {
      expect(IncompleteBeta.regularized(x, complement: 1 - x, 1, 1), is: x)
    }
  }

  @Test("t-tests of one sample, pairs, two samples with and without a common variance")
  func tTests() throws {
    let tests = [
      try TTest(Self.a, against: 9), try TTest(pairs: Self.a, Self.c), try TTest(Self.a, Self.b),
      try TTest(Self.a, Self.b, pooled: true),
    ]
    for (test, row) in zip(tests, Reference.tTests) {
      expect(test.t, is: row[0])
      expect(test.degrees, is: row[1])
      expect(test.p, is: row[2])
    }
    for (test, row) in zip(tests, Reference.tTests).dropFirst() {
      expect(test.low, is: row[3])
      expect(test.high, is: row[4])
    }
    // The library's interval of one sample is of the mean.
    expect(tests[0].low + 9, is: Reference.tTests[0][3])
    for (side, p) in zip([Alternative.less, .greater], Reference.tSides[0]) {
      expect(try TTest(Self.a, Self.b, alternative: side).p, is: p)
    }
  }

  @Test("a t-test without any spread")
  func flat() throws {
    let same = try TTest(pairs: [1, 2, 3], [1, 2, 3])
    #expect(same.t == nil && same.p == nil && same.difference == 0)
    let shifted = try TTest(pairs: [2, 3, 4], [1, 2, 3])
    #expect(shifted.t == .infinity && shifted.p == 0 && shifted.low == 1 && shifted.high == 1)
    let apart = try TTest([1, 1], [2, 2])
    #expect(apart.t == -.infinity && apart.p == 0)
  }

  @Test("the F-test of two variances")
  func fTests() throws {
    let row = Reference.fTest[0]
    let test = try FTest(Self.a, Self.b)
    expect(test.f, is: row[0])
    #expect(test.firstDegrees == 6 && test.secondDegrees == 8)
    expect(test.p, is: row[1])
    expect(test.low, is: row[4])
    expect(test.high, is: row[5])
    expect(try FTest(Self.a, Self.b, alternative: .less).p, is: row[2])
    expect(try FTest(Self.a, Self.b, alternative: .greater).p, is: row[3])
    let flat = try FTest([1, 1], [2, 2])
    #expect(flat.f == nil && flat.p == nil && flat.low == nil)
    let endless = try FTest([1, 2], [2, 2])
    #expect(endless.f == .infinity && endless.p == 0 && endless.low == nil)
    let none = try FTest([2, 2], [1, 2])
    #expect(none.f == 0 && none.p == 0 && none.low == 0 && none.high == 0)
  }

  @Test("correlations")
  func correlations() throws {
    let results = [
      try PearsonCorrelation(Self.a, Self.c),
      try PearsonCorrelation(Reference.x1, Reference.x2, level: 0.9),
    ]
    for (result, row) in zip(results, Reference.correlations) {
      expect(result.r, is: row[0])
      expect(result.p, is: row[1])
      expect(result.low, is: row[2])
      expect(result.high, is: row[3])
    }
  }

  @Test("regression on two predictors")
  func regression() throws {
    let result = try LinearRegression(Reference.y, on: [Reference.x1, Reference.x2])
    let coefficients = [result.constant] + result.coefficients
    for (index, coefficient) in coefficients.enumerated() {
      expect(coefficient.estimate, is: Reference.regression[0][index])
      expect(coefficient.error, is: Reference.regression[1][index])
      expect(coefficient.p, is: Reference.regression[2][index])
    }
    let figures = Reference.regression[3]
    expect(result.r2, is: figures[0])
    expect(result.adjustedR2, is: figures[1])
    expect(result.f, is: figures[2])
    expect(result.p, is: figures[3])
    expect(result.residualError, is: figures[4])
  }
}

@Suite("Regressions and power laws") struct FittingTests {
  @Test("a regression finds the planted plane")
  func plane() throws {
    var stream = RandomStream(seed: 1, path: ["plane"])
    let x = (0..<3).map { _ in (0..<20).map { _ in stream.normal() * 1e6 } }
    let y = (0..<20).map { 5 - 2 * x[0][$0] + 0.25 * x[1][$0] }
    let result = try LinearRegression(y, on: x)
    for (found, planted) in zip(result.coefficients, [-2, 0.25, 0]) {
      #expect(abs(found.estimate - planted) < 1e-13)
    }
    #expect(abs(result.constant.estimate - 5) < 1e-7)
    #expect(try #require(result.r2) > 1 - 1e-15)
    #expect(try #require(result.p) < 1e-100)
  }

  @Test("as many rows as coefficients leave nothing to judge by")
  func saturated() throws {
    let result = try LinearRegression([1, 3], on: [[0, 1]])
    #expect(abs(result.coefficients[0].estimate - 2) < 1e-14)
    #expect(result.coefficients[0].error == nil)
    #expect(result.p == nil && result.adjustedR2 == nil && result.residualError == nil)
    #expect(try LinearRegression([2, 2, 2], on: [[0, 1, 2]]).r2 == nil)
  }

  @Test("what depends on other predictors, or does not vary, is named")
  func dependent() {
    func reason(_ predictors: [[Double]]) -> String {
      let error = #expect(throws: MeasureError.self) {
        try LinearRegression([1, 2, 4, 3], on: predictors)
      }
      return error?.message ?? ""
    }
    #expect(
      reason([[1, 2, 3, 5], [2, 4, 6, 10]])
        == "a regression has no value: predictor 2 follows from those before it")
    #expect(reason([[1, 1, 1, 1]]) == "a regression has no value: predictor 1 does not vary")
    #expect(reason([]) == "a regression of nothing has no value")
    #expect(
      reason([[1, 2, 3, 5], [2, 4, 6, 1], [1, 5, 2, 5], [3, 3, 1, 0]])
        == "a regression needs 5 values or more, there are 4")
  }

  @Test(
    "a power law finds the planted curve",
    arguments: [
      (5_000.0, 0.5, 900.0), (1e6, 0.9, 0.0), (3.0, 0.05, -1.0), (2e5, 1.7, 42.0),
      (-40.0, 0.3, 100.0),
    ])
  func planted(a: Double, b: Double, c: Double) throws {
    let x = [300.0, 500, 1_000, 2_000, 4_000, 8_000]
    let planted = PowerLawFit(a: a, b: b, c: c)
    let fit = try PowerLawFit(x, x.map { planted.value(at: $0) })
    #expect(abs(fit.b - b) < 1e-6 * b)
    #expect(abs(fit.a - a) < 1e-5 * abs(a))
    #expect(abs(fit.c - c) < 1e-6 * max(abs(a), abs(c)))
    #expect(fit.rmse < 1e-9 * abs(planted.value(at: 300)))
    #expect(!fit.isAtBound)
    // With noise it is no worse than the planted curve.
    var stream = RandomStream(seed: 5, path: ["power"])
    let noisy = x.map { planted.value(at: $0) * (1 + 0.01 * stream.normal()) }
    let squares = zip(x, noisy).reduce(0) { sum, point in
      let distance = planted.value(at: point.0) - point.1
      return sum + distance * distance
    }
    #expect(try PowerLawFit(x, noisy).rmse <= (squares / 6).squareRoot() * (1 + 1e-9))
  }

  @Test("without an asymptote it is the best of a grid too")
  func noAsymptote() throws {
    let x = [1.0, 2, 4, 8]
    let y = [10.0, 6.2, 4.1, 2.4]
    let fit = try PowerLawFit(x, y, asymptote: false)
    #expect(fit.c == 0)
    for a in stride(from: 9.0, through: 11, by: 0.02) {
      for b in stride(from: 0.5, through: 0.9, by: 0.005) {
        let curve = PowerLawFit(a: a, b: b, c: 0)
        let squares = zip(x, y).reduce(0) { sum, point in
          let distance = curve.value(at: point.0) - point.1
          return sum + distance * distance
        }
        #expect(fit.rmse <= (squares / 4).squareRoot() + 1e-12)
      }
    }
  }

  @Test("what is no power law is told by its exponent's end")
  func bounds() throws {
    let logarithm = [1.0, 2, 4, 8, 16].map { 3 - ElementaryFunction.log($0) }
    #expect(try PowerLawFit([1, 2, 4, 8, 16], logarithm).isAtBound)
    #expect(throws: MeasureError.tooFew(measure: "a power law", count: 2, needed: 3)) {
      try PowerLawFit([1, 2], [1, 2])
    }
    #expect(throws: MeasureError.self) { try PowerLawFit([0, 1, 2], [3, 2, 1]) }
    #expect(throws: MeasureError.self) { try PowerLawFit([1, 1, 2], [3, 2, 1]) }
  }

  @Test("the vocabulary for a count inverts the curve, and stops at the ends of what there is")
  func inverse() {
    let fit = PowerLawFit(a: 400_000, b: 0.6, c: 1_000)
    for size in [300, 512, 777, 4_096, 262_144] {
      let found = fit.x(reaching: fit.value(at: Double(size)), in: 256...262_144)
      #expect(found.x == size && found.reach == .exact)
    }
    #expect(fit.x(reaching: 999, in: 256...8_192) == (8_192, .largest))
    #expect(fit.x(reaching: 1e9, in: 256...8_192) == (256, .smallest))
    let rising = PowerLawFit(a: -100, b: 1, c: 10)
    #expect(rising.x(reaching: 9, in: 1...1_000) == (100, .exact))
    #expect(rising.x(reaching: 11, in: 1...1_000) == (1_000, .largest))
  }
}

@Suite("Permutation tests") struct PermutationTests {
  private typealias Reference = StatisticsReference
  private static let (a, b, c) = (Reference.a, Reference.b, Reference.c)
  private static let stream = RandomStream(seed: 4, path: ["permutation"])

  private func test(
    _ first: [Double], _ second: [Double], _ statistic: PermutationTest.Statistic,
    paired: Bool = false, _ alternative: Alternative = .twoSided, rounds: Int = 20_000,
    seed: UInt64 = 4
  ) throws -> PermutationTest {
    try PermutationTest(
      first, second, statistic: statistic, paired: paired, alternative: alternative,
      rounds: rounds, stream: RandomStream(seed: seed, path: ["permutation"]))
  }

  @Test("all ways give the public library's p")
  func exact() throws {
    let (two, pairs) = (Reference.permutations[0], Reference.permutations[1])
    let tests = [
      (try test(Self.a, Self.b, .mean), two[0], 11_440),
      (try test(Self.a, Self.b, .mean, .less), two[1], 11_440),
      (try test(Self.a, Self.b, .variance), two[2], 11_440),
      (try test(Self.a, Self.c, .mean, paired: true), pairs[0], 128),
      (try test(Self.a, Self.c, .mean, paired: true, .less), pairs[1], 128),
      (try test(Self.a, Self.c, .variance, paired: true), pairs[2], 128),
    ]
    for (test, p, ways) in tests {
      #expect(abs(test.p - p) < 1e-12, "\(test)")
      #expect(test.isExact && test.rounds == ways)
    }
  }

  @Test("drawn ways come near, the same for the same seed")
  func drawn() throws {
    let drawn = try test(Self.a, Self.b, .mean, rounds: 4_000)
    #expect(!drawn.isExact && drawn.rounds == 4_000)
    let p = Reference.permutations[0][0]
    #expect(abs(drawn.p - p) < 4 * (p * (1 - p) / 4_000).squareRoot() + 1e-3)
    #expect(try test(Self.a, Self.b, .mean, rounds: 4_000) == drawn)
    #expect(try test(Self.a, Self.b, .mean, rounds: 4_000, seed: 5) != drawn)
    let paired = try test(Self.a, Self.c, .mean, paired: true, rounds: 100)
    #expect(!paired.isExact && abs(paired.p - Reference.permutations[1][0]) < 0.15)
    // What was observed is one of the ways: p is never 0.
    let apart = try test([1, 2, 3, 4, 5, 6], [101, 102, 103, 104, 105, 106], .mean, rounds: 50)
    #expect(apart.p == 1.0 / 51)
  }

  @Test("without any effect p is as often below 5 % as it says")
  func level() throws {
    var below = 0
    for trial in 0..<400 {
      var stream = RandomStream(seed: UInt64(trial), path: ["level"])
      let values = (0..<9).map { _ in stream.exponential() }
      let result = try test(Array(values[..<4]), Array(values[4...]), .mean)
      if result.p <= 0.05 { below += 1 }
    }
    // 126 ways allow p of 6/126 and less; within four standard errors of 400 · 6/126.
    #expect(abs(Double(below) - 400.0 * 6 / 126) < 17.1)
  }

  @Test("refusals")
  func refusals() {
    #expect(
      throws: MeasureError.undefined(
        measure: "a permutation test", reason: "neither sample varies")
    ) { try test([1, 1], [2, 2], .variance) }
    #expect(throws: MeasureError.setting(name: "rounds", value: 0, range: "at least 1")) {
      try test([1, 2], [2, 2], .mean, rounds: 0)
    }
    #expect(
      throws: MeasureError.lengths(measure: "a permutation test", first: 2, second: 3)
    ) { try test([1, 2], [2, 2, 3], .mean, paired: true) }
    #expect(throws: MeasureError.tooFew(measure: "a permutation test", count: 1, needed: 2)) {
      try test([1], [2, 2], .mean)
    }
  }

  @Test("halves that do not vary count as equal")
  func constantHalves() throws {
    let result = try test([1, 3], [1, 3], .variance)
    #expect(result.observed == 0 && result.p == 1 && result.isExact)
  }

  @Test("what overflows has no p")
  func overflow() {
    let large = [1e200, 2e200, 4e200]
    let reason = "squares of its values are out of range"
    #expect(throws: MeasureError.undefined(measure: "a t-test", reason: reason)) {
      try TTest(large, [5e200, 6e200, 9e200])
    }
    #expect(throws: MeasureError.undefined(measure: "an F-test", reason: reason)) {
      try FTest([1, 2], large)
    }
    #expect(throws: MeasureError.undefined(measure: "a t-test", reason: reason)) {
      try TTest([1e-320, 2e-320, 3e-320])
    }
    #expect(throws: MeasureError.undefined(measure: "a permutation test", reason: reason)) {
      try test([1e308, -1e308], [1e308, 1], .variance)
    }
    #expect(throws: MeasureError.self) { try TTest([1, 2, 3], against: .nan) }
    #expect(throws: MeasureError.self) { try PowerLawFit([1, 2, 3], [1e308, -1e308, 1e308]) }
  }
}
