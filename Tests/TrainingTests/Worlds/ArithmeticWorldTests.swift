import Testing

@testable import Training

@Suite("Worked arithmetic") struct ArithmeticWorldTests {
  /// The equation that a sentence states: its numbers and its operation's sign; nil for an answer.
  static func equation(_ sentence: String) -> (a: Int, sign: String, b: Int, result: Int)? {
    let numbers = NaiveArithmetic.numbers(in: sentence)
    guard numbers.count == 3 else { return nil }
    let signs: [(String, [String])] = [
      ("+", ["+", "plus", "Adding", "sum"]), ("-", ["-", "minus", "Taking", "difference"]),
      ("*", ["*", "times", "Multiplying", "product"]),
      ("/", ["/", "divided", "Dividing", "quotient"]),
    ]
    guard let sign = signs.first(where: { $0.1.contains { sentence.contains($0) } })?.0 else {
      return nil
    }
    // Adding b to a, taking b from a.
    let isTurned = sentence.hasPrefix("Adding") || sentence.hasPrefix("Taking")
    return (numbers[isTurned ? 1 : 0], sign, numbers[isTurned ? 0 : 1], numbers[2])
  }

  static func sentences(_ text: String) -> [String] {
    text.split(separator: ".").map {
      String($0.first == " " ? $0.dropFirst() : $0)
    }
  }

  @Test("every step follows and the last is the answer", arguments: [0, 0.5, 1])
  func expressions(paraphrase: Double) throws {
    let world = try ArithmeticWorld(
      seed: 1,
      kind: .expression(
        operations: [1, 2, 5, 8], of: ArithmeticOperation.allCases, largest: 60),
      paraphrase: paraphrase)
    var (answers, plain, all) = (Set<Int>(), 0, 0)
    for (index, problem) in try world.problems(200).enumerated() {
      let text = problem.expression.text(keepsGrouping: true)
      #expect(NaiveArithmetic.integer(text) == problem.answer, "\(text)")
      #expect(problem.problem.contains(text))
      answers.insert(problem.answer)
      // Each step takes two numbers that are there, and puts its result in their place.
      var left = NaiveArithmetic.numbers(in: text)
      let sentences = Self.sentences(problem.steps)
      #expect(sentences.count == [1, 2, 5, 8][index % 4] + 1)
      for sentence in sentences.dropLast() {
        let step = try #require(Self.equation(sentence), "\(sentence)")
        #expect(NaiveArithmetic.integer("\(step.a)\(step.sign)\(step.b)") == step.result)
        #expect((0...60).contains(step.result))
        for number in [step.a, step.b] {
          let place = try #require(left.firstIndex(of: number), "\(text): \(problem.steps)")
          left.remove(at: place)
        }
        left.append(step.result)
        plain += sentence.contains("=") ? 1 : 0
        all += 1
      }
      #expect(left == [problem.answer])
      #expect(NaiveArithmetic.numbers(in: sentences[sentences.count - 1]) == [problem.answer])
      #expect(!problem.verdict(on: problem.steps + " Or \(problem.answer + 1).").isRight)
    }
    #expect(answers.count > 45)
    #expect(abs(Double(plain) / Double(all) - (1 - paraphrase)) < 0.06)
  }

  @Test("sums in columns: digits, carries and answer")
  func additions() throws {
    let world = try ArithmeticWorld(seed: 2, kind: .addition(digits: [1, 3, 17]), paraphrase: 0.5)
    for (index, problem) in try world.problems(120).enumerated() {
      let digits = [1, 3, 17][index % 3]
      let text = problem.expression.text()
      let (a, b) = (text.split(separator: "+")[0], text.split(separator: "+")[1])
      #expect(a.count == digits && b.count == digits)
      let sentences = Self.sentences(problem.steps)
      #expect(sentences.count == digits + 1)
      var (carry, written) = (0, "")
      for (column, sentence) in sentences.dropLast().enumerated() {
        let numbers = NaiveArithmetic.numbers(in: sentence)
        let parts = [Array(a), Array(b)].compactMap { $0[digits - 1 - column].wholeNumberValue }
        let sum = parts.reduce(carry, +)
        let isLast = column == digits - 1
        var expected = parts + (carry > 0 ? [carry] : []) + [sum, isLast ? sum : sum % 10]
        let saysCarry = sentence.contains("=") || sum >= 10
        if !isLast && saysCarry { expected.append(sum / 10) }
        #expect(numbers == expected, "\(sentence)")
        written = "\(isLast ? sum : sum % 10)" + written
        carry = sum / 10
      }
      #expect(Int(written) == problem.answer && Int(a)! + Int(b)! == problem.answer)
      #expect(NaiveArithmetic.numbers(in: sentences[digits]) == [problem.answer])
    }
  }

  @Test("paraphrases change the words, not the problems")
  func paraphrases() throws {
    let kind = ArithmeticWorld.Kind.expression(operations: [3], of: [.add, .multiply], largest: 50)
    let drawn = try [0, 0.3, 1].map {
      try ArithmeticWorld(seed: 3, kind: kind, paraphrase: $0).problems(50)
    }
    #expect(drawn[0].map(\.expression) == drawn[2].map(\.expression))
    #expect(zip(drawn[0], drawn[2]).allSatisfy { $0.steps != $1.steps })
    // What is plain at 0.3 is so as at 0, the rest as at 1.
    for (index, problem) in drawn[1].enumerated() {
      let (plain, other) = (drawn[0][index].problem, drawn[2][index].problem)
      #expect(problem.problem == plain || problem.problem == other)
    }
  }

  @Test("what an operation alone cannot make otherwise is made with 0 or 1")
  func single() throws {
    for operation in ArithmeticOperation.allCases {
      let world = try ArithmeticWorld(
        seed: 4, kind: .expression(operations: [32], of: [operation], largest: 7))
      for problem in try world.problems(20) {
        #expect(NaiveArithmetic.integer(problem.expression.text()) == problem.answer)
        #expect((0...7).contains(problem.answer))
      }
    }
  }

  @Test("texts of expressions mean what the expressions mean")
  func texts() throws {
    let world = try ArithmeticWorld(
      seed: 5,
      kind: .expression(operations: [6], of: ArithmeticOperation.allCases, largest: 30))
    for problem in try world.problems(200) {
      let (short, full) = (
        problem.expression.text(), problem.expression.text(keepsGrouping: true)
      )
      #expect(short.count <= full.count)
      #expect(NaiveArithmetic.integer(short) == problem.answer)
      #expect(ArithmeticExpression(full) == problem.expression)
    }
    let nested = ArithmeticExpression.operation(
      .add, .number(1), .operation(.add, .number(2), .number(3)))
    #expect(nested.text() == "1+2+3" && nested.text(keepsGrouping: true) == "1+(2+3)")
  }

  @Test(
    "the answer is the last number",
    arguments: [
      ("9", true), ("A: 9.", true), ("4+5=9.", true), ("9 or 8", false), ("-9", false),
      ("18-9", true), ("=-9", false), ("99", false), ("nine", false),
      ("99999999999999999999", false),
    ])
  func verdicts(answer: String, isRight: Bool) throws {
    let problem = try #require(ArithmeticProblem(fields: ["expression": .text("4+5")]))
    #expect(problem.verdict(on: answer).isRight == isRight)
    #expect(ArithmeticProblem(fields: ["expression": .text("1/2")]) == nil)
    let negative = try #require(ArithmeticProblem(fields: ["expression": .text("4-13")]))
    #expect(negative.verdict(on: answer).isRight == ["-9", "=-9"].contains(answer))
  }
}
