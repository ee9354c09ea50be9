import Kernels

/// The standard normal distribution.
enum NormalDistribution {
  /// P(Z > z), with its digits where it is tiny too.
  static func upperTail(_ z: Double) -> Double {
    if z < 0 { return 1 - upperTail(-z) }
    // There the function of errors still has most of its digits.
    if z < 3 { return (1 - ElementaryFunction.erf(z / 2.0.squareRoot())) / 2 }
    // Laplace's continued fraction, from its inner end.
    var rest = 0.0
    for term in stride(from: 120.0, through: 1, by: -1) { rest = term / (z + rest) }
    let density = ElementaryFunction.exp(-z * z / 2) / (2 * Double.pi).squareRoot()
    return density / (z + rest)
  }

  /// P(|Z| > z) for z ≥ 0.
  static func bothTails(_ z: Double) -> Double { 2 * upperTail(z) }

  /// The z that |Z| stays below with probability `level`, in 0..<1.
  static func bound(level: Double) -> Double {
    MonotoneRoot.positive(1 - level) { bothTails($0) }
  }
}
