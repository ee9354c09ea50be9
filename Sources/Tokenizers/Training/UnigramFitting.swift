import Kernels

/// Fits a unigram model of tokens to pieces: expected counts over all segmentations, the best
/// segmentation, and what a token's loss would cost.
struct UnigramFitting {
  struct Token: Sendable, Equatable {
    let bytes: [UInt8]
    /// The logarithm of its probability.
    var score: Double
    let isCharacter: Bool
  }

  struct Expectation {
    /// How often each token is expected to be used.
    var counts: [Double]
    /// The mean negative log likelihood of a piece.
    var loss: Double
  }

  private(set) var tokens: [Token]
  private let pieces: [(bytes: [UInt8], weight: UInt64)]
  private var trie: TokenTrie
  private var bytesSincePoll = 0

  init(_ tokens: [Token], pieces: [(bytes: [UInt8], weight: UInt64)]) {
    self.tokens = tokens
    self.pieces = pieces
    trie = TokenTrie(tokens.enumerated().map { ($0.element.bytes, Int32($0.offset)) })
  }

  mutating func replace(_ tokens: [Token]) {
    self.tokens = tokens
    trie = TokenTrie(tokens.enumerated().map { ($0.element.bytes, Int32($0.offset)) })
  }

  private mutating func poll(_ bytes: Int) throws(TokenizerError) {
    bytesSincePoll += bytes
    guard bytesSincePoll > 1 << 14 else { return }
    bytesSincePoll = 0
    do { try Cancellation.check() } catch { throw .interrupted(error) }
  }

  /// The expected counts under the present scores (the E step), by forward and backward sums.
  mutating func expect() throws(TokenizerError) -> Expectation {
    var counts = [Double](repeating: 0, count: tokens.count)
    var total = 0.0
    var weights = 0.0
    for piece in pieces {
      try poll(piece.bytes.count)
      let lattice = Lattice(piece.bytes, trie, tokens)
      let forward = lattice.forward()
      let backward = lattice.backward()
      let whole = backward[0]
      let weight = Double(piece.weight)
      for edge in lattice.edges {
        let share = forward[edge.start] + tokens[edge.token].score + backward[edge.end] - whole
        counts[edge.token] += weight * ElementaryFunction.exp(share)
      }
      total -= weight * whole
      weights += weight
    }
    return Expectation(counts: counts, loss: weights > 0 ? total / weights : 0)
  }

  /// Sets each token's probability to its share of the expected counts (the M step).
  mutating func maximize(_ expectation: Expectation) {
    let sum = expectation.counts.reduce(0, +)
    let logSum = ElementaryFunction.log(sum)
    for index in tokens.indices {
      let count = expectation.counts[index]
      tokens[index].score = count > 0 ? ElementaryFunction.log(count) - logSum : -.infinity
    }
    // Characters stay possible, whatever happens to longer tokens.
    let least = tokens.reduce(0) { $1.score > -.infinity ? min($0, $1.score) : $0 }
    for index in tokens.indices where tokens[index].isCharacter && tokens[index].score == -.infinity
    {
      tokens[index].score = least - 10
    }
  }

  /// Keeps the characters and the tokens whose loss would cost most, `size` in all.
  ///
  /// A token's cost is the fall of the likelihood if each of its uses in the best segmentations were
  /// replaced by its own second-best segmentation (Kudo, arXiv 1804.10959, §3.2, in the form of its
  /// reference implementation).
  mutating func prune(to size: Int) throws(TokenizerError) {
    var uses = [Double](repeating: 0, count: tokens.count)
    for piece in pieces {
      try poll(piece.bytes.count)
      for token in Lattice(piece.bytes, trie, tokens).best() { uses[token] += Double(piece.weight) }
    }
    let sum = uses.reduce(0, +)
    var kept: [Int] = []
    var judged: [(token: Int, cost: Double)] = []
    for index in tokens.indices {
      if tokens[index].isCharacter {
        kept.append(index)
      } else {
        judged.append((index, uses[index] > 0 ? cost(index, uses, sum) : 0))
      }
    }
    judged.sort {
      $0.cost != $1.cost
        ? $0.cost > $1.cost
        : tokens[$0.token].bytes.lexicographicallyPrecedes(tokens[$1.token].bytes)
    }
    kept += judged.prefix(max(0, size - kept.count)).map(\.token)
    replace(kept.sorted().map { tokens[$0] })
  }

  private func cost(_ index: Int, _ uses: [Double], _ sum: Double) -> Double {
    let instead = Lattice(tokens[index].bytes, trie, tokens, without: index).best()
    // Nothing can stand for it.
    if instead.isEmpty { return .infinity }
    let logSum = ElementaryFunction.log(sum + uses[index] * Double(instead.count - 1))
    let alternative = instead.reduce(0.0) {
      $0 + ElementaryFunction.log(uses[$1] + uses[index]) - logSum
    }
    let present = ElementaryFunction.log(uses[index]) - ElementaryFunction.log(sum)
    return uses[index] / sum * (present - alternative)
  }

  /// The tokens that stand in one piece, by place.
  private struct Lattice {
    struct Edge {
      let start: Int
      let end: Int
      let token: Int
    }

    /// Ordered by where they start.
    private(set) var edges: [Edge] = []
    private let length: Int
    private let tokens: [Token]

    init(_ bytes: [UInt8], _ trie: TokenTrie, _ tokens: [Token], without left: Int = -1) {
      length = bytes.count
      self.tokens = tokens
      for start in bytes.indices where bytes[start] & 0xC0 != 0x80 {
        trie.forEachToken(in: bytes, at: start) { id, end in
          if Int(id) != left { edges.append(Edge(start: start, end: end, token: Int(id))) }
        }
      }
    }

    func forward() -> [Double] {
      var sums = [Double](repeating: -.infinity, count: length + 1)
      sums[0] = 0
      for edge in edges {
        Self.add(sums[edge.start] + tokens[edge.token].score, to: &sums[edge.end])
      }
      return sums
    }

    func backward() -> [Double] {
      var sums = [Double](repeating: -.infinity, count: length + 1)
      sums[length] = 0
      for edge in edges.reversed() {
        Self.add(sums[edge.end] + tokens[edge.token].score, to: &sums[edge.start])
      }
      return sums
    }

    @inline(__always)
    private static func add(_ term: Double, to sum: inout Double) {
      if term == -.infinity { return }
      let (high, low) = term > sum ? (term, sum) : (sum, term)
      sum =
        low == -.infinity
        ? high : high + ElementaryFunction.log1p(ElementaryFunction.exp(low - high))
    }

    /// The tokens of the likeliest segmentation; none if there is no segmentation.
    func best() -> [Int] {
      var best = [(score: Double, edge: Int)](repeating: (-.infinity, -1), count: length + 1)
      best[0] = (0, -1)
      for (number, edge) in edges.enumerated() where best[edge.start].score > -.infinity {
        let score = best[edge.start].score + tokens[edge.token].score
        if score > best[edge.end].score { best[edge.end] = (score, number) }
      }
      var result: [Int] = []
      var place = length
      while place > 0 {
        guard best[place].edge >= 0 else { return [] }
        let edge = edges[best[place].edge]
        result.append(edge.token)
        place = edge.start
      }
      return result.reversed()
    }
  }
}
