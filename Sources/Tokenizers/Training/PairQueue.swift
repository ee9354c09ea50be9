/// A heap of pairs: the most frequent first, of equally frequent ones the one whose left bytes,
/// then right bytes, come first.
struct PairQueue {
  typealias Step = MergeLearner.Step

  private var steps: [Step] = []

  private static func precedes(
    _ a: Step, _ b: Step, _ index: PairIndex, _ tokens: ByteStringTable
  ) -> Bool {
    if a.count != b.count { return a.count > b.count }
    if a.pair == b.pair { return false }
    let (one, other) = (index.pairs[a.pair], index.pairs[b.pair])
    if one.left != other.left { return tokens.orders(Int(one.left), before: Int(other.left)) }
    return tokens.orders(Int(one.right), before: Int(other.right))
  }

  mutating func push(_ step: Step, _ index: PairIndex, _ tokens: ByteStringTable) {
    steps.append(step)
    var child = steps.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.precedes(step, steps[parent], index, tokens) else { break }
      steps[child] = steps[parent]
      child = parent
    }
    steps[child] = step
  }

  mutating func pop(_ index: PairIndex, _ tokens: ByteStringTable) -> Step? {
    guard let first = steps.first else { return nil }
    let last = steps.removeLast()
    if steps.isEmpty { return first }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= steps.count { break }
      if child + 1 < steps.count, Self.precedes(steps[child + 1], steps[child], index, tokens) {
        child += 1
      }
      guard Self.precedes(steps[child], last, index, tokens) else { break }
      steps[parent] = steps[child]
      parent = child
    }
    steps[parent] = last
    return first
  }
}

extension ByteStringTable {
  /// Whether one string's bytes come before another's.
  func orders(_ one: Int, before other: Int) -> Bool {
    let (a, b) = (Int(ends[one]), Int(ends[other]))
    let (lengthA, lengthB) = (length(one), length(other))
    let bytes = storage.base
    for offset in 0..<min(lengthA, lengthB) where bytes[a + offset] != bytes[b + offset] {
      return bytes[a + offset] < bytes[b + offset]
    }
    return lengthA < lengthB
  }
}
