import Tensors

/// Chains of arithmetic worked from left to right: `3+4*2-5?` is `3+4=7;7*2=14;14-5=9;A:9`.
///
/// There is no precedence, so that every step has one result and the first wrong step of an answer is
/// known. Values stay whole and in `0...largest`; with a modulus each step's result is reduced by it,
/// and the problem says so: `3+4*2 mod 5?`.
public struct ChainWorld: World {
  public let seed: UInt64
  public let steps: [Int]
  public let operations: [ArithmeticOperation]
  public let operands: [Int]
  public let largest: Int
  public let modulus: Int?
  /// By the steps still to take and the value: whether a chain can go on from there to its end.
  private let goesOn: [[Bool]]

  /// - Parameters:
  ///   - steps: the operations of a chain, `1...64`; problems take these in turn.
  ///   - operations: what is drawn from; none is divided unless it comes out even, and never with a
  ///     modulus.
  ///   - operands: what the first number and the operands are drawn from, each in `0...99`.
  ///   - largest: no value is above it, `1...999`.
  ///   - modulus: `2...999`.
  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for what is out of range, and where no
  ///   chain of so many steps stays within the bounds.
  /// - Complexity: O(steps · largest · operations · operands), once.
  public init(
    seed: UInt64, steps: [Int] = [3, 4, 5, 6],
    operations: [ArithmeticOperation] = [.add, .subtract, .multiply],
    operands: [Int] = Array(1...9), largest: Int = 99, modulus: Int? = nil
  ) throws(TrainingError) {
    try TrainingError.check("steps", each: steps, in: 1...64)
    try TrainingError.check("operands", each: operands, in: 0...99)
    try TrainingError.check("largest", largest, in: 1...999)
    if let modulus { try TrainingError.check("modulus", modulus, in: 2...999) }
    if operations.isEmpty {
      throw .setting(name: "the number of operations", value: 0, reason: "one at least is needed")
    }
    self.seed = seed
    self.steps = steps
    self.operations = operations
    self.operands = operands
    self.largest = largest
    self.modulus = modulus
    let most = steps.max() ?? 0
    var goesOn = [[Bool](repeating: true, count: largest + 1)]
    for _ in 0..<most {
      let next = goesOn[goesOn.count - 1]
      goesOn.append(
        (0...largest).map { value in
          operations.contains { operation in
            operands.contains { operand in
              ChainProblem.result(value, operation, operand, modulus)
                .map { $0 <= largest && $0 >= 0 && next[$0] } ?? false
            }
          }
        })
    }
    self.goesOn = goesOn
    for count in steps where !operands.contains(where: { $0 <= largest && goesOn[count][$0] }) {
      throw .setting(
        name: "steps", value: count, reason: "no chain of so many stays in 0...\(largest)")
    }
  }

  public func problem(_ index: Int) -> ChainProblem {
    var stream = stream(index)
    let count = steps[index % steps.count]
    let starts = operands.filter { $0 <= largest && goesOn[count][$0] }
    let first = starts[stream.int(below: starts.count)]
    var value = first
    var moves: [ChainProblem.Move] = []
    var results: [Int] = []
    for left in (0..<count).reversed() {
      // An operation first, then its operand: otherwise the operations with few operands were rare.
      let choices = operations.map { operation in
        operands.compactMap { operand in
          ChainProblem.result(value, operation, operand, modulus).flatMap { result in
            (0...largest).contains(result) && goesOn[left][result]
              ? (move: ChainProblem.Move(operation: operation, operand: operand), result: result)
              : nil
          }
        }
      }.filter { !$0.isEmpty }
      // Never empty: the value was chosen so that the chain goes on.
      let sameOperation = choices[stream.int(below: choices.count)]
      let choice = sameOperation[stream.int(below: sameOperation.count)]
      moves.append(choice.move)
      value = choice.result
      results.append(value)
    }
    return ChainProblem(first: first, moves: moves, modulus: modulus, results: results)
  }
}

/// A chain of operations, worked from left to right.
public struct ChainProblem: WorldProblem {
  /// One operation with its second operand.
  public struct Move: Sendable, Equatable {
    public let operation: ArithmeticOperation
    public let operand: Int
  }

  public static let world = WorldKind.chain
  public static let needed = ["problem"]
  public static let solutionColumn = "steps"

  public let first: Int
  public let moves: [Move]
  public let modulus: Int?
  /// The value after each move.
  public let results: [Int]

  public var answer: Int { results.last ?? first }

  fileprivate init(first: Int, moves: [Move], modulus: Int?, results: [Int]) {
    (self.first, self.moves, self.modulus, self.results) = (first, moves, modulus, results)
  }

  /// Nil where a result is not whole or leaves 64 bits.
  public init?(first: Int, moves: [Move], modulus: Int?) {
    var results: [Int] = []
    var value = first
    for move in moves {
      guard let result = Self.result(value, move.operation, move.operand, modulus) else {
        return nil
      }
      value = result
      results.append(value)
    }
    self.init(first: first, moves: moves, modulus: modulus, results: results)
  }

  static func result(
    _ value: Int, _ operation: ArithmeticOperation, _ operand: Int, _ modulus: Int?
  ) -> Int? {
    guard let modulus else { return operation.applied(value, operand) }
    guard operation != .divide, modulus > 0, let result = operation.applied(value, operand) else {
      return nil
    }
    return (result % modulus + modulus) % modulus
  }

  /// `3+4*2-5?`
  public var problem: String {
    moves.reduce("\(first)") { $0 + $1.operation.symbol + "\($1.operand)" }
      + (modulus.map { " mod \($0)" } ?? "") + "?"
  }

  /// `3+4=7;7*2=14;14-5=9;A:9`
  public var steps: String {
    var text = ""
    var value = first
    for (move, result) in zip(moves, results) {
      text += "\(value)\(move.operation.symbol)\(move.operand)=\(result);"
      value = result
    }
    return text + "A:\(answer)"
  }

  public var fields: [(name: String, value: WorldField)] {
    [
      ("problem", .text(problem)), ("steps", .text(steps)), ("answer", .integer(answer)),
      ("difficulty", .integer(moves.count)),
    ]
  }

  public init?(fields: [String: WorldField]) {
    guard var text = fields["problem"]?.text, text.hasSuffix("?") else { return nil }
    text.removeLast()
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 1 || parts.count == 3 && parts[1] == "mod", let chain = parts.first else {
      return nil
    }
    let modulus = parts.count == 3 ? Self.number(parts[2].unicodeScalars) : nil
    guard parts.count == 1 || (modulus ?? 0) >= 2 else { return nil }
    var operations: [ArithmeticOperation] = []
    let numbers = chain.unicodeScalars.split(omittingEmptySubsequences: false) { scalar in
      guard let operation = ArithmeticOperation(scalar) else { return false }
      operations.append(operation)
      return true
    }.map { Self.number($0) }
    guard let first = numbers.first.flatMap(\.self), !numbers.contains(nil) else { return nil }
    let moves = zip(operations, numbers.dropFirst().compactMap(\.self)).map {
      Move(operation: $0, operand: $1)
    }
    self.init(first: first, moves: moves, modulus: modulus)
  }

  private static func number(_ digits: some Collection<Unicode.Scalar>) -> Int? {
    guard (1...9).contains(digits.count), digits.allSatisfy({ ("0"..."9").contains($0) }) else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + Int($1.value - 48) }
  }

  /// Right if the number after the last `A:` is the answer; the steps before it are not asked for.
  ///
  /// ``WorldVerdict/wrongAt`` tells where the text departs from the right steps, also of a right answer.
  public func verdict(on answer: String) -> WorldVerdict {
    let scalars = Array(WorldVerdict.trimmed(answer).unicodeScalars)
    let place = WorldVerdict.firstDifference(String(String.UnicodeScalarView(scalars)), steps)
    guard
      let mark = scalars.indices.last(where: { scalars[$0...].starts(with: "A:".unicodeScalars) })
    else { return .wrong("there is no A: with an answer", at: place) }
    let given = scalars[(mark + 2)...]
    guard String(String.UnicodeScalarView(given)) == "\(self.answer)" else {
      return .wrong("the answer is \(self.answer)", at: place)
    }
    return WorldVerdict(isRight: true, reason: nil, wrongAt: place)
  }
}
