/// A directed graph and a question on it.
public struct GraphProblem: WorldProblem {
  public static let world = WorldKind.graph
  public static let needed = ["kind", "nodes", "edges", "root", "candidates"]
  public static let solutionColumn = "answer"

  public let question: GraphQuestion
  /// How many nodes there are; they are numbered from 0.
  public let nodes: Int
  /// Pairs, each from its first node to its second.
  public let edges: [[Int]]
  public let root: Int
  /// The nodes that are asked about.
  public let candidates: [Int]
  /// By node: how many edges a shortest path from the root takes; nil where there is none.
  public let distances: [Int?]
  /// A shortest path from the root to the first candidate that can be reached; empty if none can.
  public let path: [Int]

  init(question: GraphQuestion, nodes: Int, edges: [[Int]], root: Int, candidates: [Int]) {
    self.question = question
    self.nodes = nodes
    self.edges = edges
    self.root = root
    self.candidates = candidates
    (distances, path) = Self.searched(nodes, edges, root, candidates)
  }

  public init?(fields: [String: WorldField]) {
    guard let question = fields["kind"]?.text.flatMap(GraphQuestion.init),
      let nodes = fields["nodes"]?.integer, (1...1_000_000).contains(nodes),
      let edges = fields["edges"]?.list?.map(\.integers), !edges.contains(nil),
      let root = fields["root"]?.integer, let candidates = fields["candidates"]?.integers
    else { return nil }
    let pairs = edges.compactMap(\.self)
    guard pairs.allSatisfy({ $0.count == 2 }), !candidates.isEmpty,
      (pairs.joined() + [root] + candidates).allSatisfy({ (0..<nodes).contains($0) })
    else { return nil }
    self.init(
      question: question, nodes: nodes, edges: pairs, root: root, candidates: candidates)
  }

  /// Breadth-first search from the root. Of several shortest paths the one is taken whose steps come
  /// first in the list of edges.
  private static func searched(_ nodes: Int, _ edges: [[Int]], _ root: Int, _ candidates: [Int])
    -> (distances: [Int?], path: [Int])
  {
    var following = [[Int]](repeating: [], count: nodes)
    for edge in edges { following[edge[0]].append(edge[1]) }
    var distances = [Int?](repeating: nil, count: nodes)
    var before = [Int](repeating: root, count: nodes)
    distances[root] = 0
    var queue = [root]
    var next = 0
    while next < queue.count {
      let node = queue[next]
      next += 1
      for other in following[node] where distances[other] == nil {
        distances[other] = (distances[node] ?? 0) + 1
        before[other] = node
        queue.append(other)
      }
    }
    guard let end = candidates.first(where: { distances[$0] != nil }) else {
      return (distances, [])
    }
    var path = [end]
    while let last = path.last, last != root { path.append(before[last]) }
    return (distances, path.reversed())
  }

  /// `3 7 | 1 4 | [Q] 5 9 [R] 2`
  public var text: String {
    edges.map { "\($0[0]) \($0[1]) | " }.joined() + question.mark + " " + Self.words(candidates)
      + " [R] \(root)"
  }

  /// The node that can be reached, yes or no, or the nodes of a shortest path.
  public var answer: String {
    switch question {
    case .candidates: path.last.map { "\($0)" } ?? ""
    case .reachable: path.isEmpty ? "no" : "yes"
    case .path: Self.words(path)
    }
  }

  private static func words(_ nodes: [Int]) -> String {
    nodes.map(String.init).joined(separator: " ")
  }

  public var fields: [(name: String, value: WorldField)] {
    [
      ("kind", .text(question.rawValue)), ("nodes", .integer(nodes)),
      ("edges", .list(edges.map { .integers($0) })), ("root", .integer(root)),
      ("candidates", .integers(candidates)), ("question", .text(text)),
      ("answer", .text(answer)), ("path", .integers(path)),
      ("distances", .list(distances.map { $0.map { .integer($0) } ?? .none })),
    ]
  }

  /// Of the nodes asked about any that can be reached is right, of the paths any shortest one.
  public func verdict(on answer: String) -> WorldVerdict {
    let words = WorldVerdict.trimmed(answer).split(separator: " ").map(String.init)
    if question == .reachable {
      guard words == ["yes"] || words == ["no"] else { return .wrong("it is neither yes nor no") }
      return words == [self.answer] ? .right : .wrong("the answer is \(self.answer)")
    }
    let given = words.compactMap { Int($0) }
    guard given.count == words.count, !given.isEmpty,
      given.allSatisfy({ (0..<nodes).contains($0) })
    else { return .wrong("it is no list of nodes") }
    return question == .candidates ? verdict(onNode: given) : verdict(onPath: given)
  }

  private func verdict(onNode given: [Int]) -> WorldVerdict {
    guard given.count == 1, candidates.contains(given[0]) else {
      return .wrong("it is none of the nodes asked about")
    }
    return distances[given[0]] == nil
      ? .wrong("\(given[0]) cannot be reached from \(root)") : .right
  }

  private func verdict(onPath given: [Int]) -> WorldVerdict {
    guard given.first == root, let end = given.last, candidates.contains(end) else {
      return .wrong("it does not lead from \(root) to a node asked about")
    }
    for (from, to) in zip(given, given.dropFirst()) where !edges.contains([from, to]) {
      return .wrong("there is no edge from \(from) to \(to)")
    }
    return given.count - 1 == distances[end]
      ? .right : .wrong("there is a path of \(distances[end] ?? 0) edges")
  }
}
