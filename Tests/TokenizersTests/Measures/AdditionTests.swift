import Testing

@testable import Tokenizers

@Suite("Addition problems") struct AdditionTests {
  /// Adds on paper: digits from the right, with what is carried.
  static func schoolbook(_ a: String, _ b: String) -> (sum: String, carries: [Bool]) {
    let width = max(a.count, b.count)
    func padded(_ text: String) -> [Int] {
      (String(repeating: "0", count: width - text.count) + text).compactMap(\.wholeNumberValue)
    }
    var (sum, carries) = ("", [Bool]())
    for (x, y) in zip(padded(a), padded(b)).reversed() {
      let total = x + y + (carries.last == true ? 1 : 0)
      sum = String(total % 10) + sum
      carries.append(total > 9)
    }
    return ((carries.last == true ? "1" : "") + sum, carries)
  }

  /// Adds digit by digit and forgets what is carried over; the first digit keeps its ten.
  static func withoutCarries(_ a: Int, _ b: Int) -> Int {
    var (a, b, power, sum) = (a, b, 1, 0)
    while a > 0 || b > 0 {
      let digit = a % 10 + b % 10
      sum += (a < 10 && b < 10 ? digit : digit % 10) * power
      (a, b, power) = (a / 10, b / 10, power * 10)
    }
    return sum
  }

  static let shapes: [(Int, Int, Int)] = [
    (1, 1, 1), (1, 1, 2), (3, 3, 4), (4, 2, 4), (4, 2, 5), (2, 7, 8), (7, 7, 7), (18, 18, 19),
    (18, 1, 19), (12, 12, 12),
  ]

  @Test("have the lengths that were asked for, and their carries as on paper")
  func lengths() throws {
    let shapes = try Self.shapes.map { try AdditionProblem.Lengths($0.0, $0.1, answer: $0.2) }
    let problems = try AdditionProblem.problems(shapes, count: 2000, seed: 3)
    #expect(try problems == AdditionProblem.problems(shapes, count: 2000, seed: 3))
    #expect(try problems != AdditionProblem.problems(shapes, count: 2000, seed: 4))
    for (index, problem) in problems.enumerated() {
      let shape = Self.shapes[index % Self.shapes.count]
      let (a, b) = (String(problem.first), String(problem.second))
      #expect(a.count == shape.0 && b.count == shape.1)
      let (sum, carries) = Self.schoolbook(a, b)
      #expect(String(problem.answer) == sum && sum.count == shape.2)
      let chains = carries.split(separator: false).map(\.count)
      #expect(problem.carries.count == carries.count { $0 })
      #expect(problem.carries.longestChain == chains.max() ?? 0)
      // Legendre: each carry costs the digit sum nine.
      let digits = [a, b, sum].map { $0.compactMap(\.wholeNumberValue).reduce(0, +) }
      #expect(problem.carries.count * 9 == digits[0] + digits[1] - digits[2])
    }
  }

  @Test("are even over all pairs of their lengths", arguments: [(1, 1, 2), (2, 1, 3), (1, 2, 2)])
  func even(shape: (Int, Int, Int)) throws {
    func range(_ digits: Int) -> Range<Int> { digits == 1 ? 0..<10 : 10..<100 }
    var counts: [[Int]: Int] = [:]
    for a in range(shape.0) {
      for b in range(shape.1) where String(a + b).count == shape.2 { counts[[a, b]] = 0 }
    }
    let lengths = try AdditionProblem.Lengths(shape.0, shape.1, answer: shape.2)
    let draws = 200 * counts.count
    for problem in try AdditionProblem.problems([lengths], count: draws, seed: 11) {
      try #require(counts[[problem.first, problem.second]] != nil)
      counts[[problem.first, problem.second], default: 0] += 1
    }
    let chiSquare = counts.values.reduce(0.0) { $0 + (Double($1) - 200) * (Double($1) - 200) / 200 }
    // Mean and deviation of χ²; the seed is fixed, so it passes always or never.
    let freedom = Double(counts.count - 1)
    #expect(abs(chiSquare - freedom) < 4 * (2 * freedom).squareRoot())
  }

  @Test("an oracle is always right, and one that ignores carries where there is none")
  func answerers() throws {
    let shapes = try Self.shapes.map { try AdditionProblem.Lengths($0.0, $0.1, answer: $0.2) }
    let scheme = try NumberScheme(.l2r)
    for problem in try AdditionProblem.problems(shapes, count: 1000, seed: 8) {
      #expect(ArithmeticAnswer("\(problem.answer)", to: problem, scheme).isExact)
      let careless = Self.withoutCarries(problem.first, problem.second)
      let answer = ArithmeticAnswer("= \(careless).", to: problem, scheme)
      let carries = Self.schoolbook("\(problem.first)", "\(problem.second)").carries
      // What the first digit carries is not forgotten.
      #expect(answer.isExact == !carries.dropLast().contains(true))
    }
  }

  @Test("answers are read in any format, and their errors have places")
  func errors() throws {
    let problem = try AdditionProblem(8_302_080, 3_529_456)  // 11831536
    let scheme = try NumberScheme(.l2r)
    for text in [
      "11831536", " 11,831,536\n", "The sum is 11 831 536.", "0011831536", "$11_831_536",
    ] {
      let answer = ArithmeticAnswer(text, to: problem, scheme)
      #expect(answer.isExact && answer.wrongDigits == [] && answer.offByPower == nil)
    }
    for text in ["", "none", "8302080 + 3529456 = 11831536"] {
      let answer = ArithmeticAnswer(text, to: problem, scheme)
      #expect(answer.digits == nil && !answer.isExact && answer.wrongDigits == nil)
    }
    for text in ["-11831536", "\u{2212}11831536", "1183153.6"] {
      #expect(!ArithmeticAnswer(text, to: problem, scheme).isExact, "\(text)")
    }
    #expect(ArithmeticAnswer("11.831.536.", to: problem, scheme).isExact)
    let fourth = ArithmeticAnswer("11821536", to: problem, scheme)
    #expect(fourth.wrongDigits == [4] && fourth.wrongTokens == [2] && fourth.offByPower == 4)
    let fromRight = ArithmeticAnswer("11821537", to: problem, try NumberScheme(.r2l))
    #expect(fromRight.wrongDigits == [4, 8] && fromRight.wrongTokens == [2, 3])
    #expect(fromRight.offByPower == nil)
    let short = ArithmeticAnswer("1831536", to: problem, scheme)
    #expect(!short.hasRightLength && short.wrongDigits == nil && short.wrongTokens == nil)
    #expect(short.offByPower == 7)
    let foo = ArithmeticAnswer(
      "11foo831foo536", to: problem, try NumberScheme(.r2l, separator: "foo"))
    #expect(foo.isExact && ArithmeticAnswer("11foo831foo536", to: problem, scheme).digits == nil)
  }

  @Test("lengths that cannot be are refused")
  func refusals() {
    #expect(throws: TokenizerError.self) { try AdditionProblem.Lengths(3, 3, answer: 5) }
    #expect(throws: TokenizerError.self) { try AdditionProblem.Lengths(3, 4, answer: 3) }
    #expect(throws: TokenizerError.self) { try AdditionProblem.Lengths(0, 4, answer: 4) }
    #expect(throws: TokenizerError.self) { try AdditionProblem.Lengths(19, 4, answer: 19) }
    #expect(throws: TokenizerError.self) { try AdditionProblem(-1, 4) }
    #expect(throws: TokenizerError.self) { try AdditionProblem(.max, 4) }
  }
}
