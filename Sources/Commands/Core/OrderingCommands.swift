import Language
import Tensors

/// `sort`: items in order.
struct Sort: Command {
  static let name = "sort"
  static let summary = "Put items in ascending order; equal ones stay as they stood."
  static let searchWords = ["order", "rank", "sort by"]
  static let result = ValueType.any
  static let examples = [
    Example("sort [3, 1, 2]", shows: "[1, 2, 3]"),
    Example(#"sort ["bb", "a"] by=(s -> len(s)) descending=true"#, shows: #"["bb", "a"]"#),
    Example(
      "[{k: 2, loss: 0.5}, {k: 1, loss: 0.25}] | table | sort by=loss",
      shows: "k  loss\n1  0.25\n2   0.5"),
  ]

  let items = Argument<Value>("The items, or a table's rows.", of: .items)
  let by = Option<Key?>("One column or several, or a function of the item.")
  let descending = Option("The greatest first; NaN and null stay last.", default: false)

  func run(_ call: Call) throws -> Value {
    let collection = try call[items]
    let keys: [[Value]]
    if let key = try call[by] {
      keys = try key.keys(of: collection, in: call)
    } else if case .table(let table) = collection {
      keys = try table.keys(table.names)
    } else {
      keys = (collection.items ?? []).map { [$0] }
    }
    let order = try Ordering.indices(of: keys, descending: try call[descending])
    return try collection.selecting(order) ?? .null
  }
}

/// `reverse`: the other way round.
struct Reverse: Command {
  static let name = "reverse"
  static let summary = "Turn the order of items, rows or scalars round."
  static let searchWords = ["backwards", "flip"]
  static let result = ValueType.any
  static let examples = [
    Example("reverse [1, 2, 3]", shows: "[3, 2, 1]"), Example(#"reverse "abc""#, shows: "cba"),
  ]

  let value = Argument<Value>("A list, text, table, range or tensor.", of: .sequence)

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    return try value.selecting((0..<(try call.arrangeable(value))).reversed()) ?? .null
  }
}

/// `unique`: each once.
struct Unique: Command {
  static let name = "unique"
  static let summary = "Keep the first of equal items."
  static let searchWords = ["distinct", "deduplicate", "set"]
  static let result = ValueType.any
  static let examples = [
    Example("unique [1, 2, 1.0, 3, 2]", shows: "[1, 2, 3]"),
    Example(
      #"[{a: 1, b: 1}, {a: 1, b: 2}, {a: 2, b: 3}] | table | unique by=a"#,
      shows: "a  b\n1  1\n2  3"),
  ]

  let items = Argument<Value>("The items, or a table's rows.", of: .sequence)
  let by = Option<Key?>("Equal in what: one column or several, or a function of the item.")

  func run(_ call: Call) throws -> Value {
    let collection = try call[items]
    let keys: [[Value]]
    if let key = try call[by] {
      keys = try key.keys(of: collection, in: call)
    } else if case .string(let text) = collection {
      keys = text.unicodeScalars.map { [.string(String($0))] }
    } else if case .table(let table) = collection {
      keys = try table.keys(table.names)
    } else {
      keys = (collection.items ?? []).map { [$0] }
    }
    return try collection.selecting(Table.groups(of: keys).map { $0.rows[0] }) ?? .null
  }
}

/// `shuffle`: in random order.
struct Shuffle: Command {
  static let name = "shuffle"
  static let summary = "Put items in random order."
  static let searchWords = ["random", "permute"]
  static let isRandom = true
  static let result = ValueType.any
  static let examples = [Example("shuffle 1..6 seed=1", shows: "[1, 4, 5, 2, 3, 6]")]

  let items = Argument<Value>("A list, table, range, text or tensor.", of: .sequence)
  let seed = Option<Int?>("The seed; without it, the stream of this place in the text.")

  func run(_ call: Call) throws -> Value {
    let collection = try call[items]
    var stream = call.stream(try call[seed], "shuffle")
    return try collection.selecting(stream.permutation(try call.arrangeable(collection))) ?? .null
  }
}

/// `sample`: some at random.
struct Sample: Command {
  static let name = "sample"
  static let summary = "Draw items at random, each at most once, in the order drawn."
  static let searchWords = ["random", "choose", "choice", "draw", "subset"]
  static let isRandom = true
  static let result = ValueType.any
  static let examples = [
    Example("sample 1..100 3 seed=1", shows: "[81, 11, 52]"),
    Example(#"sample ["a", "b"] 4 replace=true seed=1"#, shows: #"["b", "a", "b", "a"]"#),
  ]

  let items = Argument<Value>("A list, table, range, text or tensor.", of: .sequence)
  let count = Argument<Int>("How many.", default: 1)
  let replace = Option("An item may be drawn again.", default: false)
  let seed = Option<Int?>("The seed; without it, the stream of this place in the text.")

  func run(_ call: Call) throws -> Value {
    let collection = try call[items]
    let length = collection.length ?? 0
    let count = try call[count]
    let replaces = try call[replace]
    guard count >= 0, count <= length || replaces && length > 0 || count == 0 else {
      throw call.outOfRange(
        self.count, given: .int(count),
        range: replaces ? "0 or more, from one item at least" : "0...\(length)")
    }
    guard count <= Value.itemLimit else {
      throw LanguageError.tooLarge(what: "the sample", count: count, limit: Value.itemLimit)
    }
    var stream = call.stream(try call[seed], "sample")
    let indices =
      replaces
      ? (0..<count).map { _ in stream.int(below: length) }
      : try Sample.distinct(count, of: length, call, &stream)
    return try collection.selecting(indices) ?? .null
  }

  /// Few of very many are drawn again where they repeat, all others by a permutation.
  private static func distinct(
    _ count: Int, of length: Int, _ call: Call, _ stream: inout RandomStream
  ) throws -> [Int] {
    if length <= 1 << 20 || count > length / 4 {
      try call.checkArrangeable(length)
      return Array(stream.permutation(length).prefix(count))
    }
    var drawn = Set<Int>()
    var indices: [Int] = []
    while indices.count < count {
      let index = stream.int(below: length)
      if drawn.insert(index).inserted { indices.append(index) }
    }
    return indices
  }
}

extension Call {
  /// How many items there are to put in another order.
  fileprivate func arrangeable(_ value: Value) throws -> Int {
    let length = value.length ?? 0
    try checkArrangeable(length)
    return length
  }

  fileprivate func checkArrangeable(_ length: Int) throws {
    let limit = 1 << 27
    if length > limit {
      throw LanguageError.tooLarge(what: "the arrangement", count: length, limit: limit).at(span)
    }
  }
}
