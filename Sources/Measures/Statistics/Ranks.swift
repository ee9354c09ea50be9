/// The places of values in ascending order.
public enum Ranks {
  /// From 1 on; equal values share the mean of their places.
  ///
  /// - Parameter values: numbers, none of them NaN.
  /// - Complexity: O(n log n).
  public static func averaged(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
      // Places first + 1 to end.
      let mean = Double(first + 1 + end) / 2
      for place in first..<end { ranks[order[place]] = mean }
      first = end
    }
    return ranks
  }
}
