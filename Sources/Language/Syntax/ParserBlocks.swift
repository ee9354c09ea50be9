extension Parser {
  /// `if c { … } else if d { … } else { … }`, as an expression.
  mutating func parseIf() -> Expression {
    struct Branch {
      let start: Int
      let condition: Expression
      let block: Block
    }
    var branches: [Branch] = []
    var last: Block?
    // `else if` is read in a loop, so that a long chain costs no call stack.
    while true {
      let start = Int(current.start)
      advance()
      let condition = parseCondition(after: "if")
      let block = parseBlock(after: "the condition")
      branches.append(Branch(start: start, condition: condition, block: block))
      guard !isPanicking, continues(with: .else) else { break }
      advance()
      if current.kind == .if { continue }
      last = parseBlock(after: "'else'")
      break
    }
    let end = previousEnd
    var result: Expression?
    for branch in branches.reversed() {
      let elseBranch: ElseBranch? = result.map { .conditional($0) } ?? last.map { .block($0) }
      result = make(
        .conditional(branch.condition, branch.block, elseBranch: elseBranch),
        SourceSpan(branch.start, max(branch.start, end)))
    }
    return result ?? Expression(.invalid, current.span)
  }

  /// The keyword stands here or at the start of the next line.
  private mutating func continues(with keyword: TokenKind) -> Bool {
    if current.kind == .newline, token(positionPastLineEnds).kind == keyword { skipLineEnds() }
    return current.kind == keyword
  }

  mutating func parseTry() -> Expression {
    let start = Int(current.start)
    let word = current.span
    advance()
    let body = parseBlock(after: "'try'")
    guard !isPanicking else { return Expression(.invalid, span(from: start)) }
    guard continues(with: .catch) else {
      report(
        .tryWithoutCatch, at: word, isAtEnd: token(positionPastLineEnds).kind == .end)
      return Expression(.invalid, span(from: start))
    }
    advance()
    var name: Identifier?
    if current.kind != .leftBrace, current.kind != .newline { name = parseName("a name or '{'") }
    if let name { bind(name.name) }
    let handler = parseBlock(after: "'catch'")
    return make(.tryCatch(body, error: name, handler), span(from: start))
  }

  mutating func parseTime() -> Expression {
    let start = Int(current.start)
    advance()
    let body = parseBlock(after: "'time'")
    return make(.timed(body), span(from: start))
  }

  /// `sweep a=…, b=… with jobs=2 { … }`.
  mutating func parseSweep() -> Expression {
    let start = Int(current.start)
    let word = current.span
    let ordinal = takeOrdinal()
    advance()
    let axes = parseSweepNames(areVariables: true)
    if axes.isEmpty, !isPanicking { note(.emptySweep, at: word) }
    var options: [NamedArgument] = []
    if !isPanicking, current.kind == .with {
      advance()
      options = parseSweepNames(areVariables: false)
    }
    let (loops, outer) = (loopDepth, functionDepth)
    // A point of a sweep can leave neither a loop nor a function around it.
    (loopDepth, functionDepth) = (0, 0)
    scopes.append(Set(axes.map(\.name.name)))
    let body = parseBlock(after: options.isEmpty ? "the sweep's names" : "the sweep's options")
    scopes.removeLast()
    (loopDepth, functionDepth) = (loops, outer)
    return make(
      .sweep(SweepSyntax(axes: axes, options: options, body: body, ordinal: ordinal)),
      span(from: start))
  }

  private mutating func parseSweepNames(areVariables: Bool) -> [NamedArgument] {
    var names: [NamedArgument] = []
    let saved = mode
    defer { mode = saved }
    mode.braceOpensBlock = true
    mode.isArgument = false
    while !isPanicking, current.kind != .leftBrace, current.kind != .with, !endsStatement(current) {
      guard current.kind.isWordLike else {
        reportHere(.expected("'name=values'", found: found))
        break
      }
      let token = current
      if areVariables, token.kind.isKeyword {
        noteUnlessPanicking(.keywordAsName(text(token)), at: token.span)
      }
      let key = Identifier(text(token), token.span)
      advance()
      guard current.kind == .assign else {
        reportHere(.expected("'=' after '\(key.name)'", found: found))
        break
      }
      advance()
      skipLineEnds()
      if current.kind == .leftBrace, isBlockLike(position) {
        reportHere(.expectedExpression(found: found, after: "="))
        break
      }
      let value = parseExpression()
      if names.contains(where: { $0.name.name == key.name }) {
        noteUnlessPanicking(.duplicateName(kind: "name", name: key.name), at: key.span)
      }
      names.append(NamedArgument(key, value))
      if current.kind == .comma {
        advance()
        skipLineEnds()
        if endsStatement(current) {
          reportHere(.expected("'name=values' after ','", found: found))
        }
      } else if current.kind.isWordLike, current.kind != .with, following.kind == .assign {
        noteUnlessPanicking(.sweepSeparator, at: current.span)
      } else if current.kind == .pipe {
        reportHere(.pipelineNeedsParentheses)
      } else {
        break
      }
    }
    return names
  }

  /// The braces at an index hold no record: nothing like `{a: …` or `{a, …`.
  private func isBlockLike(_ index: Int) -> Bool {
    let first = token(index + 1)
    let second = token(index + 2)
    return !(first.kind.isWordLike || first.kind == .string)
      || !(second.kind == .colon || second.kind == .comma || second.kind == .rightBrace)
  }
}
