import Testing

@testable import Training

/// Problems of every world, for tests that ask the same of all.
enum WorldSamples {
  static func draw(_ kind: WorldKind, seed: UInt64, _ indices: [Int]) throws
    -> [any WorldProblem]
  {
    func drawn(_ world: some World) throws -> [any WorldProblem] {
      try indices.map { try world.problem($0) }
    }
    switch kind {
    case .arithmetic:
      return try drawn(
        ArithmeticWorld(
          seed: seed,
          kind: .expression(operations: [2, 3, 4], of: [.add, .subtract, .multiply], largest: 99),
          paraphrase: 0.5))
    case .chain: return try drawn(ChainWorld(seed: seed))
    case .countdown: return try drawn(CountdownWorld(seed: seed, counts: [3, 4]))
    case .lists: return try drawn(ListWorld(seed: seed))
    case .graph:
      return try drawn(
        GraphWorld(
          seed: seed, questions: GraphQuestion.allCases, nodes: 12, edges: 18, depths: [2, 3]))
    case .sudoku: return try drawn(SudokuWorld(seed: seed, side: 4, givens: [8, 12]))
    case .cipher:
      return try drawn(CipherWorld(seed: seed, texts: ["Hello, World!", "a little lamb"]))
    case .lookup: return try drawn(LookupWorld(seed: seed))
    case .permute: return try drawn(PermutationWorld(seed: seed, sizes: [3, 4]))
    case .stories: return try drawn(StoryWorld(seed: seed))
    }
  }

  static func columns(_ problem: any WorldProblem) -> [String: WorldField] {
    Dictionary(problem.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }
}

@Suite("Generated worlds") struct WorldTests {
  @Test(
    "a row is the same however many are drawn and in whatever order", arguments: WorldKind.allCases)
  func pure(kind: WorldKind) throws {
    let many = try WorldSamples.draw(kind, seed: 3, Array(0..<24)).map(WorldSamples.columns)
    let some = try WorldSamples.draw(kind, seed: 3, [17, 5, 5, 0]).map(WorldSamples.columns)
    #expect(some == [many[17], many[5], many[5], many[0]])
    let other = try WorldSamples.draw(kind, seed: 4, Array(0..<24)).map(WorldSamples.columns)
    #expect(zip(many, other).count { $0 == $1 } < 6)
    #expect(try WorldSamples.draw(kind, seed: 3, [987_654_321_000]).count == 1)
  }

  @Test("the first rows of many are the rows of few")
  func prefix() throws {
    let world = try ChainWorld(seed: 9)
    let many = try world.problems(40)
    #expect(Array(many.prefix(13)) == (try world.problems(13)))
    #expect(try world.problems(0).isEmpty)
    for count in [-1, 1_000_001] {
      #expect(
        throws: TrainingError.setting(
          name: "n", value: count, reason: "it must be from 0 to 1000000")
      ) { try world.problems(count) }
    }
  }

  @Test("a row makes its problem again, and its own answer is right", arguments: WorldKind.allCases)
  func roundTrip(kind: WorldKind) throws {
    let problems = try WorldSamples.draw(kind, seed: 11, Array(0..<40))
    let names = try #require(problems.first).fields.map(\.name)
    #expect(Set(names).count == names.count)
    for problem in problems {
      let type = type(of: problem)
      #expect(type == kind.problem && type.world == kind)
      #expect(problem.fields.map(\.name) == names && names.contains(type.solutionColumn))
      let columns = WorldSamples.columns(problem)
      let again = type.init(fields: columns)
      #expect(again.map(WorldSamples.columns) == columns)
      // What is not needed does not matter to the checker.
      guard let bare = type.init(fields: columns.filter { type.needed.contains($0.key) }) else {
        Issue.record("\(columns)")
        continue
      }
      #expect(bare.verdict(on: problem.solution) == .right, "\(columns)")
      #expect(bare.verdict(on: problem.solution + "\n").isRight == (kind != .cipher))
      #expect(!bare.verdict(on: "").isRight && !bare.verdict(on: "?").isRight)
      #expect(bare.verdict(on: "?").reason != nil)
      for name in type.needed where kind != .lists || columns[name] != WorldField.none {
        var without = columns
        without[name] = nil
        #expect(type.init(fields: without) == nil, "\(kind) without \(name)")
        without[name] = .list([.none])
        #expect(type.init(fields: without) == nil, "\(kind) with a wrong \(name)")
      }
    }
  }

  @Test("a setting out of range is refused by its name")
  func settings() {
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch let error as TrainingError {
        return error.code == "E0695" ? error.message : "\(error)"
      } catch { return "\(error)" }
      return "none"
    }
    #expect(
      message { _ = try ChainWorld(seed: 1, steps: [3, 65]) }
        == "steps is 65, but it must be from 1 to 64")
    #expect(
      message { _ = try ChainWorld(seed: 1, steps: []) }
        == "the number of steps is 0, but one at least is needed")
    #expect(
      message {
        _ = try ChainWorld(seed: 1, steps: [9, 11], operations: [.add], operands: [9])
      } == "steps is 11, but no chain of so many stays in 0...99")
    #expect(message { _ = try ChainWorld(seed: 1, operations: []) }.contains("operations is 0"))
    #expect(
      message { _ = try ChainWorld(seed: 1, operands: [3, 100]) }.contains("operands is 100"))
    #expect(message { _ = try ChainWorld(seed: 1, largest: 0) }.contains("largest is 0"))
    #expect(message { _ = try ChainWorld(seed: 1, modulus: 1) }.contains("modulus is 1"))
    #expect(message { _ = try CountdownWorld(seed: 1, counts: [6]) }.contains("numbers is 6"))
    #expect(message { _ = try CountdownWorld(seed: 1, largest: 101) }.contains("largest is 101"))
    #expect(
      message { _ = try CountdownWorld(seed: 1, largestTarget: 0) }.contains("target is 0"))
    #expect(message { _ = try ListWorld(seed: 1, lengths: [1]) }.contains("lengths is 1"))
    #expect(message { _ = try ListWorld(seed: 1, tasks: []) }.contains("tasks is 0"))
    #expect(message { _ = try GraphWorld(seed: 1, nodes: 3) }.contains("nodes is 3"))
    #expect(message { _ = try GraphWorld(seed: 1, depths: [0]) }.contains("depth is 0"))
    #expect(message { _ = try GraphWorld(seed: 1, questions: []) }.contains("questions is 0"))
    #expect(
      message { _ = try GraphWorld(seed: 1, nodes: 8, edges: 10, depths: [4]) }
        == "depth is 4, but 8 nodes have room for a depth of 3 twice")
    #expect(
      message { _ = try GraphWorld(seed: 1, nodes: 10, edges: 7) }
        == "edges is 7, but 10 nodes take 8 at least")
    #expect(message { _ = try GraphWorld(seed: 1, nodes: 8, edges: 20) }.contains("room"))
    #expect(
      message { _ = try SudokuWorld(seed: 1, side: 6, givens: [12]) }
        == "side is 6, but a sudoku's is 4 or 9")
    #expect(
      message { _ = try SudokuWorld(seed: 1, givens: [22]) }
        == "givens is 22, but it must be from 23 to 81")
    #expect(
      message { _ = try SudokuWorld(seed: 1, side: 10, givens: [1], hasBoxes: false) }
        .contains("side is 10"))
    #expect(message { _ = try CipherWorld(seed: 1, texts: []) }.contains("texts is 0"))
    #expect(
      message { _ = try CipherWorld(seed: 1, texts: [""], alphabet: "aba") }
        .contains("a symbol is in it twice"))
    #expect(message { _ = try LookupWorld(seed: 1, pairs: [27]) }.contains("from 1 to 26"))
    #expect(message { _ = try LookupWorld(seed: 1, alphabet: "ab >") }.contains("blank"))
    #expect(message { _ = try PermutationWorld(seed: 1, sizes: [1]) }.contains("size is 1"))
    #expect(message { _ = try PermutationWorld(seed: 1, examples: [0]) }.contains("examples is 0"))
    #expect(
      message { _ = try ArithmeticWorld(seed: 1, kind: .addition(digits: [18])) }
        == "digits is 18, but it must be from 1 to 17")
    #expect(
      message { _ = try ArithmeticWorld(seed: 1, kind: .addition(digits: [3]), paraphrase: .nan) }
        == "paraphrase is nan, but it must be from 0 to 1")
    for largest in [0, 10_000] {
      #expect(
        message {
          _ = try ArithmeticWorld(
            seed: 1, kind: .expression(operations: [2], of: [.add], largest: largest))
        }.contains("largest is \(largest)"))
    }
  }
}
