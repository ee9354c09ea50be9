/// Student's t distribution ("Student", 1908).
struct StudentDistribution: Sendable {
  /// Above 0, not always whole (Welch).
  let degrees: Double

  /// P(T > t).
  func upperTail(_ t: Double) -> Double {
    t >= 0 ? bothTails(t) / 2 : 1 - bothTails(t) / 2
  }

  /// P(|T| > |t|).
  func bothTails(_ t: Double) -> Double {
    let square = t * t
    if square.isInfinite { return 0 }
    return IncompleteBeta.regularized(
      degrees / (degrees + square), complement: square / (degrees + square), degrees / 2, 0.5)
  }

  /// The t that |T| stays below with probability `level`, in 0..<1.
  func bound(level: Double) -> Double {
    MonotoneRoot.positive(1 - level) { bothTails($0) }
  }
}
