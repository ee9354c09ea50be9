/// Writes syntax trees as S-expressions, for tests and for looking at what the parser made.
public enum SyntaxDump {
  /// One line a statement.
  public static func text(_ block: Block) -> String {
    block.statements.map(text).joined(separator: "\n")
  }

  public static func text(_ statement: Statement) -> String {
    switch statement.kind {
    case .expression(let value): text(value)
    case .assign(let target, let change, let value):
      "(\(change?.rawValue ?? "")= \(text(target)) \(text(value)))"
    case .function(let function):
      "(fn \(function.name.name) (\(text(function.parameters))) \(inline(function.body)))"
    case .forLoop(let target, let items, let body):
      "(for \(text(target)) \(text(items)) \(inline(body)))"
    case .whileLoop(let condition, let body): "(while \(text(condition)) \(inline(body)))"
    case .breakLoop: "(break)"
    case .continueLoop: "(continue)"
    case .returnValue(let value): "(return\(value.map { " " + text($0) } ?? ""))"
    case .importNotebook(let path, _): "(import \(quoted(path)))"
    case .assert(let condition, let why):
      "(assert \(text(condition))\(why.map { " " + text($0) } ?? ""))"
    }
  }

  public static func text(_ expression: Expression) -> String {
    switch expression.kind {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .float(let value): NumberText.shortest(value)
    case .string(let pieces): text(pieces)
    case .name(let name): name
    case .list(let items): list("list", items.map(text))
    case .record(let fields):
      list("record", fields.map { "\(key($0.name.name)): \(text($0.value))" })
    case .unary(let symbol, let operand): "(\(symbol.rawValue) \(text(operand)))"
    case .binary(let symbol, let a, let b): "(\(symbol.rawValue) \(text(a)) \(text(b)))"
    case .logical(let symbol, let a, let b): "(\(symbol.rawValue) \(text(a)) \(text(b)))"
    case .range(let a, let b, let closed): "(\(closed ? ".." : "..<") \(text(a)) \(text(b)))"
    case .index(let base, let items): list("index", [text(base)] + items.map(text))
    case .field(let base, let name): "(. \(text(base)) \(name.name))"
    case .call(let call): text(call)
    case .callValue(let callee, let arguments):
      list("apply", [text(callee)] + texts(arguments))
    case .pipeline(let head, let stages): list("|", [text(head)] + stages.map(text))
    case .lambda(let parameters, let body): "(-> (\(text(parameters))) \(text(body)))"
    case .conditional(let condition, let block, let elseBranch):
      list("if", [text(condition), inline(block)] + (elseBranch.map { [text($0)] } ?? []))
    case .tryCatch(let body, let error, let handler):
      "(try \(inline(body)) \(error?.name ?? "_") \(inline(handler)))"
    case .timed(let body): "(time \(inline(body)))"
    case .sweep(let sweep):
      list(
        "sweep#\(sweep.ordinal)",
        sweep.axes.map(text) + (sweep.options.isEmpty ? [] : ["with"] + sweep.options.map(text))
          + [inline(sweep.body)])
    case .parenthesized(let inner): "(paren \(text(inner)))"
    case .invalid: "<invalid>"
    }
  }

  private static func inline(_ block: Block) -> String {
    "{" + block.statements.map(text).joined(separator: "; ") + "}"
  }

  private static func text(_ branch: ElseBranch) -> String {
    switch branch {
    case .block(let block): inline(block)
    case .conditional(let conditional): text(conditional)
    }
  }

  private static func text(_ call: CallSyntax) -> String {
    list("call#\(call.ordinal) \(call.callee.name)", texts(call.arguments))
  }

  private static func texts(_ arguments: CallArguments) -> [String] {
    arguments.positional.map(text) + arguments.named.map(text)
  }

  private static func text(_ argument: NamedArgument) -> String {
    "\(argument.name.name)=\(text(argument.value))"
  }

  private static func text(_ target: AssignmentTarget) -> String {
    switch target {
    case .name(let name): name.name
    case .place(let name, let steps):
      list(
        "place",
        [name.name]
          + steps.map { step in
            switch step {
            case .index(let items, _): list("index", items.map(text))
            case .field(let name): ".\(name.name)"
            }
          })
    case .record(let names, _): "{\(names.map(\.name).joined(separator: " "))}"
    case .list(let names, _): "[\(names.map(\.name).joined(separator: " "))]"
    }
  }

  private static func text(_ item: IndexItem) -> String {
    switch item {
    case .at(let index): text(index)
    case .range(let from, let to, let closed, _):
      "(\(closed ? ".." : "..<") \(from.map(text) ?? "_") \(to.map(text) ?? "_"))"
    }
  }

  private static func text(_ parameters: [FunctionParameter]) -> String {
    parameters.map { parameter in
      parameter.name.name + (parameter.defaultValue.map { "=" + text($0) } ?? "")
    }.joined(separator: " ")
  }

  private static func text(_ pieces: [StringPiece]) -> String {
    var result = "\""
    for piece in pieces {
      switch piece {
      case .text(let text): result += quoted(text).dropFirst().dropLast()
      case .interpolation(let value, let format):
        result += "${\(text(value))\(format.map { ":" + $0 } ?? "")}"
      }
    }
    return result + "\""
  }

  private static func key(_ name: String) -> String {
    let isWord = name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && !name.isEmpty
    return isWord ? name : quoted(name)
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func list(_ head: String, _ items: [String]) -> String {
    "(" + ([head] + items).joined(separator: " ") + ")"
  }
}
