/// An answer to an addition beside the right one: what is wrong in it, and where.
///
/// As in the analysis of "Tokenization counts" (Singh and Strouse, arXiv 2402.14903): separators and
/// words around the number do not matter, leading zeros neither.
public struct ArithmeticAnswer: Sendable, Equatable {
  /// The digits of the one number in the answer, without leading zeros; nil where there is none, or
  /// more than one, or a negative one.
  public let digits: String?
  public let isExact: Bool
  /// The answer has as many digits as the right one.
  public let hasRightLength: Bool
  /// The places of the digits that are wrong, 1 for the first one from the left; nil where the
  /// lengths differ.
  public let wrongDigits: [Int]?
  /// The same for the tokens of the right answer.
  public let wrongTokens: [Int]?
  /// The j of an answer that is off by one 10^j.
  public let offByPower: Int?

  /// - Parameters:
  ///   - text: what was answered.
  ///   - scheme: how the right answer is cut into tokens; its separator joins digits too.
  public init(_ text: String, to problem: AdditionProblem, _ scheme: NumberScheme) {
    let right = String(problem.answer)
    let digits = Self.number(in: text, separator: scheme.separator)
    self.digits = digits
    isExact = digits == right
    hasRightLength = digits?.utf8.count == right.utf8.count
    guard let digits, hasRightLength else {
      (wrongDigits, wrongTokens) = (nil, nil)
      offByPower = digits.flatMap { Self.power($0, right) }
      return
    }
    let wrong = zip(digits.utf8, right.utf8).enumerated().filter { $1.0 != $1.1 }.map { $0.0 + 1 }
    wrongDigits = wrong
    var end = 0
    var tokens: [Int] = []
    for (number, group) in (scheme.groups(of: right) ?? []).enumerated() {
      let start = end
      end += group.utf8.count
      if wrong.contains(where: { $0 > start && $0 <= end }) { tokens.append(number + 1) }
    }
    wrongTokens = tokens
    offByPower = Self.power(digits, right)
  }

  private static let separators = [",", ".", "_", "#", "$", " ", "'"].map { Array($0.utf8) }

  private static let point = Array(".".utf8)
  /// The signs of a negative number, the last byte first.
  private static let minusSigns = ["-", "\u{2212}"].map { Array($0.utf8.reversed()) }

  /// The digits of the one number in a text. Digits with a single separator between them are of one
  /// number.
  static func number(in text: String, separator: String) -> String? {
    let own = Array(separator.utf8)
    let separators = (own.isEmpty ? [] : [own]) + Self.separators
    let bytes = Array(text.utf8)
    func isDigit(_ place: Int) -> Bool {
      place < bytes.count && (0x30...0x39).contains(bytes[place])
    }
    // A point before other than three digits is one of decimals.
    func isGroup(_ place: Int) -> Bool {
      (0..<3).allSatisfy { isDigit(place + $0) } && !isDigit(place + 3)
    }
    var digits: [UInt8] = []
    var numbers = 0
    var place = 0
    while place < bytes.count {
      guard isDigit(place) else {
        place += 1
        continue
      }
      if Self.minusSigns.contains(where: { bytes[..<place].reversed().starts(with: $0) }) {
        return nil
      }
      numbers += 1
      while isDigit(place) {
        digits.append(bytes[place])
        place += 1
        let joint = separators.first {
          bytes[place...].starts(with: $0) && isDigit(place + $0.count)
            && ($0 != Self.point || $0 == own || isGroup(place + 1))
        }
        place += joint?.count ?? 0
      }
    }
    if numbers != 1 { return nil }
    let significant = digits.drop { $0 == 0x30 }
    return significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self)
  }

  /// The j for which two numbers differ by 10^j.
  private static func power(_ given: String, _ right: String) -> Int? {
    guard let given = Int(given), let right = Int(right) else { return nil }
    let text = String((given - right).magnitude)
    guard text.first == "1", text.dropFirst().allSatisfy({ $0 == "0" }) else { return nil }
    return text.utf8.count - 1
  }
}
