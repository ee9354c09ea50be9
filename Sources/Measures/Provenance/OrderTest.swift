import Tensors

/// Whether figures of documents rise along the order that a model was trained in.
///
/// Where the order was drawn at random and the figures come from something that does not know it, every order
/// is as likely as any other: that alone justifies p (arXiv 2510.19796). The test is one-sided: what was
/// trained on last shall have the larger figures. Of losses, which are small where probabilities are large,
/// the sign is the other one: give their negatives.
public struct OrderTest: Sendable, Equatable {
  /// What of the order is compared with the figures.
  public enum Statistic: String, Sendable, CaseIterable {
    /// Spearman's correlation of place and figure.
    case rank
    /// The mean place, each document with its figure for a weight: Pearson's correlation of place and figure, as a test.
    case mean
  }

  public let statistic: Statistic
  /// The correlation of place and figure: of ranks, or of the numbers; nil where the figures are all equal.
  public let correlation: Double?
  /// Its distance from 0 in standard deviations of a random order, which are 1 / √(n - 1) exactly.
  public let z: Double?
  /// The chance of a correlation at least as large in a random order, by the normal distribution of ``z``.
  public let p: Double?
  /// The same by orders that were tried: exact whatever the figures.
  public let permutations: CorrelationPermutationTest
  public let count: Int

  /// - Parameters:
  ///   - figures: of the documents in the order of training.
  ///   - rounds: orders that are drawn, or all where they are no more.
  /// - Throws: ``MeasureError`` for fewer than three figures, or one that is not finite.
  /// - Complexity: O(rounds · n).
  public init(
    _ figures: [Double], statistic: Statistic = .rank, rounds: Int = 999, stream: RandomStream
  ) throws(MeasureError) {
    try SampleMoments.check(figures, of: "a test of order", needed: 3)
    let places = figures.indices.map(Double.init)
    let values = statistic == .rank ? Ranks.averaged(figures) : figures
    (self.statistic, count) = (statistic, figures.count)
    permutations = try CorrelationPermutationTest(
      places, values, alternative: .greater, rounds: rounds, stream: stream)
    correlation = try PearsonCorrelation(places, values, alternative: .greater).r
    z = correlation.map { $0 * Double(figures.count - 1).squareRoot() }
    p = z.map(NormalDistribution.upperTail)
  }
}
