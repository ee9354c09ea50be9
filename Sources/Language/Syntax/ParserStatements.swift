extension Parser {
  /// Statements up to a closing token of the kind, or to the end of the text.
  mutating func parseStatements(until closer: TokenKind?) -> [Statement] {
    var statements: [Statement] = []
    var lastIndentation: Int?
    while true {
      while current.kind == .newline || current.kind == .semicolon { advance() }
      let token = current
      if token.kind == .end { break }
      if token.kind.isCloser {
        if closer != nil, token.kind == closer || token.payload >= 0 { break }
        reportHere(.unmatchedBracket(text(token)))
        advance()
        recover()
        continue
      }
      let before = position
      let indentation = token.isFirstOnLine ? indentation(of: token) : nil
      if let indentation, let lastIndentation, indentation > lastIndentation,
        token.kind.isWordLike, following.kind == .assign, !following.precededByBlank
      {
        report(
          .continuedArguments(key: text(token)),
          at: SourceSpan(Int(token.start), Int(following.end)))
        recover()
        continue
      }
      let statement = parseStatement(isFirst: statements.isEmpty && closer == nil)
      statements.append(statement)
      if let indentation { lastIndentation = indentation }
      if !isPanicking, !endsStatement(current) { reportTrailing(statement) }
      recover()
      if hasGivenUp { break }
      if position == before { advance() }
    }
    return statements
  }

  private func indentation(of token: Token) -> Int {
    let start = Int(token.start)
    return start - source.line(at: start).start
  }

  func endsStatement(_ token: Token) -> Bool {
    token.kind == .newline || token.kind == .semicolon || token.kind == .end || token.kind.isCloser
  }

  /// After an error: to the end of the statement.
  private mutating func recover() {
    guard isPanicking, !hasGivenUp else { return }
    while current.kind != .end, current.kind != .newline, current.kind != .semicolon {
      if current.kind.isCloser, current.payload >= 0 { break }
      step()
    }
    isPanicking = false
  }

  private mutating func reportTrailing(_ statement: Statement) {
    let token = current
    switch token.kind {
    case .else: reportHere(.misplacedKeyword("else", belongsAfter: "if"))
    case .catch: reportHere(.misplacedKeyword("catch", belongsAfter: "try"))
    case .comma where isCommandCall(statement): reportHere(.commaBetweenArguments)
    case .arrow: reportHere(.lambdaNeedsParentheses)
    case _ where token.kind.isAssignment:
      if case .assign = statement.kind {
        reportHere(.chainedAssignment)
      } else {
        report(.cannotAssign(to: Self.name(of: statement)), at: statement.span)
      }
    case .leftBracket where token.precededByBlank, .leftParenthesis where token.precededByBlank:
      reportHere(.touchingNeeded(text(token)))
    default:
      reportHere(.unexpectedToken(found))
    }
  }

  private func isCommandCall(_ statement: Statement) -> Bool {
    func isCommandCall(_ expression: Expression) -> Bool {
      switch expression.kind {
      case .call(let call): !call.isParenthesized
      case .pipeline: true
      default: false
      }
    }
    switch statement.kind {
    case .expression(let expression), .assign(_, _, let expression):
      return isCommandCall(expression)
    default:
      return false
    }
  }

  /// What an assignment's left side is, where it is no place.
  static func name(of statement: Statement) -> String {
    guard case .expression(let expression) = statement.kind else { return "this" }
    return switch expression.kind {
    case .call, .callValue: "a call"
    case .integer, .float, .string, .bool, .null: "a literal"
    case .pipeline: "a pipeline"
    case .parenthesized: "a value in parentheses"
    default: "an expression"
    }
  }

  private mutating func parseStatement(isFirst: Bool) -> Statement {
    let token = current
    let start = Int(token.start)
    if token.kind.isKeyword, following.kind.isAssignment {
      noteUnlessPanicking(.keywordAsName(text(token)), at: token.span)
      return Statement(parseBinding(), span(from: start))
    }
    let kind: StatementKind
    switch token.kind {
    case .fn: kind = parseFunction()
    case .for: kind = parseFor()
    case .while: kind = parseWhile()
    case .break, .continue: kind = parseLoopExit()
    case .return: kind = parseReturn()
    case .import: kind = parseImport()
    case .assert: kind = parseAssert()
    case .else:
      reportHere(.misplacedKeyword("else", belongsAfter: "if"))
      kind = .expression(Expression(.invalid, token.span))
    case .catch:
      reportHere(.misplacedKeyword("catch", belongsAfter: "try"))
      kind = .expression(Expression(.invalid, token.span))
    case .word where following.kind.isAssignment: kind = parseBinding()
    case .word where isForeignKeyword:
      report(
        .foreignKeyword(text(token), fix: Self.foreignKeywords[text(token)] ?? ""), at: token.span)
      kind = .expression(Expression(.invalid, token.span))
    case .leftBrace where isPattern, .leftBracket where isPattern: kind = parsePatternBinding()
    case .pipe where isFirst && isVariable("_"):
      let last = Expression(.name("_"), SourceSpan(start, start))
      kind = .expression(parseStages(last, from: start))
    default: kind = parseExpressionStatement()
    }
    return Statement(kind, span(from: start))
  }

  /// Words that begin a statement in other languages, and what is written here.
  private static let foreignKeywords = [
    "def": "fn", "function": "fn", "func": "fn", "fun": "fn", "let": "name = value",
    "var": "name = value", "const": "name = value", "elif": "else if", "elsif": "else if",
    "elseif": "else if", "foreach": "for", "except": "catch", "finally": "try … catch",
  ]

  /// A first word that only another language knows, with a word or bracket behind it.
  private var isForeignKeyword: Bool {
    let name = text(current)
    guard Self.foreignKeywords[name] != nil, following.precededByBlank, startsValue(following)
    else {
      return false
    }
    return !isCallable(name) && !isVariable(name)
  }

  // MARK: Bindings

  /// `name = pipeline`, `name += pipeline`.
  private mutating func parseBinding() -> StatementKind {
    let name = Identifier(text(current), current.span)
    advance()
    return parseAssignment(to: .name(name))
  }

  /// At the assignment operator: the rest.
  private mutating func parseAssignment(to target: AssignmentTarget) -> StatementKind {
    let symbol = current
    let change: BinaryOperator? =
      switch symbol.kind {
      case .plusAssign: .add
      case .minusAssign: .subtract
      case .timesAssign: .multiply
      case .divideAssign: .divide
      default: nil
      }
    advance()
    skipLineEnds()
    let value = parsePipeline()
    switch target {
    case .record(_, let span), .list(_, let span):
      if change != nil { note(.patternWithOperator(text(symbol)), at: span) }
    case .name, .place: break
    }
    bind(target)
    return .assign(target, change, value)
  }

  private mutating func bind(_ target: AssignmentTarget) {
    switch target {
    case .name(let name), .place(let name, _): bind(name.name)
    case .record(let names, _), .list(let names, _): for name in names { bind(name.name) }
    }
  }

  /// `{ … } =` or `[ … ] =` stands here.
  private var isPattern: Bool {
    let partner = Int(current.payload)
    return partner > position && token(partner + 1).kind.isAssignment
  }

  private mutating func parsePatternBinding() -> StatementKind {
    let target = parsePattern()
    guard let target, !isPanicking else {
      return .expression(Expression(.invalid, current.span))
    }
    return parseAssignment(to: target)
  }

  /// `{a, b}` or `[a, b]`.
  private mutating func parsePattern() -> AssignmentTarget? {
    let start = Int(current.start)
    let isRecord = current.kind == .leftBrace
    let problemCount = problems.count
    let state = open(.bracket)
    var names: [Identifier] = []
    parseItems(state, isRecord ? .rightBrace : .rightBracket) { parser in
      let token = parser.current
      let next = parser.following.kind
      let isPlain =
        token.kind.isWordLike && (next == .comma || next == .newline || next.isCloser)
      guard isPlain, let name = parser.parseName("a name") else {
        return parser.reportHere(.patternNeedsNames)
      }
      if names.contains(where: { $0.name == name.name }) {
        parser.note(.duplicateName(kind: "name", name: name.name), at: name.span)
      }
      names.append(name)
    }
    guard !isPanicking else { return nil }
    let span = span(from: start)
    if names.isEmpty, problems.count == problemCount { note(.patternNeedsNames, at: span) }
    return isRecord ? .record(names, span) : .list(names, span)
  }

  private mutating func parseExpressionStatement() -> StatementKind {
    let start = position
    let value = parsePipeline()
    guard current.kind.isAssignment, !isPanicking, position > start,
      let target = place(value)
    else { return .expression(value) }
    return parseAssignment(to: target)
  }

  /// An expression read as the place it names: `xs[0]`, `r.f.g`.
  private func place(_ expression: Expression) -> AssignmentTarget? {
    var steps: [PlaceStep] = []
    var rest = expression
    while true {
      switch rest.kind {
      case .field(let base, let name):
        steps.append(.field(name))
        rest = base
      case .index(let base, let items):
        steps.append(.index(items, SourceSpan(base.span.end, rest.span.end)))
        rest = base
      case .name(let name):
        guard !steps.isEmpty else { return .name(Identifier(name, rest.span)) }
        return .place(Identifier(name, rest.span), steps.reversed())
      default:
        return nil
      }
    }
  }

  // MARK: Functions and loops

  private mutating func parseFunction() -> StatementKind {
    let start = Int(current.start)
    advance()
    if current.kind == .leftParenthesis {
      reportHere(.anonymousFunction)
      return .expression(Expression(.invalid, span(from: start)))
    }
    guard let name = parseName("a name after 'fn'") else {
      return .expression(Expression(.invalid, span(from: start)))
    }
    guard current.kind == .leftParenthesis else {
      reportHere(.expected("'(' after the function's name", found: found))
      return .expression(Expression(.invalid, span(from: start)))
    }
    guard enter() else { return .expression(Expression(.invalid, span(from: start))) }
    defer { leave() }
    let parameters = parseParameters()
    let body = parseFunctionBody(parameters, after: "the function's parameters")
    return .function(
      FunctionDefinition(
        name: name, parameters: parameters, body: body, span: span(from: start)))
  }

  /// `(a, b = 2)`.
  mutating func parseParameters() -> [FunctionParameter] {
    var parameters: [FunctionParameter] = []
    let state = open(.bracket)
    parseItems(state, .rightParenthesis) { parser in
      guard let name = parser.parseName("a parameter's name") else { return }
      var defaultValue: Expression?
      if parser.current.kind == .assign {
        parser.advance()
        defaultValue = parser.parseExpression()
      }
      if parameters.contains(where: { $0.name.name == name.name }) {
        parser.note(.duplicateName(kind: "parameter", name: name.name), at: name.span)
      } else if defaultValue == nil, parameters.last?.defaultValue != nil {
        parser.noteUnlessPanicking(.defaultBeforePlain(name: name.name), at: name.span)
      }
      parameters.append(FunctionParameter(name, default: defaultValue))
    }
    return parameters
  }

  private mutating func parseFunctionBody(
    _ parameters: [FunctionParameter], after what: String
  ) -> Block {
    let (loops, outer) = (loopDepth, functionDepth)
    loopDepth = 0
    functionDepth += 1
    scopes.append(Set(parameters.map(\.name.name)))
    defer {
      scopes.removeLast()
      (loopDepth, functionDepth) = (loops, outer)
    }
    return parseBlock(after: what)
  }

  /// `{ statements }`, also on the line after its header.
  mutating func parseBlock(after what: String) -> Block {
    if current.kind == .newline, token(positionPastLineEnds).kind == .leftBrace { skipLineEnds() }
    guard current.kind == .leftBrace, !isPanicking else {
      if current.kind == .newline, token(positionPastLineEnds).kind == .end { skipLineEnds() }
      reportHere(.expectedBlock(after: what, found: found))
      return Block([], SourceSpan(previousEnd, previousEnd))
    }
    let start = Int(current.start)
    let state = open(.block)
    let statements = parseStatements(until: .rightBrace)
    close(state, .rightBrace)
    return Block(statements, span(from: start))
  }

  /// An expression whose `{` begins the block that follows.
  mutating func parseCondition(after what: String) -> Expression {
    let saved = mode
    defer { mode = saved }
    mode.braceOpensBlock = true
    mode.isArgument = false
    if (current.kind == .leftBrace && !isRecordBeforeBlock) || current.kind == .newline {
      reportHere(.expectedExpression(found: found, after: what))
      // The block itself may be fine.
      if current.kind == .leftBrace { isPanicking = hasGivenUp }
      return Expression(.invalid, SourceSpan(previousEnd, previousEnd))
    }
    let condition = parseExpression()
    if current.kind == .pipe {
      reportHere(.pipelineNeedsParentheses)
    } else if current.kind == .assign {
      reportHere(.assignmentInExpression)
    }
    return condition
  }

  /// The braces here are a value, since a block or the rest of an expression follows them.
  private var isRecordBeforeBlock: Bool {
    let partner = Int(current.payload)
    guard partner > position else { return false }
    let next = token(partner + 1)
    return next.kind == .leftBrace || next.kind == .dot || next.kind == .leftBracket
      || isOperator(next)
  }

  private mutating func parseFor() -> StatementKind {
    guard enter() else { return .expression(Expression(.invalid, current.span)) }
    defer { leave() }
    advance()
    let target: AssignmentTarget?
    if current.kind == .leftBrace || current.kind == .leftBracket {
      target = parsePattern()
    } else {
      target = parseName("a name after 'for'").map { .name($0) }
    }
    if current.kind == .comma { reportHere(.severalLoopNames) }
    guard let target, !isPanicking else { return .expression(Expression(.invalid, current.span)) }
    guard current.kind == .in else {
      reportHere(.expected("'in'", found: found))
      return .expression(Expression(.invalid, current.span))
    }
    advance()
    let items = parseCondition(after: "in")
    bind(target)
    loopDepth += 1
    defer { loopDepth -= 1 }
    return .forLoop(target, items, parseBlock(after: "what 'for' goes over"))
  }

  private mutating func parseWhile() -> StatementKind {
    guard enter() else { return .expression(Expression(.invalid, current.span)) }
    defer { leave() }
    advance()
    let condition = parseCondition(after: "while")
    loopDepth += 1
    defer { loopDepth -= 1 }
    return .whileLoop(condition, parseBlock(after: "the condition"))
  }

  private mutating func parseLoopExit() -> StatementKind {
    let token = current
    advance()
    if loopDepth == 0 { noteUnlessPanicking(.outsideLoop(text(token)), at: token.span) }
    return token.kind == .break ? .breakLoop : .continueLoop
  }

  private mutating func parseReturn() -> StatementKind {
    let token = current
    advance()
    if functionDepth == 0 { noteUnlessPanicking(.outsideFunction, at: token.span) }
    if endsStatement(current) { return .returnValue(nil) }
    return .returnValue(parsePipeline())
  }

  private mutating func parseImport() -> StatementKind {
    advance()
    let token = current
    guard token.kind == .string else {
      reportHere(.importNeedsPath)
      return .expression(Expression(.invalid, token.span))
    }
    advance()
    return .importNotebook(path: lexed.texts[Int(token.payload)], pathSpan: token.span)
  }

  private mutating func parseAssert() -> StatementKind {
    advance()
    if endsStatement(current) {
      reportHere(.expectedExpression(found: found, after: "assert"))
      return .expression(Expression(.invalid, current.span))
    }
    let condition = parseExpression()
    var why: Expression?
    if !isPanicking, current.precededByBlank, startsValue(current) { why = parseExpression() }
    return .assert(condition, why: why)
  }
}
