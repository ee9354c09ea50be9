import Tensors
import Testing

@testable import Measures

@Suite("Intervals and correlations") struct IntervalTests {
  @Test("a mean's interval is Student's, about the mean")
  func meanInterval() throws {
    // t with two degrees of freedom at 97.5 %, in closed form: 0.95 √(2 / (1 - 0.95²)).
    let bound = 0.95 * (2 / (1 - 0.95 * 0.95)).squareRoot()
    let interval = try MeanInterval([2, 4, 6])
    #expect(interval.mean == 4)
    #expect(interval.deviation == 2)
    let half = bound * 2 / 3.0.squareRoot()
    #expect(abs(try #require(interval.low) - (4 - half)) < 1e-12)
    #expect(abs(try #require(interval.high) - (4 + half)) < 1e-12)
  }

  @Test("holds the mean as often as it says")
  func coverage() throws {
    var stream = RandomStream(seed: 3, path: ["coverage"])
    var held = 0
    for _ in 0..<2_000 {
      let interval = try MeanInterval((0..<5).map { _ in 10 + stream.normal() }, level: 0.8)
      if let low = interval.low, let high = interval.high, low < 10, high > 10 { held += 1 }
    }
    // Within four standard errors of 1,600.
    #expect(abs(held - 1_600) < 72)
  }

  @Test("one value has a mean and no interval; equal values have one of no width")
  func degenerateIntervals() throws {
    let one = try MeanInterval([0.1])
    #expect(one.mean == 0.1 && one.low == nil && one.high == nil && one.deviation == nil)
    let equal = try MeanInterval([0.1, 0.1, 0.1])
    #expect(equal.low == 0.1 && equal.high == 0.1 && equal.deviation == 0)
  }

  @Test("a constructed correlation is 1, -1 or 0")
  func constructed() throws {
    let x = [1.0, 2, 3, 5, 8, 13]
    #expect(try #require(PearsonCorrelation(x, x.map { 3 * $0 - 7 }).r) >= 1 - 1e-15)
    #expect(try #require(PearsonCorrelation(x, x.map { 4 - 0.3 * $0 }).r) <= -1 + 1e-15)
    let cross = try PearsonCorrelation([1, 0, -1, 0], [0, 1, 0, -1])
    #expect(cross.r == 0)
    #expect(cross.p == 1)
    #expect(try #require(cross.low) == -(try #require(cross.high)))
    // Sizes whose squares are no numbers.
    let huge = try PearsonCorrelation([1e200, 2e200, 4e200], [1e-200, 2e-200, 4e-200])
    #expect(huge.r == 1 && huge.p == 0)
  }

  @Test("is not defined where nothing varies, and has no interval below four pairs")
  func undefined() throws {
    let flat = try PearsonCorrelation([1, 2, 3, 4], [0.1, 0.1, 0.1, 0.1])
    #expect(flat.r == nil && flat.p == nil && flat.low == nil && flat.high == nil)
    #expect(flat.count == 4)
    let two = try PearsonCorrelation([1, 2], [2, 3])
    #expect(two.r == 1 && two.p == nil && two.low == nil)
    #expect(try PearsonCorrelation([1, 2, 3], [1, 2, 4]).low == nil)
  }

  @Test("refusals name the measure, the cause and a way out")
  func refusals() {
    #expect(throws: MeasureError.empty(measure: "an interval")) { try MeanInterval([]) }
    #expect(
      throws: MeasureError.undefined(measure: "an interval", reason: "value 1 is nan")
    ) { try MeanInterval([1, .nan]) }
    #expect(
      throws: MeasureError.undefined(
        measure: "a correlation", reason: "the level 1.0 is not between 0 and 1")
    ) { try PearsonCorrelation([1, 2], [1, 2], level: 1) }
    let lengths = MeasureError.lengths(measure: "a correlation", first: 2, second: 3)
    #expect(throws: lengths) { try PearsonCorrelation([1, 2], [1, 2, 3]) }
    #expect(lengths.code == "E0683" && lengths.hint != nil)
    #expect(
      lengths.message == "a correlation needs two lists of one length, they have 2 and 3 values")
  }
}
