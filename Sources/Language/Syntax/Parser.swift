/// Reads a cell's text into its syntax tree.
///
/// A recursive descent over the lexed tokens with operator precedence. After an error it goes on
/// behind the bracket or statement that holds the mistake, so that one mistake gives one error and
/// all mistakes are found. Reading is linear in the text; a bracket level costs six call frames.
public struct Parser {
  /// How deep brackets, blocks and prefixes nest at most.
  public static let maximumDepth = 1_000
  /// How high an expression's tree grows at most, chains of operators included.
  public static let maximumHeight = 10_000
  /// How many errors a cell keeps; `DiagnosticPrinter` shows fewer.
  static let maximumProblems = 1_000

  /// How what surrounds an expression changes its reading.
  struct Mode {
    /// A line's end ends the statement (false inside brackets).
    var lineEnds = true
    /// A blank ends the value: an argument of a command.
    var isArgument = false
    /// `{` after a value begins a block: a condition.
    var braceOpensBlock = false

    static let bracket = Mode(lineEnds: false)
    static let block = Mode()
  }

  let source: SourceText
  let lexed: LexedSource
  let context: any ParsingContext

  var position = 0
  /// The end of the token consumed last.
  var previousEnd = 0
  var mode = Mode()
  var depth = 0
  var isPanicking = false
  var hasGivenUp = false
  var hasProblemAtEnd = false
  var problems: [SyntaxProblem] = []

  /// Variables bound so far, the cell's own at the bottom.
  var scopes: [Set<String>] = [[]]
  /// The cell's `fn`s and what its imports bring, known before the rest is read.
  var functions: Set<String> = []
  var loopDepth = 0
  var functionDepth = 0
  var nextOrdinal = 0

  private init(_ source: SourceText, _ context: any ParsingContext) {
    self.source = source
    self.context = context
    lexed = Lexer.lex(source)
  }

  /// Parses a whole cell, entry or script.
  ///
  /// A text that begins with `|` continues from the variable `_`, where that is bound.
  public static func parse(_ source: SourceText, context: some ParsingContext) -> ParsedCell {
    var parser = Parser(source, context)
    parser.collectDefinitions()
    let statements = parser.parseStatements(until: nil)
    let block = Block(statements, SourceSpan(0, source.bytes.count))
    return parser.finish(block)
  }

  private mutating func finish(_ block: Block) -> ParsedCell {
    problems.append(contentsOf: lexed.innerProblems)
    let order = problems.indices.sorted {
      (problems[$0].span.start, $0) < (problems[$1].span.start, $1)
    }
    let isIncomplete = !problems.isEmpty && problems.allSatisfy(\.isAtEnd)
    let diagnostics = order.prefix(Self.maximumProblems).map { problems[$0].diagnostic }
    return ParsedCell(
      source: source, block: block, diagnostics: diagnostics, isIncomplete: isIncomplete)
  }

  /// Finds the names of the cell's `fn`s and imports, wherever they stand.
  private mutating func collectDefinitions() {
    let tokens = lexed.tokens
    for index in tokens.indices.dropLast() {
      let next = tokens[index + 1]
      if tokens[index].kind == .fn, next.kind == .word {
        functions.insert(text(next))
      } else if tokens[index].kind == .import, next.kind == .string {
        let names = context.importedNames(lexed.texts[Int(next.payload)])
        functions.formUnion(names.functions)
        scopes[0].formUnion(names.variables)
      }
    }
  }

  // MARK: Tokens

  var current: Token { lexed.tokens[position] }

  /// The token behind the current one; the end token has itself behind it.
  var following: Token { token(position + 1) }

  func token(_ index: Int) -> Token { lexed.tokens[min(index, lexed.tokens.count - 1)] }

  func text(_ token: Token) -> String {
    String(decoding: source.bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
  }

  /// Goes behind the current token and, inside brackets, behind the line ends after it.
  mutating func advance() {
    guard current.kind != .end else { return }
    previousEnd = Int(current.end)
    position += 1
    if !mode.lineEnds { skipLineEnds() }
  }

  mutating func skipLineEnds() {
    while current.kind == .newline { position += 1 }
  }

  /// The index of the first token behind line ends, from the current one.
  var positionPastLineEnds: Int {
    var index = position
    while lexed.tokens[index].kind == .newline { index += 1 }
    return index
  }

  /// From an offset to the end of what was consumed.
  func span(from start: Int) -> SourceSpan { SourceSpan(start, max(start, previousEnd)) }

  /// How a message names the current token.
  var found: String { describe(current) }

  func describe(_ token: Token) -> String {
    switch token.kind {
    case .end: "the end of the text"
    case .newline: "the end of the line"
    case .string, .stringStart, .stringText: "a string"
    case .interpolationEnd: "'}'"
    case .stringEnd, .interpolationFormat, .interpolationStart: "the end of the value"
    default: "'\(text(token))'"
    }
  }

  // MARK: Problems

  /// Reports an error that the parser has to recover from; silent until it has.
  mutating func report(
    _ error: SyntaxError, at span: SourceSpan, isAtEnd: Bool = false,
    related: (span: SourceSpan, label: String)? = nil
  ) {
    guard !isPanicking, !hasGivenUp else { return }
    isPanicking = true
    note(error, at: span, isAtEnd: isAtEnd, related: related)
  }

  /// Reports an error after which reading goes on as if it were mended.
  mutating func note(
    _ error: SyntaxError, at span: SourceSpan, isAtEnd: Bool = false,
    related: (span: SourceSpan, label: String)? = nil
  ) {
    guard !hasGivenUp, problems.count < Self.maximumProblems else { return }
    // One mistake at the end is enough: what is open there is open for the same reason.
    if isAtEnd {
      guard !hasProblemAtEnd else { return }
      hasProblemAtEnd = true
    }
    problems.append(
      SyntaxProblem(error: error, span: span, isAtEnd: isAtEnd, related: related))
  }

  /// As ``note(_:at:isAtEnd:related:)``, but silent while recovering.
  mutating func noteUnlessPanicking(_ error: SyntaxError, at span: SourceSpan) {
    if !isPanicking { note(error, at: span) }
  }

  /// Reports an error at the current token; an invalid token's own problem takes precedence.
  mutating func reportHere(_ error: SyntaxError) {
    guard !isPanicking, !hasGivenUp else { return }
    let token = current
    if token.kind == .invalid {
      let problem = lexed.problems[Int(token.payload)]
      report(problem.error, at: problem.span, isAtEnd: problem.isAtEnd)
    } else if token.kind == .newline || token.kind == .end {
      // The mark stands behind the last token, not on another line.
      report(
        error, at: SourceSpan(previousEnd, previousEnd), isAtEnd: token.kind == .end)
    } else {
      report(error, at: token.span)
    }
  }

  /// Stops reading: everything behind is ignored.
  mutating func giveUp(_ error: SyntaxError, at span: SourceSpan) {
    guard !hasGivenUp else { return }
    if !isPanicking { note(error, at: span) }
    hasGivenUp = true
    isPanicking = true
    position = lexed.tokens.count - 1
  }

  /// Counts one more level of nesting; false, with the error reported, where that is too deep.
  mutating func enter() -> Bool {
    depth += 1
    if depth > Self.maximumDepth {
      giveUp(.nestingTooDeep(limit: Self.maximumDepth), at: current.span)
      return false
    }
    return true
  }

  mutating func leave() { depth -= 1 }

  /// Makes a node, and refuses trees that would be too high to walk.
  mutating func make(_ kind: ExpressionKind, _ span: SourceSpan) -> Expression {
    let expression = Expression(kind, span)
    guard expression.height <= Self.maximumHeight else {
      giveUp(.expressionTooLong(limit: Self.maximumHeight), at: SourceSpan(span.end, span.end))
      return Expression(.invalid, span)
    }
    return expression
  }

  // MARK: Brackets

  /// Consumes an opening bracket and enters its inside; gives back what `close` needs.
  mutating func open(_ inside: Mode) -> (opener: Int, outside: Mode) {
    let state = (position, mode)
    mode = inside
    advance()
    return state
  }

  /// Leaves a bracket: consumes its closer, or reports that it lacks and finds the place behind.
  mutating func close(_ state: (opener: Int, outside: Mode), _ closer: TokenKind) {
    if current.kind != closer {
      reportUnclosed(state.opener, closer)
      let partner = Int(lexed.tokens[state.opener].payload)
      if hasGivenUp || partner < position {
        if !hasGivenUp, current.kind.isCloser, current.payload < 0 {
          // `[a, b)`: the stray bracket was meant to close this one.
          mode = state.outside
          advance()
          isPanicking = false
          return
        }
        mode = state.outside
        stepBackToLineEnd()
        return
      }
      position = partner
    }
    isPanicking = hasGivenUp
    mode = state.outside
    advance()
  }

  /// Where line ends count again, the one before the current token does too.
  private mutating func stepBackToLineEnd() {
    if mode.lineEnds, position > 0, lexed.tokens[position - 1].kind == .newline { position -= 1 }
  }

  private mutating func reportUnclosed(_ opener: Int, _ closer: TokenKind) {
    guard !isPanicking, !hasGivenUp else { return }
    let opening = lexed.tokens[opener]
    let token = current
    if token.kind == .invalid { return reportHere(.unexpectedToken(found)) }
    let bracket = text(opening)
    if opening.payload < 0, token.kind == .end || token.isFirstOnLine || !token.kind.isCloser {
      report(.unclosedBracket(bracket), at: opening.span, isAtEnd: token.kind == .end)
    } else if token.kind.isCloser {
      report(
        .wrongBracket(found: text(token), expected: SyntaxError.closing(bracket)), at: token.span,
        related: (opening.span, "to close this"))
    } else {
      report(
        .expected("'\(SyntaxError.closing(bracket))'", found: found), at: token.span,
        related: (opening.span, "to close this"))
    }
  }

  /// Reads `item`s separated by commas up to the closer. The items' parser must consume a token
  /// or report an error.
  mutating func parseItems(
    _ state: (opener: Int, outside: Mode), _ closer: TokenKind,
    _ item: (inout Parser) -> Void
  ) {
    let partner = Int(lexed.tokens[state.opener].payload)
    while !hasGivenUp, current.kind != closer {
      if current.kind == .end || current.kind.isCloser { break }
      if partner < 0, current.isFirstOnLine, current.kind.startsStatementOnly { break }
      let before = position
      item(&self)
      if !isPanicking {
        if current.kind == .comma {
          advance()
          continue
        }
        if current.kind == closer { break }
        if partner < 0, current.isFirstOnLine || current.kind == .end { break }
        if current.kind == .pipe {
          reportHere(.pipelineNeedsParentheses)
        } else if current.kind == .end || current.kind.isCloser {
          break
        } else {
          reportHere(.missingComma(found: found, closing: closerText(closer)))
        }
      }
      skip(toCommaOf: partner)
      guard current.kind == .comma else { break }
      isPanicking = false
      advance()
      if position == before { break }
    }
    close(state, closer)
  }

  private func closerText(_ closer: TokenKind) -> String {
    switch closer {
    case .rightParenthesis: ")"
    case .rightBracket: "]"
    default: "}"
    }
  }

  /// Skips to a comma of this bracket, or to its closer; where it has none, also to any closer or
  /// the next line.
  private mutating func skip(toCommaOf partner: Int) {
    while current.kind != .end, position != partner {
      let token = current
      if token.kind == .comma { return }
      if partner < 0, token.kind.isCloser || token.kind == .newline || token.isFirstOnLine {
        return
      }
      step()
    }
  }

  /// One token ahead while skipping; an opening bracket with all that it holds.
  mutating func step() {
    let token = current
    if token.payload > position, isOpener(token.kind) { position = Int(token.payload) }
    previousEnd = Int(current.end)
    if current.kind != .end { position += 1 }
  }

  private func isOpener(_ kind: TokenKind) -> Bool {
    switch kind {
    case .leftParenthesis, .leftBracket, .leftBrace, .stringStart, .interpolationStart: true
    default: false
    }
  }

  // MARK: Names

  func isVariable(_ name: String) -> Bool {
    for scope in scopes.reversed() where scope.contains(name) { return true }
    return context.isVariable(name)
  }

  mutating func bind(_ name: String) { scopes[scopes.count - 1].insert(name) }

  func isFunction(_ name: String) -> Bool { functions.contains(name) || context.isFunction(name) }

  mutating func takeOrdinal() -> Int {
    defer { nextOrdinal += 1 }
    return nextOrdinal
  }

  /// A name that is being bound. Nil, with an error, where none stands.
  mutating func parseName(_ wanted: String) -> Identifier? {
    let token = current
    if token.kind == .word {
      advance()
      return Identifier(text(token), token.span)
    }
    if token.kind.isKeyword {
      noteUnlessPanicking(.keywordAsName(text(token)), at: token.span)
      advance()
      return Identifier(text(token), token.span)
    }
    reportHere(.expected(wanted, found: found))
    return nil
  }
}

extension SyntaxProblem {
  var diagnostic: Diagnostic {
    var diagnostic = Diagnostic(
      error.code, error.message, at: span, label: error.label, hint: error.hint)
    if let related {
      diagnostic.related.append(DiagnosticMark(related.span, related.label))
    }
    return diagnostic
  }
}
