import Kernels
import Tensors

/// A small world whose problems are drawn from a seed and whose answers can be checked.
///
/// Problem `index` is a pure function of the seed, the world's settings and the index: it has a random
/// stream of its own, so that it is the same however many are drawn and in whatever order.
public protocol World: Sendable {
  associatedtype Problem: WorldProblem
  var seed: UInt64 { get }
  /// The problem of this number, which is not negative.
  func problem(_ index: Int) throws(TrainingError) -> Problem
}

extension World {
  /// The random numbers of one problem.
  func stream(_ index: Int) -> RandomStream {
    RandomStream(seed: seed, path: [Problem.world.rawValue, String(index)])
  }

  /// The first `count` problems; `whenDrawn` is called after each.
  ///
  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for a negative count or one above
  ///   1,000,000, ``TrainingError/interrupted(_:)``, and what the world's drawing throws.
  public func problems(_ count: Int, whenDrawn: () -> Void = {}) throws(TrainingError)
    -> [Problem]
  {
    try TrainingError.check("n", count, in: 0...1_000_000)
    var problems: [Problem] = []
    problems.reserveCapacity(count)
    for index in 0..<count {
      try TrainingError.poll()
      problems.append(try problem(index))
      whenDrawn()
    }
    return problems
  }
}

/// The worlds by the names that commands and random streams give them.
public enum WorldKind: String, Sendable, CaseIterable {
  case arithmetic, chain, countdown, lists, graph, sudoku, cipher, lookup, permute, stories

  /// What a row of this world is.
  public var problem: any WorldProblem.Type {
    switch self {
    case .arithmetic: ArithmeticProblem.self
    case .chain: ChainProblem.self
    case .countdown: CountdownProblem.self
    case .lists: ListProblem.self
    case .graph: GraphProblem.self
    case .sudoku: SudokuProblem.self
    case .cipher: CipherProblem.self
    case .lookup: LookupProblem.self
    case .permute: PermutationProblem.self
    case .stories: StoryProblem.self
    }
  }
}

extension TrainingError {
  /// Stops drawing when that is asked for.
  static func poll() throws(TrainingError) {
    do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
  }

  /// Refuses a setting outside its range.
  static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>)
    throws(TrainingError)
  {
    guard range.contains(value) else {
      throw .setting(
        name: name, value: value,
        reason: "it must be from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// Refuses a list of settings that is empty or has one outside its range.
  static func check(_ name: String, each values: [Int], in range: ClosedRange<Int>)
    throws(TrainingError)
  {
    if values.isEmpty {
      throw .setting(name: "the number of \(name)", value: 0, reason: "one at least is needed")
    }
    for value in values { try check(name, value, in: range) }
  }
}
