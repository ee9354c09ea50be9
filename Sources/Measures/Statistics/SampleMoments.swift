import Kernels

/// The count, mean and spread of a sample, summed in the fixed order of ``Sums``.
struct SampleMoments: Sendable, Equatable {
  let count: Int
  let mean: Double
  /// The sum of (x - mean)²; exactly 0 where all values are equal.
  let squaredDeviations: Double

  /// The unbiased variance, over n - 1; 0 of one value.
  var variance: Double { count > 1 ? squaredDeviations / Double(count - 1) : 0 }

  /// - Parameter scaled: the caller brings values into range itself, so that squares may leave it here.
  /// - Throws: ``MeasureError/tooFew(measure:count:needed:)``, and
  ///   ``MeasureError/undefined(measure:reason:)`` for a value that is not finite, and where squares of what values differ by overflow or vanish.
  init(
    _ values: [Double], of measure: String, needed: Int, scaled: Bool = false
  ) throws(MeasureError) {
    try Self.check(values, of: measure, needed: needed)
    count = values.count
    let first = values.first ?? 0
    // The mean of equal numbers may differ from them by rounding; they do not spread for that.
    if values.allSatisfy({ $0 == first }) {
      (mean, squaredDeviations) = (first, 0)
    } else {
      mean = Sums.sum(values) / Double(values.count)
      squaredDeviations = Sums.squaredDeviations(values, from: mean)
      // Squares beyond the range of numbers would make a p of 1, or of 0, out of nothing.
      if !scaled, !squaredDeviations.isNormal {
        throw .undefined(measure: measure, reason: "squares of its values are out of range")
      }
    }
  }

  /// The values less their mean; zeros where all are equal.
  func centered(_ values: [Double]) -> [Double] { values.map { $0 - mean } }

  static func check(_ values: [Double], of measure: String, needed: Int) throws(MeasureError) {
    if values.count < needed {
      throw .tooFew(measure: measure, count: values.count, needed: needed)
    }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw .undefined(measure: measure, reason: "value \(place) is \(values[place])")
    }
  }

  /// - Throws: ``MeasureError/lengths(measure:first:second:)``.
  static func checkPairs(_ first: [Double], _ second: [Double], of measure: String)
    throws(MeasureError)
  {
    if first.count != second.count {
      throw .lengths(measure: measure, first: first.count, second: second.count)
    }
  }

  /// The level of a confidence interval lies in 0..<1, both ends outside.
  static func check(level: Double, of measure: String) throws(MeasureError) {
    if !(level > 0 && level < 1) {
      throw .undefined(measure: measure, reason: "the level \(level) is not between 0 and 1")
    }
  }
}
