import Language
import Tensors

/// `len`: how many.
struct Len: Command {
  static let name = "len"
  static let summary = "How many items, rows, fields or scalars there are."
  static let searchWords = ["length", "size", "count"]
  static let result = ValueType.int
  static let examples = [
    Example("len [1, 2]", shows: "2"), Example(#"len "héllo""#, shows: "5"),
    Example("len {a: 1, b: 2}", shows: "2"),
  ]

  let value = Argument<Value>(
    "A list, text (its scalars), record, table (its rows), range, or tensor (its first axis).",
    of: .oneOf([.list(of: .any), .string, .record]))

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    guard let length = value.length else {
      throw call.wrongType(self.value, wanted: "something with items", given: value)
    }
    return .int(length)
  }
}

/// `list`: as a list.
struct ListOf: Command {
  static let name = "list"
  static let summary =
    "The items as a list: a range's numbers, a table's rows, a tensor's elements."
  static let searchWords = ["to list", "array", "nested"]
  static let result = ValueType.list(of: .any)
  static let examples = [
    Example("list 1..4", shows: "[1, 2, 3, 4]"),
    Example("list(tensor.ones([2, 2]))", shows: "[[1.0, 1.0], [1.0, 1.0]]"),
    Example("list {a: 1, b: 2}", shows: #"[["a", 1], ["b", 2]]"#),
  ]

  let value = Argument<Value>(
    "What to list; a tensor gives nested lists, a record its names and values.",
    of: .oneOf([.list(of: .any), .record]))

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    if case .record(let record) = value {
      return .list(record.fields.map { .list([.string($0.key), $0.value]) })
    }
    return nested(value)
  }

  private func nested(_ value: Value) -> Value {
    guard case .tensor(let tensor) = value else { return .list(value.items ?? []) }
    if tensor.rank == 0 { return .number(tensor) }
    let items = value.items ?? []
    return .list(tensor.rank == 1 ? items : items.map(nested))
  }
}

/// `range`: evenly spaced numbers.
struct RangeOf: Command {
  static let name = "range"
  static let summary = "Evenly spaced numbers, the end left out unless a count is given."
  static let searchWords = ["arange", "linspace", "sequence", "step"]
  static let result = ValueType.oneOf([.range, .list(of: .number)])
  static let examples = [
    Example("range 3", shows: "0..2"), Example("range 2 10 step=3", shows: "[2, 5, 8]"),
    Example("range 0 1 step=0.25", shows: "[0.0, 0.25, 0.5, 0.75]"),
    Example("range 0 1 count=5", shows: "[0.0, 0.25, 0.5, 0.75, 1.0]"),
  ]

  let from = Argument<Value>("The first number, or the end if it stands alone.", of: .number)
  let to = Argument<Value?>("The end.")
  let step = Option<Value?>("How far apart; below zero it counts down.")
  let count = Option<Int?>("How many numbers, both ends held.", in: 2...)

  func run(_ call: Call) throws -> Value {
    let given = try call[to] ?? .null
    let (first, end) = given.isNull ? (.int(0), try call[from]) : (try call[from], given)
    guard let a = first.doubleValue, let b = end.doubleValue else {
      throw call.wrongType(to, wanted: "a number", given: given)
    }
    if let count = try call[count] {
      guard count <= Value.itemLimit else {
        throw LanguageError.tooLarge(what: "the range", count: count, limit: Value.itemLimit)
      }
      let width = b - a
      return .list(
        (0..<count).map {
          // The last one is the end itself, whatever the division gave.
          .float($0 == count - 1 ? b : a + width * Double($0) / Double(count - 1))
        })
    }
    let step = try call[step] ?? .int(1)
    guard let size = step.doubleValue, size != 0, size.isFinite else {
      throw call.outOfRange(self.step, given: step, range: "all numbers but 0")
    }
    if case .int(let a) = first, case .int(let b) = end, case .int(let step) = step {
      if step == 1 {
        return .range(b <= a ? RangeValue(0, through: -1) : RangeValue(a, through: b - 1))
      }
      let items = stride(from: a, to: b, by: step)
      let count = Int(min(max(0, ((Double(b) - Double(a)) / Double(step)).rounded(.up)), 0x1p62))
      try limit(count)
      return .list(items.map(Value.int))
    }
    let items = ((b - a) / size).rounded(.up)
    guard items.isFinite else { throw call.outOfRange(to, given: end, range: "finite numbers") }
    let count = Int(min(max(0, items), 0x1p62))
    try limit(count)
    return .list((0..<count).map { .float(a + Double($0) * size) })
  }

  private func limit(_ count: Int) throws {
    if count > Value.itemLimit {
      throw LanguageError.tooLarge(what: "the range", count: count, limit: Value.itemLimit)
    }
  }
}

/// `zip`: side by side.
struct Zip: Command {
  static let name = "zip"
  static let summary = "Put the items of several lists of one length together, place by place."
  static let searchWords = ["pair", "transpose"]
  static let result = ValueType.list(of: .list(of: .any))
  static let examples = [
    Example(#"zip [1, 2] ["a", "b"]"#, shows: #"[[1, "a"], [2, "b"]]"#),
    Example("zip [1, 2] [3, 4] | map (p -> p[0] * p[1])", shows: "[3, 8]"),
  ]

  let lists = Rest<Value>("The lists, which must have the same length.", piped: true)

  func run(_ call: Call) throws -> Value {
    let lists = try call[lists].map { value in
      guard let items = value.items else {
        throw call.wrongType(self.lists, wanted: "lists", given: value)
      }
      return items
    }
    guard let first = lists.first else { return .list([]) }
    for list in lists where list.count != first.count {
      throw LanguageError.lengthsDiffer(what: "zip", a: first.count, b: list.count)
    }
    return .list(first.indices.map { index in .list(lists.map { $0[index] }) })
  }
}

/// `enumerate`: with numbers.
struct Enumerate: Command {
  static let name = "enumerate"
  static let summary = "Number the items: a list of pairs of index and item."
  static let searchWords = ["index", "number"]
  static let result = ValueType.list(of: .list(of: .any))
  static let examples = [Example(#"enumerate ["a", "b"] from=1"#, shows: #"[[1, "a"], [2, "b"]]"#)]

  let items = Argument<Value>("The items.", of: .items)
  let from = Option("The first number.", default: 0)

  func run(_ call: Call) throws -> Value {
    let start = try call[from]
    return .list(
      (try call[items].items ?? []).enumerated().map { .list([.int(start &+ $0), $1]) })
  }
}

/// `append`: one more.
struct Append: Command {
  static let name = "append"
  static let summary = "Add an item to the end of a list, or a row to a table."
  static let searchWords = ["push", "add"]
  static let result = ValueType.oneOf([.list(of: .any), .table])
  static let examples = [
    Example("[1, 2] | append 3", shows: "[1, 2, 3]"),
    Example("[{a: 1}] | table | append {a: 2}", shows: "a\n1\n2"),
  ]

  let items = Argument<Value>("The list or table.", of: .items)
  let item = Argument<Value>("What to add; for a table, a record.")

  func run(_ call: Call) throws -> Value {
    let collection = try call[items]
    let item = try call[item]
    if case .table(let table) = collection {
      guard case .record(let record) = item else {
        throw call.wrongType(self.item, wanted: "a record", given: item)
      }
      return .table(Table(rows: table.rows + [record]))
    }
    return .list((collection.items ?? []) + [item])
  }
}

/// `concat`: one after another.
struct Concat: Command {
  static let name = "concat"
  static let summary = "Put lists, tables, texts or tensors one after another."
  static let searchWords = ["concatenate", "append", "union", "stack rows"]
  static let result = ValueType.any
  static let examples = [
    Example("concat [1, 2] [3]", shows: "[1, 2, 3]"),
    Example(#"concat "ab" "c""#, shows: "abc"),
    Example("concat [{a: 1}] [{a: 2, b: 3}] | table", shows: "a     b\n1  null\n2     3"),
  ]

  let values = Rest<Value>("The values, all of one kind; or one list of them.", piped: true)
  let axis = Option("For tensors: the axis along which they are put.", default: 0)

  func run(_ call: Call) throws -> Value {
    var values = try call[values]
    if values.count == 1, case .list(let items)? = values.first { values = items }
    guard let first = values.first else { return .list([]) }
    func all<T>(_ wanted: String, _ take: (Value) throws -> T?) throws -> [T] {
      try values.map { value in
        guard let taken = try take(value) else {
          throw call.wrongType(self.values, wanted: wanted, given: value)
        }
        return taken
      }
    }
    switch first {
    case .string: return .string(try all("texts", \.stringValue).joined())
    case .table:
      return .table(Table(rows: try all("tables", \.asTable).flatMap(\.rows)))
    case .tensor:
      return .tensor(
        try Tensor.concatenated(try all("tensors") { try $0.asTensor() }, axis: try call[axis]))
    default: return .list(try all("lists", \.items).flatMap { $0 })
    }
  }
}

/// `flatten`: without inner lists.
struct Flatten: Command {
  static let name = "flatten"
  static let summary = "Put the items of inner lists into one list."
  static let searchWords = ["unnest", "flat", "ravel"]
  static let result = ValueType.oneOf([.list(of: .any), .tensor])
  static let examples = [
    Example("flatten [[1, 2], [3], 4]", shows: "[1, 2, 3, 4]"),
    Example("flatten [[[1], [2]]] depth=2", shows: "[1, 2]"),
    Example("flatten(tensor.zeros([2, 2]))", shows: "tensor f32 [4]\n0  0  0  0"),
  ]

  let items = Argument<Value>("A list, or a tensor.", of: .items)
  let depth = Option("How many levels go away.", default: 1, in: 1...1000)

  func run(_ call: Call) throws -> Value {
    let value = try call[items]
    if case .tensor(let tensor) = value { return .tensor(try tensor.reshaped([tensor.count])) }
    var items = value.items ?? []
    for _ in 0..<(try call[depth]) {
      guard items.contains(where: { $0.isList }) else { break }
      items = items.flatMap { item in item.isList ? item.items ?? [item] : [item] }
    }
    return .list(items)
  }
}

extension Value {
  fileprivate var isList: Bool {
    switch self {
    case .list, .range: true
    default: false
    }
  }
}

/// `windows`: neighbours.
struct Windows: Command {
  static let name = "windows"
  static let summary =
    "Every run of neighbouring items of one size: of a text's words, its n-grams."
  static let searchWords = ["n-gram", "ngram", "sliding", "bigram"]
  static let result = ValueType.list(of: .any)
  static let examples = [
    Example("windows [1, 2, 3] 2", shows: "[[1, 2], [2, 3]]"),
    Example(#"windows "abcd" 2 step=2"#, shows: #"["ab", "cd"]"#),
  ]

  let items = Argument<Value>("A list, text, table or tensor.", of: .sequence)
  let size = Argument<Int>("How many neighbours.")
  let step = Option("How far from one run's start to the next.", default: 1, in: 1...)

  func run(_ call: Call) throws -> Value {
    let collection = try call[items]
    let length = collection.length ?? 0
    let size = try call[size]
    guard size > 0 else { throw call.outOfRange(self.size, given: .int(size), range: "1 or more") }
    guard size <= length else { return .list([]) }
    let step = try call[step]
    if let text = collection.stringValue {
      let scalars = Array(text.unicodeScalars)
      return .list(
        stride(from: 0, through: length - size, by: step).map {
          var part = String.UnicodeScalarView()
          part.append(contentsOf: scalars[$0..<($0 + size)])
          return .string(String(part))
        })
    }
    return .list(
      try stride(from: 0, through: length - size, by: step).map {
        try collection.part($0..<($0 + size)) ?? .null
      })
  }
}
