/// The names that a block's statements may bind, functions' own names left out.
enum BoundNames {
  static func of(_ block: Block) -> [Identifier] {
    var names: [Identifier] = []
    for statement in block.statements { collect(statement, &names) }
    return names
  }

  static func of(_ statement: Statement) -> [Identifier] {
    var names: [Identifier] = []
    collect(statement, &names)
    return names
  }

  static func of(_ target: AssignmentTarget) -> [Identifier] {
    switch target {
    case .name(let name), .place(let name, _): [name]
    case .record(let names, _), .list(let names, _): names
    }
  }

  private static func collect(_ statement: Statement, _ names: inout [Identifier]) {
    switch statement.kind {
    case .assign(let target, _, let value):
      collect(value, &names)
      names += of(target)
    case .forLoop(let target, let items, let body):
      collect(items, &names)
      names += of(target)
      names += of(body)
    case .whileLoop(let condition, let body):
      collect(condition, &names)
      names += of(body)
    case .expression(let expression): collect(expression, &names)
    case .returnValue(let expression?): collect(expression, &names)
    case .assert(let condition, _): collect(condition, &names)
    case .function, .breakLoop, .continueLoop, .returnValue(nil), .importNotebook: break
    }
  }

  /// Blocks that share the names around them stand inside expressions too.
  private static func collect(_ expression: Expression, _ names: inout [Identifier]) {
    switch expression.kind {
    case .conditional(let condition, let block, let other):
      collect(condition, &names)
      names += of(block)
      switch other {
      case .block(let block): names += of(block)
      case .conditional(let next): collect(next, &names)
      case nil: break
      }
    case .tryCatch(let block, let error, let handler):
      names += of(block)
      if let error { names.append(error) }
      names += of(handler)
    case .timed(let block): names += of(block)
    case .parenthesized(let inner): collect(inner, &names)
    case .pipeline(let first, _): collect(first, &names)
    default: break
    }
  }
}
