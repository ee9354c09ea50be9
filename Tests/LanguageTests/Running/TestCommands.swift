import Language

/// A handful of commands, so that the language is tested without the product's own.
enum TestCommands {
  static let registry = CommandRegistry([
    Print.self, Len.self, Map.self, Power.self, Paint.self, Fail.self, Draw.self, Pick.self,
    OnlyNumbers.self, NoArguments.self,
  ])

  struct Print: Command {
    static let name = "print"
    static let summary = "Show values."
    static let isSilent = true
    static let result = ValueType.null
    static let examples: [Example] = []
    let values = Rest<Value>("What to show.", piped: true)
    func run(_ call: Call) throws -> Value {
      call.output.show(try call[values].map(\.text).joined(separator: " "))
      return .null
    }
  }

  struct Len: Command {
    static let name = "len"
    static let summary = "Count."
    static let result = ValueType.int
    static let examples: [Example] = []
    let value = Argument<Value>("What to count.")
    func run(_ call: Call) throws -> Value {
      let value = try call[value]
      if let text = value.stringValue { return .int(text.unicodeScalars.count) }
      guard let items = value.items else {
        throw LanguageError.notIterable(given: value.typeNameWithArticle)
      }
      return .int(items.count)
    }
  }

  struct Map: Command {
    static let name = "map"
    static let summary = "Apply a function."
    static let result = ValueType.list(of: .any)
    static let examples: [Example] = []
    let items = Argument<[Value]>("The items.", piped: true)
    let function = Argument<FunctionValue>("The function.")
    func run(_ call: Call) throws -> Value {
      let function = try call[function]
      return .list(
        try call[items].enumerated().map { try call.apply(function, [$1], turn: $0) })
    }
  }

  struct Power: Command {
    static let name = "math.power"
    static let summary = "Raise a number."
    static let result = ValueType.number
    static let examples: [Example] = []
    let base = Argument<Double>("The base.")
    let exponent = Option("The exponent.", default: 2, in: 0...10)
    func run(_ call: Call) throws -> Value {
      let base = try call[base]
      var result = 1.0
      for _ in 0..<(try call[exponent]) { result *= base }
      return .float(result)
    }
  }

  enum Colour: String, WordParameter { case red, green, blue }

  struct Paint: Command {
    static let name = "paint"
    static let summary = "Name a colour."
    static let result = ValueType.string
    static let examples: [Example] = []
    let colour = Option<Colour>("The colour.", default: .red)
    let columns = Option<ColumnNames>("Columns.", default: ColumnNames([]))
    func run(_ call: Call) throws -> Value {
      .string(([try call[colour].rawValue] + (try call[columns].names)).joined(separator: ","))
    }
  }

  struct Fail: Command {
    static let name = "fail"
    static let summary = "Fail."
    static let result = ValueType.null
    static let examples: [Example] = []
    let message = Argument<String>("The message.")
    func run(_ call: Call) throws -> Value { throw LanguageError.raised(try call[message]) }
  }

  /// Gives the name of the random stream it would draw from.
  struct Draw: Command {
    static let name = "draw"
    static let summary = "Name the random stream."
    static let isRandom = true
    static let result = ValueType.string
    static let examples: [Example] = []
    func run(_ call: Call) throws -> Value {
      let name = call.streamName
      return .string("\(name.seed): \(name.path.joined(separator: " / "))")
    }
  }

  struct Pick: Command {
    static let name = "pick"
    static let summary = "Take two arguments, both needed."
    static let result = ValueType.any
    static let examples: [Example] = []
    let first = Argument<Value>("One.")
    let second = Argument<Value>("Two.")
    func run(_ call: Call) throws -> Value { .list([try call[first], try call[second]]) }
  }

  struct OnlyNumbers: Command {
    static let name = "halve"
    static let summary = "Halve a number."
    static let result = ValueType.float
    static let examples: [Example] = []
    let number = Argument<Double>("The number.")
    func run(_ call: Call) throws -> Value { .float(try call[number] / 2) }
  }

  struct NoArguments: Command {
    static let name = "answer"
    static let summary = "Say forty-two."
    static let result = ValueType.int
    static let examples: [Example] = []
    func run(_ call: Call) throws -> Value { .int(42) }
  }
}

/// Runs a script in a fresh session and gives what it shows; errors as `E0101 3..5: message`.
func shown(_ script: String, session: Session? = nil) -> String {
  InterpreterThread.run { run(script, session) }
}

private func run(_ script: String, _ session: Session?) -> String {
  let session = session ?? Session(registry: TestCommands.registry)
  let output = OutputBuffer()
  let source = SourceText(script)
  let cell = session.check(source)
  func line(_ diagnostic: Diagnostic) -> String {
    let span = diagnostic.span.map { "\($0.start)..<\($0.end)" } ?? "-"
    return "\(diagnostic.code) \(span): \(diagnostic.message)"
  }
  if !cell.errors.isEmpty { return cell.errors.map(line).joined(separator: "\n") }
  do {
    try session.run(cell, output: output)
  } catch {
    return (output.lines + [line(error)]).joined(separator: "\n")
  }
  return output.text
}
