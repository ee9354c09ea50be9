import Language

/// `find`: where something stands.
struct Find: Command {
  static let name = "find"
  static let summary = "Where a text or item first stands, counted from 0; null where it does not."
  static let searchWords = ["index of", "search", "position", "locate"]
  static let result = ValueType.any
  static let examples = [
    Example(#"find "tokenizer" "ken""#, shows: "2"),
    Example("find [5, 6, 7] (n -> n > 5)", shows: "1"),
    Example(#"find "abcabc" "c" all=true"#, shows: "[2, 5]"),
  ]

  let value = Argument<Value>("A text, or a list.", of: .sequence)
  let wanted = Argument<Value>("The part, the item, or a function that says true of it.")
  let all = Option("List all places; parts of a text do not overlap.", default: false)

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    let wanted = try call[wanted]
    let all = try call[all]
    var found: [Int] = []
    if let text = value.stringValue {
      guard let part = wanted.stringValue, !part.isEmpty else {
        throw call.wrongType(self.wanted, wanted: "a string that is not empty", given: wanted)
      }
      var offsets = TextSearch.offsets(of: part, in: text)[...]
      if !all { offsets = offsets.prefix(1) }
      found = offsets.map { TextSearch.scalarOffset(ofUTF8: $0, in: text) }
    } else {
      for (index, item) in (value.items ?? []).enumerated() {
        if case .function(let function) = wanted {
          guard try call.test(function, of: item, turn: index, parameter: self.wanted) else {
            continue
          }
        } else if !item.isEqual(to: wanted) {
          continue
        }
        found.append(index)
        if !all { break }
      }
    }
    if all { return .list(found.map(Value.int)) }
    return found.first.map(Value.int) ?? .null
  }
}

/// `contains`: whether it is there.
struct Contains: Command {
  static let name = "contains"
  static let summary = "Whether a text holds a part, a list an item, a record or table a name."
  static let searchWords = ["includes", "has", "in", "member"]
  static let result = ValueType.bool
  static let examples = [
    Example(#"contains "tokens" "ken""#, shows: "true"),
    Example("contains [1, 2] 3", shows: "false"),
    Example(#"["a", "ab"] | filter (s -> contains(s, "b"))"#, shows: #"["ab"]"#),
  ]

  let value = Argument<Value>(
    "A text, list, record or table.", of: .oneOf([.list(of: .any), .string, .record]))
  let part = Argument<Value>("The part, item or name.")

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    let part = try call[part]
    switch value {
    case .string(let text):
      guard let part = part.stringValue else {
        throw call.wrongType(self.part, wanted: "a string", given: part)
      }
      return .bool(part.isEmpty || !TextSearch.offsets(of: part, in: text).isEmpty)
    case .record(let record): return .bool(part.stringValue.map { record[$0] != nil } ?? false)
    case .table(let table):
      return .bool(part.stringValue.map { table.column($0) != nil } ?? false)
    case .range(let range):
      return .bool(part.intValue.map { $0 >= range.lower && $0 <= range.upper } ?? false)
    default: return .bool(value.firstIndex(of: part) != nil)
    }
  }
}

/// `starts_with`: how a text begins.
struct StartsWith: Command {
  static let name = "starts_with"
  static let summary = "Whether a text begins with another."
  static let searchWords = ["prefix"]
  static let result = ValueType.bool
  static let examples = [Example(#"starts_with "tokens" "to""#, shows: "true")]

  let text = Argument<String>("The text.")
  let prefix = Argument<String>("What it may begin with.")

  func run(_ call: Call) throws -> Value {
    .bool(try call[text].utf8.starts(with: try call[prefix].utf8))
  }
}

/// `ends_with`: how a text ends.
struct EndsWith: Command {
  static let name = "ends_with"
  static let summary = "Whether a text ends with another."
  static let searchWords = ["suffix"]
  static let result = ValueType.bool
  static let examples = [Example(#"ends_with "tokens" "to""#, shows: "false")]

  let text = Argument<String>("The text.")
  let suffix = Argument<String>("What it may end with.")

  func run(_ call: Call) throws -> Value {
    .bool(try call[text].utf8.reversed().starts(with: try call[suffix].utf8.reversed()))
  }
}

/// `replace`: one for another.
struct Replace: Command {
  static let name = "replace"
  static let summary = "Put a text for another wherever it occurs, or an item for equal ones."
  static let searchWords = ["substitute", "swap", "edit"]
  static let result = ValueType.oneOf([.string, .list(of: .any)])
  static let examples = [
    Example(#"replace "a-b-c" "-" "+""#, shows: "a+b+c"),
    Example(#"replace "a-b-c" "-" "+" count=1"#, shows: "a+b-c"),
    Example("replace [1, null, 3] null 0", shows: "[1, 0, 3]"),
  ]

  let value = Argument<Value>("A text, or a list.", of: .sequence)
  let old = Argument<Value>("What to replace.")
  let new = Argument<Value>("What to put there.")
  let count = Option<Int?>("The first so many only.", in: 0...)

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    let old = try call[old]
    let new = try call[new]
    var left = try call[count] ?? .max
    if let text = value.stringValue {
      guard let part = old.stringValue, !part.isEmpty else {
        throw call.wrongType(self.old, wanted: "a string that is not empty", given: old)
      }
      guard let text = Optional(text), let other = new.stringValue else {
        throw call.wrongType(self.new, wanted: "a string", given: new)
      }
      return .string(TextSearch.replace(text, part, with: other, limit: left))
    }
    return .list(
      (value.items ?? []).map { item in
        guard left > 0, item.isEqual(to: old) else { return item }
        left -= 1
        return new
      })
  }
}

/// `count`: how many fit.
struct Count: Command {
  static let name = "count"
  static let summary = "How many items there are, or fit; in a text, how often a part occurs."
  static let searchWords = ["number", "occurrences", "how many"]
  static let result = ValueType.int
  static let examples = [
    Example("count [1, 2, 3]", shows: "3"), Example("count 1..10 (n -> n % 3 == 0)", shows: "3"),
    Example(#"count "banana" "an""#, shows: "2"), Example("count [1, 2, 1] 1", shows: "2"),
  ]

  let value = Argument<Value>("A list, table, range, tensor or text.", of: .sequence)
  let wanted = Argument<Value?>(
    "A function that says true of what counts, an item, or a part of the text.")

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    guard call.isGiven(wanted) else { return .int(value.length ?? 0) }
    let wanted = try call[wanted] ?? .null
    if let text = value.stringValue {
      guard let part = wanted.stringValue, !part.isEmpty else {
        throw call.wrongType(self.wanted, wanted: "a string that is not empty", given: wanted)
      }
      return .int(TextSearch.offsets(of: part, in: text).count)
    }
    let items = value.items ?? []
    if case .function(let function) = wanted {
      return .int(
        try items.indices.count {
          try call.test(function, of: items[$0], turn: $0, parameter: self.wanted)
        })
    }
    return .int(items.count { $0.isEqual(to: wanted) })
  }
}
