import Testing

@testable import Training

@Suite("Arithmetic chains") struct ChainWorldTests {
  /// The steps as the definition says them: symbol by symbol, from the left.
  static func steps(of problem: String) -> (text: String, answer: Int, count: Int)? {
    guard problem.last == "?" else { return nil }
    let words = problem.dropLast().split(separator: " ")
    let chain = words[0]
    let modulus = words.count == 3 ? Int(words[2]) : nil
    var (text, count) = ("", 0)
    var value: Int?
    var (sign, digits) = (Character("+"), "")
    for character in String(chain) + "+" {
      if character.isNumber {
        digits.append(character)
        continue
      }
      guard let operand = Int(digits) else { return nil }
      if let before = value {
        var result =
          sign == "+" ? before + operand : sign == "-" ? before - operand : before * operand
        if let modulus { result = ((result % modulus) + modulus) % modulus }
        text += "\(before)\(sign)\(operand)=\(result);"
        value = result
        count += 1
      } else {
        value = operand
      }
      (sign, digits) = (character, "")
    }
    return value.map { (text + "A:\($0)", $0, count) }
  }

  @Test("the worked example of the specification")
  func example() throws {
    let problem = try #require(ChainProblem(fields: ["problem": .text("3+4*2-5?")]))
    #expect(problem.steps == "3+4=7;7*2=14;14-5=9;A:9")
    #expect(Self.steps(of: "3+4*2-5?")?.text == problem.steps)
  }

  @Test("steps and answer are those of the problem", arguments: [nil, 7])
  func right(modulus: Int?) throws {
    let world = try ChainWorld(seed: 1, steps: [1, 3, 6], modulus: modulus)
    var answers: [Int: Int] = [:]
    var symbols: [Character: Int] = [:]
    for (index, problem) in try world.problems(600).enumerated() {
      let naive = try #require(Self.steps(of: problem.problem))
      #expect(problem.steps == naive.text && problem.answer == naive.answer)
      #expect(naive.count == [1, 3, 6][index % 3])
      let numbers = NaiveArithmetic.numbers(in: problem.steps)
      #expect(numbers.allSatisfy { $0 <= (modulus == nil ? 99 : 9) })
      #expect(problem.results.allSatisfy { $0 >= 0 })
      answers[problem.answer, default: 0] += 1
      for symbol in problem.problem where "+-*".contains(symbol) {
        symbols[symbol, default: 0] += 1
      }
    }
    #expect(answers.count > (modulus == nil ? 40 : 6) && answers.values.allSatisfy { $0 < 150 })
    #expect(symbols.values.allSatisfy { $0 > 400 } && symbols.count == 3)
  }

  @Test("bounds hold where they are tight, with quotients too")
  func bounds() throws {
    let world = try ChainWorld(
      seed: 2, steps: [10], operations: [.add, .divide], operands: [2, 3, 5], largest: 12)
    for problem in try world.problems(100) {
      #expect(problem.results.allSatisfy { (0...12).contains($0) })
      var value = problem.first
      for (move, result) in zip(problem.moves, problem.results) {
        #expect(
          move.operation == .add ? value + move.operand == result : result * move.operand == value)
        value = result
      }
    }
  }

  @Test("a wrong answer is told, and where the steps go wrong")
  func verdicts() throws {
    for problem in try ChainWorld(seed: 3).problems(50) {
      let steps = Array(problem.steps)
      #expect(problem.verdict(on: problem.steps) == .right)
      for place in steps.indices where steps[place].isNumber {
        var wrong = steps
        wrong[place] = steps[place] == "9" ? "0" : "9"
        let verdict = problem.verdict(on: String(wrong))
        #expect(verdict.wrongAt == place)
        let isInAnswer = !steps[place...].contains(":")
        #expect(verdict.isRight == !isInAnswer)
      }
      #expect(problem.verdict(on: "A:\(problem.answer)").isRight)
      #expect(!problem.verdict(on: "A:\(problem.answer)0").isRight)
      #expect(!problem.verdict(on: "\(problem.answer)").isRight)
    }
  }

  @Test(
    "what is no chain is refused",
    arguments: [
      "", "?", "3+4", "3+?", "+3?", "3++4?", "3+4 mod 1?", "3+4 mod?", "3+4 mod 5 6?", "a+1?",
      "3/2?", "3/0?", "4/2 mod 3?", "1234567890+1?", "999999999*999999999*999999999?",
    ])
  func malformed(text: String) {
    #expect(ChainProblem(fields: ["problem": .text(text)]) == nil)
  }
}
