extension Parser {
  /// How tightly operators bind, loosest first.
  enum Power: Int, Comparable {
    case or = 1
    case and, not, comparison, range, sum, product, sign, power
    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    var next: Power { Power(rawValue: rawValue + 1) ?? .power }
  }

  /// The power of an infix operator, nil where the token is none.
  private func power(_ kind: TokenKind) -> Power? {
    switch kind {
    case .or: .or
    case .and: .and
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .not: .comparison
    case .range, .halfOpenRange: .range
    case .plus, .minus: .sum
    case .star, .slash, .doubleSlash, .percent, .at: .product
    case .doubleStar: .power
    default: nil
    }
  }

  private func binaryOperator(_ kind: TokenKind) -> BinaryOperator? {
    switch kind {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .in: .isIn
    case .plus: .add
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .doubleSlash: .floorDivide
    case .percent: .modulo
    case .at: .matrixProduct
    case .doubleStar: .power
    default: nil
    }
  }

  /// An infix operator stands here.
  func isOperator(_ token: Token) -> Bool { power(token.kind) != nil }

  /// An expression of operators that bind at least as tightly as `minimum`.
  mutating func parseExpression(_ minimum: Power = .or) -> Expression {
    let left = parsePrefix(minimum)
    return parseInfix(left, minimum)
  }

  // MARK: Prefix

  private mutating func parsePrefix(_ minimum: Power) -> Expression {
    let token = current
    let start = Int(token.start)
    let symbol: UnaryOperator
    switch token.kind {
    case .minus: symbol = .negate
    case .plus: symbol = .plus
    case .not: symbol = .not
    default: return parseOperand()
    }
    if token.kind == .minus, following.kind == .integerMinimum, !following.precededByBlank,
      self.token(position + 2).kind != .doubleStar
    {
      advance()
      advance()
      return make(.integer(.min), span(from: start))
    }
    guard enter() else { return Expression(.invalid, token.span) }
    defer { leave() }
    if symbol == .not, minimum > .not { noteUnlessPanicking(.misplacedNot, at: token.span) }
    advance()
    if !mode.isArgument { skipLineEnds() }
    let operand = parseExpression(symbol == .not ? .comparison : .sign)
    return make(.unary(symbol, operand), span(from: start))
  }

  // MARK: Infix

  /// Goes on behind a left operand with operators that bind at least as tightly as `minimum`.
  mutating func parseInfix(_ first: Expression, _ minimum: Power) -> Expression {
    var left = first
    // Set behind a comparison or a range: neither chains.
    var last: Power?
    while !isPanicking {
      let token = current
      guard let power = power(token.kind), power >= minimum else { break }
      if mode.isArgument, !continuesArgument(token) { break }
      var negated = false
      if token.kind == .not {
        guard following.kind == .in else { break }
        negated = true
      }
      if power == last {
        if power == .comparison {
          note(.comparisonChain(text(token)), at: token.span)
        } else if power == .range {
          note(.rangeChain, at: token.span)
        }
      }
      last = power
      advance()
      if negated { advance() }
      skipLineEnds()
      left = parseRight(of: left, token, power, negated: negated)
    }
    return left
  }

  private mutating func parseRight(
    of left: Expression, _ token: Token, _ power: Power, negated: Bool
  ) -> Expression {
    if endsOperand(current) {
      reportHere(.expectedExpression(found: found, after: text(token)))
      return left
    }
    let right: Expression
    if power == .power {
      guard enter() else { return left }
      right = parseExpression(.sign)
      leave()
    } else {
      right = parseExpression(power.next)
    }
    let span = left.span.through(right.span)
    switch token.kind {
    case .and: return make(.logical(.and, left, right), span)
    case .or: return make(.logical(.or, left, right), span)
    case .range, .halfOpenRange:
      return make(.range(from: left, to: right, closed: token.kind == .range), span)
    default:
      let symbol = negated ? .isNotIn : binaryOperator(token.kind) ?? .add
      return make(.binary(symbol, left, right), span)
    }
  }

  private func endsOperand(_ token: Token) -> Bool {
    endsStatement(token) || token.kind == .comma || token.kind == .pipe
  }

  /// Inside an argument an operator goes on only where it touches both sides.
  private func continuesArgument(_ token: Token) -> Bool {
    guard !token.precededByBlank else { return false }
    let next = following
    return !next.precededByBlank || next.kind == .newline || next.kind == .end
  }

  // MARK: Operands

  /// A primary expression with its fields, indexes and calls.
  private mutating func parseOperand() -> Expression {
    let start = Int(current.start)
    var operand = parsePrimary()
    while !isPanicking, !current.precededByBlank {
      switch current.kind {
      case .dot:
        let dot = current
        advance()
        guard current.kind.isWordLike, !current.precededByBlank else {
          if current.kind == .integer {
            reportHere(.expected("a field's name (items by number are x[0])", found: found))
          } else if current.kind == .newline || current.kind == .end || current.precededByBlank {
            report(.expected("a field's name after '.'", found: found), at: dot.span)
          } else {
            reportHere(.expected("a field's name after '.'", found: found))
          }
          return operand
        }
        let name = Identifier(text(current), current.span)
        advance()
        operand = make(.field(operand, name), span(from: start))
      case .leftBracket:
        guard enter() else { return operand }
        let items = parseIndex()
        leave()
        operand = make(.index(operand, items), span(from: start))
      case .leftParenthesis:
        guard enter() else { return operand }
        let arguments = parseParenthesizedArguments()
        leave()
        operand = make(.callValue(operand, arguments), span(from: start))
      default:
        return operand
      }
    }
    return operand
  }

  /// `[0, 1..3, ..]`, at the bracket.
  private mutating func parseIndex() -> [IndexItem] {
    let start = Int(current.start)
    let state = open(.bracket)
    var items: [IndexItem] = []
    parseItems(state, .rightBracket) { parser in items.append(parser.parseIndexItem()) }
    if items.isEmpty { noteUnlessPanicking(.emptyIndex, at: span(from: start)) }
    return items
  }

  private mutating func parseIndexItem() -> IndexItem {
    let start = Int(current.start)
    var from: Expression?
    if current.kind != .range, current.kind != .halfOpenRange {
      guard current.kind != .not else { return .at(parseExpression()) }
      let value = parseExpression(.sum)
      guard current.kind == .range || current.kind == .halfOpenRange else {
        return .at(parseInfix(value, .or))
      }
      from = value
    }
    guard !isPanicking else { return .at(Expression(.invalid, span(from: start))) }
    let closed = current.kind == .range
    advance()
    var to: Expression?
    if current.kind != .comma, !current.kind.isCloser { to = parseExpression(.sum) }
    return .range(from: from, to: to, closed: closed, span(from: start))
  }
}
