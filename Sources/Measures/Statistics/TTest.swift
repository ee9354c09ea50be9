/// Whether means differ, by Student's t.
public struct TTest: Sendable, Equatable {
  /// The mean less what it is compared with.
  public let difference: Double
  /// The difference over its standard error: infinite where only the error is 0, nil where both are.
  public let t: Double?
  public let degrees: Double
  public let p: Double?
  /// The interval of the difference, to both sides whatever the alternative.
  public let low: Double
  public let high: Double
  public let alternative: Alternative
  public let level: Double

  /// Whether the mean of one sample is `expected`.
  ///
  /// - Throws: ``MeasureError`` for fewer than two values, or one that is not finite.
  public init(
    _ values: [Double], against expected: Double = 0, alternative: Alternative = .twoSided,
    level: Double = 0.95
  ) throws(MeasureError) {
    let moments = try SampleMoments(values, of: Self.title, needed: 2)
    try SampleMoments.check([expected], of: Self.title, needed: 1)
    try self.init(
      moments.mean - expected, (moments.variance / Double(moments.count)).squareRoot(),
      degrees: Double(moments.count - 1), alternative, level)
  }

  /// Whether the differences of pairs have the mean 0: more powerful than two samples where the pairs
  /// share what makes them vary.
  public init(
    pairs first: [Double], _ second: [Double], alternative: Alternative = .twoSided,
    level: Double = 0.95
  ) throws(MeasureError) {
    try SampleMoments.checkPairs(first, second, of: Self.title)
    try self.init(zip(first, second).map { $0 - $1 }, alternative: alternative, level: level)
  }

  /// Whether two samples have the same mean.
  ///
  /// - Parameter pooled: takes their variances for equal (Student); otherwise each has its own (B. L.
  ///   Welch, 1947).
  public init(
    _ first: [Double], _ second: [Double], pooled: Bool = false,
    alternative: Alternative = .twoSided, level: Double = 0.95
  ) throws(MeasureError) {
    let a = try SampleMoments(first, of: Self.title, needed: 2)
    let b = try SampleMoments(second, of: Self.title, needed: 2)
    let (m, n) = (Double(a.count), Double(b.count))
    let error: Double
    var degrees = m + n - 2
    if pooled {
      error = ((a.squaredDeviations + b.squaredDeviations) / degrees * (1 / m + 1 / n)).squareRoot()
    } else {
      let (u, v) = (a.variance / m, b.variance / n)
      error = (u + v).squareRoot()
      // Shares of the whole, so that small variances do not vanish when squared.
      let share = u / (u + v)
      let rest = v / (u + v)
      if u + v > 0 { degrees = 1 / (share * share / (m - 1) + rest * rest / (n - 1)) }
    }
    try self.init(a.mean - b.mean, error, degrees: degrees, alternative, level)
  }

  private static let title = "a t-test"

  private init(
    _ difference: Double, _ error: Double, degrees: Double, _ alternative: Alternative,
    _ level: Double
  ) throws(MeasureError) {
    try SampleMoments.check(level: level, of: Self.title)
    let distribution = StudentDistribution(degrees: degrees)
    let t: Double? = error == 0 && difference == 0 ? nil : difference / error
    let half = distribution.bound(level: level) * error
    self.difference = difference
    self.t = t
    self.degrees = degrees
    self.alternative = alternative
    self.level = level
    p = t.map {
      alternative.p(lower: distribution.upperTail(-$0), upper: distribution.upperTail($0))
    }
    (low, high) = (difference - half, difference + half)
  }
}
