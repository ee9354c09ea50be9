import Kernels

/// The state of a BPE training: all distinct pieces as symbols, and for every pair of neighbours
/// how often it occurs and where.
///
/// The symbols of all pieces lie in one list, linked by position; a pair's places are appended as
/// they arise and checked when the pair is merged. The heap's counts may be too high, never too
/// low: an entry that comes up is compared with the true count and put back if it was stale.
struct MergeLearner {
  struct Merge: Equatable {
    let left: Int32
    let right: Int32
    let merged: Int32
  }

  struct Step {
    let pair: Int
    let count: UInt64
  }

  /// All tokens so far, the bytes first.
  private(set) var tokens = ByteStringTable(capacity: 512)
  private(set) var merges: [Merge] = []
  private(set) var lastFrequency: UInt64?

  private static let gone: Int32 = -1
  private var symbols: [Int32] = []
  /// The place of the neighbour, or −1 at a piece's end or start.
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var pieceOf: [Int32] = []
  private let weights: [UInt64]

  private var index = PairIndex()
  private var counts: [UInt64] = []
  private var places: [[Int32]] = []
  private var isMerged: [Bool] = []
  /// In which merge a pair's count last went up.
  private var raisedIn: [Int] = []
  private var queue: [Step] = []
  /// Pairs whose count went up in this merge.
  private var raised: [Int] = []
  private var step = 0
  private var placesSincePoll = 0

  init(_ counter: PieceCounter) {
    weights = counter.counts
    for byte in UInt8.min...UInt8.max { _ = tokens.insert([byte]) }
    let pieces = counter.pieces
    let total = pieces.storage.count
    symbols = pieces.storage.map(Int32.init)
    next = [Int32](repeating: -1, count: total)
    previous = [Int32](repeating: -1, count: total)
    pieceOf = [Int32](repeating: 0, count: total)
    for piece in 0..<pieces.count {
      let range = Int(pieces.ends[piece])..<Int(pieces.ends[piece + 1])
      for place in range {
        pieceOf[place] = Int32(piece)
        previous[place] = place > range.lowerBound ? Int32(place - 1) : -1
        next[place] = place + 1 < range.upperBound ? Int32(place + 1) : -1
        if place + 1 < range.upperBound {
          add(symbols[place], symbols[place + 1], at: place, weight: weights[piece])
        }
      }
    }
    for pair in raised where counts[pair] > 0 { push(Step(pair: pair, count: counts[pair])) }
    raised.removeAll()
  }

  // MARK: Steps

  /// The pair to merge next, or nil if no two symbols are neighbours any more.
  mutating func best() -> Step? {
    while let top = pop() {
      let count = counts[top.pair]
      if count == top.count { return count > 0 ? top : nil }
      if count < top.count && count > 0 { push(Step(pair: top.pair, count: count)) }
    }
    return nil
  }

  /// Merges all occurrences of a pair, in each piece from the left.
  mutating func merge(_ step: Step) throws(Interruption) {
    let (left, right) = index.pairs[step.pair]
    let whole = Array(tokens[Int(left)] + tokens[Int(right)])
    let merged = Int32(tokens.insert(whole).index)
    if !isMerged[step.pair] {
      isMerged[step.pair] = true
      merges.append(Merge(left: left, right: right, merged: merged))
    }
    lastFrequency = step.count
    self.step += 1

    var here: [Int32] = []
    swap(&here, &places[step.pair])
    here.sort()  // in order already, unless two merges make the same token
    placesSincePoll += here.count + 64
    if placesSincePoll > 1 << 16 {
      placesSincePoll = 0
      try Cancellation.check()
    }
    for place in here.lazy.map(Int.init) {
      let second = Int(next[place])
      guard symbols[place] == left, second >= 0, symbols[second] == right else { continue }
      let weight = weights[Int(pieceOf[place])]
      let before = Int(previous[place])
      let after = Int(next[second])

      remove(left, right, weight: weight)
      if before >= 0 { remove(symbols[before], left, weight: weight) }
      if after >= 0 { remove(right, symbols[after], weight: weight) }
      symbols[place] = merged
      symbols[second] = Self.gone
      next[place] = Int32(after)
      if after >= 0 { previous[after] = Int32(place) }
      if before >= 0 { add(symbols[before], merged, at: before, weight: weight) }
      if after >= 0 { add(merged, symbols[after], at: place, weight: weight) }
    }
    for pair in raised where counts[pair] > 0 { push(Step(pair: pair, count: counts[pair])) }
    raised.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ left: Int32, _ right: Int32, at place: Int, weight: UInt64) {
    let pair = index.number(left, right)
    if pair == counts.count {
      counts.append(0)
      places.append([])
      isMerged.append(false)
      raisedIn.append(-1)
    }
    if raisedIn[pair] != step {
      raisedIn[pair] = step
      raised.append(pair)
    }
    counts[pair] &+= weight
    places[pair].append(Int32(place))
  }

  private mutating func remove(_ left: Int32, _ right: Int32, weight: UInt64) {
    counts[index.number(left, right)] &-= weight
  }

  // MARK: The heap, best first

  private func precedes(_ a: Step, _ b: Step) -> Bool {
    if a.count != b.count { return a.count > b.count }
    if a.pair == b.pair { return false }
    let (one, other) = (index.pairs[a.pair], index.pairs[b.pair])
    if one.left != other.left {
      return tokens[Int(one.left)].lexicographicallyPrecedes(tokens[Int(other.left)])
    }
    return tokens[Int(one.right)].lexicographicallyPrecedes(tokens[Int(other.right)])
  }

  private mutating func push(_ step: Step) {
    queue.append(step)
    var child = queue.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(step, queue[parent]) else { break }
      queue[child] = queue[parent]
      child = parent
    }
    queue[child] = step
  }

  private mutating func pop() -> Step? {
    guard let first = queue.first else { return nil }
    let last = queue.removeLast()
    if queue.isEmpty { return first }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= queue.count { break }
      if child + 1 < queue.count, precedes(queue[child + 1], queue[child]) { child += 1 }
      guard precedes(queue[child], last) else { break }
      queue[parent] = queue[child]
      parent = child
    }
    queue[parent] = last
    return first
  }
}
