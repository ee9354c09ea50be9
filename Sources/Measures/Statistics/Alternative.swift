/// Which side of a test's null hypothesis counts as against it.
public enum Alternative: String, Sendable, CaseIterable {
  case twoSided = "two_sided"
  /// The first sample's figure is smaller.
  case less
  /// The first sample's figure is larger.
  case greater

  /// The p-value from the two tails of a distribution at what was observed.
  func p(lower: Double, upper: Double) -> Double {
    switch self {
    case .twoSided: min(1, 2 * min(lower, upper))
    case .less: lower
    case .greater: upper
    }
  }
}
