import Language

/// `print`: as text.
struct Print: Command {
  static let name = "print"
  static let summary = "Show values as text, on one line with blanks between."
  static let searchWords = ["echo", "output", "log"]
  static let isSilent = true
  static let result = ValueType.null
  static let examples = [
    Example(#"print "loss" 0.5"#, shows: "loss 0.5"),
    Example(#"for i in 1..2 { print "step ${i}" }"#, shows: "step 1\nstep 2"),
  ]

  let values = Rest<Value>("The values.", piped: true)
  let separator = Option("What stands between them.", default: " ")

  func run(_ call: Call) throws -> Value {
    let texts = try call[values].map(\.text)
    call.output.show(texts.joined(separator: try call[separator]))
    return .null
  }
}

/// `show`: as a cell shows it.
struct Show: Command {
  static let name = "show"
  static let summary = "Show a value as a cell does, and pass it on."
  static let searchWords = ["display", "view", "peek", "tee"]
  static let isSilent = true
  static let result = ValueType.any
  static let examples = [
    Example("[1, 2] | show | sum | show", shows: "[1, 2]\n3"),
    Example("table {n: 1..30} | show rows=2", shows: "n\n1\n2\n… 28 more rows"),
  ]

  let value = Argument<Value>("The value.")
  let rows = Option("How many of a table's rows.", default: 20, in: 0...)
  let width = Option("How many columns a table's lines may take.", default: 120, in: 20...)

  func run(_ call: Call) throws -> Value {
    let value = try call[value]
    if case .table(let table) = value {
      let layout = TableLayout(rowLimit: try call[rows], width: try call[width])
      call.output.show(layout.text(of: table))
    } else {
      call.output.show(value.display)
    }
    return value
  }
}
