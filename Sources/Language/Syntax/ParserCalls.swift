extension Parser {
  // MARK: Pipelines

  /// A call or an expression, and what it is piped into: what stands after `=`, in parentheses,
  /// after `return`, `->`, and as a statement. Here the first word decides.
  mutating func parsePipeline() -> Expression {
    let start = Int(current.start)
    let head = parsePipelineHead()
    return parseStages(head, from: start)
  }

  /// `| f x | g`, also on following lines.
  mutating func parseStages(_ head: Expression, from start: Int) -> Expression {
    var stages: [CallSyntax] = []
    while !isPanicking {
      if current.kind == .newline, token(positionPastLineEnds).kind == .pipe { skipLineEnds() }
      guard current.kind == .pipe else { break }
      advance()
      skipLineEnds()
      guard let stage = parseStage() else { break }
      stages.append(stage)
    }
    return stages.isEmpty ? head : make(.pipeline(head, stages), span(from: start))
  }

  private mutating func parseStage() -> CallSyntax? {
    guard current.kind == .word else {
      reportHere(.stageIsNoCall(found: found))
      return nil
    }
    let end = chainEnd(from: position)
    let next = token(end)
    if next.kind == .arrow {
      reportHere(.stageIsNoCall(found: "a function"))
      return nil
    }
    guard enter() else { return nil }
    defer { leave() }
    return next.kind == .leftParenthesis && !next.precededByBlank
      ? parseCall(upTo: end) : parseCommandCall(upTo: end)
  }

  private mutating func parsePipelineHead() -> Expression {
    guard current.kind == .word else { return parseExpression() }
    let end = chainEnd(from: position)
    var nextIndex = end
    if !mode.lineEnds {
      while token(nextIndex).kind == .newline { nextIndex += 1 }
    }
    let next = token(nextIndex)
    guard next.kind != .arrow else { return parseExpression() }
    guard next.precededByBlank || endsHead(next) else { return parseExpression() }
    let first = text(current)
    let name = end == position + 1 ? first : chainText(from: position, to: end)
    let isCallable =
      context.isCommand(name) || (end == position + 1 && isFunction(name))
    let startsArgument = next.precededByBlank && startsArgument(at: nextIndex)
    if isCallable {
      if startsArgument || (endsHead(next) && !isVariable(first)) {
        return parseCommandExpression(upTo: end)
      }
    } else if startsArgument, next.kind != .minus,
      !(mode.braceOpensBlock && next.kind == .leftBrace)
    {
      if isVariable(first) { return parseArgumentsAfterVariable(name, upTo: end) }
      // No command of that name either: checking the names will say so, with a suggestion.
      return parseCommandExpression(upTo: end)
    }
    return parseExpression()
  }

  /// Nothing that belongs to the pipeline's first stage follows.
  private func endsHead(_ token: Token) -> Bool {
    endsStatement(token) || token.kind == .pipe || token.kind == .comma
      || token.kind == .interpolationFormat
  }

  private mutating func parseCommandExpression(upTo end: Int) -> Expression {
    guard enter() else { return Expression(.invalid, current.span) }
    defer { leave() }
    let call = parseCommandCall(upTo: end)
    return make(.call(call), call.span)
  }

  /// `x 3` where `x` is a variable.
  private mutating func parseArgumentsAfterVariable(_ name: String, upTo end: Int) -> Expression {
    let start = Int(current.start)
    let call = parseCommandCall(upTo: end)
    var fix = name + fixedArguments(call.arguments)
    if call.arguments.named.isEmpty, call.arguments.positional.count == 1 {
      // `x [0]` and `f (3)` only have a blank too much.
      switch call.arguments.positional[0].kind {
      case .list, .parenthesized: fix = name + source[call.arguments.positional[0].span]
      default: break
      }
    }
    noteUnlessPanicking(
      .argumentAfterVariable(name: name, fix: Self.isShort(fix) ? fix : "\(name)(…)"),
      at: span(from: start))
    return make(.call(call), call.span)
  }

  /// Arguments as they are written in parentheses.
  func fixedArguments(_ arguments: CallArguments) -> String {
    let texts =
      arguments.positional.map { source[$0.span] }
      + arguments.named.map { "\($0.name.name)=\(source[$0.value.span])" }
    return "(\(texts.joined(separator: ", ")))"
  }

  /// A fix is only written out where it fits beside the mark.
  static func isShort(_ text: String) -> Bool { text.utf8.count <= 60 && !text.contains("\n") }

  // MARK: Calls with parentheses

  mutating func parseParenthesizedCall(upTo end: Int) -> Expression {
    let call = parseCall(upTo: end)
    return make(.call(call), call.span)
  }

  /// `name(a, key=b)`.
  private mutating func parseCall(upTo end: Int) -> CallSyntax {
    let start = Int(current.start)
    let callee = takeChain(upTo: end)
    let ordinal = takeOrdinal()
    let arguments = parseParenthesizedArguments()
    return CallSyntax(
      callee: callee, arguments: arguments, span: span(from: start), ordinal: ordinal,
      isParenthesized: true)
  }

  private mutating func takeChain(upTo end: Int) -> Identifier {
    let start = Int(current.start)
    let name = chainText(from: position, to: end)
    position = end - 1
    advance()
    return Identifier(name, SourceSpan(start, start + name.utf8.count))
  }

  /// `(a, key=b)`, at the bracket.
  mutating func parseParenthesizedArguments() -> CallArguments {
    let state = open(.bracket)
    var positional: [Expression] = []
    var named: [NamedArgument] = []
    var names: Set<String> = []
    parseItems(state, .rightParenthesis) { parser in
      guard parser.current.kind.isWordLike, parser.following.kind == .assign else {
        positional.append(parser.parseExpression())
        return
      }
      let key = Identifier(parser.text(parser.current), parser.current.span)
      parser.advance()
      parser.advance()
      if parser.current.kind == .comma || parser.current.kind.isCloser {
        return parser.reportHere(.expectedExpression(found: parser.found, after: "="))
      }
      parser.append(NamedArgument(key, parser.parseExpression()), to: &named, &names)
    }
    return CallArguments(positional: positional, named: named)
  }

  private mutating func append(
    _ argument: NamedArgument, to named: inout [NamedArgument], _ names: inout Set<String>
  ) {
    if !names.insert(argument.name.name).inserted {
      noteUnlessPanicking(
        .duplicateName(kind: "parameter", name: argument.name.name), at: argument.name.span)
    }
    named.append(argument)
  }

  // MARK: Calls with blanks

  /// `name a key=b`.
  private mutating func parseCommandCall(upTo end: Int) -> CallSyntax {
    let start = Int(current.start)
    let callee = takeChain(upTo: end)
    let ordinal = takeOrdinal()
    let arguments = parseCommandArguments()
    return CallSyntax(
      callee: callee, arguments: arguments, span: span(from: start), ordinal: ordinal,
      isParenthesized: false)
  }

  /// The start of an argument stands at the index: a literal, a name, a bracket, a quote, a minus
  /// that touches its operand, or `key=`.
  func startsArgument(at index: Int) -> Bool {
    let token = token(index)
    if startsValue(token) { return true }
    let next = self.token(index + 1)
    if token.kind == .minus {
      return !next.precededByBlank && next.kind != .newline && next.kind != .end
    }
    return token.kind.isKeyword && next.kind == .assign && !next.precededByBlank
  }

  mutating func parseCommandArguments() -> CallArguments {
    var positional: [Expression] = []
    var named: [NamedArgument] = []
    var names: Set<String> = []
    let saved = mode
    defer { mode = saved }
    while !isPanicking, current.precededByBlank, startsArgument(at: position) {
      if saved.braceOpensBlock, current.kind == .leftBrace { break }
      mode.isArgument = true
      if current.kind.isWordLike, following.kind == .assign {
        if let argument = parseNamedArgument() { append(argument, to: &named, &names) }
      } else {
        positional.append(parseExpression())
      }
      mode.isArgument = false
      if !isPanicking { checkEndOfArgument(positional.last, named.last) }
    }
    return CallArguments(positional: positional, named: named)
  }

  /// `key=value`, without blanks around the `=`.
  private mutating func parseNamedArgument() -> NamedArgument? {
    let token = current
    let key = Identifier(text(token), token.span)
    advance()
    let sign = current
    advance()
    skipLineEnds()
    if endsStatement(current) || current.kind == .pipe || current.kind == .comma {
      reportHere(.expectedExpression(found: found, after: "="))
      return nil
    }
    if sign.precededByBlank || (current.precededByBlank && !current.isFirstOnLine) {
      noteUnlessPanicking(
        .blankAroundEquals(key: key.name), at: SourceSpan(key.span.start, Int(sign.end)))
    }
    return NamedArgument(key, parseExpression())
  }

  /// An operator behind an argument's blank: the argument was meant to be longer.
  private mutating func checkEndOfArgument(_ positional: Expression?, _ named: NamedArgument?) {
    let token = current
    guard isOperator(token) || token.kind == .arrow, token.kind != .not || following.kind == .in,
      !startsArgument(at: position) || !token.precededByBlank
    else { return }
    if token.kind == .arrow { return reportHere(.lambdaNeedsParentheses) }
    let last =
      [positional, named?.value].compactMap { $0 }.max { $0.span.end < $1.span.end }
    guard let last else { return }
    let problemCount = problems.count
    let whole = parseInfix(last, .or)
    guard problems.count == problemCount, !isPanicking else { return }
    let text = source[whole.span]
    note(
      .argumentEndsAtBlank(
        operator: self.text(token), fix: Self.isShort(text) ? "(\(text))" : "(…)"),
      at: token.span)
  }
}
