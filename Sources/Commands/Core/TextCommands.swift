import Language

/// `words`: what stands between blanks.
struct Words: Command {
  static let name = "words"
  static let summary = "The parts of a text between blanks and line ends."
  static let searchWords = ["split", "whitespace", "tokens"]
  static let result = ValueType.list(of: .string)
  static let examples = [Example(#"words "to be  or not""#, shows: #"["to", "be", "or", "not"]"#)]

  let text = Argument<String>("The text.")

  func run(_ call: Call) throws -> Value {
    .list(
      try call[text].unicodeScalars.split { $0.properties.isWhitespace }
        .map { .string(String($0)) })
  }
}

/// `chars`: one by one.
struct Characters: Command {
  static let name = "chars"
  static let summary = "The Unicode scalars of a text, each as a text."
  static let searchWords = ["characters", "scalars", "letters"]
  static let result = ValueType.list(of: .string)
  static let examples = [Example(#"chars "héy""#, shows: #"["h", "é", "y"]"#)]

  let text = Argument<String>("The text.")

  func run(_ call: Call) throws -> Value {
    .list(try call[text].unicodeScalars.map { .string(String($0)) })
  }
}

/// `lines`: line by line.
struct Lines: Command {
  static let name = "lines"
  static let summary = "The lines of a text without their ends."
  static let searchWords = ["split", "newline", "rows"]
  static let result = ValueType.list(of: .string)
  static let examples = [Example(#"lines "one\ntwo\n""#, shows: #"["one", "two"]"#)]

  let text = Argument<String>("The text; its lines end with LF or CR LF.")

  func run(_ call: Call) throws -> Value {
    .list(Lines.of(try call[text]))
  }

  static func of(_ text: String) -> [Value] {
    var lines = TextSearch.split(text, at: "\n")
    // The last line's end starts no further line.
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { line in
      .string(line.utf8.last == 0x0D ? String(line.unicodeScalars.dropLast()) : line)
    }
  }
}

/// `bytes`: as UTF-8.
struct Bytes: Command {
  static let name = "bytes"
  static let summary = "The UTF-8 bytes of a text as integers, or the text that such bytes spell."
  static let searchWords = ["utf-8", "encode", "decode", "ord"]
  static let result = ValueType.oneOf([.list(of: .int), .string])
  static let examples = [
    Example(#"bytes "hé""#, shows: "[104, 195, 169]"),
    Example("bytes [104, 195, 169]", shows: "hé"),
  ]

  let value = Argument<Value>("A text, or a list or tensor of bytes.", of: .sequence)

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    if let text = value.stringValue { return .list(text.utf8.map { .int(Int($0)) }) }
    let bytes = try (value.items ?? []).map { item in
      guard let byte = item.intValue.flatMap(UInt8.init(exactly:)) else {
        throw call.outOfRange(self.value, given: item, range: "0...255")
      }
      return byte
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LanguageError.cannotConvert("these bytes", to: "text: they are not UTF-8")
    }
    return .string(text)
  }
}

/// `upper`: capitals.
struct Upper: Command {
  static let name = "upper"
  static let summary = "A text in capital letters."
  static let searchWords = ["uppercase", "capitals"]
  static let result = ValueType.string
  static let examples = [Example(#"upper "straße""#, shows: "STRASSE")]

  let text = Argument<String>("The text.")

  func run(_ call: Call) throws -> Value {
    var result = ""
    for scalar in try call[text].unicodeScalars { result += scalar.properties.uppercaseMapping }
    return .string(result)
  }
}

/// `lower`: small letters.
struct Lower: Command {
  static let name = "lower"
  static let summary = "A text in small letters."
  static let searchWords = ["lowercase"]
  static let result = ValueType.string
  static let examples = [Example(#"lower "Ärger""#, shows: "ärger")]

  let text = Argument<String>("The text.")

  func run(_ call: Call) throws -> Value {
    var result = ""
    for scalar in try call[text].unicodeScalars { result += scalar.properties.lowercaseMapping }
    return .string(result)
  }
}

/// `trim`: without blanks around.
struct Trim: Command {
  static let name = "trim"
  static let summary = "A text without the blanks and line ends around it."
  static let searchWords = ["strip", "whitespace"]
  static let result = ValueType.string
  static let examples = [Example(#"trim "  a b \n""#, shows: "a b")]

  let text = Argument<String>("The text.")

  func run(_ call: Call) throws -> Value {
    let scalars = try call[text].unicodeScalars
    let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.endIndex
    let end = scalars.lastIndex { !$0.properties.isWhitespace }.map(scalars.index(after:)) ?? start
    return .string(String(scalars[start..<end]))
  }
}

/// `format`: as text, as wanted.
struct Format: Command {
  static let name = "format"
  static let summary = "A value as text in a format, as in an interpolation."
  static let searchWords = ["decimals", "percent", "pad", "width", "printf"]
  static let result = ValueType.string
  static let examples = [
    Example(#"format 3.14159 ".2""#, shows: "3.14"),
    Example(#"format 0.256 ".1%""#, shows: "25.6%"),
    Example(#"format 1234567 ",""#, shows: "1,234,567"),
    Example(#"format "id" ">6""#, shows: "    id"),
  ]

  let value = Argument<Value>("The value.")
  let format = Argument<String>(
    "The format: `.3` decimals, `.3g` digits, `.2e`, `.1%`, `,` for thousands, `>8` a width.")

  func run(_ call: Call) throws -> Value {
    let format = try call[format]
    do {
      return .string(try call[value].formatted(format))
    } catch let error as LanguageError {
      throw error.at(call.span(of: self.format))
    }
  }
}
