/// A sum, difference, product or quotient of whole numbers and of such expressions.
public indirect enum ArithmeticExpression: Sendable, Equatable {
  case number(Int)
  case operation(ArithmeticOperation, ArithmeticExpression, ArithmeticExpression)

  /// The expression with the fewest parentheses that leave its value as it is, or, with
  /// `keepsGrouping`, those that tell the order of its operations too: 1+(2+3).
  public func text(keepsGrouping: Bool = false) -> String {
    guard case .operation(let operation, let left, let right) = self else {
      if case .number(let number) = self { return String(number) }
      return ""
    }
    func side(_ side: ArithmeticExpression, isRight: Bool) -> String {
      let text = side.text(keepsGrouping: keepsGrouping)
      guard case .operation(let inner, _, _) = side else { return text }
      let isGrouped =
        inner.binding < operation.binding
        || isRight && inner.binding == operation.binding
          && (keepsGrouping || operation == .subtract || operation == .divide)
      return isGrouped ? "(\(text))" : text
    }
    return side(left, isRight: false) + operation.symbol + side(right, isRight: true)
  }

  /// The numbers in it, from left to right.
  public var numbers: [Int] {
    switch self {
    case .number(let number): [number]
    case .operation(_, let left, let right): left.numbers + right.numbers
    }
  }

  /// The exact value; nil where something is divided by zero or a number leaves 64 bits.
  public var value: Fraction? {
    switch self {
    case .number(let number): return Fraction(number, 1)
    case .operation(let operation, let left, let right):
      guard let left = left.value, let right = right.value else { return nil }
      return left.applying(operation, right)
    }
  }

  /// The value where it is a whole number.
  public var integer: Int? { value.flatMap { $0.denominator == 1 ? $0.numerator : nil } }
}

/// The four operations.
public enum ArithmeticOperation: String, Sendable, CaseIterable {
  case add, subtract, multiply, divide

  public var symbol: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    }
  }

  /// How closely it binds: products before sums.
  var binding: Int { self == .add || self == .subtract ? 1 : 2 }

  /// The operation written so, also with typographic signs.
  init?(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "+": self = .add
    case "-", "−": self = .subtract
    case "*", "×": self = .multiply
    case "/", "÷": self = .divide
    default: return nil
    }
  }

  /// The result in whole numbers; nil where a quotient is not one, or it leaves 64 bits.
  func applied(_ left: Int, _ right: Int) -> Int? {
    guard let value = Fraction(left, 1)?.applying(self, Fraction(right, 1)) else { return nil }
    return value.denominator == 1 ? value.numerator : nil
  }
}

/// A fraction in lowest terms with a positive denominator.
public struct Fraction: Sendable, Equatable {
  public let numerator: Int
  public let denominator: Int

  /// Nil for a denominator of zero, and for terms that leave 64 bits.
  public init?(_ numerator: Int, _ denominator: Int) {
    guard denominator != 0, numerator != .min, denominator != .min else { return nil }
    var (a, b) = (abs(numerator), abs(denominator))
    while b != 0 { (a, b) = (b, a % b) }
    let sign = denominator < 0 ? -1 : 1
    self.numerator = numerator / a * sign
    self.denominator = denominator / a * sign
  }

  func applying(_ operation: ArithmeticOperation, _ other: Fraction?) -> Fraction? {
    guard let other else { return nil }
    switch operation {
    case .add, .subtract:
      guard let left = Self.product(numerator, other.denominator),
        let right = Self.product(other.numerator, denominator),
        let below = Self.product(denominator, other.denominator)
      else { return nil }
      let (sum, overflow) =
        operation == .add
        ? left.addingReportingOverflow(right) : left.subtractingReportingOverflow(right)
      return overflow ? nil : Fraction(sum, below)
    case .multiply:
      guard let above = Self.product(numerator, other.numerator),
        let below = Self.product(denominator, other.denominator)
      else { return nil }
      return Fraction(above, below)
    case .divide:
      guard let above = Self.product(numerator, other.denominator),
        let below = Self.product(denominator, other.numerator)
      else { return nil }
      return Fraction(above, below)
    }
  }

  private static func product(_ a: Int, _ b: Int) -> Int? {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : product
  }
}
