/// Reads what a person or a model writes as an ``ArithmeticExpression``.
///
/// sum = product (("+" | "-") product)*, product = factor (("*" | "/") factor)*,
/// factor = number | "(" sum ")". Blanks may stand anywhere but in numbers; there are no signs.
struct ArithmeticParser {
  /// Deeper or longer texts than these are refused: the tree is walked recursively.
  static let mostNesting = 64
  static let mostNumbers = 256
  static let mostDigits = 18

  private let scalars: [Unicode.Scalar]
  private var place = 0
  private var nesting = 0
  private var numbers = 0

  private init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The expression that a text is from its start to its end; nil if it is none.
  static func expression(_ text: String) -> ArithmeticExpression? {
    var parser = ArithmeticParser(text)
    guard let expression = parser.sum(), parser.peek() == nil else { return nil }
    return expression
  }

  private mutating func peek() -> Unicode.Scalar? {
    while place < scalars.count, scalars[place] == " " { place += 1 }
    return place < scalars.count ? scalars[place] : nil
  }

  private mutating func sum() -> ArithmeticExpression? {
    guard var left = product() else { return nil }
    while let operation = operation(binding: 1) {
      guard let right = product() else { return nil }
      left = .operation(operation, left, right)
    }
    return left
  }

  private mutating func product() -> ArithmeticExpression? {
    guard var left = factor() else { return nil }
    while let operation = operation(binding: 2) {
      guard let right = factor() else { return nil }
      left = .operation(operation, left, right)
    }
    return left
  }

  private mutating func operation(binding: Int) -> ArithmeticOperation? {
    guard let operation = peek().flatMap(ArithmeticOperation.init), operation.binding == binding
    else { return nil }
    place += 1
    return operation
  }

  private mutating func factor() -> ArithmeticExpression? {
    guard let first = peek() else { return nil }
    if first == "(" {
      guard nesting < Self.mostNesting else { return nil }
      nesting += 1
      defer { nesting -= 1 }
      place += 1
      guard let inner = sum(), peek() == ")" else { return nil }
      place += 1
      return inner
    }
    let start = place
    while place < scalars.count, ("0"..."9").contains(scalars[place]) { place += 1 }
    numbers += 1
    guard place > start, place - start <= Self.mostDigits, numbers <= Self.mostNumbers else {
      return nil
    }
    let digits = scalars[start..<place]
    return .number(digits.reduce(0) { $0 * 10 + Int($1.value - 48) })
  }
}

extension ArithmeticExpression {
  /// The expression that a text is; nil if it is none, or has more than 256 numbers, 64 nested
  /// parentheses or 18 digits in a number.
  public init?(_ text: String) {
    guard let expression = ArithmeticParser.expression(text) else { return nil }
    self = expression
  }
}
