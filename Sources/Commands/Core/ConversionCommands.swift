import Files
import Language

/// `int`: as an integer.
struct IntOf: Command {
  static let name = "int"
  static let summary = "A number, text or boolean as an integer; fractions are cut off."
  static let searchWords = ["integer", "parse", "convert", "truncate"]
  static let result = ValueType.int
  static let examples = [
    Example(#"int "42""#, shows: "42"), Example("int 2.9", shows: "2"),
    Example(#"["1", "2"] | map int"#, shows: "[1, 2]"),
  ]

  let value = Argument<Value>(
    "The value.", of: .oneOf([.number, .string, .bool, .tensor]))

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    let result: Int?
    switch value {
    case .int(let number): result = number
    case .float(let number): result = Int(exactly: number.rounded(.towardZero))
    case .bool(let flag): result = flag ? 1 : 0
    case .string(let text):
      result = Int(TextNumber.trimmed(text))
    case .tensor(let tensor) where tensor.count == 1:
      result = tensor.doubles.first.flatMap { Int(exactly: $0.rounded(.towardZero)) }
    default: result = nil
    }
    guard let result else {
      throw LanguageError.cannotConvert(value.brief(columns: 40), to: "integer")
        .at(call.span(of: self.value))
    }
    return .int(result)
  }
}

/// `float`: as a float.
struct FloatOf: Command {
  static let name = "float"
  static let summary = "A number, text or boolean as a float."
  static let searchWords = ["double", "parse", "convert", "real"]
  static let result = ValueType.float
  static let examples = [Example(#"float "0.5""#, shows: "0.5"), Example("float 2", shows: "2.0")]

  let value = Argument<Value>(
    "The value.", of: .oneOf([.number, .string, .bool, .tensor]))

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    let result: Double?
    switch value {
    case .int, .float: result = value.doubleValue
    case .bool(let flag): result = flag ? 1 : 0
    case .string(let text): result = TextNumber.float(TextNumber.trimmed(text))
    case .tensor(let tensor) where tensor.count == 1: result = tensor.doubles.first
    default: result = nil
    }
    guard let result else {
      throw LanguageError.cannotConvert(value.brief(columns: 40), to: "float")
        .at(call.span(of: self.value))
    }
    return .float(result)
  }
}

/// `string`: as text.
struct StringOf: Command {
  static let name = "string"
  static let summary = "A value as text, as an interpolation puts it."
  static let searchWords = ["str", "text", "convert", "to string"]
  static let result = ValueType.string
  static let examples = [
    Example("string 1.50", shows: "1.5"), Example(#"string [1, "a"]"#, shows: #"[1, "a"]"#),
  ]

  let value = Argument<Value>("The value.")

  func run(_ call: Call) throws -> Value { .string(try call[value].text) }
}

/// `bool`: as a truth.
struct BoolOf: Command {
  static let name = "bool"
  static let summary =
    "A value as true or false: 0 and the text `false` are false, 1 and `true` are true."
  static let searchWords = ["boolean", "truth", "convert"]
  static let result = ValueType.bool
  static let examples = [
    Example(#"bool "true""#, shows: "true"), Example("bool 0", shows: "false"),
  ]

  let value = Argument<Value>("The value.", of: .oneOf([.number, .string, .bool]))

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    switch value {
    case .bool: return value
    case .string("true"), .int(1): return .bool(true)
    case .string("false"), .int(0): return .bool(false)
    case .float(let number) where number == 0 || number == 1: return .bool(number == 1)
    default:
      throw LanguageError.cannotConvert(value.brief(columns: 40), to: "boolean")
        .at(call.span(of: self.value))
    }
  }
}

/// `type`: what it is.
struct TypeOf: Command {
  static let name = "type"
  static let summary = "The name of a value's type."
  static let searchWords = ["kind", "class", "typeof"]
  static let result = ValueType.string
  static let examples = [
    Example("type 1", shows: "integer"), Example("type [1]", shows: "list"),
    Example("type null", shows: "null"),
  ]

  let value = Argument<Value>("The value.")

  func run(_ call: Call) throws -> Value { .string(try call[value].typeName) }
}

/// `to_json`: as JSON text.
struct ToJSON: Command {
  static let name = "to_json"
  static let summary = "A value as JSON text."
  static let searchWords = ["serialize", "encode", "dump"]
  static let source: Source? = .standard(
    "RFC 8259, The JavaScript Object Notation (JSON) Data Interchange Format")
  static let result = ValueType.string
  static let examples = [
    Example(#"to_json {a: 1, b: ["x", null]}"#, shows: #"{"a": 1, "b": ["x", null]}"#)
  ]

  let value = Argument<Value>("The value: no functions or objects in it.")
  let pretty = Option("On several lines, indented.", default: false)

  func run(_ call: Call) throws -> Value {
    .string(try JSONValues.json(from: try call[value]).text(pretty: try call[pretty]))
  }
}

/// `from_json`: JSON text read.
struct FromJSON: Command {
  static let name = "from_json"
  static let summary = "The value that a JSON text holds."
  static let searchWords = ["parse", "decode", "load"]
  static let source: Source? = .standard(
    "RFC 8259, The JavaScript Object Notation (JSON) Data Interchange Format")
  static let result = ValueType.any
  static let examples = [Example(#"from_json '{"a": [1, 2.5]}'"#, shows: "{a: [1, 2.5]}")]

  let text = Argument<String>("The text.")

  func run(_ call: Call) throws -> Value {
    JSONValues.value(from: try JSONParser.parse(Array(try call[text].utf8), path: "text"))
  }
}

/// `digest`: a fingerprint.
struct DigestOf: Command {
  static let name = "digest"
  static let summary =
    "The SHA-256 digest of a text's bytes or of a value's content, in hexadecimal."
  static let searchWords = ["hash", "sha256", "checksum", "fingerprint"]
  static let source: Source? = .standard("FIPS 180-4, Secure Hash Standard")
  static let result = ValueType.string
  static let examples = [
    Example(
      #"digest "abc""#, shows: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    Example("digest([1, 2]) == digest(list(1..2))", shows: "true"),
  ]

  let value = Argument<Value>("The value.")

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    if let text = value.stringValue { return .string(Digest.hexadecimal(of: text)) }
    guard let digest = ValueArchive.digest(of: value) else {
      throw call.wrongType(self.value, wanted: "a value that can be kept", given: value)
    }
    return .string(digest)
  }
}
