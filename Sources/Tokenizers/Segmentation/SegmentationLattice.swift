import Kernels

/// All ways to write a byte string as tokens: a graph whose nodes are the places between bytes and
/// whose edges are the tokens that stand there.
public struct SegmentationLattice: Sendable {
  public struct Edge: Sendable, Equatable {
    public let id: Int32
    public let end: Int
  }

  public let bytes: [UInt8]
  /// The edges that start at each place, the shortest first.
  public let edges: [[Edge]]
  /// How many token sequences give the string.
  public let count: BigUnsigned
  /// How many ways lead to the end from the places where a first token ends.
  private let waysBehindFirst: [Int: BigUnsigned]

  /// - Throws: ``TokenizerError/interrupted(_:)``.
  /// - Complexity: O(bytes · longest token) time and memory, the time times the digits of the count,
  ///   which are as many as there are bytes: only the numbers that are still needed are kept.
  public init(_ bytes: [UInt8], _ trie: TokenTrie) throws(TokenizerError) {
    var edges = [[Edge]](repeating: [], count: bytes.count)
    // The ways from a place to the end, for as many places as a token reaches, around a ring.
    let size = min(bytes.count, trie.longestToken) + 1
    var ways = [BigUnsigned](repeating: BigUnsigned(), count: size)
    ways[bytes.count % size] = BigUnsigned(1)
    for start in bytes.indices.reversed() {
      if start & 0x3FF == 0 { try TokenizerError.poll() }
      var sum = BigUnsigned()
      trie.forEachToken(in: bytes, at: start) { id, end in
        if ways[end % size].isZero { return }  // leads nowhere
        edges[start].append(Edge(id: id, end: end))
        sum += ways[end % size]
      }
      ways[start % size] = sum
    }
    self.bytes = bytes
    self.edges = edges
    count = ways[0]
    let ends = edges.first?.map(\.end) ?? []
    waysBehindFirst = Dictionary(
      ends.map { ($0, ways[$0 % size]) }, uniquingKeysWith: { first, _ in first })
  }

  /// How many do not start with one of some tokens; for no bytes, the one of no tokens.
  public func count(startingWithout masked: Set<Int32>) -> BigUnsigned {
    guard let first = edges.first else { return count }
    return first.reduce(into: BigUnsigned()) { sum, edge in
      if !masked.contains(edge.id), let ways = waysBehindFirst[edge.end] { sum += ways }
    }
  }

  /// How many ways lead from each place to the end.
  private func waysToEnd() throws(TokenizerError) -> [BigUnsigned] {
    var ways = [BigUnsigned](repeating: BigUnsigned(), count: bytes.count + 1)
    ways[bytes.count] = BigUnsigned(1)
    for start in bytes.indices.reversed() {
      if start & 0x3FF == 0 { try TokenizerError.poll() }
      var sum = BigUnsigned()
      for edge in edges[start] { sum += ways[edge.end] }
      ways[start] = sum
    }
    return ways
  }

  /// The first sequences, in the order of their tokens' lengths from the left; `limit` at most.
  ///
  /// - Throws: ``TokenizerError/interrupted(_:)``.
  /// - Complexity: O(sequences · tokens of one).
  public func sequences(limit: Int) throws(TokenizerError) -> [[Int32]] {
    var result: [[Int32]] = []
    var path: [(place: Int, edge: Int)] = [(0, -1)]
    var steps = 0
    // Every edge leads to the end, so no step is in vain.
    while let top = path.last, result.count < limit {
      steps += 1
      if steps & 0xFFFF == 0 { try TokenizerError.poll() }
      if top.place == bytes.count {
        result.append(path.dropLast().map { edges[$0.place][$0.edge].id })
        path.removeLast()
        continue
      }
      let edge = top.edge + 1
      guard edge < edges[top.place].count else {
        path.removeLast()
        continue
      }
      path[path.count - 1].edge = edge
      path.append((edges[top.place][edge].end, -1))
    }
    return result
  }

  /// One of all sequences, each equally likely; nil if there is none.
  ///
  /// - Throws: ``TokenizerError/interrupted(_:)``.
  /// - Complexity: O(bytes · longest token) time and O(bytes) memory, both times the digits of the
  ///   count.
  public func sample(using generator: inout some RandomNumberGenerator) throws(TokenizerError)
    -> [Int32]?
  {
    if count.isZero { return nil }
    let ways = try waysToEnd()
    var rest = BigUnsigned.below(count, using: &generator)
    var result: [Int32] = []
    var place = 0
    while place < bytes.count {
      for edge in edges[place] {
        if rest < ways[edge.end] {
          result.append(edge.id)
          place = edge.end
          break
        }
        rest.subtract(ways[edge.end])
      }
    }
    return result
  }

  /// The sequence with the highest sum of scores, and the sum; nil if there is none. Of equal sums,
  /// the one whose last token that differs is the shortest.
  public func best(_ score: (Int32) -> Double) -> (ids: [Int32], score: Double)? {
    if count.isZero { return nil }
    var best = [(score: Double, start: Int, id: Int32)?](repeating: nil, count: bytes.count + 1)
    best[0] = (0, 0, -1)
    for start in bytes.indices {
      guard let here = best[start] else { continue }
      for edge in edges[start] {
        let sum = here.score + score(edge.id)
        if let known = best[edge.end], known.score > sum { continue }
        best[edge.end] = (sum, start, edge.id)
      }
    }
    guard let end = best[bytes.count] else { return nil }
    var ids: [Int32] = []
    var place = bytes.count
    while place > 0, let step = best[place] {
      ids.append(step.id)
      place = step.start
    }
    return (ids.reversed(), end.score)
  }

  /// The logarithm of the sum over all sequences of the exponential of their scores' sum; −∞ if
  /// there is none. With log probabilities as scores it is the string's marginal log probability.
  public func logSum(_ score: (Int32) -> Double) -> Double { logSums(score)[0] }

  /// From each place to the end.
  private func logSums(_ score: (Int32) -> Double) -> [Double] {
    var sums = [Double](repeating: -.infinity, count: bytes.count + 1)
    sums[bytes.count] = 0
    for start in bytes.indices.reversed() {
      sums[start] = LogSum.of(edges[start].map { score($0.id) + sums[$0.end] })
    }
    return sums
  }

  /// A sequence drawn with probability proportional to the exponential of its scores' sum.
  public func sample(
    _ score: (Int32) -> Double, using generator: inout some RandomNumberGenerator
  ) -> [Int32]? {
    if count.isZero { return nil }
    let sums = logSums(score)
    var result: [Int32] = []
    var place = 0
    while place < bytes.count {
      var rest = Double(generator.next() >> 11) * 0x1p-53
      var chosen = edges[place][0]
      for edge in edges[place] {
        let share = ElementaryFunction.exp(score(edge.id) + sums[edge.end] - sums[place])
        if share > 0 { chosen = edge }  // the last one stands for what rounding leaves over
        if rest < share { break }
        rest -= share
      }
      result.append(chosen.id)
      place = chosen.end
    }
    return result
  }

  /// Whether these ids are one of the sequences.
  public func contains(_ ids: [Int32]) -> Bool {
    var place = 0
    for id in ids {
      guard place < bytes.count, let edge = edges[place].first(where: { $0.id == id }) else {
        return false
      }
      place = edge.end
    }
    return place == bytes.count
  }
}

extension Tokenizer {
  /// All ways to write `text` in ordinary tokens.
  ///
  /// - Throws: ``TokenizerError/interrupted(_:)``.
  public func segmentations(of text: String) throws(TokenizerError) -> SegmentationLattice {
    try SegmentationLattice(Array(text.utf8), trie)
  }

  /// The ids that the tokenizer itself gives to what these ids stand for.
  public func canonical(_ ids: [Int32]) throws(TokenizerError) -> [Int32] {
    try encode(bytes: try bytes(of: ids))
  }
}
