import Testing

@testable import Training

@Suite("Waiting lines") struct ListWorldTests {
  /// The definition, by trying all lists that can be: which answers a task takes.
  static func isRight(_ answer: [String], _ problem: ListProblem) -> Bool {
    let items = problem.items
    func without(_ list: [String], _ place: Int) -> [String] {
      Array(list[..<place]) + Array(list[(place + 1)...])
    }
    switch problem.task {
    case .copy: return answer == items
    case .reverse:
      return answer.count == items.count && zip(answer, items.reversed()).allSatisfy(==)
    case .sort:
      return counts(answer) == counts(items)
        && zip(answer, answer.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    case .shuffle: return counts(answer) == counts(items) && answer != items
    case .insertIndex:
      guard let index = problem.index, answer.count == items.count + 1 else { return false }
      return answer[index] == problem.item && without(answer, index) == items
    case .insertRandom:
      return answer.indices.contains {
        answer[$0] == problem.item && without(answer, $0) == items
      }
    case .removeIndex: return problem.index.map { without(items, $0) == answer } ?? false
    case .removeRandom: return items.indices.contains { without(items, $0) == answer }
    case .replaceIndex, .replaceRandom:
      guard answer.count == items.count else { return false }
      let changed = items.indices.filter { answer[$0] != items[$0] }
      return changed.count == 1 && answer[changed[0]] == problem.item
        && (problem.task == .replaceRandom || changed[0] == problem.index)
    }
  }

  static func counts(_ list: [String]) -> [String: Int] {
    list.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  static func lists(of symbols: [String], upTo length: Int) -> [[String]] {
    var (all, last) = ([[String]()], [[String]()])
    for _ in 0..<length {
      last = last.flatMap { list in symbols.map { list + [$0] } }
      all += last
    }
    return all
  }

  @Test("the scorer takes exactly what the definition takes", arguments: ListTask.allCases)
  func scorer(task: ListTask) throws {
    for problem in try ListWorld(seed: 5, tasks: [task], lengths: [3], items: .letters).problems(4)
    {
      let symbols = problem.items + [problem.item ?? "?"]
      var right = 0
      for answer in Self.lists(of: symbols, upTo: 4) {
        let expected = Self.isRight(answer, problem)
        right += expected ? 1 : 0
        #expect(problem.verdict(on: answer).isRight == expected, "\(problem.input): \(answer)")
        #expect(problem.verdict(on: answer.joined(separator: ", ")).isRight == expected)
      }
      let ways: [ListTask: Int] = [
        .shuffle: 5, .insertRandom: 4, .removeRandom: 3, .replaceRandom: 3,
      ]
      #expect(right == ways[task, default: 1])
    }
  }

  @Test(
    "drawn outputs are right; swapped, doubled and dropped items are not",
    arguments: ListWorld.Items.allCases)
  func drawn(items: ListWorld.Items) throws {
    let world = try ListWorld(seed: 6, items: items)
    for (index, problem) in try world.problems(400).enumerated() {
      #expect(problem.task == ListTask.allCases[index % 10])
      #expect(problem.items.count == 3 + index / 10 % 4)
      #expect(
        Set(problem.items + [problem.item].compactMap(\.self)).count
          == problem.items.count + (problem.item == nil ? 0 : 1))
      #expect(Self.isRight(problem.output, problem), "\(problem.input)")
      let doubled = problem.output + [problem.output[0]]
      #expect(!problem.verdict(on: doubled).isRight)
      #expect(!problem.verdict(on: Array(problem.output.dropLast())).isRight)
      if problem.task != .shuffle {
        var swapped = problem.output
        swapped.swapAt(0, 1)
        #expect(problem.verdict(on: swapped).isRight == Self.isRight(swapped, problem))
      }
    }
  }

  @Test("places and orders are drawn evenly")
  func even() throws {
    let problems = try ListWorld(seed: 7, tasks: [.insertIndex], lengths: [3]).problems(800)
    for place in 0...3 { #expect((150...250).contains(problems.count { $0.index == place })) }
    let shuffles = try ListWorld(seed: 7, tasks: [.shuffle], lengths: [3]).problems(800)
    var orders: [[Int?]: Int] = [:]
    for problem in shuffles {
      orders[problem.output.map { problem.items.firstIndex(of: $0) }, default: 0] += 1
    }
    #expect(orders.count == 5 && orders.values.allSatisfy { (110...210).contains($0) })
    #expect(Set(shuffles.flatMap(\.items)).count > 700)
    #expect(try ListWorld(seed: 7, lengths: [40], items: .letters).problem(9).items.count == 40)
  }

  @Test("a place outside the list, or a missing item, makes no problem")
  func malformed() {
    func problem(_ task: String, _ index: WorldField, _ item: WorldField) -> ListProblem? {
      ListProblem(fields: [
        "task": .text(task), "items": .list([.text("A"), .text("B")]), "index": index, "item": item,
      ])
    }
    #expect(problem("insert_index", .integer(2), .text("C")) != nil)
    for index in [-1, 3] { #expect(problem("insert_index", .integer(index), .text("C")) == nil) }
    #expect(problem("remove_index", .integer(2), .none) == nil)
    #expect(problem("replace_random", .none, .none) == nil)
    #expect(problem("insert", .integer(0), .text("C")) == nil)
  }
}
