/// Whether a model that was trained on the end of its data in the true order likes texts better than models
/// that were trained on the same end in other orders (arXiv 2510.19796).
public struct ReshuffleTest: Sendable, Equatable {
  /// The true order's score less the others' mean, over their standard deviation (over m - 1); infinite where
  /// only the deviation is 0, nil where both are.
  public let z: Double?
  /// By the normal distribution of ``z``, as published: too small for few orders, whose mean and deviation are
  /// not known well.
  public let normalP: Double?
  /// By Student's t with m - 1 degrees of freedom, which takes that into account.
  public let p: Double?
  /// (1 + others at least as high) / (m + 1): exact, and never below 1 / (m + 1).
  public let rankP: Double
  /// How many other orders there are.
  public let count: Int

  /// - Parameters:
  ///   - score: of the model of the true order: the mean over texts of log p.
  ///   - others: of models of other orders, drawn at random.
  /// - Throws: ``MeasureError`` for fewer than two others, or a score that is not finite.
  public init(score: Double, others: [Double]) throws(MeasureError) {
    let name = "a test of reshuffled orders"
    try SampleMoments.check([score], of: name, needed: 1)
    let moments = try SampleMoments(others, of: name, needed: 2)
    let (difference, deviation) = (score - moments.mean, moments.variance.squareRoot())
    count = moments.count
    z = difference == 0 && deviation == 0 ? nil : difference / deviation
    normalP = z.map(NormalDistribution.upperTail)
    let m = Double(moments.count)
    p = z.map {
      StudentDistribution(degrees: m - 1).upperTail($0 / (1 + 1 / m).squareRoot())
    }
    rankP = Double(1 + others.count { $0 >= score }) / (m + 1)
  }
}
