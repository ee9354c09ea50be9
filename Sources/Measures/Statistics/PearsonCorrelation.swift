import Kernels

/// How far two lists of numbers lie on a straight line (K. Pearson, 1895).
public struct PearsonCorrelation: Sendable, Equatable {
  /// The number of pairs.
  public let count: Int
  /// In -1...1; nil where it is not defined: of one pair, or where a list's values are all equal.
  public let r: Double?
  /// The chance of an r at least as far to the side of ``alternative`` between lists that have nothing to
  /// do with each other, by Student's t with n - 2 degrees of freedom; nil where r is, and of two pairs.
  public let p: Double?
  /// The interval of r by Fisher's z; nil where r is, and below four pairs.
  public let low: Double?
  public let high: Double?
  public let alternative: Alternative
  public let level: Double

  /// - Parameter alternative: `less` and `greater` are of r: below or above 0.
  /// - Throws: ``MeasureError`` for lists of different lengths, no values, one that is not finite, or
  ///   a level outside 0...1.
  public init(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, level: Double = 0.95
  ) throws(MeasureError) {
    try self.init(x, y, alternative, level, variance: 1)
  }

  /// - Parameter variance: of Fisher's z, times n - 3.
  init(
    _ x: [Double], _ y: [Double], _ alternative: Alternative, _ level: Double, variance: Double
  ) throws(MeasureError) {
    let name = Self.title
    try SampleMoments.check(level: level, of: name)
    try SampleMoments.checkPairs(x, y, of: name)
    if x.isEmpty { throw .empty(measure: name) }
    let first = try SampleMoments(x, of: name, needed: 1, scaled: true)
    let second = try SampleMoments(y, of: name, needed: 1, scaled: true)
    (count, self.alternative, self.level) = (x.count, alternative, level)
    guard let r = Self.coefficient(first.centered(x), second.centered(y)) else {
      (self.r, p, low, high) = (nil, nil, nil, nil)
      return
    }
    self.r = r
    p = Self.p(of: r, degrees: x.count - 2, alternative)
    guard count > 3 else {
      (low, high) = (nil, nil)
      return
    }
    let half =
      NormalDistribution.bound(level: level) * (variance / Double(count - 3)).squareRoot()
    let z = Self.inverseTanh(r)
    low = ElementaryFunction.tanh(z - half)
    high = ElementaryFunction.tanh(z + half)
  }

  static let title = "a correlation"

  private static func p(of r: Double, degrees: Int, _ alternative: Alternative) -> Double? {
    guard degrees > 0 else { return nil }
    // 1 - r² as a product keeps its digits near ±1.
    let t = r * (Double(degrees) / ((1 - r) * (1 + r))).squareRoot()
    let student = StudentDistribution(degrees: Double(degrees))
    return alternative.p(lower: student.upperTail(-t), upper: student.upperTail(t))
  }

  /// Σ xy / √(Σ x² Σ y²) of lists whose means are 0; each list is first divided by its largest value,
  /// so that no square overflows or vanishes.
  private static func coefficient(_ x: [Double], _ y: [Double]) -> Double? {
    func scaled(_ values: [Double]) -> [Double]? {
      let most = values.reduce(0) { max($0, $1.magnitude) }
      return most > 0 && most.isFinite ? values.map { $0 / most } : nil
    }
    guard let x = scaled(x), let y = scaled(y) else { return nil }
    let products = Sums.sum(zip(x, y).map { $0 * $1 })
    let squares = Sums.squaredDeviations(x, from: 0) * Sums.squaredDeviations(y, from: 0)
    return min(1, max(-1, products / squares.squareRoot()))
  }

  private static func inverseTanh(_ r: Double) -> Double {
    (ElementaryFunction.log1p(r) - ElementaryFunction.log1p(-r)) / 2
  }
}
