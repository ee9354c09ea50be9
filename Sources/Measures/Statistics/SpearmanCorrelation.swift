/// How far two lists of numbers rise and fall together, whatever the shape of the curve: Pearson's
/// correlation of their ranks (C. Spearman, 1904).
public struct SpearmanCorrelation: Sendable, Equatable {
  /// Of the ranks. Its p is by Student's t, as SciPy gives it; its interval takes the variance of Fisher's z
  /// for 1.06 / (n - 3) (E. Fieller, H. Hartley, E. Pearson, 1957).
  public let ofRanks: PearsonCorrelation

  public var count: Int { ofRanks.count }
  /// In -1...1; nil where a list's values are all equal.
  public var rho: Double? { ofRanks.r }
  /// Nil where ``rho`` is, and of two pairs.
  public var p: Double? { ofRanks.p }
  /// How many standard deviations of a random order ``rho`` is from 0: over all orders of one list its mean
  /// is 0 and its variance 1 / (n - 1), with ties too.
  public var z: Double? { rho.map { $0 * Double(count - 1).squareRoot() } }

  /// - Throws: as ``PearsonCorrelation/init(_:_:alternative:level:)``.
  /// - Complexity: O(n log n).
  public init(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, level: Double = 0.95
  ) throws(MeasureError) {
    for values in [x, y] {
      try SampleMoments.check(values, of: PearsonCorrelation.title, needed: 0)
    }
    ofRanks = try PearsonCorrelation(
      Ranks.averaged(x), Ranks.averaged(y), alternative, level, variance: 1.06)
  }
}
