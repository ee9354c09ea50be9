/// The mean of a sample, and the interval in which the mean of all there might be is believed to lie.
///
/// By Student's t with n - 1 degrees of freedom: right for values that spread about normally, such as
/// one measurement a seed.
public struct MeanInterval: Sendable, Equatable {
  public let count: Int
  public let mean: Double
  /// The standard deviation of the sample, over n - 1; nil of one value.
  public let deviation: Double?
  /// nil of one value, which says nothing about its spread.
  public let low: Double?
  public let high: Double?
  /// How often such intervals hold the mean.
  public let level: Double

  /// - Parameter level: between 0 and 1.
  /// - Throws: ``MeasureError`` of no values, of one that is not finite, or for a level outside.
  public init(_ values: [Double], level: Double = 0.95) throws(MeasureError) {
    let name = "an interval"
    try SampleMoments.check(level: level, of: name)
    if values.isEmpty { throw .empty(measure: name) }
    let moments = try SampleMoments(values, of: name, needed: 1)
    (count, mean, self.level) = (moments.count, moments.mean, level)
    guard moments.count > 1 else {
      (deviation, low, high) = (nil, nil, nil)
      return
    }
    deviation = moments.variance.squareRoot()
    let half =
      StudentDistribution(degrees: Double(count - 1)).bound(level: level)
      * (moments.variance / Double(count)).squareRoot()
    (low, high) = (mean - half, mean + half)
  }
}
