/// Expressions: literals, operators, indexes, conditionals, lambdas.
extension Compiler {
  func compile(_ expression: Expression) -> Code {
    let source = source
    let span = expression.span
    switch expression.kind {
    case .null, .invalid: return { _, _ in .null }
    case .bool(let flag): return { _, _ in .bool(flag) }
    case .integer(let value): return { _, _ in .int(value) }
    case .float(let value): return { _, _ in .float(value) }
    case .string(let pieces): return compile(pieces, span)
    case .name(let name): return compileName(name, span)
    case .parenthesized(let inner): return compile(inner)
    case .list(let items): return compileList(items, span)
    case .record(let fields): return compileRecord(fields, span)
    case .unary(let operation, let operand):
      let code = compile(operand)
      return { frame, context in
        let value = try code(frame, context)
        return try located(span, source) { try Operations.apply(operation, value) }
      }
    case .binary(let operation, let left, let right):
      return compileBinary(operation, left, right, span)
    case .logical(let operation, let left, let right):
      return compileLogical(operation, left, right)
    case .range(let from, let to, let closed): return compileRange(from, to, closed, span)
    case .index(let base, let items):
      let value = compile(base)
      let indexes = compile(indexItems: items, span)
      return { frame, context in
        let value = try value(frame, context)
        let indexes = try indexes(frame, context)
        return try located(span, source) { try Indexing.get(value, indexes) }
      }
    case .field(let base, let name):
      let value = compile(base)
      return { frame, context in
        let value = try value(frame, context)
        return try located(name.span, source) { try Indexing.field(value, name.name) }
      }
    case .call(let call): return compile(call: call, piped: nil)
    case .callValue(let callee, let arguments):
      return compileCallValue(compile(callee), arguments, span)
    case .pipeline(let first, let stages): return compilePipeline(first, stages)
    case .lambda(let parameters, let body): return compileLambda(parameters, body, span)
    case .conditional(let condition, let block, let other):
      return compileConditional(condition, block, other)
    case .tryCatch(let block, let error, let handler):
      return compileTry(block, error, handler)
    case .timed(let block): return compileTimed(block)
    case .sweep(let sweep): return compileSweep(sweep, span)
    }
  }

  private func compileBinary(
    _ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ span: SourceSpan
  ) -> Code {
    let source = source
    let a = compile(left)
    let b = compile(right)
    func general(_ x: Value, _ y: Value) throws -> Value {
      try located(span, source) { try Operations.apply(operation, x, y) }
    }
    // The commonest operators on integers skip the general dispatch.
    switch operation {
    case .add:
      return { frame, context in
        let x = try a(frame, context)
        let y = try b(frame, context)
        if case .int(let p) = x, case .int(let q) = y {
          let (sum, overflow) = p.addingReportingOverflow(q)
          if !overflow { return .int(sum) }
        }
        return try general(x, y)
      }
    case .less:
      return { frame, context in
        let x = try a(frame, context)
        let y = try b(frame, context)
        if case .int(let p) = x, case .int(let q) = y { return .bool(p < q) }
        return try general(x, y)
      }
    default:
      return { frame, context in try general(a(frame, context), b(frame, context)) }
    }
  }

  private func compileLogical(
    _ operation: LogicalOperator, _ left: Expression, _ right: Expression
  ) -> Code {
    let source = source
    let a = compile(left)
    let b = compile(right)
    return { frame, context in
      let first = try a(frame, context)
      // Two tensors combine element by element.
      if case .tensor = first {
        let second = try b(frame, context)
        guard let x = try first.asOperand(), let y = try second.asOperand() else {
          throw LanguageError.operatorTypes(
            operation: operation.rawValue, left: first.typeNameWithArticle,
            right: second.typeNameWithArticle
          ).at(left.span.through(right.span), in: source)
        }
        return try located(left.span.through(right.span), source) {
          .tensor(try .apply(operation == .and ? .and : .or, x, y))
        }
      }
      let decided = try located(left.span, source) { try first.condition() }
      if decided == (operation == .or) { return .bool(decided) }
      let second = try b(frame, context)
      return .bool(try located(right.span, source) { try second.condition() })
    }
  }

  private func compileList(_ items: [Expression], _ span: SourceSpan) -> Code {
    let codes = items.map(compile)
    let source = source
    return { frame, context in
      var values: [Value] = []
      values.reserveCapacity(codes.count)
      for code in codes { values.append(try code(frame, context)) }
      let value = Value.list(values)
      try context.checkDepth(of: value, span, source)
      return value
    }
  }

  private func compileRecord(_ fields: [RecordField], _ span: SourceSpan) -> Code {
    let names = fields.map(\.name.name)
    let codes = fields.map { compile($0.value) }
    let source = source
    return { frame, context in
      var pairs: [(String, Value)] = []
      pairs.reserveCapacity(codes.count)
      for (name, code) in zip(names, codes) { pairs.append((name, try code(frame, context))) }
      let value = Value.record(Record(pairs))
      try context.checkDepth(of: value, span, source)
      return value
    }
  }

  private func compileRange(
    _ from: Expression, _ to: Expression, _ closed: Bool, _ span: SourceSpan
  )
    -> Code
  {
    let a = compile(from)
    let b = compile(to)
    let source = source
    return { frame, context in
      let first = try a(frame, context)
      let last = try b(frame, context)
      guard case .int(let lower) = first, case .int(let upper) = last else {
        throw LanguageError.operatorTypes(
          operation: closed ? ".." : "..<", left: first.typeNameWithArticle,
          right: last.typeNameWithArticle
        ).at(span, in: source)
      }
      return .range(RangeValue(lower, through: closed || upper == .min ? upper : upper - 1))
    }
  }

  func compile(indexItems items: [IndexItem], _ span: SourceSpan)
    -> (Frame, RunContext) throws -> [IndexValue]
  {
    let source = source
    func end(_ code: Code?, _ frame: Frame, _ context: RunContext) throws -> Int? {
      guard let code else { return nil }
      let value = try code(frame, context)
      guard case .int(let index) = value else {
        throw LanguageError.indexType(wanted: "an integer", given: value.typeNameWithArticle)
          .at(span, in: source)
      }
      return index
    }
    let codes: [(Frame, RunContext) throws -> IndexValue] = items.map { item in
      switch item {
      case .at(let expression):
        let code = compile(expression)
        return { frame, context in .at(try code(frame, context)) }
      case .range(let from, let to, let closed, _):
        let from = from.map(compile)
        let to = to.map(compile)
        return { frame, context in
          .range(
            from: try end(from, frame, context), to: try end(to, frame, context), closed: closed)
        }
      }
    }
    if codes.count == 1 { return { frame, context in [try codes[0](frame, context)] } }
    return { frame, context in try codes.map { try $0(frame, context) } }
  }

  private func compile(_ pieces: [StringPiece], _ span: SourceSpan) -> Code {
    if pieces.isEmpty { return { _, _ in .string("") } }
    if pieces.count == 1, case .text(let text) = pieces[0] { return { _, _ in .string(text) } }
    let source = source
    let codes: [(Frame, RunContext) throws -> String] = pieces.map { piece in
      switch piece {
      case .text(let text): return { _, _ in text }
      case .interpolation(let expression, nil):
        let code = compile(expression)
        return { frame, context in try code(frame, context).text }
      case .interpolation(let expression, let format?):
        let code = compile(expression)
        return { frame, context in
          let value = try code(frame, context)
          return try located(expression.span, source) { try value.formatted(format) }
        }
      }
    }
    return { frame, context in
      var text = ""
      for code in codes { text += try code(frame, context) }
      return .string(text)
    }
  }

  // MARK: Control

  private func compileConditional(
    _ condition: Expression, _ block: Block, _ other: ElseBranch?
  ) -> Code {
    let source = source
    let test = compile(condition)
    let then = compileConditional(block)
    let otherwise: Code
    switch other {
    case .block(let block): otherwise = compileConditional(block)
    case .conditional(let next):
      conditionDepth += 1
      otherwise = compile(next)
      conditionDepth -= 1
    case nil: otherwise = { _, _ in .null }
    }
    return { frame, context in
      let value = try test(frame, context)
      if case .bool(let flag) = value {
        return flag ? try then(frame, context) : try otherwise(frame, context)
      }
      throw value.conditionError.at(condition.span, in: source)
    }
  }

  private func compileTry(_ block: Block, _ error: Identifier?, _ handler: Block) -> Code {
    let body = compileConditional(block)
    let slot = error.map(bind)
    let handle = compileConditional(handler)
    let source = source
    return { frame, context in
      let depth = context.depth
      let path = context.path
      do {
        return try body(frame, context)
      } catch {
        let diagnostic = Diagnostic(error, at: nil, in: nil)
        if diagnostic.isInterruption { throw diagnostic }
        context.depth = depth
        context.path = path
        if let slot {
          let place = diagnostic.source?.source ?? source
          frame.slots[slot] = .record(
            Record([
              ("code", .string(diagnostic.code)), ("message", .string(diagnostic.message)),
              ("line", diagnostic.span.map { .int(place.line(at: $0.start).number) } ?? .null),
            ]))
        }
        return try handle(frame, context)
      }
    }
  }

  private func compileTimed(_ block: Block) -> Code {
    uses { $0.isVolatile = true }
    let body = compile(block)
    return { frame, context in
      let clock = ContinuousClock()
      let start = clock.now
      let value = try body(frame, context)
      let seconds = (clock.now - start) / .seconds(1)
      context.output.show("time: \(NumberText.significant(seconds, digits: 3)) s")
      return value
    }
  }

  /// Adds to what this cell, or the function being compiled, uses.
  func uses(_ change: (inout CellUses) -> Void) {
    if let function { change(&function.uses) }
    if function == nil { change(&analysis.uses) }
  }

  func compileWhile(_ condition: Expression, _ body: Block) -> Code {
    for name in BoundNames.of(body) { scope.bound.insert(name.name) }
    let source = source
    let test = compile(condition)
    loopDepth += 1
    let code = compileConditional(body)
    loopDepth -= 1
    return { frame, context in
      var turn = 0
      context.path.append(.turn(0))
      defer { context.path.removeLast() }
      while true {
        try check(condition.span, source)
        let value = try test(frame, context)
        guard case .bool(let goesOn) = value else {
          throw value.conditionError.at(condition.span, in: source)
        }
        if !goesOn { return .null }
        context.path[context.path.count - 1] = .turn(turn)
        turn &+= 1
        _ = try code(frame, context)
        if context.endsLoop() { return .null }
      }
    }
  }

  func compileFor(_ target: AssignmentTarget, _ items: Expression, _ body: Block) -> Code {
    let source = source
    let collection = compile(items)
    for name in BoundNames.of(body) { scope.bound.insert(name.name) }
    let bindTurn = compileTarget(target, items.span)
    loopDepth += 1
    let code = compileConditional(body)
    loopDepth -= 1
    return { frame, context in
      let value = try collection(frame, context)
      context.path.append(.turn(0))
      defer { context.path.removeLast() }
      /// One turn; true where the loop ends.
      func turn(_ index: Int, _ item: Value) throws -> Bool {
        try check(items.span, source)
        try bindTurn(frame, item)
        context.path[context.path.count - 1] = .turn(index)
        _ = try code(frame, context)
        return context.endsLoop()
      }
      if case .range(let range) = value {
        for index in 0..<range.count where try turn(index, .int(range[index])) { return .null }
        return .null
      }
      if case .string(let text) = value {
        for (index, scalar) in text.unicodeScalars.enumerated()
        where try turn(index, .string(String(scalar))) { return .null }
        return .null
      }
      if case .record(let record) = value {
        for (index, name) in record.names.enumerated() where try turn(index, .string(name)) {
          return .null
        }
        return .null
      }
      guard let list = value.items else {
        throw LanguageError.notIterable(given: value.typeNameWithArticle).at(items.span, in: source)
      }
      for (index, item) in list.enumerated() where try turn(index, item) { return .null }
      return .null
    }
  }
}

extension RunContext {
  /// After a loop's body: settles `continue` and `break`; true where the loop ends.
  @inline(__always)
  func endsLoop() -> Bool {
    switch control {
    case .none: return false
    case .continueLoop:
      control = .none
      return false
    case .breakLoop:
      control = .none
      return true
    case .returnValue: return true
    }
  }

  /// How deep values may nest.
  static let valueDepthLimit = 10_000

  /// Now and then looks how deep a new value nests: each step can add a level only, so a value far
  /// beyond the limit is met before it could exhaust the stack.
  func checkDepth(of value: Value, _ span: SourceSpan, _ source: SourceText) throws {
    containersMade &+= 1
    if containersMade % 997 == 0, value.nests(deeperThan: RunContext.valueDepthLimit) {
      throw LanguageError.nestsTooDeep(limit: RunContext.valueDepthLimit).at(span, in: source)
    }
  }
}

extension Value {
  /// Whether lists and records inside nest deeper than `limit`.
  func nests(deeperThan limit: Int) -> Bool {
    var level = [self]
    var depth = 0
    while !level.isEmpty {
      if depth > limit { return true }
      depth += 1
      var next: [Value] = []
      for value in level {
        switch value {
        case .list(let items): next += items.filter(\.isContainer)
        case .record(let record): next += record.values.filter(\.isContainer)
        case .table(let table):
          for column in table.columns.values { next += column.filter(\.isContainer) }
        default: break
        }
      }
      level = next
    }
    return false
  }

  private var isContainer: Bool {
    switch self {
    case .list, .record, .table: true
    default: false
    }
  }
}
