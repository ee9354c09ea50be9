/// How many n-grams of a sequence differ (J. Li et al., arXiv 1510.03055).
public struct DistinctShare: Sendable, Equatable {
  /// The number of different n-grams.
  public let different: Int
  /// The number of all n-grams.
  public let total: Int
  /// 1 where nothing repeats.
  public var value: Double { Double(different) / Double(total) }

  /// - Parameter n: the n-grams' length, at least 1.
  /// - Throws: ``MeasureError``, also where there are fewer than `n` tokens.
  /// - Complexity: O(tokens · n).
  public init(_ ids: [Int32], n: Int) throws(MeasureError) {
    guard n >= 1 else { throw .setting(name: "n", value: n, range: "at least 1") }
    guard ids.count >= n else { throw .empty(measure: "distinct n-grams") }
    total = ids.count - n + 1
    var seen: Set<ArraySlice<Int32>> = []
    for start in 0..<total { seen.insert(ids[start..<start + n]) }
    different = seen.count
  }
}

/// The share of different n-grams among all: ``DistinctShare/value``.
public func distinct(_ ids: [Int32], n: Int) throws(MeasureError) -> Double {
  try DistinctShare(ids, n: n).value
}
