import Kernels

/// The numbers of a list or column, and what can be said of them.
///
/// Booleans count as 0 and 1, so that the mean of a column of truths is their share. Floats are
/// summed in the fixed order of the numeric contract, integers exactly.
public struct NumberList: Sendable {
  public let doubles: [Double]
  /// The values where all are integers or booleans.
  public let integers: [Int]?

  /// - Throws: ``LanguageError/notANumber(_:index:)`` for anything else.
  public init(_ values: some Collection<Value>) throws(LanguageError) {
    var doubles: [Double] = []
    var integers: [Int]? = []
    doubles.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      switch value {
      case .int(let number):
        doubles.append(Double(number))
        integers?.append(number)
      case .bool(let flag):
        doubles.append(flag ? 1 : 0)
        integers?.append(flag ? 1 : 0)
      case .float(let number):
        doubles.append(number)
        integers = nil
      default: throw .notANumber(value.typeNameWithArticle, index: index)
      }
    }
    (self.doubles, self.integers) = (doubles, integers)
  }

  public var count: Int { doubles.count }

  /// Integers stay integers.
  public func sum() throws(LanguageError) -> Value {
    guard let integers else { return .float(Sums.sum(doubles)) }
    var total = 0
    for number in integers {
      let (next, overflow) = total.addingReportingOverflow(number)
      if overflow { throw .integerOverflow(operation: "the sum") }
      total = next
    }
    return .int(total)
  }

  public func mean() throws(LanguageError) -> Double {
    try needs(1, "mean")
    return Sums.sum(doubles) / Double(count)
  }

  /// The standard deviation over n, or over n - 1 of a sample.
  public func standardDeviation(ofSample: Bool = false) throws(LanguageError) -> Double {
    try needs(ofSample ? 2 : 1, "standard deviation")
    let deviations = Sums.squaredDeviations(doubles, from: try mean())
    return (deviations / Double(ofSample ? count - 1 : count)).squareRoot()
  }

  /// The standard error of the mean: the sample's standard deviation over √n.
  public func standardError() throws(LanguageError) -> Double {
    try standardDeviation(ofSample: true) / Double(count).squareRoot()
  }

  /// The value below which a share of the numbers lies, between neighbours by straight line (the
  /// default of NumPy).
  public func quantile(_ share: Double) throws(LanguageError) -> Double {
    try needs(1, "quantile")
    if doubles.contains(where: \.isNaN) { return .nan }
    let sorted = doubles.sorted()
    let place = min(max(share, 0), 1) * Double(count - 1)
    let below = Int(place)
    let part = place - Double(below)
    // An infinite neighbour must not make a NaN of an exact place.
    if part == 0 || below + 1 >= count { return sorted[below] }
    return sorted[below] + (sorted[below + 1] - sorted[below]) * part
  }

  private func needs(_ least: Int, _ what: String) throws(LanguageError) {
    if count < least { throw .tooFew(what: what, count: count, needed: least) }
  }
}

extension Value {
  /// The least or greatest of values that can be ordered; a NaN wins over all numbers.
  ///
  /// - Throws: for no values, and for two that cannot be ordered.
  public static func extreme(_ values: [Value], largest: Bool) throws(LanguageError) -> Value {
    guard var best = values.first else {
      throw .tooFew(what: largest ? "greatest" : "least", count: 0, needed: 1)
    }
    for value in values.dropFirst() {
      if best.isNaN { continue }
      if value.isNaN, best.doubleValue != nil {
        best = value
        continue
      }
      guard let order = value.order(to: best) else {
        throw .notOrdered(best.typeNameWithArticle, value.typeNameWithArticle)
      }
      if largest ? order > 0 : order < 0 { best = value }
    }
    return best
  }
}
