import Language
import Training

/// `data.lists`: the waiting-line tasks.
struct DataLists: Command {
  static let name = "data.lists"
  static let summary =
    "Draw lists to copy, reverse, sort, shuffle or change at a place, with a right result of each."
  static let searchWords = [
    "waiting line", "parallelbench", "insert", "remove", "replace", "queue", "generate",
  ]
  static let source: Source? = .arXiv(
    "2510.04767",
    "ParallelBench: Understanding the Trade-offs of Parallel Decoding in Diffusion LLMs",
    year: 2025)
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      "data.lists(n=2, tasks=[reverse, insert_index], lengths=3, items=letters, seed=1) | map (r -> r.input)",
      shows: #"["reverse: c, g, t", "insert_index 0 Y: j, M, E"]"#),
    Example(
      "data.lists(n=2, tasks=[reverse, insert_index], lengths=3, items=letters, seed=1) | map (r -> r.output)",
      shows: #"["t, g, c", "Y, j, M, E"]"#),
  ]

  let n = Option("How many problems.", default: 100, in: 0...1_000_000)
  let tasks = Option<[ListTask]>(
    "What is to be done, which problems take in turn; places count from 0.",
    default: ListTask.allCases)
  let lengths = Option<[Int]>(
    "How many items a list has, 2 to 40, which problems take in turn, each for all tasks before the next.",
    default: [3, 4, 5, 6])
  let items = Option<ListWorld.Items>("Full names, or letters.", default: .names)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let world = try ListWorld(
      seed: call.worldSeed(try call[seed], Self.name), tasks: try call[tasks],
      lengths: try call[lengths], items: try call[items])
    return try call.rows(world, try call[n])
  }
}

/// `data.graph`: questions on what can be reached.
struct DataGraph: Command {
  static let name = "data.graph"
  static let summary =
    "Draw directed graphs without cycles, and ask which node can be reached, whether, or how."
  static let searchWords = ["reachability", "prosqa", "shortest path", "search", "generate"]
  static let source: Source? = .arXiv(
    "2505.12514",
    "Reasoning by Superposition: A Theoretical Perspective on Chain of Continuous Thought",
    year: 2025)
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      "data.graph(n=1, nodes=8, edges=8, depth=2, seed=1) | map (r -> r.question)",
      shows: #"["4 1 | 2 3 | 5 1 | 0 6 | 5 7 | 5 0 | 3 4 | 1 7 | [Q] 4 6 [R] 2"]"#),
    Example(
      "data.graph(n=3, kind=[candidates, reachable, path], nodes=8, edges=8, depth=2, seed=1) | map (r -> r.answer)",
      shows: #"["4", "no", "1 6 4"]"#),
  ]

  let n = Option("How many problems.", default: 100, in: 0...1_000_000)
  let kind = Option<[GraphQuestion]>(
    "Which of two candidates can be reached, whether a node can, or by what shortest path; in turn.",
    default: [.candidates])
  let nodes = Option("How many nodes.", default: 23, in: 4...200)
  let edges = Option("How many edges.", default: 36, in: 2...20_000)
  let depth = Option<[Int]>(
    "How far the candidates are from their roots, 1 to 50, in turn, each for all kinds before the next.",
    default: [3, 4])
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let world = try GraphWorld(
      seed: call.worldSeed(try call[seed], Self.name), questions: try call[kind],
      nodes: try call[nodes], edges: try call[edges], depths: try call[depth])
    return try call.rows(world, try call[n])
  }
}

/// `data.sudoku`: sudoku and Latin squares.
struct DataSudoku: Command {
  static let name = "data.sudoku"
  static let summary = "Draw sudoku with a given number of givens, or Latin squares."
  static let searchWords = ["puzzle", "latin square", "constraint", "grid", "generate"]
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      "data.sudoku(n=2, side=4, givens=6, seed=1) | map (r -> r.problem)",
      shows: #"["..34...212...3..", "24.1..2.....43.."]"#),
    Example(
      "data.sudoku(n=2, side=4, givens=6, seed=1) | map (r -> r.solution)",
      shows: #"["2134341212434321", "2431312412434312"]"#),
  ]

  let n = Option("How many problems.", default: 100, in: 0...1_000_000)
  let side = Option("4 or 9; without boxes any from 2 to 9.", default: 9, in: 2...9)
  let givens = Option<[Int]>(
    "How many cells are filled, which problems take in turn; for a unique solution at least 4 of 16 and 23 of 81.",
    default: [36])
  let boxes = Option(
    "Every box has each number once too; without boxes they are Latin squares.", default: true)
  let unique = Option("There is one solution only.", default: true)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let world = try SudokuWorld(
      seed: call.worldSeed(try call[seed], Self.name), side: try call[side],
      givens: try call[givens], hasBoxes: try call[boxes], isUnique: try call[unique])
    return try call.rows(world, try call[n])
  }
}
