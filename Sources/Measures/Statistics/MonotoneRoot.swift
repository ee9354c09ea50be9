/// The point at which a falling function passes a value, by halving.
enum MonotoneRoot {
  /// x ≥ 0 with `function(x) == target`, for a function that falls from above `target` at 0 to below
  /// it; exact to the last bit or two of x.
  ///
  /// - Complexity: some 60 to 2,000 calls, most of them where x is very large or small.
  static func positive(_ target: Double, of function: (Double) -> Double) -> Double {
    var high = 1.0
    while high < .greatestFiniteMagnitude / 2, function(high) > target { high *= 2 }
    var low = high
    while low > .leastNormalMagnitude, function(low) <= target { low /= 2 }
    while true {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { return middle }
      if function(middle) > target { low = middle } else { high = middle }
    }
  }
}
