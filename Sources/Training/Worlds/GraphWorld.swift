import Tensors

/// Directed graphs without cycles, and questions on what can be reached from where, in the form that
/// Reasoning by Superposition (arXiv 2505.12514) uses: edges `3 7 |`, then `[Q] 5 9 [R] 2`.
///
/// A graph has two halves of equal size that grow from a root each in the same way, and nodes that both
/// lead to. The root asked about is one of the two; the right candidate is in its half, the wrong one at
/// the same distance in the other half. So neither degrees nor positions tell them apart, only paths do.
public struct GraphWorld: World {
  public let seed: UInt64
  public let questions: [GraphQuestion]
  public let nodes: Int
  public let edges: Int
  public let depths: [Int]

  /// - Parameters:
  ///   - questions: problems take these in turn.
  ///   - nodes: `4...200`.
  ///   - edges: from `nodes - 2`, which every node needs to hang somewhere.
  ///   - depths: the distance from the root to the candidates, `1...50`; problems take these in
  ///     turn, each for all questions before the next.
  /// - Throws: ``TrainingError/setting(name:value:reason:)``; also for depths and numbers of edges that
  ///   so many nodes do not have room for.
  public init(
    seed: UInt64, questions: [GraphQuestion] = [.candidates], nodes: Int = 23, edges: Int = 36,
    depths: [Int] = [3, 4]
  ) throws(TrainingError) {
    try TrainingError.check("nodes", nodes, in: 4...200)
    try TrainingError.check("depth", each: depths, in: 1...50)
    if questions.isEmpty {
      throw .setting(name: "the number of questions", value: 0, reason: "one at least is needed")
    }
    for depth in depths where 2 * (depth + 1) > nodes {
      throw .setting(
        name: "depth", value: depth,
        reason: "\(nodes) nodes have room for a depth of \(nodes / 2 - 1) twice")
    }
    guard edges >= nodes - 2 else {
      throw .setting(
        name: "edges", value: edges, reason: "\(nodes) nodes take \(nodes - 2) at least")
    }
    for depth in depths where Self.halves(nodes, edges, depth).isEmpty {
      throw .setting(
        name: "edges", value: edges,
        reason: "\(nodes) nodes with a depth of \(depth) do not always have room for so many")
    }
    self.seed = seed
    self.questions = questions
    self.nodes = nodes
    self.edges = edges
    self.depths = depths
  }

  /// The sizes of a half for which there is room for the edges, however its nodes are drawn.
  private static func halves(_ nodes: Int, _ edges: Int, _ depth: Int) -> [Int] {
    (depth + 1...nodes / 2).filter { half in
      let common = nodes - 2 * half
      // To the common nodes from all before them, less the one edge each of them has anyway.
      return 2 * half * common + common * (common - 1) / 2 - common >= edges - (nodes - 2)
    }
  }

  public func problem(_ index: Int) -> GraphProblem {
    var stream = stream(index)
    let question = questions[index % questions.count]
    let depth = depths[index / questions.count % depths.count]
    let sizes = Self.halves(nodes, edges, depth)
    let half = sizes[stream.int(below: sizes.count)]
    // A half has a node at each distance up to the depth; the others are at any, up to one beyond.
    let levels = (0..<2).map { _ in
      ([0] + Array(1...depth)
        + (0..<half - depth - 1).map { _ in 1 + stream.int(below: depth + 1) }).sorted()
    }
    let edges = drawnEdges(half: half, levels: levels, &stream)
    let ends = levels.enumerated().map { side, levels in
      let there = levels.indices.filter { levels[$0] == depth }
      return side * half + there[stream.int(below: there.count)]
    }
    let labels = stream.permutation(nodes)
    let order = stream.permutation(edges.count)
    let isSwapped = stream.int(below: 2) == 1
    let candidates: [Int] =
      switch question {
      case .candidates: isSwapped ? [ends[1], ends[0]] : ends
      case .reachable: [isSwapped ? ends[1] : ends[0]]
      case .path: [ends[0]]
      }
    return GraphProblem(
      question: question, nodes: nodes,
      edges: order.map { [labels[edges[$0].0], labels[edges[$0].1]] }, root: labels[0],
      candidates: candidates.map { labels[$0] })
  }

  /// First an edge to each node that is no root, from one a level nearer to its root (to a common node
  /// from any before it), then any others that leave the distances in the halves as they are.
  private func drawnEdges(half: Int, levels: [[Int]], _ stream: inout RandomStream)
    -> [(Int, Int)]
  {
    var drawn: [(Int, Int)] = []
    var isDrawn: Set<Int> = []
    var others: [(Int, Int)] = []
    for to in 0..<nodes {
      let side = to / half
      let froms: [Int]
      if side >= 2 {
        froms = Array(0..<to)
      } else {
        // Nodes stand in the order of their levels.
        let own = levels[side][to - side * half]
        froms = (side * half..<to).filter { levels[side][$0 - side * half] >= own - 1 }
      }
      let parents =
        side >= 2
        ? froms
        : froms.filter {
          levels[side][$0 - side * half] == levels[side][to - side * half] - 1
        }
      if !parents.isEmpty {
        let edge = (parents[stream.int(below: parents.count)], to)
        drawn.append(edge)
        isDrawn.insert(edge.0 * nodes + edge.1)
      }
      others += froms.map { ($0, to) }
    }
    others.removeAll { isDrawn.contains($0.0 * nodes + $0.1) }
    let more = stream.permutation(others.count).prefix(edges - drawn.count)
    return drawn + more.map { others[$0] }
  }
}

/// What is asked about a graph.
public enum GraphQuestion: String, Sendable, CaseIterable {
  /// Which of two nodes can be reached.
  case candidates
  /// Whether a node can be reached.
  case reachable
  /// A shortest path to a node.
  case path

  /// Stands before the nodes that are asked about.
  var mark: String {
    switch self {
    case .candidates: "[Q]"
    case .reachable: "[Y]"
    case .path: "[P]"
    }
  }
}
