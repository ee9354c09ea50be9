import Tensors

/// The numbers round of the television game: make the target from all the numbers, each used once, by
/// the four operations.
///
/// Numbers are drawn evenly, then the target evenly from all that can be made of them under the game's
/// rules (no step below 1, no fraction), then one of the ways to it. So every problem has an answer.
public struct CountdownWorld: World {
  public let seed: UInt64
  public let counts: [Int]
  public let largest: Int
  public let largestTarget: Int

  /// - Parameters:
  ///   - counts: how many numbers there are, `2...5`; problems take these in turn.
  ///   - largest: numbers are from 1 to this, `1...100`.
  ///   - largestTarget: targets are from 1 to this, `1...10_000`; also above the largest that
  ///     can be made.
  /// - Throws: ``TrainingError/setting(name:value:reason:)``.
  public init(
    seed: UInt64, counts: [Int] = [3], largest: Int = 20, largestTarget: Int = 100
  ) throws(TrainingError) {
    try TrainingError.check("numbers", each: counts, in: 2...5)
    try TrainingError.check("largest", largest, in: 1...100)
    try TrainingError.check("target", largestTarget, in: 1...10_000)
    self.seed = seed
    self.counts = counts
    self.largest = largest
    self.largestTarget = largestTarget
  }

  /// - Throws: ``TrainingError/setting(name:value:reason:)`` if 1,000 draws of numbers in a row
  ///   make no target within the bound, ``TrainingError/interrupted(_:)``.
  /// - Complexity: all ways to combine the numbers, twice: 3,888 steps for four numbers, 233,280
  ///   for five.
  public func problem(_ index: Int) throws(TrainingError) -> CountdownProblem {
    var stream = stream(index)
    let count = counts[index % counts.count]
    for _ in 0..<1_000 {
      try TrainingError.poll()
      let numbers = (0..<count).map { _ in 1 + stream.int(below: largest) }
      let targets = CountdownSolver.targets(numbers).filter { $0 <= largestTarget }.sorted()
      if targets.isEmpty { continue }
      let target = targets[stream.int(below: targets.count)]
      let ways = CountdownSolver.expressions(numbers, target: target)
      let way = ways[stream.int(below: ways.count)]
      return CountdownProblem(numbers: numbers, target: target, expression: way)
    }
    throw .setting(
      name: "target", value: largestTarget,
      reason: "no target so small can be made of \(count) numbers up to \(largest)")
  }
}

/// Numbers, and a target to make of them.
public struct CountdownProblem: WorldProblem {
  public static let world = WorldKind.countdown
  public static let needed = ["numbers", "target"]
  public static let solutionColumn = "expression"

  public let numbers: [Int]
  public let target: Int
  /// One way to the target.
  public let expression: String

  public var fields: [(name: String, value: WorldField)] {
    [
      ("numbers", .integers(numbers)), ("target", .integer(target)),
      ("problem", .text(problem)), ("expression", .text(expression)),
    ]
  }

  /// `3 5 12: 27?`
  public var problem: String {
    numbers.map(String.init).joined(separator: " ") + ": \(target)?"
  }

  init(numbers: [Int], target: Int, expression: String) {
    (self.numbers, self.target, self.expression) = (numbers, target, expression)
  }

  public init?(fields: [String: WorldField]) {
    guard let numbers = fields["numbers"]?.integers, !numbers.isEmpty,
      let target = fields["target"]?.integer
    else { return nil }
    self.init(
      numbers: numbers, target: target, expression: fields["expression"]?.text ?? "")
  }

  /// Right is any expression that uses every number once and has the target as its exact value; it
  /// may go by fractions and negative numbers, and may end in `=` and the target.
  public func verdict(on answer: String) -> WorldVerdict {
    let sides = answer.split(separator: "=", omittingEmptySubsequences: false)
    guard sides.count <= 2, let left = sides.first,
      let given = ArithmeticExpression(WorldVerdict.trimmed(String(left)))
    else { return .wrong("it is no expression of numbers, + - * / and parentheses") }
    if sides.count == 2, WorldVerdict.trimmed(String(sides[1])) != "\(target)" {
      return .wrong("what stands after = is not \(target)")
    }
    guard given.numbers.sorted() == numbers.sorted() else {
      return .wrong("it does not use each of the numbers once")
    }
    guard let value = given.value else { return .wrong("it divides by zero") }
    guard value == Fraction(target, 1) else {
      return .wrong(
        value.denominator == 1
          ? "its value is \(value.numerator)"
          : "its value is \(value.numerator)/\(value.denominator)")
    }
    return .right
  }
}

/// All that can be made of some numbers by the game's rules: whole numbers from 1 on at every step.
public enum CountdownSolver {
  /// Every number that all of `numbers` together can make; none for more than five numbers.
  public static func targets(_ numbers: [Int]) -> Set<Int> {
    var targets: Set<Int> = []
    combine(numbers.map { ($0, ArithmeticExpression.number($0)) }) { value, _ in
      targets.insert(value)
    }
    return targets
  }

  /// The ways to make `target` of all of `numbers`, in a fixed order, each text once.
  public static func expressions(_ numbers: [Int], target: Int) -> [String] {
    var seen: Set<String> = []
    var ways: [String] = []
    combine(numbers.map { ($0, ArithmeticExpression.number($0)) }) { value, expression in
      guard value == target else { return }
      let text = expression.text()
      if seen.insert(text).inserted { ways.append(text) }
    }
    return ways
  }

  private typealias Made = (value: Int, expression: ArithmeticExpression)

  /// Takes two numbers out, puts what an operation makes of them back, until one is left.
  private static func combine(_ made: [Made], whenDone done: (Int, ArithmeticExpression) -> Void) {
    guard made.count <= 5 else { return }
    guard made.count > 1 else {
      if let last = made.first { done(last.value, last.expression) }
      return
    }
    for i in made.indices {
      for j in made.indices where i != j {
        var rest: [Made] = []
        for k in made.indices where k != i && k != j { rest.append(made[k]) }
        let (left, right) = (made[i], made[j])
        for operation in ArithmeticOperation.allCases {
          // Sums and products are the same both ways round.
          if (operation == .add || operation == .multiply) && i > j { continue }
          guard let value = operation.applied(left.value, right.value), value >= 1 else { continue }
          combine(
            rest + [(value, .operation(operation, left.expression, right.expression))],
            whenDone: done)
        }
      }
    }
  }
}
