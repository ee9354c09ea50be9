import Language

/// `first`: from the start.
struct First: Command {
  static let name = "first"
  static let summary = "The first item, or the first few as a part of the same kind."
  static let searchWords = ["head", "take", "prefix"]
  static let result = ValueType.any
  static let examples = [
    Example("first [7, 8, 9]", shows: "7"), Example("first [7, 8, 9] 2", shows: "[7, 8]"),
    Example(#"first "abc" 2"#, shows: "ab"),
  ]

  let value = Argument<Value>("A list, text, table, range or tensor.", of: .sequence)
  let count = Argument<Int?>("How many; without it, the item itself.")

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    guard let count = try call.limited(count, value) else { return try value.end(at: 0) }
    return try value.part(0..<count) ?? .null
  }
}

/// `last`: from the end.
struct Last: Command {
  static let name = "last"
  static let summary = "The last item, or the last few as a part of the same kind."
  static let searchWords = ["tail", "suffix", "end"]
  static let result = ValueType.any
  static let examples = [
    Example("last [7, 8, 9]", shows: "9"), Example("last [7, 8, 9] 2", shows: "[8, 9]"),
  ]

  let value = Argument<Value>("A list, text, table, range or tensor.", of: .sequence)
  let count = Argument<Int?>("How many; without it, the item itself.")

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    let length = value.length ?? 0
    guard let count = try call.limited(count, value) else { return try value.end(at: length - 1) }
    return try value.part((length - count)..<length) ?? .null
  }
}

/// `skip`: without the start.
struct Skip: Command {
  static let name = "skip"
  static let summary = "All but the first few items."
  static let searchWords = ["drop", "rest", "offset"]
  static let result = ValueType.any
  static let examples = [
    Example("skip [7, 8, 9] 1", shows: "[8, 9]"), Example(#"skip "abc" 5"#, shows: "\"\""),
  ]

  let value = Argument<Value>("A list, text, table, range or tensor.", of: .sequence)
  let count = Argument<Int?>("How many to leave out.", default: 1)

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    let count = try call.limited(count, value) ?? 0
    return try value.part(count..<(value.length ?? 0)) ?? .null
  }
}

extension Call {
  /// A count of items to take, not more than there are.
  fileprivate func limited(_ parameter: Argument<Int?>, _ value: Value) throws -> Int? {
    guard let count = try self[parameter] else { return nil }
    guard count >= 0 else {
      throw outOfRange(parameter, given: .int(count), range: "0 or more")
    }
    return min(count, value.length ?? 0)
  }
}

extension Value {
  fileprivate func end(at index: Int) throws -> Value {
    guard (length ?? 0) > 0, let item = item(max(0, index)) else {
      throw LanguageError.indexOutOfRange(index: index, count: 0, what: typeName)
    }
    return item
  }
}

/// `split`: into parts.
struct Split: Command {
  static let name = "split"
  static let summary =
    "Cut a text at a separator, or anything into parts: by share, number or size."
  static let searchWords = ["train", "test", "chunk", "partition", "separator"]
  static let isRandom = true
  static let result = ValueType.oneOf([.list(of: .any), .record])
  static let examples = [
    Example(#"split "a,b,c" ",""#, shows: #"["a", "b", "c"]"#),
    Example("split 1..10 fraction=0.8", shows: "{train: 1..8, test: 9..10}"),
    Example("split [1, 2, 3, 4, 5] parts=2", shows: "[[1, 2, 3], [4, 5]]"),
    Example("split [1, 2, 3, 4, 5] size=2", shows: "[[1, 2], [3, 4], [5]]"),
  ]

  let value = Argument<Value>("A text, list, table, range or tensor.", of: .sequence)
  let separator = Argument<String?>("What stands between a text's parts; not part of them.")
  let fraction = Option<Double?>(
    "Gives a record of `train`, this share of it, and `test`, the rest; a text is cut at a line's or word's end nearby.",
    in: 0.0...1.0)
  let parts = Option<Int?>("Into so many parts of nearly equal size, larger ones first.", in: 1...)
  let size = Option<Int?>("Into parts of this size; the last may be smaller.", in: 1...)
  let shuffle = Option("In random order first.", default: false)
  let seed = Option<Int?>(
    "The seed of the order; without it, the stream of this place in the text.")

  func run(_ call: Call) throws -> Value {
    var value = try call[value]
    let length = value.length ?? 0
    let ways = [
      try call[separator] != nil, try call[fraction] != nil, try call[parts] != nil,
      try call[size] != nil,
    ]
    guard ways.count(where: { $0 }) == 1 else {
      throw LanguageError.invalid(
        "split wants one of a separator, fraction=, parts= and size=", hint: "help split"
      ).at(call.span)
    }
    if let separator = try call[separator] {
      guard let text = value.stringValue else {
        throw call.wrongType(self.value, wanted: "a string", given: value)
      }
      guard !separator.isEmpty else {
        throw LanguageError.invalid("the separator is empty", hint: "chars gives the scalars")
          .at(call.span(of: self.separator))
      }
      return .list(TextSearch.split(text, at: separator).map(Value.string))
    }
    if try call[shuffle] {
      var stream = call.stream(try call[seed], "split")
      value = try value.selecting(stream.permutation(length)) ?? value
    }
    if let fraction = try call[fraction] {
      var cut = Int((Double(length) * fraction).rounded())
      if let text = value.stringValue { cut = TextSearch.cut(text, near: cut, of: length) }
      return .record(
        Record([
          ("train", try value.part(0..<cut) ?? .null),
          ("test", try value.part(cut..<length) ?? .null),
        ]))
    }
    var bounds: [Range<Int>] = []
    if let size = try call[size] {
      bounds = stride(from: 0, to: length, by: size).map { $0..<min($0 + size, length) }
    } else if let parts = try call[parts] {
      guard parts <= max(length, 1) else {
        throw call.outOfRange(self.parts, given: .int(parts), range: "1...\(max(length, 1))")
      }
      let (small, larger) = length.quotientAndRemainder(dividingBy: parts)
      var start = 0
      for part in 0..<parts {
        let end = start + small + (part < larger ? 1 : 0)
        bounds.append(start..<end)
        start = end
      }
    }
    if let text = value.stringValue {
      // Walked once, not from the start for every part.
      let scalars = Array(text.unicodeScalars)
      return .list(
        bounds.map {
          var part = String.UnicodeScalarView()
          part.append(contentsOf: scalars[$0])
          return .string(String(part))
        })
    }
    return .list(try bounds.map { try value.part($0) ?? .null })
  }
}
