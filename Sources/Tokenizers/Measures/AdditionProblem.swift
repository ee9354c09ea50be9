/// Two numbers to add, drawn so that they and their sum have given lengths.
public struct AdditionProblem: Sendable, Equatable {
  public let first: Int
  public let second: Int

  public var answer: Int { first + second }

  /// The most digits of an operand.
  public static let mostDigits = 18

  /// - Throws: ``TokenizerError/wrongLength(asked:reason:)`` for an operand that is negative or has
  ///   more than ``mostDigits`` digits.
  public init(_ first: Int, _ second: Int) throws(TokenizerError) {
    for operand in [first, second] where operand < 0 || Self.digits(operand) > Self.mostDigits {
      throw .wrongLength(
        asked: Self.digits(operand), reason: "operands have 1 to \(Self.mostDigits) digits")
    }
    self.first = first
    self.second = second
  }

  private init(unchecked first: Int, _ second: Int) { (self.first, self.second) = (first, second) }

  static func digits(_ number: Int) -> Int { String(number.magnitude).utf8.count }

  // MARK: Drawing

  /// How many digits the operands and the answer have.
  public struct Lengths: Sendable, Equatable {
    public let first: Int
    public let second: Int
    public let answer: Int

    /// - Throws: ``TokenizerError/wrongLength(asked:reason:)`` for operands that are not of 1 to
    ///   ``AdditionProblem/mostDigits`` digits, and for answers that no such sum has.
    public init(_ first: Int, _ second: Int, answer: Int) throws(TokenizerError) {
      for length in [first, second] where !(1...mostDigits).contains(length) {
        throw .wrongLength(asked: length, reason: "operands have 1 to \(mostDigits) digits")
      }
      let longer = max(first, second)
      guard answer == longer || answer == longer + 1 else {
        throw .wrongLength(
          asked: answer,
          reason:
            "the sum of numbers of \(first) and \(second) digits has \(longer) or \(longer + 1)"
        )
      }
      (self.first, self.second, self.answer) = (first, second, answer)
    }
  }

  /// Problems of these lengths in turn, each drawn evenly from all pairs of numbers that have them.
  /// A number of one digit may be 0.
  ///
  /// - Complexity: O(count): at most two draws a problem are expected to be rejected, whatever the
  ///   lengths.
  /// - Throws: ``TokenizerError/interrupted(_:)``.
  public static func problems(_ lengths: [Lengths], count: Int, seed: UInt64)
    throws(TokenizerError) -> [AdditionProblem]
  {
    if lengths.isEmpty { return [] }
    var generator = SplitMix(seed: seed)
    var problems: [AdditionProblem] = []
    problems.reserveCapacity(count)
    for number in 0..<count {
      if number & 0xFFF == 0 { try TokenizerError.poll() }
      problems.append(problem(lengths[number % lengths.count], using: &generator))
    }
    return problems
  }

  private static func problem(_ lengths: Lengths, using generator: inout SplitMix)
    -> AdditionProblem
  {
    let (longer, shorter) = (max(lengths.first, lengths.second), min(lengths.first, lengths.second))
    let limit = power(longer)
    let grows = lengths.answer > longer
    // A longer answer needs the longer operand near the limit: drawn from where it can be, as few
    // numbers are; every pair that qualifies stays equally likely.
    let least = grows ? max(smallest(longer), limit - power(shorter) + 1) : smallest(longer)
    while true {
      let long = least + generator.index(below: limit - least)
      let short = smallest(shorter) + generator.index(below: power(shorter) - smallest(shorter))
      if (long + short >= limit) != grows { continue }
      return lengths.first >= lengths.second
        ? AdditionProblem(unchecked: long, short) : AdditionProblem(unchecked: short, long)
    }
  }

  private static func power(_ digits: Int) -> Int {
    (0..<digits).reduce(1) { power, _ in power * 10 }
  }
  private static func smallest(_ digits: Int) -> Int { digits == 1 ? 0 : power(digits - 1) }

  // MARK: Carries

  /// How often adding digit by digit carries one over, and the most carries in a row.
  public var carries: (count: Int, longestChain: Int) {
    var (a, b) = (first, second)
    var (carry, count, chain, longest) = (0, 0, 0, 0)
    while a > 0 || b > 0 {
      carry = a % 10 + b % 10 + carry >= 10 ? 1 : 0
      count += carry
      chain = carry == 1 ? chain + 1 : 0
      longest = max(longest, chain)
      a /= 10
      b /= 10
    }
    return (count, longest)
  }
}
