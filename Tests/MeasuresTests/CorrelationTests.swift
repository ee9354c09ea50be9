import Kernels
import Tensors
import Testing

@testable import Measures

@Suite("Correlations of ranks, and tests by orders") struct CorrelationTests {
  private typealias Reference = StatisticsReference
  private static let pairs = [
    (Reference.a, Reference.c), (Reference.x1, Reference.x2), (Reference.t1, Reference.t2),
    (Reference.t1, Reference.t1.map { $0 * $0 }),
  ]
  private static let sides: [Alternative] = [.twoSided, .less, .greater]

  private func near(_ found: Double?, _ wanted: Double) -> Bool {
    found.map { abs($0 - wanted) <= 1e-9 * abs(wanted) + 1e-300 } ?? false
  }

  @Test("equal values share the mean of their ranks, as the public library has it")
  func ranks() {
    #expect(Ranks.averaged(Reference.t1) == Reference.ranks[0])
    #expect(Ranks.averaged(Reference.t2) == Reference.ranks[1])
    #expect(Ranks.averaged([]).isEmpty && Ranks.averaged([-0.0, 0]) == [1.5, 1.5])
    // By definition: those below, and half of those that are equal, itself among them.
    for values in [Reference.t1, Reference.t2, Reference.y] {
      let twin = values.map { value in
        Double(values.count { $0 < value }) + Double(values.count { $0 == value } + 1) / 2
      }
      #expect(Ranks.averaged(values) == twin)
    }
  }

  @Test("Spearman's rho and p to each side equal the public library's, with ties too")
  func spearman() throws {
    for ((x, y), row) in zip(Self.pairs, Reference.spearman) {
      for (index, side) in Self.sides.enumerated() {
        let found = try SpearmanCorrelation(x, y, alternative: side)
        #expect(near(found.rho, row[0]), "\(found)")
        // Of rho = 1 there is nothing left: the library's p is 0 up to rounding.
        #expect(near(found.p, row[1 + index]) || abs((found.p ?? 9) - row[1 + index]) < 1e-15)
      }
    }
  }

  @Test("to turn a list about turns the sign and the sides")
  func reversal() throws {
    for (x, y) in Self.pairs {
      let forward = try SpearmanCorrelation(x, y, alternative: .greater)
      let backward = try SpearmanCorrelation(x, y.map { -$0 }, alternative: .less)
      let (rho, turned) = (try #require(forward.rho), try #require(backward.rho))
      #expect(abs(rho + turned) < 1e-15)
      #expect(abs((forward.p ?? 9) - (backward.p ?? 8)) < 1e-14)
      #expect(abs((forward.z ?? 9) - rho * Double(x.count - 1).squareRoot()) < 1e-15)
    }
    let flat = try SpearmanCorrelation([1, 2, 3], [7, 7, 7])
    #expect(flat.rho == nil && flat.p == nil && flat.z == nil)
    #expect(throws: MeasureError.lengths(measure: "a correlation", first: 2, second: 1)) {
      try SpearmanCorrelation([1, 2], [1])
    }
    #expect(throws: MeasureError.self) { try SpearmanCorrelation([1, .nan], [1, 2]) }
  }

  private func permuted(
    _ x: [Double], _ y: [Double], _ side: Alternative, rounds: Int = 6_000
  ) throws -> CorrelationPermutationTest {
    try CorrelationPermutationTest(
      Ranks.averaged(x), Ranks.averaged(y), alternative: side, rounds: rounds,
      stream: RandomStream(seed: 3, path: ["orders"]))
  }

  @Test("all 5,040 orders of seven pairs give the public library's p")
  func exact() throws {
    let samples = [
      (Reference.a, Reference.c), (Array(Reference.t1[..<7]), Array(Reference.t2[..<7])),
    ]
    for ((x, y), row) in zip(samples, Reference.spearmanPermutations) {
      for (side, p) in zip(Self.sides, row) {
        let test = try permuted(x, y, side)
        #expect(test.isExact && test.rounds == 5_040)
        // The library doubles the smaller tail; here extreme is what is as far from 0.
        if side != .twoSided { #expect(abs((test.p ?? 9) - p) < 1e-12, "\(side) \(test)") }
      }
    }
  }

  /// Every order of a list, by taking each item for the first one.
  private static func orders(_ values: [Double]) -> [[Double]] {
    if values.count < 2 { return [values] }
    return values.indices.flatMap { first in
      var rest = values
      rest.remove(at: first)
      return orders(rest).map { [values[first]] + $0 }
    }
  }

  @Test("p to both sides counts all orders as far from 0")
  func twoSided() throws {
    let (x, y) = (Array(Reference.t1[..<7]), Array(Reference.t2[..<7]))
    let own = try #require(try SpearmanCorrelation(x, y).rho)
    let all = Self.orders(y)
    let extreme = try all.count {
      abs(try SpearmanCorrelation(x, $0).rho ?? 0) >= abs(own) - 1e-12
    }
    #expect(all.count == 5_040)
    #expect(try permuted(x, y, .twoSided).p == Double(extreme) / 5_040)
  }

  @Test("drawn orders come near all of them; p is never 0")
  func drawn() throws {
    let exact = try #require(try permuted(Reference.a, Reference.c, .greater).p)
    let drawn = try permuted(Reference.a, Reference.c, .greater, rounds: 4_000)
    #expect(!drawn.isExact && drawn.rounds == 4_000)
    #expect(abs((drawn.p ?? 9) - exact) < 4 * (exact / 4_000).squareRoot() + 1e-3)
    #expect(try permuted(Reference.a, Reference.c, .greater, rounds: 4_000) == drawn)
    let rising = (0..<40).map(Double.init)
    #expect(try permuted(rising, rising, .greater, rounds: 99).p == 0.01)
    let flat = try permuted([1, 1, 1], [1, 2, 3], .greater)
    #expect(flat.p == nil && flat.r == nil)
    #expect(throws: MeasureError.setting(name: "rounds", value: 0, range: "at least 1")) {
      try permuted(rising, rising, .less, rounds: 0)
    }
  }

  @Test("over all orders the correlation has the mean 0 and the variance 1 / (n - 1)")
  func moments() throws {
    let (x, y) = (Array(Reference.t1[..<6]), Array(Reference.t2[..<6]))
    let all = try Self.orders(y).map { try SpearmanCorrelation(x, $0).rho ?? 0 }
    #expect(abs(all.reduce(0, +)) < 1e-9)
    #expect(abs(all.reduce(0) { $0 + $1 * $1 } / Double(all.count) - 0.2) < 1e-12)
  }

  @Test("the normal distribution's tail keeps its digits")
  func normal() {
    for row in Reference.normal {
      #expect(near(NormalDistribution.upperTail(row[0]), row[1]), "\(row)")
    }
    #expect(NormalDistribution.upperTail(.infinity) == 0)
    #expect(NormalDistribution.upperTail(-.infinity) == 1)
  }

  @Test("the largest distance's distribution equals the public library's")
  func kolmogorov() {
    for row in Reference.kolmogorov {
      let found = KolmogorovDistribution(count: Int(row[0])).upperTail(row[1])
      let allowed = row[0] > 4_000 ? 1e-5 : 1e-8
      #expect(abs(found - row[2]) <= allowed * row[2] + 1e-14, "\(found), not \(row)")
    }
    #expect(KolmogorovDistribution(count: 3).upperTail(1) == 0)
    #expect(KolmogorovDistribution(count: 3).upperTail(1.0 / 6) == 1)
  }

  @Test("tests of uniformity equal the public library's, whatever the range")
  func uniformity() throws {
    let squares = Reference.even.map { $0 * $0 }
    for (values, row) in zip([Reference.even, squares], Reference.uniformity) {
      let found = try UniformityTest(values)
      #expect(near(found.distance, row[0]) && near(found.p, row[1]), "\(found)")
      let moved = try UniformityTest(values.map { 8 * $0 - 4 }, in: -4...4)
      #expect(abs(moved.distance - row[0]) < 1e-12)
    }
    #expect(throws: MeasureError.empty(measure: "a test of uniformity")) { try UniformityTest([]) }
    #expect(throws: MeasureError.self) { try UniformityTest([1.5]) }
    #expect(throws: MeasureError.self) { try UniformityTest([1], in: 1...1) }
  }
}
