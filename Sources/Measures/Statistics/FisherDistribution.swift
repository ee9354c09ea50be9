/// The F distribution of the quotient of two variances (R. A. Fisher, 1924; G. Snedecor, 1934).
struct FisherDistribution: Sendable {
  let upperDegrees: Double
  let lowerDegrees: Double

  /// P(F > f) for f ≥ 0.
  func upperTail(_ f: Double) -> Double {
    if f.isInfinite { return 0 }
    let (a, b) = (upperDegrees * f, lowerDegrees)
    return IncompleteBeta.regularized(
      b / (a + b), complement: a / (a + b), lowerDegrees / 2, upperDegrees / 2)
  }

  /// P(F < f) for f ≥ 0, exact also where it is tiny.
  func lowerTail(_ f: Double) -> Double {
    if f.isInfinite { return 1 }
    let (a, b) = (upperDegrees * f, lowerDegrees)
    return IncompleteBeta.regularized(
      a / (a + b), complement: b / (a + b), upperDegrees / 2, lowerDegrees / 2)
  }

  /// The f with P(F > f) = `tail`.
  func bound(upperTail tail: Double) -> Double {
    MonotoneRoot.positive(tail) { upperTail($0) }
  }
}
