/// Which keys each row of each head sees.
///
/// However it is described, the keys that are not seen are absent: a mask, a window, packed segments and
/// keys that were removed give the same bits. Several descriptions hold together: `.causal() & .mask(m)`.
public struct AttentionVisibility: Sendable {
  enum Rule: Sendable {
    /// Row r: keys r + first ... r + last.
    case band(first: Int, last: Int)
    case ranges([Range<Int>])
    case segments(queries: [Int], keys: [Int])
    case mask(AttentionMask)
  }

  let rules: [Rule]

  /// Every row sees every key.
  public static let all = AttentionVisibility(rules: [])

  /// Row r sees the keys 0 ... r + offset: with `offset` keys of earlier rows before the first row's own.
  public static func causal(offset: Int = 0) -> AttentionVisibility {
    AttentionVisibility(rules: [.band(first: .min / 2, last: offset)])
  }

  /// Row r, whose own key is r + offset, sees `before` keys before that and `after` keys behind it.
  public static func window(before: Int, after: Int = 0, offset: Int = 0) -> AttentionVisibility {
    let (first, below) = offset.subtractingReportingOverflow(before)
    let (last, above) = offset.addingReportingOverflow(after)
    return AttentionVisibility(
      rules: [.band(first: below ? .min / 2 : first, last: above ? .max / 2 : last)])
  }

  /// A range of keys for each row, `[queryRows]` or `[batches, queryRows]`.
  public static func ranges(_ ranges: [Range<Int>]) -> AttentionVisibility {
    AttentionVisibility(rules: [.ranges(ranges)])
  }

  /// Packed documents: the rows of segment s, `queryStarts[s]` ..< `queryStarts[s + 1]`, see the keys of segment s.
  /// Starts begin with 0 and end with the number of rows; `keyStarts` are the same unless given.
  public static func segments(_ queryStarts: [Int], keyStarts: [Int]? = nil)
    -> AttentionVisibility
  {
    AttentionVisibility(rules: [.segments(queries: queryStarts, keys: keyStarts ?? queryStarts)])
  }

  public static func mask(_ mask: AttentionMask) -> AttentionVisibility {
    AttentionVisibility(rules: [.mask(mask)])
  }

  /// What both let be seen.
  public static func & (a: AttentionVisibility, b: AttentionVisibility) -> AttentionVisibility {
    AttentionVisibility(rules: a.rules + b.rules)
  }

  /// A range for each row, and bits: what kernels take.
  struct Resolved: Sendable {
    /// All begins `[batches or 1, queryRows]`, then all ends; nil where all keys are in range.
    var bounds: [Int]?
    var boundsPerBatch = false
    var mask: AttentionMask?
  }

  func resolved(_ shape: AttentionShape) throws(KernelError) -> Resolved {
    var result = Resolved()
    var perBatch = false
    for case .ranges(let ranges) in rules where ranges.count != shape.queryRows { perBatch = true }
    let rows = shape.queryRows * (perBatch ? shape.batches : 1)
    var begins = [Int](repeating: 0, count: rows)
    var ends = [Int](repeating: shape.keyRows, count: rows)
    var ranged = false
    for rule in rules {
      switch rule {
      case .mask(let mask):
        try Self.check(mask, shape)
        result.mask = try result.mask?.intersection(mask) ?? mask
        continue
      case .band(let first, let last):
        for row in 0..<rows {
          let place = row % shape.queryRows
          begins[row] = max(begins[row], place.saturatingSum(first))
          ends[row] = min(ends[row], place.saturatingSum(last).saturatingSum(1))
        }
      case .ranges(let ranges):
        if ranges.count != shape.queryRows {
          try KernelError.check("attention", "ranges", ranges.count, rows)
        }
        for row in 0..<rows {
          let range = ranges[row % ranges.count]
          guard range.lowerBound >= 0, range.upperBound <= shape.keyRows else {
            throw .size(
              kernel: "attention", argument: "ranges", needed: shape.keyRows,
              found: range.lowerBound < 0 ? range.lowerBound : range.upperBound)
          }
          begins[row] = max(begins[row], range.lowerBound)
          ends[row] = min(ends[row], range.upperBound)
        }
      case .segments(let queries, let keys):
        try KernelError.check("attention", "key starts", keys.count, queries.count)
        try Self.check(starts: queries, "query starts", rows: shape.queryRows)
        try Self.check(starts: keys, "key starts", rows: shape.keyRows)
        for segment in queries.indices.dropLast() {
          for row in queries[segment]..<queries[segment + 1] {
            for place in stride(from: row, to: rows, by: max(shape.queryRows, 1)) {
              begins[place] = max(begins[place], keys[segment])
              ends[place] = min(ends[place], keys[segment + 1])
            }
          }
        }
      }
      ranged = true
    }
    if ranged {
      // A range that is empty or lies behind the keys becomes 0 ..< 0.
      for row in 0..<rows where begins[row] >= ends[row] { (begins[row], ends[row]) = (0, 0) }
      result.bounds = begins + ends
      result.boundsPerBatch = perBatch
    }
    return result
  }

  private static func check(_ mask: AttentionMask, _ shape: AttentionShape) throws(KernelError) {
    try KernelError.check("attention", "mask rows", mask.queryRows, shape.queryRows)
    try KernelError.check("attention", "mask keys", mask.keyRows, shape.keyRows)
    if mask.batches != 1 {
      try KernelError.check("attention", "mask batches", mask.batches, shape.batches)
    }
    if mask.heads != 1 {
      try KernelError.check("attention", "mask heads", mask.heads, shape.heads)
    }
  }

  private static func check(starts: [Int], _ name: String, rows: Int) throws(KernelError) {
    guard starts.first == 0, starts.last == rows,
      zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw .size(kernel: "attention", argument: name, needed: rows, found: starts.last ?? 0)
    }
  }
}

extension Int {
  fileprivate func saturatingSum(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
