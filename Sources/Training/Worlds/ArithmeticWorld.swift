import Tensors

/// Arithmetic with its steps in sentences: expressions, worked from the innermost brackets outwards, or
/// additions in columns with their carries.
///
/// An expression is drawn from its value down: the value evenly from `0...largest`, then an operation and
/// two values that make it, and so on. So no value on the way leaves `0...largest`, and answers are not
/// bunched. Sentences may be paraphrased at random, so that a text model sees noise that does not matter.
public struct ArithmeticWorld: World {
  /// What the problems are; how they are written is apart from it.
  public enum Kind: Sendable, Equatable {
    /// Expressions of these numbers of operations, `1...32`, in turn.
    case expression(operations: [Int], of: [ArithmeticOperation], largest: Int)
    /// Sums of two numbers of these numbers of digits, `1...17`, in turn.
    case addition(digits: [Int])
  }

  public let seed: UInt64
  public let kind: Kind
  /// The share of sentences that are paraphrased.
  public let paraphrase: Double

  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for numbers of operations, digits or a
  ///   largest value (`1...9999`) out of range,
  ///   ``TrainingError/wrongNumber(name:value:reason:)`` for a share outside 0 to 1.
  public init(seed: UInt64, kind: Kind, paraphrase: Double = 0) throws(TrainingError) {
    switch kind {
    case .expression(let counts, let operations, let largest):
      try TrainingError.check("operations", each: counts, in: 1...32)
      try TrainingError.check("largest", largest, in: 1...9999)
      if operations.isEmpty {
        throw .setting(
          name: "the number of kinds of operation", value: 0, reason: "one at least is needed")
      }
    case .addition(let digits): try TrainingError.check("digits", each: digits, in: 1...17)
    }
    guard (0...1).contains(paraphrase) else {
      throw .wrongNumber(name: "paraphrase", value: paraphrase, reason: "it must be from 0 to 1")
    }
    self.seed = seed
    self.kind = kind
    self.paraphrase = paraphrase
  }

  public func problem(_ index: Int) -> ArithmeticProblem {
    var stream = stream(index)
    var writer = ArithmeticWriter(paraphrase: paraphrase, stream: stream.child("words"))
    switch kind {
    case .expression(let counts, let operations, let largest):
      let count = counts[index % counts.count]
      let expression = Self.expression(
        of: stream.int(below: largest + 1), operations: count, from: operations,
        largest: largest, &stream)
      return ArithmeticProblem(
        expression: expression, problem: writer.question(expression),
        steps: writer.steps(of: expression), difficulty: count)
    case .addition(let digits):
      let count = digits[index % digits.count]
      let (a, b) = (Self.number(of: count, &stream), Self.number(of: count, &stream))
      let expression = ArithmeticExpression.operation(.add, .number(a), .number(b))
      return ArithmeticProblem(
        expression: expression, problem: writer.question(expression),
        steps: writer.columns(a, b), difficulty: count)
    }
  }

  /// A number of so many digits; of one digit, 0 too.
  private static func number(of digits: Int, _ stream: inout RandomStream) -> Int {
    let limit = (0..<digits).reduce(1) { limit, _ in limit * 10 }
    let least = digits == 1 ? 0 : limit / 10
    return least + stream.int(below: limit - least)
  }

  private static func expression(
    of value: Int, operations count: Int, from operations: [ArithmeticOperation], largest: Int,
    _ stream: inout RandomStream
  ) -> ArithmeticExpression {
    if count == 0 { return .number(value) }
    let choices = operations.map { (operation: $0, parts: parts(of: value, $0, largest)) }
    let telling = choices.filter { $0.parts.contains(where: \.tells) }
    let among = telling.isEmpty ? choices.filter { !$0.parts.isEmpty } : telling
    let choice = among[stream.int(below: among.count)]
    let pairs = telling.isEmpty ? choice.parts : choice.parts.filter(\.tells)
    let pair = pairs[stream.int(below: pairs.count)]
    let left = stream.int(below: count)
    return .operation(
      choice.operation,
      expression(of: pair.left, operations: left, from: operations, largest: largest, &stream),
      expression(
        of: pair.right, operations: count - 1 - left, from: operations, largest: largest, &stream))
  }

  /// The pairs of values that an operation makes a value of; never none. What tells nothing (adding 0,
  /// multiplying by 1) is taken only where there is nothing else.
  private static func parts(of value: Int, _ operation: ArithmeticOperation, _ largest: Int)
    -> [(left: Int, right: Int, tells: Bool)]
  {
    switch operation {
    case .add:
      return (0...value).map { ($0, value - $0, $0 > 0 && $0 < value) }
    case .subtract:
      return (0...largest - value).map { (value + $0, $0, $0 > 0) }
    case .multiply:
      if value == 0 { return (0...largest).map { ($0, 0, false) } }
      return (1...value).filter { value % $0 == 0 }
        .map { ($0, value / $0, $0 > 1 && $0 < value) }
    case .divide:
      if value == 0 { return (1...largest).map { (0, $0, false) } }
      return (1...largest / value).map { (value * $0, $0, $0 > 1) }
    }
  }
}

/// An expression to work out, with its steps in words.
public struct ArithmeticProblem: WorldProblem {
  public static let world = WorldKind.arithmetic
  public static let needed = ["expression"]
  public static let solutionColumn = "steps"

  public let expression: ArithmeticExpression
  /// The question as it is put.
  public let problem: String
  /// Sentences that lead to the answer; the last number is the answer.
  public let steps: String
  public let answer: Int
  /// The operations of an expression, the digits of an addition.
  public let difficulty: Int

  init(expression: ArithmeticExpression, problem: String, steps: String, difficulty: Int) {
    self.expression = expression
    self.problem = problem
    self.steps = steps
    self.difficulty = difficulty
    // Drawn expressions are whole at every step.
    answer = expression.integer ?? 0
  }

  public var fields: [(name: String, value: WorldField)] {
    [
      ("expression", .text(expression.text(keepsGrouping: true))), ("problem", .text(problem)),
      ("steps", .text(steps)), ("answer", .integer(answer)), ("difficulty", .integer(difficulty)),
    ]
  }

  /// Nil also for an expression whose value is not whole.
  public init?(fields: [String: WorldField]) {
    guard let expression = fields["expression"]?.text.flatMap({ ArithmeticExpression($0) }),
      expression.integer != nil
    else { return nil }
    self.init(
      expression: expression, problem: fields["problem"]?.text ?? "",
      steps: fields["steps"]?.text ?? "", difficulty: fields["difficulty"]?.integer ?? 0)
  }

  /// Right if the last number of the text is the answer; the steps before it are not asked for.
  public func verdict(on answer: String) -> WorldVerdict {
    let isDigit = { (scalar: Unicode.Scalar) in ("0"..."9").contains(scalar) }
    let scalars = Array(answer.unicodeScalars)
    guard let last = scalars.lastIndex(where: isDigit) else {
      return .wrong("there is no number in it")
    }
    var first = last
    while first > 0, isDigit(scalars[first - 1]) { first -= 1 }
    // A minus that does not stand between two things is a sign.
    let isNegative =
      first > 0 && scalars[first - 1] == "-"
      && (first == 1 || scalars[first - 2].properties.isWhitespace || scalars[first - 2] == "=")
    let given = (isNegative ? "-" : "") + SymbolAlphabet.text(Array(scalars[first...last]))
    return Int(given) == self.answer ? .right : .wrong("the answer is \(self.answer)")
  }
}
