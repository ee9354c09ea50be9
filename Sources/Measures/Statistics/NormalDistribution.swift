import Kernels

/// The standard normal distribution.
enum NormalDistribution {
  /// P(|Z| > z) for z ≥ 0.
  static func bothTails(_ z: Double) -> Double {
    1 - ElementaryFunction.erf(z / 2.0.squareRoot())
  }

  /// The z that |Z| stays below with probability `level`, in 0..<1.
  static func bound(level: Double) -> Double {
    MonotoneRoot.positive(1 - level) { bothTails($0) }
  }
}
