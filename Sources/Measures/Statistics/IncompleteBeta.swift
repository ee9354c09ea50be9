import Kernels

/// The regularized incomplete beta function I_x(a, b), from which the distributions of t and F follow.
enum IncompleteBeta {
  /// More steps of the continued fraction are not taken: some √max(a, b) are needed.
  private static let stepLimit = 100_000

  /// I_x(a, b) for a, b > 0. The complement 1 - x is given too, so that an x near 1 keeps its digits.
  ///
  /// A continued fraction (DLMF 8.17.22) by Lentz's method, on the side where it converges fast.
  static func regularized(_ x: Double, complement: Double, _ a: Double, _ b: Double) -> Double {
    if x.isNaN || complement.isNaN || !(a > 0) || !(b > 0) { return .nan }
    if x <= 0 { return 0 }
    if complement <= 0 { return 1 }
    return x > (a + 1) / (a + b + 2)
      ? 1 - lowerPart(complement, complement: x, b, a) : lowerPart(x, complement: complement, a, b)
  }

  private static func lowerPart(_ x: Double, complement: Double, _ a: Double, _ b: Double)
    -> Double
  {
    let logFront =
      a * ElementaryFunction.log(x) + b * ElementaryFunction.log(complement)
      + ElementaryFunction.lgamma(a + b) - ElementaryFunction.lgamma(a)
      - ElementaryFunction.lgamma(b)
    return ElementaryFunction.exp(logFront) / a * fraction(x, a, b)
  }

  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    // Lentz: no denominator may be 0.
    func away(_ value: Double) -> Double { value.magnitude < 1e-300 ? 1e-300 : value }
    var numerator = 1.0
    var denominator = 1 / away(1 - (a + b) * x / (a + 1))
    var result = denominator
    for step in 1...stepLimit {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      denominator = 1 / away(1 + even * denominator)
      numerator = away(1 + even / numerator)
      result *= denominator * numerator
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      denominator = 1 / away(1 + odd * denominator)
      numerator = away(1 + odd / numerator)
      let factor = denominator * numerator
      result *= factor
      if (factor - 1).magnitude < 1e-15 { break }
    }
    return result
  }
}
