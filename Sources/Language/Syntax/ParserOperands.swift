extension Parser {
  /// A value that holds together by itself.
  mutating func parsePrimary() -> Expression {
    let token = current
    switch token.kind {
    case .integer:
      advance()
      return make(.integer(lexed.integers[Int(token.payload)]), token.span)
    case .integerMinimum:
      advance()
      noteUnlessPanicking(.integerOverflow(text(token)), at: token.span)
      return make(.invalid, token.span)
    case .float:
      advance()
      return make(.float(lexed.floats[Int(token.payload)]), token.span)
    case .string:
      advance()
      let text = lexed.texts[Int(token.payload)]
      return make(.string(text.isEmpty ? [] : [.text(text)]), token.span)
    case .true, .false:
      advance()
      return make(.bool(token.kind == .true), token.span)
    case .null:
      advance()
      return make(.null, token.span)
    case .word: return parseWord()
    case .stringStart: return nested { $0.parseString() }
    case .leftParenthesis:
      return nested { parser in
        let partner = Int(token.payload)
        return partner >= 0 && parser.token(partner + 1).kind == .arrow
          ? parser.parseLambda() : parser.parseParentheses()
      }
    case .leftBracket: return nested { $0.parseList() }
    case .leftBrace: return nested { $0.parseRecord() }
    case .if: return nested { $0.parseIf() }
    case .try: return nested { $0.parseTry() }
    case .time: return nested { $0.parseTime() }
    case .sweep: return nested { $0.parseSweep() }
    case _ where token.kind.startsStatementOnly:
      reportHere(.statementAsExpression(text(token)))
    case .else: reportHere(.misplacedKeyword("else", belongsAfter: "if"))
    case .catch: reportHere(.misplacedKeyword("catch", belongsAfter: "try"))
    default: reportHere(.expectedExpression(found: found, after: nil))
    }
    return Expression(.invalid, SourceSpan(Int(token.start), Int(token.start)))
  }

  private mutating func nested(_ parse: (inout Parser) -> Expression) -> Expression {
    let span = current.span
    guard enter() else { return Expression(.invalid, span) }
    defer { leave() }
    return parse(&self)
  }

  /// A value can begin with this token: what an argument may begin with, but for a minus.
  func startsValue(_ token: Token) -> Bool {
    switch token.kind {
    case .word, .integer, .integerMinimum, .float, .string, .stringStart, .true, .false, .null,
      .leftParenthesis, .leftBracket, .leftBrace:
      true
    default: false
    }
  }

  // MARK: Names

  /// A variable, `name(…)`, or the start of a lambda.
  private mutating func parseWord() -> Expression {
    let token = current
    if following.kind == .arrow { return nested { $0.parseLambda() } }
    let end = chainEnd(from: position)
    let next = self.token(end)
    if next.kind == .leftParenthesis, !next.precededByBlank {
      let name = chainText(from: position, to: end)
      if end == position + 1 || context.isCommand(name) || !isVariable(text(token)) {
        return nested { $0.parseParenthesizedCall(upTo: end) }
      }
    }
    let isDotted = end > position + 1
    advance()
    let name = text(token)
    if !mode.isArgument, !isDotted, current.precededByBlank, startsValue(current),
      !(mode.braceOpensBlock && current.kind == .leftBrace), !current.isFirstOnLine,
      isCallable(name), !isVariable(name)
    {
      return parseMisplacedCall(name, from: Int(token.start))
    }
    return make(.name(name), token.span)
  }

  func isCallable(_ name: String) -> Bool { isFunction(name) || context.isCommand(name) }

  /// The index behind a dotted name's last word.
  func chainEnd(from start: Int) -> Int {
    var end = start + 1
    while token(end).kind == .dot, !token(end).precededByBlank, token(end + 1).kind.isWordLike,
      !token(end + 1).precededByBlank
    {
      end += 2
    }
    return end
  }

  /// The dotted name of the tokens of a chain.
  func chainText(from start: Int, to end: Int) -> String {
    let (first, last) = (token(start).start, token(end - 1).end)
    return String(decoding: source.bytes[Int(first)..<Int(last)], as: UTF8.self)
  }

  /// `f x` where only `f(x)` can stand: says so, and reads over the arguments.
  private mutating func parseMisplacedCall(_ name: String, from start: Int) -> Expression {
    let first = Int(current.start)
    let ordinal = takeOrdinal()
    let arguments = parseCommandArguments()
    let span = span(from: start)
    let fix = name + fixedArguments(arguments)
    noteUnlessPanicking(
      .callNeedsParentheses(name: name, fix: Self.isShort(fix) ? fix : "\(name)(…)"),
      at: SourceSpan(start, max(first, previousEnd)))
    let call = CallSyntax(
      callee: Identifier(name, SourceSpan(start, start + name.utf8.count)), arguments: arguments,
      span: span, ordinal: ordinal, isParenthesized: false)
    return make(.call(call), span)
  }

  // MARK: Lambdas

  private mutating func parseLambda() -> Expression {
    let start = Int(current.start)
    var parameters: [FunctionParameter] = []
    let isArgument = mode.isArgument
    if current.kind == .leftParenthesis {
      parameters = parseParameters()
    } else if let name = parseName("a parameter's name") {
      parameters = [FunctionParameter(name, default: nil)]
    }
    guard current.kind == .arrow else {
      return Expression(.invalid, span(from: start))
    }
    let arrow = current
    advance()
    skipLineEnds()
    if endsStatement(current) || current.kind == .comma {
      reportHere(.expectedExpression(found: found, after: "->"))
      return Expression(.invalid, span(from: start))
    }
    let saved = mode
    mode.isArgument = false
    let (loops, outer) = (loopDepth, functionDepth)
    loopDepth = 0
    functionDepth += 1
    scopes.append(Set(parameters.map(\.name.name)))
    let body = parsePipeline()
    scopes.removeLast()
    (loopDepth, functionDepth) = (loops, outer)
    mode = saved
    if isArgument { noteUnlessPanicking(.lambdaNeedsParentheses, at: arrow.span) }
    return make(.lambda(parameters, body), span(from: start))
  }

  // MARK: Brackets

  private mutating func parseParentheses() -> Expression {
    let start = Int(current.start)
    let state = open(.bracket)
    if current.kind == .rightParenthesis {
      reportHere(.expectedExpression(found: found, after: "("))
      close(state, .rightParenthesis)
      return Expression(.invalid, span(from: start))
    }
    let inner = parsePipeline()
    if current.kind == .comma {
      reportHere(.severalValuesInParentheses)
    } else if current.kind.isAssignment {
      reportHere(.assignmentInExpression)
    }
    close(state, .rightParenthesis)
    return make(.parenthesized(inner), span(from: start))
  }

  private mutating func parseList() -> Expression {
    let start = Int(current.start)
    let state = open(.bracket)
    var items: [Expression] = []
    parseItems(state, .rightBracket) { parser in items.append(parser.parseExpression()) }
    return make(.list(items), span(from: start))
  }

  private mutating func parseRecord() -> Expression {
    let start = Int(current.start)
    let state = open(.bracket)
    var fields: [RecordField] = []
    var names: Set<String> = []
    parseItems(state, .rightBrace) { parser in
      guard let field = parser.parseRecordField() else { return }
      if !names.insert(field.name.name).inserted {
        parser.noteUnlessPanicking(
          .duplicateName(kind: "key", name: field.name.name), at: field.name.span)
      }
      fields.append(field)
    }
    return make(.record(fields), span(from: start))
  }

  private mutating func parseRecordField() -> RecordField? {
    let token = current
    let key: Identifier
    switch token.kind {
    case .string: key = Identifier(lexed.texts[Int(token.payload)], token.span)
    case _ where token.kind.isWordLike: key = Identifier(text(token), token.span)
    case _ where token.kind.startsStatementOnly:
      reportHere(.recordLooksLikeBlock)
      return nil
    default:
      reportHere(.recordKey(found: found))
      return nil
    }
    let next = following.kind
    if token.kind.startsStatementOnly, next != .colon, next != .comma, !next.isCloser {
      reportHere(.recordLooksLikeBlock)
      return nil
    }
    advance()
    if current.kind == .colon {
      advance()
      if current.kind == .comma || current.kind.isCloser || current.kind == .end {
        reportHere(.expectedExpression(found: found, after: ":"))
        return nil
      }
      return RecordField(key, parseExpression())
    }
    let isShorthand = current.kind == .comma || current.kind.isCloser || current.kind == .end
    if isShorthand {
      if token.kind == .string {
        reportHere(.expected("':' after the key", found: found))
        return nil
      }
      if token.kind.isKeyword { noteUnlessPanicking(.keywordAsName(key.name), at: token.span) }
      return RecordField(key, make(.name(key.name), key.span))
    }
    if current.kind.isAssignment || current.kind == .semicolon
      || (current.isFirstOnLine && current.kind.startsStatementOnly)
    {
      reportHere(.recordLooksLikeBlock)
    } else if current.isFirstOnLine || current.kind == .string || current.kind == .integer
      || current.kind.isWordLike
    {
      reportHere(.missingComma(found: found, closing: "}"))
    } else {
      reportHere(.expected("':' after the key", found: found))
    }
    return nil
  }

  // MARK: Strings

  private mutating func parseString() -> Expression {
    let start = Int(current.start)
    let end = Int(current.payload)
    let saved = mode
    mode = .bracket
    // Text tokens are no code: line ends in them are none.
    position += 1
    var pieces: [StringPiece] = []
    while !hasGivenUp, position < end {
      let token = current
      if token.kind == .stringText {
        let text = lexed.texts[Int(token.payload)]
        if !text.isEmpty { pieces.append(.text(text)) }
        position += 1
      } else if token.kind == .interpolationStart {
        pieces.append(parseInterpolation())
      } else {
        reportHere(.unexpectedToken(found))
        break
      }
    }
    guard !hasGivenUp else { return Expression(.invalid, SourceSpan(start, start)) }
    position = end
    mode = saved
    advance()
    return make(.string(pieces), span(from: start))
  }

  /// The problem that ended an interpolation before its brace, if one did: then its end is a token
  /// without text.
  private func unfinishedProblem(before end: Int) -> SyntaxProblem? {
    guard token(end).start == token(end).end else { return nil }
    var index = end - 1
    while index > position, token(index).start == token(index).end, token(index).kind != .invalid {
      index -= 1
    }
    return token(index).kind == .invalid ? lexed.problems[Int(token(index).payload)] : nil
  }

  private mutating func parseInterpolation() -> StringPiece {
    let end = Int(current.payload)
    advance()
    var format: String?
    var value = Expression(.invalid, current.span)
    if current.kind == .interpolationFormat || position == end {
      reportHere(.expectedExpression(found: "'}'", after: "${"))
    } else {
      value = parseExpression()
      if !isPanicking, current.kind == .interpolationFormat {
        let token = current
        let text = lexed.texts[Int(token.payload)]
        do {
          _ = try NumberFormat(text)
        } catch {
          note(.invalidFormat(text, reason: error.reason), at: token.span)
        }
        format = text
        position += 1
      }
      if position != end {
        if let problem = unfinishedProblem(before: end) {
          report(problem.error, at: problem.span, isAtEnd: problem.isAtEnd)
        } else if current.kind == .pipe {
          reportHere(.pipelineNeedsParentheses)
        } else {
          reportHere(.expected("'}' after the value", found: found))
        }
      }
    }
    guard !hasGivenUp else { return .text("") }
    // An unclosed string inside has reported itself; the text goes on behind this one.
    let isUnfinished = token(end).start == token(end).end
    position = end + 1
    if !isUnfinished { isPanicking = false }
    return .interpolation(value, format: format)
  }
}
