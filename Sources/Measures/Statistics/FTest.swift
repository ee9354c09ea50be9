/// Whether two samples have the same variance, by their quotient (R. A. Fisher, 1924).
///
/// It takes the values for normal and reacts strongly where they are not: put ``PermutationTest``
/// beside it.
public struct FTest: Sendable, Equatable {
  /// The first sample's variance over the second's: infinite where only the second is 0, nil where
  /// both are.
  public let f: Double?
  public let firstDegrees: Int
  public let secondDegrees: Int
  public let p: Double?
  /// The interval of the variances' quotient, to both sides whatever the alternative; nil where f is,
  /// and where it is infinite.
  public let low: Double?
  public let high: Double?
  public let alternative: Alternative
  public let level: Double

  /// - Throws: ``MeasureError`` for fewer than two values in a sample, or one that is not finite.
  public init(
    _ first: [Double], _ second: [Double], alternative: Alternative = .twoSided,
    level: Double = 0.95
  ) throws(MeasureError) {
    let name = "an F-test"
    try SampleMoments.check(level: level, of: name)
    let a = try SampleMoments(first, of: name, needed: 2)
    let b = try SampleMoments(second, of: name, needed: 2)
    let f: Double? = a.variance == 0 && b.variance == 0 ? nil : a.variance / b.variance
    let distribution = FisherDistribution(
      upperDegrees: Double(a.count - 1), lowerDegrees: Double(b.count - 1))
    (self.f, firstDegrees, secondDegrees) = (f, a.count - 1, b.count - 1)
    (self.alternative, self.level) = (alternative, level)
    p = f.map {
      alternative.p(lower: distribution.lowerTail($0), upper: distribution.upperTail($0))
    }
    if let f, f.isFinite {
      low = f / distribution.bound(upperTail: (1 - level) / 2)
      high = f / distribution.bound(upperTail: (1 + level) / 2)
    } else {
      (low, high) = (nil, nil)
    }
  }
}
