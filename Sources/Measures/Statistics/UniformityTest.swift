/// Whether numbers spread evenly over a range, by the largest distance of their share below a point from the
/// range's (A. Kolmogorov, 1933; N. Smirnov, 1939).
public struct UniformityTest: Sendable, Equatable {
  public let count: Int
  /// The largest distance of the two distributions.
  public let distance: Double
  /// The chance of such a distance, or a larger one, among even numbers: exact up to 4,000 numbers, and in the
  /// tail; else to some six digits.
  public let p: Double

  /// - Throws: ``MeasureError`` of no numbers, for one that is not finite or outside the range, and for a
  ///   range without a length.
  public init(_ values: [Double], in range: ClosedRange<Double> = 0...1) throws(MeasureError) {
    let name = "a test of uniformity"
    let length = range.upperBound - range.lowerBound
    guard length > 0, length.isFinite else {
      throw .undefined(measure: name, reason: "the range has no length")
    }
    if values.isEmpty { throw .empty(measure: name) }
    try SampleMoments.check(values, of: name, needed: 1)
    if let place = values.firstIndex(where: { !range.contains($0) }) {
      throw .undefined(
        measure: name, reason: "value \(place), \(values[place]), is outside the range")
    }
    let sorted = values.map { ($0 - range.lowerBound) / length }.sorted()
    let n = Double(sorted.count)
    var distance = 0.0
    for (place, value) in sorted.enumerated() {
      distance = max(distance, Double(place + 1) / n - value, value - Double(place) / n)
    }
    (count, self.distance) = (values.count, distance)
    p = KolmogorovDistribution(count: values.count).upperTail(distance)
  }
}
