import Kernels

/// BPE-dropout (Provilkov et al., 2020): before every merge each candidate is dropped with a
/// probability, so that one text gets many segmentations.
public struct MergeDropout: Sendable, Equatable {
  /// How likely a candidate is dropped, from 0 to 1.
  public var probability: Double
  /// The same seed gives the same segmentation.
  public var seed: UInt64

  public init(probability: Double, seed: UInt64) {
    self.probability = probability
    self.seed = seed
  }
}

/// Merges a piece's symbols with dropout; one sequence of random numbers for a whole text.
struct DropoutMerger {
  private let threshold: UInt64
  private let dropsAll: Bool
  private var state: UInt64

  init(_ dropout: MergeDropout) {
    dropsAll = dropout.probability >= 1
    threshold = UInt64(max(0, min(dropout.probability, 1)) * 0x1p53)
    state = dropout.seed
  }

  /// True with the probability that was asked for (SplitMix64).
  private mutating func drops() -> Bool {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return (value ^ (value >> 31)) >> 11 < threshold
  }

  /// Candidates are tried by rank, then from left to right; one that is dropped may come again
  /// after the next merge. It ends when all are dropped in a row.
  mutating func merge(_ symbols: inout [Int32], with pairs: PairTable) throws(Interruption) {
    if dropsAll || symbols.count < 2 { return }
    let end = symbols.count
    var next = Array(1...end)
    var previous = Array(-1..<end - 1)
    func merge(at place: Int) -> PairTable.Merge {
      next[place] < end ? pairs.merge(symbols[place], symbols[next[place]]) : PairTable.none
    }
    func entry(_ place: Int) -> UInt64? {
      let merge = merge(at: place)
      return merge == PairTable.none ? nil : UInt64(merge.rank) << 32 | UInt64(place)
    }
    var isAlive = [Bool](repeating: true, count: end)
    var queue = MinimumHeap((0..<end).compactMap(entry))
    var dropped: [UInt64] = []
    var steps = 0
    while let candidate = queue.pop() {
      steps &+= 1
      if steps & 0x3FFF == 0 { try Cancellation.check() }
      let place = Int(candidate & 0xFFFF_FFFF)
      // Stale: what stood here has been merged since.
      guard isAlive[place], entry(place) == candidate else { continue }
      if drops() {
        dropped.append(candidate)
        continue
      }
      symbols[place] = merge(at: place).merged
      let right = next[place]
      isAlive[right] = false
      next[place] = next[right]
      if next[place] < end { previous[next[place]] = place }
      for candidate in dropped { queue.push(candidate) }
      dropped.removeAll(keepingCapacity: true)
      if let candidate = entry(place) { queue.push(candidate) }
      if previous[place] >= 0, let candidate = entry(previous[place]) { queue.push(candidate) }
    }
    symbols = symbols.indices.filter { isAlive[$0] }.map { symbols[$0] }
  }
}
