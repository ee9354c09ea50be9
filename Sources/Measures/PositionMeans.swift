import Kernels

/// The mean of a figure at each place of sequences, or over ranges of places, and how sure it is.
///
/// Values of one sequence go together, so that sequences are what is counted: with the sum s and the number
/// c of a sequence's values in a range, the mean is m = Σs / Σc and its standard error
/// √(n / (n - 1) · Σ(s - m c)²) / Σc over the n sequences that reach it.
public struct PositionMeans: Sendable, Equatable {
  public struct Place: Sendable, Equatable {
    /// The first and the last place of the range, counted from 1.
    public let first: Int
    public let last: Int
    public let mean: Double
    /// nil of one sequence, which says nothing about their spread.
    public let standardError: Double?
    public let values: Int
    public let sequences: Int
  }

  /// Ascending; ranges that no sequence reaches are left out.
  public let places: [Place]

  /// - Parameters:
  ///   - sequences: the values of each, from place 1 on.
  ///   - starts: where ranges begin, ascending, the first at 1 or later: what stands before it is left out.
  ///     Each place alone unless given.
  /// - Throws: ``MeasureError/empty(measure:)`` where nothing is in the ranges,
  ///   ``MeasureError/setting(name:value:range:)`` for starts out of order.
  /// - Complexity: O(values).
  public init(_ sequences: [[Double]], starts: [Int]? = nil) throws(MeasureError) {
    let longest = sequences.reduce(0) { max($0, $1.count) }
    let starts = starts ?? Array(0..<longest).map { $0 + 1 }
    var least = 1
    for start in starts {
      guard start >= least else {
        throw .setting(name: "the start of a range", value: start, range: "\(least) or more")
      }
      least = start == Int.max ? start : start + 1
    }
    var places: [Place] = []
    for (index, start) in starts.enumerated() where start <= longest {
      let end = index + 1 < starts.count ? min(starts[index + 1] - 1, longest) : longest
      let parts = sequences.filter { $0.count >= start }
        .map { $0[(start - 1)..<min(end, $0.count)] }
      let sums = parts.map { Sums.sum(Array($0)) }
      let values = parts.reduce(0) { $0 + $1.count }
      let mean = Sums.sum(sums) / Double(values)
      let errors = zip(sums, parts).map { $0 - mean * Double($1.count) }
      let spread = Sums.squaredDeviations(errors, from: 0)
      let count = Double(parts.count)
      places.append(
        Place(
          first: start, last: end, mean: mean,
          standardError: parts.count > 1
            ? (count / (count - 1) * spread).squareRoot() / Double(values) : nil,
          values: values, sequences: parts.count))
    }
    if places.isEmpty { throw .empty(measure: "a mean by position") }
    self.places = places
  }
}
