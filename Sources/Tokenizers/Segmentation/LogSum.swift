import Kernels

/// The logarithm of a sum whose terms are given by their logarithms.
public enum LogSum {
  /// log Σ exp; −∞ for no terms.
  public static func of(_ terms: [Double]) -> Double {
    guard let largest = terms.max(), largest > -.infinity else { return -.infinity }
    return largest
      + ElementaryFunction.log(terms.reduce(0) { $0 + ElementaryFunction.exp($1 - largest) })
  }
}
