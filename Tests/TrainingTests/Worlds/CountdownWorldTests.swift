import Testing

@testable import Training

@Suite("Countdown") struct CountdownWorldTests {
  /// All that numbers in this order make, with every way to bracket them.
  static func values(_ numbers: ArraySlice<Int>) -> Set<Int> {
    if numbers.count == 1 { return Set(numbers) }
    var values: Set<Int> = []
    for cut in numbers.indices.dropFirst() {
      for left in Self.values(numbers[..<cut]) {
        for right in Self.values(numbers[cut...]) {
          values.formUnion([left + right, left * right])
          if left > right { values.insert(left - right) }
          if left % right == 0 { values.insert(left / right) }
        }
      }
    }
    return values
  }

  static func orders(_ numbers: [Int]) -> [[Int]] {
    if numbers.count <= 1 { return [numbers] }
    return numbers.indices.flatMap { first -> [[Int]] in
      var rest = numbers
      let number = rest.remove(at: first)
      return orders(rest).map { [number] + $0 }
    }
  }

  static func targets(_ numbers: [Int]) -> Set<Int> {
    orders(numbers).reduce(into: []) { $0.formUnion(values($1[...])) }
  }

  @Test("the solver finds what all orders and brackets find")
  func solver() throws {
    for problem in try CountdownWorld(seed: 1, counts: [2, 3, 4]).problems(9) {
      #expect(CountdownSolver.targets(problem.numbers) == Self.targets(problem.numbers))
    }
    #expect(CountdownSolver.targets([1, 2, 3, 4, 5, 6]).isEmpty)
    #expect(CountdownSolver.targets([]).isEmpty)
  }

  @Test("every way to a target has the target as its value, and uses the numbers")
  func ways() throws {
    for problem in try CountdownWorld(seed: 2, counts: [3, 4]).problems(6) {
      let ways = CountdownSolver.expressions(problem.numbers, target: problem.target)
      #expect(ways.contains(problem.expression) && Set(ways).count == ways.count)
      for way in ways {
        #expect(NaiveArithmetic.integer(way) == problem.target, "\(way)")
        #expect(NaiveArithmetic.numbers(in: way).sorted() == problem.numbers.sorted())
        #expect(problem.verdict(on: way) == .right)
      }
    }
  }

  @Test("drawn problems are solved, within bounds, and vary")
  func drawn() throws {
    let problems = try CountdownWorld(seed: 3).problems(300)
    for problem in problems {
      #expect(problem.numbers.count == 3 && problem.numbers.allSatisfy { (1...20).contains($0) })
      #expect((1...100).contains(problem.target))
      #expect(NaiveArithmetic.integer(problem.expression) == problem.target)
      #expect(NaiveArithmetic.numbers(in: problem.expression).sorted() == problem.numbers.sorted())
    }
    #expect(Set(problems.map(\.target)).count > 60)
    #expect(Set(problems.map(\.numbers)).count > 280)
    for symbol in "+-*/" { #expect(problems.count { $0.expression.contains(symbol) } > 20) }
    let five = try CountdownWorld(seed: 3, counts: [5]).problem(0)
    #expect(NaiveArithmetic.integer(five.expression) == five.target)
  }

  @Test("a mutated expression is right only if its value is the target")
  func mutated() throws {
    for problem in try CountdownWorld(seed: 4).problems(60) {
      let text = Array(problem.expression)
      for place in text.indices where "+-*/".contains(text[place]) {
        for symbol in "+-*/" where symbol != text[place] {
          var other = text
          other[place] = symbol
          let verdict = problem.verdict(on: String(other))
          let value = NaiveArithmetic.value(String(other))
          #expect(verdict.isRight == (value.map { $0.0 == problem.target * $0.1 } ?? false))
        }
      }
      #expect(!problem.verdict(on: problem.expression + "+1").isRight)
      #expect(!problem.verdict(on: "\(problem.target)").isRight)
      #expect(problem.verdict(on: " \(problem.expression) = \(problem.target)\n").isRight)
      #expect(!problem.verdict(on: "\(problem.expression)=\(problem.target + 1)").isRight)
    }
  }

  @Test("fractions and other signs are taken, nonsense is not")
  func verdicts() {
    let problem = CountdownProblem(numbers: [3, 3, 8, 8], target: 24, expression: "8/(3-8/3)")
    func reason(_ answer: String) -> String { problem.verdict(on: answer).reason ?? "right" }
    #expect(reason("8/(3-8/3)") == "right")
    #expect(reason("8÷(3−8÷3)") == "right")
    #expect(reason("8/(8/3-3)") == "its value is -24")
    #expect(reason("3/8+3/8") == "its value is 3/4")
    #expect(reason("8/(3-3)*8") == "it divides by zero")
    #expect(reason("8*3") == "it does not use each of the numbers once")
    #expect(reason("8*3=24=24").hasPrefix("it is no expression"))
    for text in ["8//3", "(8", "8)", "()", "8 8", "-8", "", "8+", "eight"] {
      #expect(reason(text).hasPrefix("it is no expression"), "\(text)")
    }
    let deep = String(repeating: "(", count: 100_000) + "8" + String(repeating: ")", count: 100_000)
    let long = String(repeating: "8+", count: 100_000) + "8"
    for text in [deep, long, String(repeating: "9", count: 40)] {
      #expect(reason(text).hasPrefix("it is no expression"))
    }
    let huge = CountdownProblem(
      numbers: [Int](repeating: 999_999_999_999_999_999, count: 4), target: 1, expression: "")
    #expect(!huge.verdict(on: huge.numbers.map { "\($0)" }.joined(separator: "*")).isRight)
  }

  @Test("where no target is small enough, it says so")
  func impossible() throws {
    // Two ones make 1 and 2; with targets up to 1 only, larger numbers make some too.
    #expect(
      try CountdownWorld(seed: 1, counts: [2], largest: 1, largestTarget: 1).problem(0).target == 1)
  }
}
