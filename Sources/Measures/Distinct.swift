/// The share of different n-grams among all (J. Li et al., arXiv 1510.03055): 1 where nothing repeats.
///
/// - Parameters:
///   - ids: any tokens.
///   - n: the n-grams' length, at least 1.
/// - Throws: ``MeasureError``, also where there are fewer than `n` tokens.
/// - Complexity: O(tokens · n).
public func distinct(_ ids: [Int32], n: Int) throws(MeasureError) -> Double {
  guard n >= 1 else { throw .setting(name: "n", value: n, range: "at least 1") }
  guard ids.count >= n else { throw .empty(measure: "distinct n-grams") }
  let total = ids.count - n + 1
  var seen: Set<ArraySlice<Int32>> = []
  for start in 0..<total { seen.insert(ids[start..<start + n]) }
  return Double(seen.count) / Double(total)
}
