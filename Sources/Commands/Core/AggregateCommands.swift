import Language
import Tensors

/// `sum`: all added up.
struct Sum: Command {
  static let name = "sum"
  static let summary = "Add numbers up; booleans count as 0 and 1."
  static let searchWords = ["total", "add", "plus"]
  static let result = ValueType.oneOf([.number, .tensor])
  static let examples = [
    Example("sum 1..100", shows: "5050"), Example("sum [0.5, 1]", shows: "1.5"),
    Example("sum(tensor.ones([2, 3]), axis=0)", shows: "tensor f32 [3]\n2  2  2"),
  ]

  let values = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let axis = Option<Int?>("For a tensor: the axis that goes away; all of them, if not given.")

  func run(_ call: Call) throws -> Value {
    try call.aggregate(values, axis, .sum) { try $0.sum() }
  }
}

/// `mean`: the average.
struct Mean: Command {
  static let name = "mean"
  static let summary = "The arithmetic mean of numbers; of booleans, the share of true ones."
  static let searchWords = ["average"]
  static let result = ValueType.oneOf([.number, .tensor])
  static let examples = [
    Example("mean [1, 2, 4.5]", shows: "2.5"), Example("mean [true, false]", shows: "0.5"),
    Example("mean([[1, 2], [3, 4]], axis=1)", shows: "tensor f32 [2]\n1.5  3.5"),
  ]

  let values = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let axis = Option<Int?>("For a tensor: the axis that goes away; all of them, if not given.")

  func run(_ call: Call) throws -> Value {
    try call.aggregate(values, axis, .mean) { .float(try $0.mean()) }
  }
}

/// `std`: how far numbers spread.
struct StandardDeviation: Command {
  static let name = "std"
  static let summary = "The standard deviation of numbers, over n as in NumPy."
  static let searchWords = ["standard deviation", "spread", "variance"]
  static let result = ValueType.oneOf([.number, .tensor])
  static let examples = [
    Example("std [1, 3]", shows: "1.0"),
    Example("std [1, 3] sample=true", shows: "1.4142135623730951"),
  ]

  let values = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let axis = Option<Int?>("For a tensor: the axis that goes away; all of them, if not given.")
  let sample = Option("Over n - 1, for a sample that stands for more.", default: false)

  func run(_ call: Call) throws -> Value {
    let sample = try call[sample]
    let value = try call[values]
    let wanted = try call[axis]
    let deviation = try call.aggregate(values, axis, .std) {
      .float(try $0.standardDeviation(ofSample: sample))
    }
    // A list's numbers were divided by n - 1 above; a tensor's deviations are over n.
    let isTensor = if case .tensor = value { true } else { false }
    guard sample, isTensor || wanted != nil, let tensor = try value.asTensor() else {
      return deviation
    }
    let count = wanted.map { tensor.shape[$0 < 0 ? $0 + tensor.rank : $0] } ?? tensor.count
    if count < 2 {
      throw LanguageError.tooFew(what: "standard deviation", count: count, needed: 2)
    }
    let factor = (Double(count) / Double(count - 1)).squareRoot()
    guard let deviations = try deviation.asTensor() else { return deviation }
    return .number(
      try Tensor.apply(.multiply, .tensor(deviations), .scalar(.float(factor))))
  }
}

/// `median`: the middle.
struct Median: Command {
  static let name = "median"
  static let summary = "The middle of numbers in order, or the mean of the two in the middle."
  static let searchWords = ["middle", "percentile"]
  static let result = ValueType.float
  static let examples = [Example("median [5, 1, 9, 2]", shows: "3.5")]

  let values = Argument<Value>("A list, range or tensor of numbers.", of: .items)

  func run(_ call: Call) throws -> Value {
    .float(try call.numbers(values).quantile(0.5))
  }
}

/// `quantile`: what a share lies below.
struct Quantile: Command {
  static let name = "quantile"
  static let summary = "The number below which a share of the numbers lies."
  static let searchWords = ["percentile", "quartile"]
  static let result = ValueType.oneOf([.float, .list(of: .float)])
  static let examples = [
    Example("quantile 0..100 95%", shows: "95.0"),
    Example("quantile [1, 2, 4] [0.25, 0.75]", shows: "[1.5, 3.0]"),
  ]

  let values = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let share = Argument<Value>(
    "The share in 0...1, or a list of them; between neighbours by straight line.",
    of: .oneOf([.number, .list(of: .number)]))

  func run(_ call: Call) throws -> Value {
    let numbers = try call.numbers(values)
    func quantile(_ share: Value) throws -> Value {
      guard let place = share.doubleValue, (0...1).contains(place) else {
        throw call.outOfRange(self.share, given: share, range: "0...1")
      }
      return .float(try numbers.quantile(place))
    }
    let share = try call[share]
    return try share.items.map { .list(try $0.map(quantile)) } ?? quantile(share)
  }
}

/// `min`: the least.
struct Minimum: Command {
  static let name = "min"
  static let summary = "The least of the values; with a tensor and a number, element by element."
  static let searchWords = ["minimum", "smallest", "least", "clip"]
  static let result = ValueType.any
  static let examples = [
    Example("min [3, 1, 2]", shows: "1"), Example("min 3 1.5", shows: "1.5"),
    Example("min(tensor.from([1, 5]), 3)", shows: "tensor i32 [2]\n1  3"),
  ]

  let values = Rest<Value>("One collection, or the values themselves.", piped: true)
  let axis = Option<Int?>("For a tensor: the axis that goes away; all of them, if not given.")

  func run(_ call: Call) throws -> Value {
    try call.extreme(values, axis, largest: false)
  }
}

/// `max`: the greatest.
struct Maximum: Command {
  static let name = "max"
  static let summary = "The greatest of the values; with a tensor and a number, element by element."
  static let searchWords = ["maximum", "largest", "greatest", "clip"]
  static let result = ValueType.any
  static let examples = [
    Example("max [3, 1, 2]", shows: "3"), Example(#"max "b" "a""#, shows: "b"),
    Example("max(tensor.from([-1, 5]), 0)", shows: "tensor i32 [2]\n0  5"),
  ]

  let values = Rest<Value>("One collection, or the values themselves.", piped: true)
  let axis = Option<Int?>("For a tensor: the axis that goes away; all of them, if not given.")

  func run(_ call: Call) throws -> Value {
    try call.extreme(values, axis, largest: true)
  }
}

/// `cumulative`: running totals.
struct Cumulative: Command {
  static let name = "cumulative"
  static let summary = "The sum up to each number."
  static let searchWords = ["running sum", "cumsum", "prefix sum"]
  static let result = ValueType.list(of: .number)
  static let examples = [Example("cumulative [1, 2, 3]", shows: "[1, 3, 6]")]

  let values = Argument<Value>("A list or range of numbers.", of: .items)

  func run(_ call: Call) throws -> Value {
    let numbers = try call.numbers(values)
    if let integers = numbers.integers {
      var total = 0
      return .list(
        try integers.map { number in
          let (next, overflow) = total.addingReportingOverflow(number)
          if overflow { throw LanguageError.integerOverflow(operation: "the sum") }
          total = next
          return .int(next)
        })
    }
    var total = 0.0
    return .list(
      numbers.doubles.map { number in
        total += number
        return .float(total)
      })
  }
}

extension Call {
  /// The numbers of a parameter's collection.
  func numbers(_ parameter: Argument<Value>) throws -> NumberList {
    let value = try self[parameter]
    if case .tensor(let tensor) = value {
      return try NumberList(tensor.doubles.map(Value.float))
    }
    do throws(LanguageError) {
      return try NumberList(value.items ?? [])
    } catch {
      throw error.at(span(of: parameter))
    }
  }

  /// A tensor's reduction, or what `body` says of a list's numbers.
  func aggregate(
    _ parameter: Argument<Value>, _ axis: Option<Int?>, _ reduction: Reduction,
    _ body: (NumberList) throws -> Value
  ) throws -> Value {
    let value = try self[parameter]
    let wanted = try self[axis]
    if case .tensor(let tensor) = value {
      return .number(try tensor.reduced(reduction, axis: wanted))
    }
    if let wanted, let tensor = try value.asTensor() {
      return .number(try tensor.reduced(reduction, axis: wanted))
    }
    // Tensors in a list are combined element by element.
    if case .list(let items) = value, case .tensor? = items.first,
      reduction == .sum || reduction == .mean
    {
      let tensors = try items.map { item in
        guard let tensor = try item.asTensor() else {
          throw LanguageError.notANumber(item.typeNameWithArticle, index: 0)
        }
        return tensor
      }
      return .number(try Tensor.stack(tensors).reduced(reduction, axis: 0))
    }
    return try body(numbers(parameter))
  }

  /// `min` and `max`.
  func extreme(_ parameter: Rest<Value>, _ axis: Option<Int?>, largest: Bool) throws -> Value {
    let values = try self[parameter]
    let wanted = try self[axis]
    let reduction: Reduction = largest ? .max : .min
    if values.count == 1, let only = values.first {
      if case .tensor(let tensor) = only {
        return .number(try tensor.reduced(reduction, axis: wanted))
      }
      if let wanted, let tensor = try only.asTensor() {
        return .number(try tensor.reduced(reduction, axis: wanted))
      }
      if let items = only.items { return try Value.extreme(items, largest: largest) }
    }
    guard values.contains(where: { $0.typeName == "tensor" }) else {
      return try Value.extreme(values, largest: largest)
    }
    var result: TensorOperand?
    for value in values {
      guard let operand = try value.operand else {
        throw wrongType(parameter, wanted: "numbers and tensors", given: value)
      }
      if let left = result {
        result = .tensor(try Tensor.apply(largest ? .maximum : .minimum, left, operand))
      } else {
        result = operand
      }
    }
    if case .tensor(let tensor)? = result { return .number(tensor) }
    return .null
  }
}

extension Value {
  /// As an operand of an element-wise operation.
  var operand: TensorOperand? {
    get throws {
      switch self {
      case .int(let number): .scalar(.int(number))
      case .float(let number): .scalar(.float(number))
      default: try asTensor().map { .tensor($0) }
      }
    }
  }
}
