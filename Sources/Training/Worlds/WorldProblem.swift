/// A problem of a generated world: a row of a table, with a checker of answers.
///
/// A checker accepts every right answer, not just the one that was drawn with the problem.
public protocol WorldProblem: Sendable, Equatable {
  static var world: WorldKind { get }
  /// The columns that say what the problem is; the others follow from them.
  static var needed: [String] { get }
  /// The column that holds a right answer in full, as a model is to write it.
  static var solutionColumn: String { get }

  /// The columns of its row, in order; the same for all problems of the world.
  var fields: [(name: String, value: WorldField)] { get }
  /// The problem of a row, from the columns in ``needed``; nil where they make none.
  init?(fields: [String: WorldField])
  /// Whether a text answers the problem.
  func verdict(on answer: String) -> WorldVerdict
}

extension WorldProblem {
  /// A right answer as a model is to write it.
  public var solution: String {
    fields.first { $0.name == Self.solutionColumn }?.value.text ?? ""
  }
}

/// What stands in one column of a problem's row.
public enum WorldField: Sendable, Equatable {
  case none
  case integer(Int)
  case text(String)
  case list([WorldField])

  static func integers(_ numbers: [Int]) -> WorldField { .list(numbers.map { .integer($0) }) }

  public var integer: Int? { if case .integer(let number) = self { number } else { nil } }
  public var text: String? { if case .text(let text) = self { text } else { nil } }
  public var list: [WorldField]? { if case .list(let items) = self { items } else { nil } }
  /// A list of integers only.
  public var integers: [Int]? {
    guard let list else { return nil }
    let numbers = list.compactMap(\.integer)
    return numbers.count == list.count ? numbers : nil
  }
  /// A list of texts only.
  public var texts: [String]? {
    guard let list else { return nil }
    let texts = list.compactMap(\.text)
    return texts.count == list.count ? texts : nil
  }
}

/// What a checker says of an answer.
public struct WorldVerdict: Sendable, Equatable {
  public let isRight: Bool
  /// Why it is wrong, as a clause; nil where it is right.
  public let reason: String?
  /// Where a worked answer first departs from the right steps, in scalars from its start, in the
  /// worlds that know; nil where it does not.
  public let wrongAt: Int?

  static let right = WorldVerdict(isRight: true, reason: nil, wrongAt: nil)

  static func wrong(_ reason: String, at place: Int? = nil) -> WorldVerdict {
    WorldVerdict(isRight: false, reason: reason, wrongAt: place)
  }

  /// Right if two texts are equal; otherwise wrong from where they part.
  static func comparing(_ answer: String, with truth: String) -> WorldVerdict {
    guard let place = firstDifference(answer, truth) else { return .right }
    return .wrong("the answer is \(truth)", at: place)
  }

  /// A text without the blanks and line ends around it, which no world's answers depend on.
  static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
    guard let first = scalars.firstIndex(where: { !isBlank($0) }),
      let last = scalars.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(scalars[first...last])
  }

  /// The number of scalars that two texts have in common at their start; nil if they are equal.
  static func firstDifference(_ answer: String, _ truth: String) -> Int? {
    let (answer, truth) = (Array(answer.unicodeScalars), Array(truth.unicodeScalars))
    if answer == truth { return nil }
    return zip(answer, truth).enumerated().first { $1.0 != $1.1 }?.offset
      ?? min(answer.count, truth.count)
  }
}
