import Kernels

/// A straight line, plane or higher through points by least squares, with a constant.
public struct LinearRegression: Sendable, Equatable {
  /// What is known of one coefficient.
  public struct Coefficient: Sendable, Equatable {
    public let estimate: Double
    /// The estimate's standard error; nil where there are no more rows than coefficients.
    public let error: Double?
    /// Of the hypothesis that the coefficient is 0, to both sides.
    public let p: Double?
  }

  public let count: Int
  public let constant: Coefficient
  /// One a predictor, in their order.
  public let coefficients: [Coefficient]
  /// The share of y's variance that the predictors explain; nil where y does not vary.
  public let r2: Double?
  /// ``r2`` less what as many predictors of pure noise would explain.
  public let adjustedR2: Double?
  /// Of the hypothesis that all coefficients but the constant are 0.
  public let f: Double?
  public let p: Double?
  /// The standard deviation of what is left over, over n - predictors - 1.
  public let residualError: Double?

  /// - Parameter predictors: a list for each predictor, as long as `y`.
  /// - Throws: ``MeasureError`` for no predictor, lists of different lengths, fewer rows than
  ///   coefficients, a value that is not finite, or predictors of which one follows from the others.
  /// - Complexity: O(rows · predictors²).
  public init(_ y: [Double], on predictors: [[Double]]) throws(MeasureError) {
    let name = "a regression"
    if predictors.isEmpty { throw .empty(measure: name) }
    for predictor in predictors { try SampleMoments.checkPairs(y, predictor, of: name) }
    let columns = predictors.count + 1
    let target = try SampleMoments(y, of: name, needed: max(columns, 2))
    var means: [Double] = []
    var centered: [[Double]] = []
    for (index, predictor) in predictors.enumerated() {
      let moments = try SampleMoments(predictor, of: name, needed: columns)
      if moments.variance == 0 {
        throw .undefined(measure: name, reason: "predictor \(index + 1) does not vary")
      }
      means.append(moments.mean)
      centered.append(moments.centered(predictor))
    }
    let solution = try Solution(target.centered(y), centered)
    count = y.count

    let degrees = Double(y.count - columns)
    let residual = solution.residual
    let variance = degrees > 0 ? residual / degrees : nil
    func coefficient(_ estimate: Double, unit: Double) -> Coefficient {
      guard let variance else { return Coefficient(estimate: estimate, error: nil, p: nil) }
      let error = (variance * unit).squareRoot()
      let t = estimate / error
      let p = t.isNaN ? nil : StudentDistribution(degrees: degrees).bothTails(t)
      return Coefficient(estimate: estimate, error: error, p: p)
    }
    coefficients = zip(solution.slopes, solution.units).map { coefficient($0, unit: $1) }
    let shift = zip(solution.slopes, means).reduce(0) { $0 + $1.0 * $1.1 }
    constant = coefficient(
      target.mean - shift, unit: 1 / Double(y.count) + solution.unit(at: means))
    residualError = variance?.squareRoot()

    let total = target.squaredDeviations
    let explained = max(0, total - residual)
    let predictorCount = Double(predictors.count)
    r2 = total > 0 ? explained / total : nil
    adjustedR2 = r2.flatMap { r2 in
      degrees > 0 ? 1 - (1 - r2) * Double(y.count - 1) / degrees : nil
    }
    f = variance.flatMap { total > 0 ? explained / predictorCount / $0 : nil }
    p = f.map {
      FisherDistribution(upperDegrees: predictorCount, lowerDegrees: degrees).upperTail($0)
    }
  }

  /// The least squares of centred values.
  private struct Solution {
    let slopes: [Double]
    /// The sum of squares that is left over.
    let residual: Double
    /// The inverse of the triangle R in X = QR, by rows: (XᵀX)⁻¹ = R⁻¹ R⁻ᵀ.
    private let inverse: [[Double]]

    init(_ y: [Double], _ predictors: [[Double]]) throws(MeasureError) {
      let (rows, columns) = (y.count, predictors.count)
      let x = (0..<rows).flatMap { row in predictors.map { $0[row] } }
      let (slopes, inverse): ([Double], [[Double]])
      do throws(KernelError) {
        slopes = try LeastSquares.solve(x, rows: rows, columns: columns, y)
        inverse = Self.inverse(of: try QR(x, rows: rows, columns: columns).r, columns)
      } catch {
        var reason = error.message
        if case .dependent(_, let column) = error {
          reason = "predictor \(column + 1) follows from those before it"
        }
        throw .undefined(measure: "a regression", reason: reason)
      }
      residual = Sums.squaredDeviations(
        (0..<rows).map { row in
          y[row] - zip(slopes, predictors).reduce(0) { $0 + $1.0 * $1.1[row] }
        }, from: 0)
      (self.slopes, self.inverse) = (slopes, inverse)
    }

    /// The diagonal of (XᵀX)⁻¹.
    var units: [Double] { inverse.map { $0.reduce(0) { $0 + $1 * $1 } } }

    /// vᵀ (XᵀX)⁻¹ v.
    func unit(at vector: [Double]) -> Double {
      vector.indices.reduce(0) { sum, column in
        let product = vector.indices.reduce(0) { $0 + inverse[$1][column] * vector[$1] }
        return sum + product * product
      }
    }

    private static func inverse(of r: [Double], _ size: Int) -> [[Double]] {
      var inverse = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
      for column in 0..<size {
        for row in (0...column).reversed() {
          var sum = row == column ? 1.0 : 0
          for middle in row..<column {
            sum -= r[row * size + middle + 1] * inverse[middle + 1][column]
          }
          inverse[row][column] = sum / r[row * size + row]
        }
      }
      return inverse
    }
  }
}
