import Kernels
import Tensors

/// Whether a figure of two samples is larger than chance makes it when nobody knows which value belongs
/// to which sample: no assumption about how values spread (R. A. Fisher, 1935; E. Pitman, 1937).
public struct PermutationTest: Sendable, Equatable {
  /// What of the samples is compared.
  public enum Statistic: String, Sendable, CaseIterable {
    /// The difference of the means.
    case mean
    /// The logarithm of the quotient of the variances; each sample is moved to the mean 0 before
    /// values change places, so that a difference of means does not count.
    case variance
  }

  public let statistic: Statistic
  /// The figure of the samples as they are.
  public let observed: Double
  public let p: Double
  /// How many ways to change places were tried.
  public let rounds: Int
  /// All ways were tried, so that p has no chance in it.
  public let isExact: Bool
  public let alternative: Alternative

  /// - Parameters:
  ///   - paired: values change places with their partner only.
  ///   - rounds: where there are no more ways than this, each is tried once; otherwise as many are
  ///     drawn, and what was observed counts as one more (B. Phipson, G. Smyth, 2010).
  /// - Throws: ``MeasureError`` for fewer than two values in a sample, one that is not finite, or
  ///   `rounds` below 1; ``MeasureError/undefined(measure:reason:)`` where variances are compared
  ///   and neither sample varies.
  /// - Complexity: O(rounds · values).
  public init(
    _ first: [Double], _ second: [Double], statistic: Statistic = .mean, paired: Bool = false,
    alternative: Alternative = .twoSided, rounds: Int = 10_000, stream: RandomStream
  ) throws(MeasureError) {
    let name = "a permutation test"
    if rounds < 1 { throw .setting(name: "rounds", value: rounds, range: "at least 1") }
    if paired { try SampleMoments.checkPairs(first, second, of: name) }
    let a = try SampleMoments(first, of: name, needed: 2)
    let b = try SampleMoments(second, of: name, needed: 2)
    if statistic == .variance, a.variance == 0, b.variance == 0 {
      throw .undefined(measure: name, reason: "neither sample varies")
    }
    var values = first + second
    if statistic == .variance { values = a.centered(first) + b.centered(second) }
    var trial = Trial(values, first.count, statistic, alternative)
    do throws(Interruption) {
      let ways = paired ? Self.ways(pairs: first.count) : Self.ways(first.count, of: values.count)
      if let ways, ways <= rounds {
        try paired ? trial.swapAllPairs() : trial.chooseAll()
      } else {
        try trial.draw(rounds, paired: paired, stream)
      }
    } catch { throw .interrupted(error) }
    (self.statistic, self.alternative) = (statistic, alternative)
    (observed, self.rounds, isExact) = (trial.observed, trial.rounds, !trial.isDrawn)
    let own = trial.isDrawn ? 1 : 0
    p = Double(trial.extreme + own) / Double(trial.rounds + own)
  }

  /// 2ⁿ, or nil where that is beyond all rounds.
  private static func ways(pairs: Int) -> Int? { pairs < 40 ? 1 << pairs : nil }

  /// How many ways there are to choose `count` of `all`; nil beyond 2⁴⁰.
  private static func ways(_ count: Int, of all: Int) -> Int? {
    var ways = 1
    for step in 0..<min(count, all - count) {
      let (product, overflow) = ways.multipliedReportingOverflow(by: all - step)
      ways = product / (step + 1)
      if overflow || ways > 1 << 40 { return nil }
    }
    return ways
  }
}

/// Values that change places, and how often their figure is at least what was observed.
private struct Trial {
  private var values: [Double]
  /// How many of the values stand for the first sample.
  private let count: Int
  private let statistic: PermutationTest.Statistic
  private let alternative: Alternative
  private(set) var observed = 0.0
  private(set) var rounds = 0
  private(set) var extreme = 0
  private(set) var isDrawn = false

  init(
    _ values: [Double], _ count: Int, _ statistic: PermutationTest.Statistic,
    _ alternative: Alternative
  ) {
    self.values = values
    self.count = count
    self.statistic = statistic
    self.alternative = alternative
    observed = figure()
  }

  private func figure() -> Double {
    switch statistic {
    case .mean: return mean(0..<count) - mean(count..<values.count)
    case .variance:
      let (upper, lower) = (variance(0..<count), variance(count..<values.count))
      // Neither half varies: log 0 - log 0 would be no number.
      if upper == lower { return 0 }
      return ElementaryFunction.log(upper) - ElementaryFunction.log(lower)
    }
  }

  private func mean(_ range: Range<Int>) -> Double {
    values[range].reduce(0, +) / Double(range.count)
  }

  private func variance(_ range: Range<Int>) -> Double {
    let mean = mean(range)
    return values[range].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(range.count - 1)
  }

  private mutating func count(_ figure: Double) throws(Interruption) {
    if rounds & 0x3FF == 0 { try Cancellation.check() }
    rounds += 1
    // The same sums in another order differ by rounding: they count as equal.
    let slack = 1e-12 * max(observed.isFinite ? observed.magnitude : 0, 1e-300)
    let isExtreme =
      switch alternative {
      case .twoSided: figure.magnitude >= observed.magnitude - slack
      case .greater: figure >= observed - slack
      case .less: figure <= observed + slack
      }
    if isExtreme { extreme += 1 }
  }

  /// Every choice of the first sample's places, in order.
  mutating func chooseAll() throws(Interruption) {
    let all = values
    var places = Array(0..<count)
    while true {
      var isFirst = [Bool](repeating: false, count: all.count)
      for place in places { isFirst[place] = true }
      values = places.map { all[$0] } + all.indices.filter { !isFirst[$0] }.map { all[$0] }
      try count(figure())
      guard let step = places.indices.last(where: { places[$0] < all.count - count + $0 }) else {
        break
      }
      places[step] += 1
      for later in step + 1..<count { places[later] = places[later - 1] + 1 }
    }
  }

  /// Every set of pairs that change places.
  mutating func swapAllPairs() throws(Interruption) {
    for ways in 0..<1 << count {
      try count(figure())
      // From one set to the next: the pairs whose bits change.
      let changed = ways ^ (ways + 1)
      for pair in 0..<count where changed >> pair & 1 == 1 { values.swapAt(pair, count + pair) }
    }
  }

  mutating func draw(_ wanted: Int, paired: Bool, _ stream: RandomStream) throws(Interruption) {
    isDrawn = true
    var stream = stream
    for _ in 0..<wanted {
      if paired {
        for pair in 0..<count where stream.next() >> 63 == 1 { values.swapAt(pair, count + pair) }
      } else {
        for place in 0..<count {
          values.swapAt(place, place + stream.int(below: values.count - place))
        }
      }
      try count(figure())
    }
  }
}
