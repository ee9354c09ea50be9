/// Turns a source's bytes into tokens.
///
/// It never fails: what is no token becomes an `.invalid` one with its problem. Brackets, strings
/// and interpolations are kept on one explicit stack, so that depth costs no call stack and every
/// opening token knows its closing one. Time and memory are linear in the source.
struct Lexer {
  /// A bracket, a string or an interpolation that is not closed yet.
  struct Opener {
    enum Kind { case parenthesis, bracket, brace, interpolation, lineString, blockString }
    let kind: Kind
    /// The index of the opening token.
    let token: Int
    /// The text pieces of a `"""` string: they are decoded when all of it is known.
    var pieces: [TextPiece] = []
    /// The counts of open brackets outside of this interpolation.
    var outerCounts = BracketCounts()
    var isString: Bool { kind == .lineString || kind == .blockString }
  }

  struct TextPiece {
    let text: Int
    let start: Int
    let end: Int
  }

  /// Open brackets by kind since the innermost interpolation began.
  struct BracketCounts {
    var parenthesis = 0
    var bracket = 0
    var brace = 0
  }

  /// The longest source that is read, in bytes.
  static let maximumBytes = 16 << 20

  let bytes: [UInt8]
  var position = 0
  var output = LexedSource()
  var openers: [Opener] = []
  var counts = BracketCounts()
  /// Where open `"…"` strings and interpolations stand in `openers`; while a line's string is
  /// open, a line's end is an error.
  var lineStrings: [Int] = []
  var interpolations: [Int] = []
  var blankBefore = true
  var firstOnLine = true

  init(_ source: SourceText) { bytes = source.bytes }

  static func lex(_ source: SourceText) -> LexedSource {
    var lexer = Lexer(source)
    guard lexer.bytes.count <= maximumBytes else {
      lexer.fail(
        .sourceTooLarge(bytes: lexer.bytes.count, limit: maximumBytes), SourceSpan(0, 0))
      lexer.position = lexer.bytes.count
      lexer.emit(.end, from: lexer.position)
      return lexer.output
    }
    lexer.output.tokens.reserveCapacity(lexer.bytes.count / 4 + 1)
    if lexer.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { lexer.position = 3 }
    while true {
      if let top = lexer.openers.last, top.isString {
        lexer.lexStringContent(of: top.kind)
      } else if !lexer.lexCode() {
        break
      }
    }
    return lexer.output
  }

  // MARK: Helpers

  /// The byte `offset` behind the position; 0 behind the end.
  func byte(_ offset: Int = 0) -> UInt8 {
    let index = position + offset
    return index < bytes.count ? bytes[index] : 0
  }

  var isAtEnd: Bool { position >= bytes.count }

  @discardableResult
  mutating func emit(_ kind: TokenKind, from start: Int, payload: Int = -1) -> Int {
    output.tokens.append(
      Token(
        kind: kind, precededByBlank: blankBefore, isFirstOnLine: firstOnLine,
        start: Int32(start), end: Int32(position), payload: Int32(payload)))
    blankBefore = false
    firstOnLine = false
    return output.tokens.count - 1
  }

  /// An `.invalid` token over the span, with its problem.
  mutating func fail(_ error: SyntaxError, _ span: SourceSpan, isAtEnd: Bool = false) {
    output.problems.append(SyntaxProblem(error: error, span: span, isAtEnd: isAtEnd))
    emit(.invalid, from: span.start, payload: output.problems.count - 1)
  }

  /// A problem inside a token; the first thousand are kept.
  mutating func note(_ error: SyntaxError, _ span: SourceSpan) {
    guard output.innerProblems.count < 1000 else { return }
    output.innerProblems.append(SyntaxProblem(error: error, span: span))
  }

  /// The Unicode scalar at an offset, and its length in bytes.
  func scalar(at offset: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let first = bytes[offset]
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    let end = min(offset + length, bytes.count)
    let text = String(decoding: bytes[offset..<end], as: UTF8.self)
    return (text.unicodeScalars.first ?? "\u{FFFD}", end - offset)
  }

  /// The end of the word that begins at an offset, or the offset itself where none begins.
  func wordEnd(from offset: Int) -> Int {
    var index = offset
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        let isLetter = (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_")
        let isDigit = byte &- 0x30 < 10
        guard isLetter || (isDigit && index > offset) else { break }
        index += 1
      } else {
        let (scalar, length) = scalar(at: index)
        let properties = scalar.properties
        guard properties.isXIDStart || (index > offset && properties.isXIDContinue) else { break }
        index += length
      }
    }
    return index
  }

  // MARK: Code

  /// Reads one token of code; false once the end is emitted.
  mutating func lexCode() -> Bool {
    skipBlanks()
    let start = position
    guard !isAtEnd else { return lexEnd() }
    let first = bytes[position]
    switch first {
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
      lexLineEnd()
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      lexNumber()
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      lexQuote()
    case UInt8(ascii: "("):
      open(.parenthesis, .leftParenthesis)
    case UInt8(ascii: "["):
      open(.bracket, .leftBracket)
    case UInt8(ascii: "{"):
      open(.brace, .leftBrace)
    case UInt8(ascii: ")"):
      close(.parenthesis, .rightParenthesis)
    case UInt8(ascii: "]"):
      close(.bracket, .rightBracket)
    case UInt8(ascii: "}"):
      if counts.brace == 0, let index = interpolations.last {
        closeInterpolation(at: index)
      } else {
        close(.brace, .rightBrace)
      }
    case UInt8(ascii: ":"):
      if openers.last?.kind == .interpolation {
        lexFormat()
      } else {
        position += 1
        emit(.colon, from: start)
      }
    default:
      let end = wordEnd(from: position)
      if end > position {
        let kind = Keywords.kind(of: bytes[position..<end]) ?? .word
        position = end
        emit(kind, from: start)
      } else if !lexOperator() {
        lexUnexpected()
      }
    }
    return true
  }

  mutating func skipBlanks() {
    while !isAtEnd {
      let byte = bytes[position]
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        position += 1
      } else if byte == UInt8(ascii: "#") {
        skipComment()
      } else {
        return
      }
      blankBefore = true
    }
  }

  private mutating func skipComment() {
    while !isAtEnd, bytes[position] != UInt8(ascii: "\n") {
      if isControl(bytes[position]), !isLineEnd(at: position) { noteControlCharacter() }
      position += 1
    }
    // Leave the carriage return of a line's end to the line's end.
    if position > 0, !isAtEnd, bytes[position - 1] == 0x0D { position -= 1 }
  }

  func isControl(_ byte: UInt8) -> Bool {
    (byte < 0x20 && byte != 0x09 && byte != 0x0A) || byte == 0x7F
  }

  func isLineEnd(at offset: Int) -> Bool {
    bytes[offset] == 0x0A
      || (bytes[offset] == 0x0D && offset + 1 < bytes.count && bytes[offset + 1] == 0x0A)
  }

  mutating func noteControlCharacter() {
    note(
      .controlCharacter(UInt32(bytes[position])), SourceSpan(position, position + 1))
  }

  private mutating func lexLineEnd() {
    guard isLineEnd(at: position) else { return lexUnexpected() }
    if !lineStrings.isEmpty { return endLineStrings() }
    let start = position
    position += bytes[position] == 0x0D ? 2 : 1
    if output.tokens.last?.kind != .newline { emit(.newline, from: start) }
    blankBefore = true
    firstOnLine = true
  }

  private mutating func lexEnd() -> Bool {
    if !lineStrings.isEmpty {
      endLineStrings()
      return true
    }
    if let index = openers.firstIndex(where: \.isString) {
      endBlockStrings(from: index)
      return true
    }
    emit(.end, from: position)
    return false
  }

  // MARK: Brackets

  private mutating func open(_ kind: Opener.Kind, _ token: TokenKind) {
    let start = position
    position += 1
    openers.append(Opener(kind: kind, token: emit(token, from: start)))
    count(kind, 1)
  }

  mutating func count(_ kind: Opener.Kind, _ change: Int) {
    switch kind {
    case .parenthesis: counts.parenthesis += change
    case .bracket: counts.bracket += change
    case .brace: counts.brace += change
    case .interpolation, .lineString, .blockString: break
    }
  }

  private mutating func close(_ kind: Opener.Kind, _ token: TokenKind) {
    let start = position
    position += 1
    let isOpen =
      switch kind {
      case .parenthesis: counts.parenthesis > 0
      case .bracket: counts.bracket > 0
      default: counts.brace > 0
      }
    let closer = emit(token, from: start)
    guard isOpen else { return }
    // What was opened inside and not closed stays without a partner.
    while let top = openers.popLast() {
      count(top.kind, -1)
      if top.kind == kind {
        link(top.token, closer)
        return
      }
    }
  }

  mutating func link(_ opener: Int, _ closer: Int) {
    output.tokens[opener].payload = Int32(closer)
    output.tokens[closer].payload = Int32(opener)
  }

  // MARK: Operators

  private mutating func lexOperator() -> Bool {
    let start = position
    let (second, third) = (byte(1), byte(2))
    let kind: TokenKind
    var length = 1
    switch bytes[position] {
    case UInt8(ascii: ";"): kind = .semicolon
    case UInt8(ascii: ","): kind = .comma
    case UInt8(ascii: "."):
      if second == UInt8(ascii: ".") {
        if third == UInt8(ascii: ".") { return false }
        kind = third == UInt8(ascii: "<") ? .halfOpenRange : .range
        length = third == UInt8(ascii: "<") ? 3 : 2
      } else {
        kind = .dot
      }
    case UInt8(ascii: "="):
      kind = second == UInt8(ascii: "=") ? .equal : .assign
      if second == UInt8(ascii: ">") { return false }
      length = kind == .equal ? 2 : 1
    case UInt8(ascii: "!"):
      guard second == UInt8(ascii: "=") else { return false }
      (kind, length) = (.notEqual, 2)
    case UInt8(ascii: "<"):
      (kind, length) = second == UInt8(ascii: "=") ? (.lessOrEqual, 2) : (.less, 1)
    case UInt8(ascii: ">"):
      (kind, length) = second == UInt8(ascii: "=") ? (.greaterOrEqual, 2) : (.greater, 1)
    case UInt8(ascii: "+"):
      (kind, length) = second == UInt8(ascii: "=") ? (.plusAssign, 2) : (.plus, 1)
    case UInt8(ascii: "-"):
      switch second {
      case UInt8(ascii: "="): (kind, length) = (.minusAssign, 2)
      case UInt8(ascii: ">"): (kind, length) = (.arrow, 2)
      default: kind = .minus
      }
    case UInt8(ascii: "*"):
      switch second {
      case UInt8(ascii: "="): (kind, length) = (.timesAssign, 2)
      case UInt8(ascii: "*"): (kind, length) = (.doubleStar, 2)
      default: kind = .star
      }
    case UInt8(ascii: "/"):
      switch second {
      case UInt8(ascii: "="): (kind, length) = (.divideAssign, 2)
      case UInt8(ascii: "/"): (kind, length) = (.doubleSlash, 2)
      default: kind = .slash
      }
    case UInt8(ascii: "%"): kind = .percent
    case UInt8(ascii: "@"): kind = .at
    case UInt8(ascii: "|"):
      guard second != UInt8(ascii: "|") else { return false }
      kind = .pipe
    default: return false
    }
    position += length
    emit(kind, from: start)
    return true
  }

  /// Characters that begin no token: one problem for a run of them.
  private mutating func lexUnexpected() {
    let start = position
    let (first, length) = scalar(at: position)
    if first.value < 0x20 || first.value == 0x7F {
      position += 1
      return fail(.controlCharacter(first.value), SourceSpan(start, position))
    }
    for (text, replacement) in [("...", ".. or ..<"), ("&&", "and"), ("||", "or"), ("=>", "->")]
    where bytes[position...].starts(with: text.utf8) {
      position += text.utf8.count
      return fail(
        .unexpectedCharacter(text, replacement: replacement), SourceSpan(start, position))
    }
    position += length
    if "“”„‟«»‘’‚".unicodeScalars.contains(first) {
      // A quoted text in typographic quotes is one mistake, not one a word.
      while !isAtEnd, bytes[position] != UInt8(ascii: "\n") {
        let (next, length) = scalar(at: position)
        position += length
        if "“”„‟«»‘’‚".unicodeScalars.contains(next) { break }
      }
      return fail(
        .unexpectedCharacter(String(first), replacement: "\""), SourceSpan(start, start + length))
    }
    while !isAtEnd, scalar(at: position).scalar == first { position += length }
    let replacement: String? =
      switch first {
      case "!": "not"
      case "&": "and"
      case "−", "–", "—": "-"
      case "×", "·": "*"
      case "÷": "/"
      case "≤": "<="
      case "≥": ">="
      case "≠": "!="
      case "…": ".."
      case "→": "->"
      case "^": "**"
      case "\u{A0}", "\u{2007}", "\u{202F}", "\u{3000}": " "
      default: nil
      }
    fail(
      .unexpectedCharacter(String(first), replacement: replacement), SourceSpan(start, position))
  }
}
