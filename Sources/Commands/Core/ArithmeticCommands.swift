import Kernels
import Language
import Tensors

/// A function of one number, applied to lists item by item and to tensors element by element.
///
/// The commands below differ in their names and in what they do with a number.
protocol NumberFunction: Command {
  /// For an integer; nil takes it as a float.
  static func integer(_ value: Int) throws -> Value?
  static func float(_ value: Double) throws -> Value
  static var onTensors: UnaryOperation { get }
  var value: Argument<Value> { get }
}

extension NumberFunction {
  static var result: ValueType { .numbers }
  static func integer(_ value: Int) throws -> Value? { nil }

  func run(_ call: Call) throws -> Value { try apply(try call[value], call) }

  private func apply(_ value: Value, _ call: Call) throws -> Value {
    switch value {
    case .int(let number): return try Self.integer(number) ?? Self.float(Double(number))
    case .float(let number): return try Self.float(number)
    case .tensor(let tensor): return .number(try Tensor.apply(Self.onTensors, tensor))
    case .list, .range: return .list(try (value.items ?? []).map { try apply($0, call) })
    default: throw call.wrongType(self.value, wanted: "numbers", given: value)
    }
  }
}

/// A float as an integer, where 64 bits hold it.
private func integer(_ value: Double, _ name: String) throws -> Value {
  guard let integer = Int(exactly: value) else {
    throw LanguageError.cannotConvert("\(name) of \(Value.float(value).inline)", to: "integer")
  }
  return .int(integer)
}

/// `abs`: without sign.
struct Absolute: NumberFunction {
  static let name = "abs"
  static let summary = "The size of a number without its sign."
  static let searchWords = ["absolute", "magnitude"]
  static let onTensors = UnaryOperation.abs
  static let examples = [
    Example("abs(-3)", shows: "3"), Example("abs [1.5, -2]", shows: "[1.5, 2]"),
  ]
  let value = Argument<Value>("A number, or a list or tensor of them.", of: .numbers)

  static func integer(_ value: Int) throws -> Value? {
    if value == .min { throw LanguageError.integerOverflow(operation: "abs(\(value))") }
    return .int(Swift.abs(value))
  }
  static func float(_ value: Double) -> Value { .float(value.magnitude) }
}

/// `floor`: down to an integer.
struct Floor: NumberFunction {
  static let name = "floor"
  static let summary = "The greatest integer that is not above a number."
  static let searchWords = ["round down"]
  static let onTensors = UnaryOperation.floor
  static let examples = [
    Example("floor 2.7", shows: "2"), Example("floor(-2.5)", shows: "-3"),
  ]
  let value = Argument<Value>("A number, or a list or tensor of them.", of: .numbers)

  static func integer(_ value: Int) -> Value? { .int(value) }
  static func float(_ value: Double) throws -> Value {
    try Commands.integer(value.rounded(.down), name)
  }
}

/// `ceil`: up to an integer.
struct Ceiling: NumberFunction {
  static let name = "ceil"
  static let summary = "The least integer that is not below a number."
  static let searchWords = ["round up", "ceiling"]
  static let onTensors = UnaryOperation.ceil
  static let examples = [Example("ceil 2.1", shows: "3")]
  let value = Argument<Value>("A number, or a list or tensor of them.", of: .numbers)

  static func integer(_ value: Int) -> Value? { .int(value) }
  static func float(_ value: Double) throws -> Value {
    try Commands.integer(value.rounded(.up), name)
  }
}

/// `exp`: e to a power.
struct Exponential: NumberFunction {
  static let name = "exp"
  static let summary = "The number e to the power of a number."
  static let searchWords = ["exponential"]
  static let onTensors = UnaryOperation.exp
  static let examples = [
    Example("exp 1", shows: "2.718281828459045"), Example("exp(0.0)", shows: "1.0"),
  ]
  let value = Argument<Value>("A number, or a list or tensor of them.", of: .numbers)

  static func float(_ value: Double) -> Value { .float(ElementaryFunction.exp(value)) }
}

/// `sqrt`: the square root.
struct SquareRoot: NumberFunction {
  static let name = "sqrt"
  static let summary = "The square root of a number; nan below zero."
  static let searchWords = ["root"]
  static let onTensors = UnaryOperation.sqrt
  static let examples = [
    Example("sqrt 2", shows: "1.4142135623730951"), Example("sqrt [4, 9]", shows: "[2.0, 3.0]"),
  ]
  let value = Argument<Value>("A number, or a list or tensor of them.", of: .numbers)

  static func float(_ value: Double) -> Value { .float(value.squareRoot()) }
}

/// `sin`: the sine.
struct Sine: NumberFunction {
  static let name = "sin"
  static let summary = "The sine of an angle in radians."
  static let searchWords = ["trigonometry"]
  static let onTensors = UnaryOperation.sin
  static let examples = [Example("sin 0", shows: "0.0")]
  let value = Argument<Value>("An angle, or a list or tensor of them.", of: .numbers)

  static func float(_ value: Double) -> Value { .float(ElementaryFunction.sin(value)) }
}

/// `cos`: the cosine.
struct Cosine: NumberFunction {
  static let name = "cos"
  static let summary = "The cosine of an angle in radians."
  static let searchWords = ["trigonometry"]
  static let onTensors = UnaryOperation.cos
  static let examples = [Example("cos 0", shows: "1.0")]
  let value = Argument<Value>("An angle, or a list or tensor of them.", of: .numbers)

  static func float(_ value: Double) -> Value { .float(ElementaryFunction.cos(value)) }
}

/// `tanh`: the hyperbolic tangent.
struct HyperbolicTangent: NumberFunction {
  static let name = "tanh"
  static let summary = "The hyperbolic tangent of a number."
  static let searchWords = ["activation"]
  static let onTensors = UnaryOperation.tanh
  static let examples = [Example("tanh 0", shows: "0.0")]
  let value = Argument<Value>("A number, or a list or tensor of them.", of: .numbers)

  static func float(_ value: Double) -> Value { .float(ElementaryFunction.tanh(value)) }
}

/// `log`: the logarithm.
struct Logarithm: Command {
  static let name = "log"
  static let summary = "The logarithm of a number, natural unless a base is given."
  static let searchWords = ["ln", "log2", "log10", "nats", "bits"]
  static let result = ValueType.numbers
  static let examples = [
    Example("log 1", shows: "0.0"), Example("log 8 base=2", shows: "3.0"),
    Example("log 1000 base=10", shows: "3.0"),
  ]

  let value = Argument<Value>("A number, or a list or tensor of them.", of: .numbers)
  let base = Option<Double?>("The base: 2 gives bits.", in: 0.0...)

  func run(_ call: Call) throws -> Value {
    try apply(try call[value], try call[base], call)
  }

  private func apply(_ value: Value, _ base: Double?, _ call: Call) throws -> Value {
    switch value {
    case .int, .float: return .float(logarithm(value.doubleValue ?? .nan, base))
    case .tensor(let tensor):
      let logarithm = try Tensor.apply(.log, tensor)
      guard let base else { return .number(logarithm) }
      return .number(
        try Tensor.apply(
          .divide, .tensor(logarithm), .scalar(.float(ElementaryFunction.log(base)))))
    case .list, .range: return .list(try (value.items ?? []).map { try apply($0, base, call) })
    default: throw call.wrongType(self.value, wanted: "numbers", given: value)
    }
  }

  /// Whole powers of the base come out whole, as in a table of logarithms.
  private func logarithm(_ value: Double, _ base: Double?) -> Double {
    guard let base else { return ElementaryFunction.log(value) }
    let quotient = ElementaryFunction.log(value) / ElementaryFunction.log(base)
    let whole = quotient.rounded()
    if whole.magnitude < 1024, (quotient - whole).magnitude < 1e-12,
      Arithmetic.power(base, whole) == value
    {
      return whole
    }
    return quotient
  }
}

/// `round`: to the nearest.
struct Round: Command {
  static let name = "round"
  static let summary =
    "The nearest integer, or the nearest number with a few decimals; halves go to the even one."
  static let searchWords = ["decimals", "digits", "truncate"]
  static let result = ValueType.numbers
  static let examples = [
    Example("round 2.7", shows: "3"), Example("round 0.5", shows: "0"),
    Example("round 3.14159 2", shows: "3.14"),
    Example("round [0.123, 4.567] digits=1", shows: "[0.1, 4.6]"),
  ]

  let value = Argument<Value>("A number, or a list or tensor of them.", of: .numbers)
  let digits = Argument<Int?>("How many decimals stay; without it the result is an integer.")

  func run(_ call: Call) throws -> Value {
    let digits = try call[digits]
    if let digits, !(0...30).contains(digits) {
      throw call.outOfRange(self.digits, given: .int(digits), range: "0...30")
    }
    return try apply(try call[value], digits, call)
  }

  private func apply(_ value: Value, _ digits: Int?, _ call: Call) throws -> Value {
    switch value {
    case .int: return value
    case .float(let number):
      guard let digits else { return try integer(number.rounded(.toNearestOrEven), Round.name) }
      return .float(rounded(number, digits))
    case .tensor(let tensor):
      guard let digits, tensor.elementType.isFloatingPoint else {
        return .number(try Tensor.apply(.round, tensor))
      }
      return .number(
        try Tensor(tensor.doubles.map { rounded($0, digits) }, shape: tensor.shape)
          .cast(to: tensor.elementType))
    case .list, .range: return .list(try (value.items ?? []).map { try apply($0, digits, call) })
    default: throw call.wrongType(self.value, wanted: "numbers", given: value)
    }
  }

  /// From the number's exact decimal value, so that no product is rounded before.
  private func rounded(_ number: Double, _ digits: Int) -> Double {
    Double(NumberText.fixed(number, digits: digits)) ?? number
  }
}
