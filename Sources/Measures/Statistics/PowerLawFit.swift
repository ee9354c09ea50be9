import Kernels

/// y = a · x^-b + c through points, by least squares: how token counts fall with the vocabulary, or losses
/// with data.
public struct PowerLawFit: Sendable, Equatable {
  public let a: Double
  public let b: Double
  /// What y falls to; 0 where no asymptote was asked for.
  public let c: Double
  /// The square root of the mean squared distance of the points from the curve.
  public let rmse: Double
  public let count: Int
  /// The best exponent is at an end of ``exponents``: the points do not bend as a power law.
  public let isAtBound: Bool

  /// The exponents that are tried. Near the lower end the curve is all but a straight line in log x.
  public static let exponents = 1e-3...16.0

  public init(a: Double, b: Double, c: Double, rmse: Double = 0, count: Int = 0) {
    (self.a, self.b, self.c, self.rmse, self.count) = (a, b, c, rmse, count)
    isAtBound = false
  }

  /// For a fixed b the best a and c follow in closed form, so that only b is searched: on a grid, then
  /// by golden sections about the grid's best.
  ///
  /// - Throws: ``MeasureError`` for lists of different lengths, fewer points than unknowns, an x that
  ///   is not above 0, values that are not finite, or fewer different x than unknowns.
  public init(_ x: [Double], _ y: [Double], asymptote: Bool = true) throws(MeasureError) {
    let name = "a power law"
    try SampleMoments.checkPairs(x, y, of: name)
    let unknowns = asymptote ? 3 : 2
    try SampleMoments.check(x, of: name, needed: unknowns)
    try SampleMoments.check(y, of: name, needed: unknowns)
    if let place = x.firstIndex(where: { $0 <= 0 }) {
      throw .undefined(measure: name, reason: "x \(place) is \(x[place]), not above 0")
    }
    if Set(x).count < unknowns {
      throw .undefined(measure: name, reason: "it needs \(unknowns) different x")
    }
    let curve = Curve(x, y, asymptote: asymptote)
    let steps = 240
    let (first, last) = (
      ElementaryFunction.log(Self.exponents.lowerBound),
      ElementaryFunction.log(Self.exponents.upperBound)
    )
    let grid = (0...steps).map { first + (last - first) * Double($0) / Double(steps) }
    var best = 0
    var least = Double.infinity
    for (place, exponent) in grid.enumerated() {
      let squares = curve.solve(ElementaryFunction.exp(exponent)).squares
      if squares < least { (best, least) = (place, squares) }
    }
    let exponent = Self.golden(grid[max(0, best - 1)], grid[min(steps, best + 1)]) {
      curve.solve(ElementaryFunction.exp($0)).squares
    }
    let b = ElementaryFunction.exp(exponent)
    let solution = curve.solve(b)
    (a, c, self.b, count) = (solution.a, solution.c, b, x.count)
    rmse = (solution.squares / Double(x.count)).squareRoot()
    if !(a.isFinite && c.isFinite && rmse.isFinite) {
      throw .undefined(measure: name, reason: "squares of its values are out of range")
    }
    isAtBound = best == 0 || best == steps
  }

  /// y at an x above 0.
  public func value(at x: Double) -> Double { a * Arithmetic.power(x, -b) + c }

  /// Whether an x was found, or the end of the range that comes nearest was taken.
  public enum Reach: String, Sendable { case exact, smallest, largest }

  /// The whole x in `range`, above 0, at which the curve comes nearest to `target`: for a falling curve its upper
  /// end where the target is never reached, its lower end where it is passed before.
  public func x(reaching target: Double, in range: ClosedRange<Int>) -> (x: Int, reach: Reach) {
    let range = max(1, range.lowerBound)...max(1, range.upperBound)
    let ends = (value(at: Double(range.lowerBound)), value(at: Double(range.upperBound)))
    let isFalling = ends.1 <= ends.0
    let (nearStart, nearEnd) =
      isFalling
      ? (target >= ends.0, target <= ends.1) : (target <= ends.0, target >= ends.1)
    if nearStart { return (range.lowerBound, target == ends.0 ? .exact : .smallest) }
    if nearEnd { return (range.upperBound, target == ends.1 ? .exact : .largest) }
    let x = Arithmetic.power(a / (target - c), 1 / b)
    let whole = Int(exactly: x.rounded()) ?? range.upperBound
    return (min(max(whole, range.lowerBound), range.upperBound), .exact)
  }

  /// The place of the least value of a function with one valley, to the last bits.
  private static func golden(_ low: Double, _ high: Double, _ function: (Double) -> Double)
    -> Double
  {
    let share = (5.0.squareRoot() - 1) / 2
    var (low, high) = (low, high)
    var (left, right) = (high - share * (high - low), low + share * (high - low))
    var (atLeft, atRight) = (function(left), function(right))
    for _ in 0..<90 {
      if atLeft <= atRight {
        (high, right, atRight) = (right, left, atLeft)
        left = high - share * (high - low)
        atLeft = function(left)
      } else {
        (low, left, atLeft) = (left, right, atRight)
        right = low + share * (high - low)
        atRight = function(right)
      }
    }
    return atLeft <= atRight ? left : right
  }

  /// The points, and the best curve through them for an exponent.
  private struct Curve {
    private let logs: [Double]
    private let y: [Double]
    private let meanLog: Double
    private let meanY: Double
    private let asymptote: Bool

    init(_ x: [Double], _ y: [Double], asymptote: Bool) {
      let logs = x.map { ElementaryFunction.log($0) }
      let meanLog = Sums.sum(logs) / Double(x.count)
      self.logs = logs.map { $0 - meanLog }
      self.y = y
      self.meanLog = meanLog
      meanY = Sums.sum(y) / Double(y.count)
      self.asymptote = asymptote
    }

    /// With x measured in its geometric mean, so that powers stay near 1.
    func solve(_ b: Double) -> (a: Double, c: Double, squares: Double) {
      // x^-b - 1: for small b the powers alone would lose what differs.
      let rises = logs.map { ElementaryFunction.expm1(-b * $0) }
      let unit = ElementaryFunction.exp(b * meanLog)
      var (scale, shift) = (0.0, 0.0)
      if asymptote {
        let mean = Sums.sum(rises) / Double(rises.count)
        var (products, squares) = (0.0, 0.0)
        for (rise, value) in zip(rises, y) {
          products += (rise - mean) * (value - meanY)
          squares += (rise - mean) * (rise - mean)
        }
        scale = squares > 0 ? products / squares : 0
        shift = meanY - scale * mean
      } else {
        var (products, squares) = (0.0, 0.0)
        for (rise, value) in zip(rises, y) {
          products += (rise + 1) * value
          squares += (rise + 1) * (rise + 1)
        }
        scale = products / squares
        shift = scale
      }
      let rest = zip(rises, y).reduce(0) { sum, point in
        let distance = point.1 - scale * point.0 - shift
        return sum + distance * distance
      }
      return (scale * unit, asymptote ? shift - scale : 0, rest)
    }
  }
}
