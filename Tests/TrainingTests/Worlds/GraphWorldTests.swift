import Testing

@testable import Training

@Suite("Graphs") struct GraphWorldTests {
  /// The lengths of shortest paths between all nodes, by relaxing every edge until nothing changes.
  static func distances(_ problem: GraphProblem) -> [[Int]] {
    let far = 1_000_000
    return (0..<problem.nodes).map { start in
      var lengths = [Int](repeating: far, count: problem.nodes)
      lengths[start] = 0
      var changes = true
      while changes {
        changes = false
        for edge in problem.edges where lengths[edge[0]] + 1 < lengths[edge[1]] {
          lengths[edge[1]] = lengths[edge[0]] + 1
          changes = true
        }
      }
      return lengths.map { $0 >= far ? -1 : $0 }
    }
  }

  @Test("graphs have the nodes, edges and depth asked for, and no cycle", arguments: 0..<3)
  func drawn(seed: UInt64) throws {
    let world = try GraphWorld(seed: seed, questions: GraphQuestion.allCases)
    for (index, problem) in try world.problems(60).enumerated() {
      let depth = [3, 4][index / 3 % 2]
      #expect(problem.question == GraphQuestion.allCases[index % 3])
      #expect(problem.edges.count == 36 && Set(problem.edges).count == 36)
      #expect(Set(problem.edges.joined()) == Set(0..<23))
      let all = Self.distances(problem)
      for edge in problem.edges { #expect(edge[0] != edge[1] && all[edge[1]][edge[0]] == -1) }
      let lengths = all[problem.root]
      #expect(problem.distances == lengths.map { $0 < 0 ? nil : $0 })
      let reached = problem.candidates.filter { lengths[$0] >= 0 }
      switch problem.question {
      case .candidates:
        #expect(problem.candidates.count == 2 && reached.count == 1)
        #expect(problem.answer == "\(reached[0])")
      case .reachable:
        #expect(problem.candidates.count == 1)
        #expect(problem.answer == (reached.isEmpty ? "no" : "yes"))
      case .path: #expect(problem.candidates.count == 1 && reached.count == 1)
      }
      for node in reached { #expect(lengths[node] == depth) }
      if reached.isEmpty {
        #expect(problem.path.isEmpty)
      } else {
        #expect(problem.path.first == problem.root && problem.path.last == reached[0])
        #expect(problem.path.count == depth + 1)
        for (from, to) in zip(problem.path, problem.path.dropFirst()) {
          #expect(problem.edges.contains([from, to]))
        }
      }
    }
  }

  @Test("small and crowded graphs come out too")
  func corners() throws {
    for (nodes, edges, depth) in [(4, 2, 1), (8, 6, 3), (10, 15, 3), (12, 20, 2), (60, 300, 5)] {
      let world = try GraphWorld(seed: 1, nodes: nodes, edges: edges, depths: [depth])
      for problem in try world.problems(10) {
        #expect(problem.edges.count == edges && Set(problem.edges).count == edges)
        let lengths = Self.distances(problem)[problem.root]
        #expect(problem.candidates.count { lengths[$0] == depth } == 1)
        #expect(problem.candidates.count { lengths[$0] == -1 } == 1)
      }
    }
  }

  @Test("neither position nor degree nor number tells the answer")
  func noShortcut() throws {
    let problems = try GraphWorld(seed: 5).problems(600)
    func share(_ guess: (GraphProblem, Int) -> Int) -> Double {
      var (right, ties) = (0.0, 0.0)
      for problem in problems {
        let scores = problem.candidates.map { guess(problem, $0) }
        if scores[0] == scores[1] {
          ties += 1
        } else {
          let chosen = problem.candidates[scores[0] > scores[1] ? 0 : 1]
          right += "\(chosen)" == problem.answer ? 1 : 0
        }
      }
      return (right + ties / 2) / 600
    }
    // Four standard errors of 600 guesses are 0.08.
    #expect(abs(share { problem, node in problem.edges.count { $0[1] == node } } - 0.5) < 0.08)
    #expect(abs(share { problem, node in problem.edges.count { $0[0] == node } } - 0.5) < 0.08)
    #expect(abs(share { problem, node in node == problem.candidates[0] ? 1 : 0 } - 0.5) < 0.08)
    #expect(abs(share { _, node in node } - 0.5) < 0.08)
    #expect(
      abs(share { problem, node in problem.edges.firstIndex { $0[1] == node } ?? 0 } - 0.5) < 0.08)
    let asked = try GraphWorld(seed: 5, questions: [.reachable]).problems(600)
    #expect((250...350).contains(asked.count { $0.answer == "yes" }))
  }

  @Test("the checker takes any shortest path, and nothing else")
  func paths() throws {
    let world = try GraphWorld(seed: 6, questions: [.path], nodes: 8, edges: 9, depths: [2])
    for problem in try world.problems(6) {
      let lengths = Self.distances(problem)[problem.root]
      var right = 0
      for answer in ListWorldTests.lists(of: (0..<8).map { "\($0)" }, upTo: 4) {
        let nodes = answer.compactMap { Int($0) }
        let isPath =
          nodes.first == problem.root && nodes.last == problem.candidates[0]
          && zip(nodes, nodes.dropFirst()).allSatisfy { problem.edges.contains([$0, $1]) }
        let expected = isPath && nodes.count - 1 == lengths[problem.candidates[0]]
        right += expected ? 1 : 0
        if problem.verdict(on: answer.joined(separator: " ")).isRight != expected {
          Issue.record("\(problem.text): \(answer)")
        }
      }
      #expect(right >= 1)
    }
  }

  @Test("wrong nodes and words are refused")
  func verdicts() throws {
    for problem in try GraphWorld(seed: 7, questions: GraphQuestion.allCases).problems(30) {
      #expect(problem.verdict(on: problem.answer) == .right)
      for answer in ["23", "-1", "x", "\(problem.root)", "\(problem.root) 99", "maybe"] {
        #expect(!problem.verdict(on: answer).isRight)
      }
      if problem.question == .candidates {
        let other = problem.candidates.filter { "\($0)" != problem.answer }
        #expect(!problem.verdict(on: "\(other[0])").isRight)
      }
      if problem.question == .reachable {
        #expect(!problem.verdict(on: problem.answer == "yes" ? "no" : "yes").isRight)
      }
    }
    let edge: WorldField = .list([.integers([0, 9])])
    #expect(
      GraphProblem(fields: [
        "kind": .text("path"), "nodes": .integer(9), "edges": edge, "root": .integer(0),
        "candidates": .integers([1]),
      ]) == nil)
  }

  @Test("the text is the graph's")
  func text() throws {
    let problem = GraphProblem(
      question: .candidates, nodes: 5, edges: [[3, 1], [1, 4], [0, 2]], root: 3, candidates: [2, 4])
    #expect(problem.text == "3 1 | 1 4 | 0 2 | [Q] 2 4 [R] 3")
    #expect(problem.answer == "4" && problem.path == [3, 1, 4])
    #expect(problem.distances == [nil, 1, nil, 0, 2])
  }
}
