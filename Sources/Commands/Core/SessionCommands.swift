import Language

/// `seed`: where randomness starts.
struct Seed: Command {
  static let name = "seed"
  static let summary =
    "Set the seed of random commands that follow and are given none; alone, show it."
  static let searchWords = ["random", "reproducible"]
  static let result = ValueType.oneOf([.int, .null])
  static let examples = [Example("seed 7; seed", shows: "7")]

  let seed = Argument<Int?>("The seed.")

  func run(_ call: Call) throws -> Value {
    guard let seed = try call[seed] else {
      return .int(Int(Int64(bitPattern: call.session.seed)))
    }
    call.session.seed = UInt64(bitPattern: Int64(seed))
    return .null
  }
}

/// `vars`: what is bound.
struct Variables: Command {
  static let name = "vars"
  static let summary = "List the variables and functions with their types and values."
  static let searchWords = ["variables", "names", "environment", "who"]
  static let isVolatile = true
  static let result = ValueType.table
  static let examples = [
    Example(
      #"x = 3; s = "text"; vars"#,
      shows: "name  type     value\ns     string   \"text\"\nx     integer  3")
  ]

  func run(_ call: Call) throws -> Value {
    let session = call.session
    var rows: [Record] = []
    func add(_ name: String, _ value: Value) {
      rows.append(
        Record([
          ("name", .string(name)), ("type", .string(value.typeName)),
          ("value", .string(value.brief(columns: 60))),
        ]))
    }
    for name in session.variableNames {
      if let value = session.value(name) { add(name, value) }
    }
    for name in session.functionNames.sorted() {
      if let function = session.function(name) { add(name, .function(function)) }
    }
    return .table(
      rows.isEmpty
        ? Table(columns: [("name", []), ("type", []), ("value", [])]) ?? Table(rows: [])
        : Table(rows: rows))
  }
}

/// `history`: what was entered.
struct History: Command {
  static let name = "history"
  static let summary = "List what was entered at the prompt, the latest last."
  static let searchWords = ["entries", "previous"]
  static let isVolatile = true
  static let result = ValueType.table
  static let examples = [Example("len(history())", shows: "0")]

  let count = Argument<Int>("How many entries at most.", default: 20)

  func run(_ call: Call) throws -> Value {
    let entries = call.session.entries
    let start = max(0, entries.count - max(0, try call[count]))
    let rows = entries.enumerated().dropFirst(start)
    return .table(
      Table(columns: [
        ("entry", rows.map { .int($0.offset + 1) }), ("text", rows.map { .string($0.element) }),
      ]) ?? Table(rows: []))
  }
}

/// `error`: stop here.
struct Raise: Command {
  static let name = "error"
  static let summary = "Stop with an error that says why; `try` can catch it."
  static let searchWords = ["raise", "throw", "fail", "stop"]
  static let result = ValueType.null
  static let examples = [
    Example(#"try { error "no data" } catch e { e.message }"#, shows: "no data")
  ]

  let message = Argument<Value>("What went wrong.")

  func run(_ call: Call) throws -> Value {
    throw LanguageError.raised(try call[message].text).at(call.span)
  }
}
