import Language
import Tensors

/// `map`: a function of every item.
struct Map: Command {
  static let name = "map"
  static let summary = "Apply a function to every item and list the results."
  static let searchWords = ["each", "apply", "transform"]
  static let result = ValueType.list(of: .any)
  static let examples = [
    Example("[1, 2, 3] | map (x -> x * x)", shows: "[1, 4, 9]"),
    Example(#"["a", "bcd"] | map len"#, shows: "[1, 3]"),
    Example(#"map ["a", "b"] ((item, index) -> "${index}${item}")"#, shows: #"["0a", "1b"]"#),
    Example(
      "1..2 | map (n -> {n, square: n ** 2}) | table", shows: "n  square\n1       1\n2       4"),
  ]

  let items = Argument<Value>(
    "What to walk: a list, a range, a table (its rows as records), a tensor along its first axis.",
    of: .items)
  let function = Argument<FunctionValue>(
    "The function; one that needs two arguments gets the item's index too.")

  func run(_ call: Call) throws -> Value {
    let function = try call[function]
    let items = try call[items].items ?? []
    return .list(
      try items.enumerated().map { try call.apply(function, to: $1, turn: $0) })
  }
}

/// `filter`: the items that fit.
struct Filter: Command {
  static let name = "filter"
  static let summary = "Keep the items for which a function says true."
  static let searchWords = ["where", "select", "keep"]
  static let result = ValueType.oneOf([.list(of: .any), .table])
  static let examples = [
    Example("1..6 | filter (n -> n % 2 == 0)", shows: "[2, 4, 6]"),
    Example(
      "[{k: 1, loss: 0.5}, {k: 2, loss: 0.25}] | table | filter (row -> row.loss < 0.3)",
      shows: "k  loss\n2  0.25"),
  ]

  let items = Argument<Value>("The items, or a table's rows.", of: .items)
  let function = Argument<FunctionValue>("Which to keep: a function that says true or false.")

  func run(_ call: Call) throws -> Value {
    let function = try call[function]
    let collection = try call[items]
    let items = collection.items ?? []
    let kept = try items.indices.filter {
      try call.test(function, of: items[$0], turn: $0, parameter: self.function)
    }
    if case .table(let table) = collection { return .table(table.selecting(kept)) }
    return .list(kept.map { items[$0] })
  }
}

/// `reduce`: many items to one value.
struct Reduce: Command {
  static let name = "reduce"
  static let summary = "Combine all items into one value, from the first on."
  static let searchWords = ["fold", "accumulate"]
  static let result = ValueType.any
  static let examples = [
    Example("1..5 | reduce ((a, b) -> a * b)", shows: "120"),
    Example(#"["x", "y"] | reduce ((a, b) -> a + b) from=">""#, shows: ">xy"),
  ]

  let items = Argument<Value>("The items.", of: .items)
  let function = Argument<FunctionValue>("What is so far and the next item, to what is then.")
  let from = Option<Value?>("What to start from; without it, the first item.")

  func run(_ call: Call) throws -> Value {
    let function = try call[function]
    var items = (try call[items].items ?? [])[...]
    var result: Value
    if call.isGiven(from) {
      result = try call[from] ?? .null
    } else {
      guard let first = items.popFirst() else {
        throw LanguageError.tooFew(what: "reduction", count: 0, needed: 1)
      }
      result = first
    }
    for (turn, item) in items.enumerated() {
      result = try call.apply(function, [result, item], turn: turn)
    }
    return result
  }
}

/// `any`: whether one holds.
struct AnyOf: Command {
  static let name = "any"
  static let summary = "Whether one of the values at least is true."
  static let searchWords = ["some", "exists", "or"]
  static let result = ValueType.oneOf([.bool, .tensor])
  static let examples = [
    Example("any [false, true]", shows: "true"),
    Example("any 1..5 (n -> n > 5)", shows: "false"),
  ]

  let values = Argument<Value>("The truths, or any items if there is a function.", of: .items)
  let function = Argument<FunctionValue?>("Says of an item whether it holds.")
  let axis = Option<Int?>("For a tensor: the axis that goes away.")

  func run(_ call: Call) throws -> Value {
    try Truths(values: values, function: function, axis: axis).run(call, .any)
  }
}

/// `all`: whether all hold.
struct AllOf: Command {
  static let name = "all"
  static let summary = "Whether all of the values are true."
  static let searchWords = ["every", "and"]
  static let result = ValueType.oneOf([.bool, .tensor])
  static let examples = [
    Example("all [true, false]", shows: "false"),
    Example("all 1..5 (n -> n > 0)", shows: "true"),
    Example("all(tensor.ones([2, 2]) == 1)", shows: "true"),
  ]

  let values = Argument<Value>("The truths, or any items if there is a function.", of: .items)
  let function = Argument<FunctionValue?>("Says of an item whether it holds.")
  let axis = Option<Int?>("For a tensor: the axis that goes away.")

  func run(_ call: Call) throws -> Value {
    try Truths(values: values, function: function, axis: axis).run(call, .all)
  }
}

/// What `any` and `all` have in common.
private struct Truths {
  let values: Argument<Value>
  let function: Argument<FunctionValue?>
  let axis: Option<Int?>

  func run(_ call: Call, _ reduction: Reduction) throws -> Value {
    let collection = try call[values]
    let wanted = reduction == .any
    if let function = try call[function] {
      for (turn, item) in (collection.items ?? []).enumerated()
      where try call.test(function, of: item, turn: turn, parameter: self.function) == wanted {
        return .bool(wanted)
      }
      return .bool(!wanted)
    }
    if case .tensor(let tensor) = collection {
      return .number(try tensor.reduced(reduction, axis: try call[axis]))
    }
    for item in collection.items ?? [] {
      guard case .bool(let flag) = item else {
        throw call.wrongType(values, wanted: "a list of booleans", given: item)
      }
      if flag == wanted { return .bool(wanted) }
    }
    return .bool(!wanted)
  }
}
