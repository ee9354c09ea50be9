extension Lexer {
  /// At a quote: a whole string where nothing is interpolated, else the start of one.
  mutating func lexQuote() {
    let start = position
    if byte() == UInt8(ascii: "'") { return lexRawString() }
    if byte(1) == UInt8(ascii: "\""), byte(2) == UInt8(ascii: "\"") {
      position += 3
      openers.append(Opener(kind: .blockString, token: emit(.stringStart, from: start)))
      return
    }
    // The common case: one line, no interpolation.
    var index = position + 1
    scan: while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        position = index + 1
        let text = decode(start + 1, index)
        output.texts.append(text)
        emit(.string, from: start, payload: output.texts.count - 1)
        return
      case UInt8(ascii: "\\"):
        // An escape hides the next byte, but never a line's end.
        index += index + 1 < bytes.count && isLineEnd(at: index + 1) ? 1 : 2
      case UInt8(ascii: "$"):
        if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "{") { break scan }
        index += 1
      case UInt8(ascii: "\n"): break scan
      default: index += 1
      }
    }
    position += 1
    lineStrings.append(openers.count)
    openers.append(Opener(kind: .lineString, token: emit(.stringStart, from: start)))
  }

  private mutating func lexRawString() {
    let start = position
    position += 1
    while !isAtEnd, bytes[position] != UInt8(ascii: "'"), !isLineEnd(at: position) {
      if isControl(bytes[position]) { noteControlCharacter() }
      position += 1
    }
    guard byte() == UInt8(ascii: "'"), !isAtEnd else {
      return fail(.unterminatedString("'"), SourceSpan(start, start + 1))
    }
    position += 1
    output.texts.append(String(decoding: bytes[(start + 1)..<(position - 1)], as: UTF8.self))
    emit(.string, from: start, payload: output.texts.count - 1)
  }

  /// Inside a string: text up to its end or the next interpolation.
  mutating func lexStringContent(of kind: Opener.Kind) {
    let start = position
    let isBlock = kind == .blockString
    while !isAtEnd {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\\") {
        // An escape hides the next byte, but never a line's end.
        position += 1
        if !isAtEnd, !isLineEnd(at: position) { position += 1 }
      } else if byte == UInt8(ascii: "\"") {
        let closes =
          !isBlock || (self.byte(1) == UInt8(ascii: "\"") && self.byte(2) == UInt8(ascii: "\""))
        if closes {
          emitText(from: start)
          let end = position
          position += isBlock ? 3 : 1
          closeString(from: end)
          return
        }
        position += 1
      } else if byte == UInt8(ascii: "$"), self.byte(1) == UInt8(ascii: "{") {
        emitText(from: start)
        let opening = position
        position += 2
        interpolations.append(openers.count)
        openers.append(
          Opener(
            kind: .interpolation, token: emit(.interpolationStart, from: opening),
            outerCounts: counts))
        counts = BracketCounts()
        return
      } else if byte == UInt8(ascii: "\n"), !isBlock {
        emitText(from: start)
        return endLineStrings()
      } else {
        position += 1
      }
    }
    emitText(from: start)
    if !lineStrings.isEmpty {
      endLineStrings()
    } else if let index = openers.firstIndex(where: \.isString) {
      endBlockStrings(from: index)
    }
  }

  private mutating func emitText(from start: Int) {
    guard position > start, let top = openers.indices.last else { return }
    if openers[top].kind == .blockString {
      output.texts.append("")
      openers[top].pieces.append(
        TextPiece(text: output.texts.count - 1, start: start, end: position))
    } else {
      output.texts.append(decode(start, position))
    }
    emit(.stringText, from: start, payload: output.texts.count - 1)
  }

  private mutating func closeString(from start: Int) {
    guard let top = openers.popLast() else { return }
    if top.kind == .lineString { lineStrings.removeLast() } else { decodeBlock(top) }
    link(top.token, emit(.stringEnd, from: start))
  }

  // MARK: Interpolation

  /// At the `}` of an interpolation; brackets left open inside stay without a partner.
  mutating func closeInterpolation(at index: Int) {
    let start = position
    position += 1
    let opener = openers[index]
    openers.removeSubrange(index...)
    interpolations.removeLast()
    counts = opener.outerCounts
    link(opener.token, emit(.interpolationEnd, from: start))
  }

  /// At the `:` of `${expression:format}`: the format up to the brace.
  mutating func lexFormat() {
    position += 1
    let start = position
    while !isAtEnd, bytes[position] != UInt8(ascii: "}"), bytes[position] != UInt8(ascii: "\""),
      bytes[position] != UInt8(ascii: "\n")
    {
      position += 1
    }
    output.texts.append(String(decoding: bytes[start..<position], as: UTF8.self))
    emit(.interpolationFormat, from: start, payload: output.texts.count - 1)
  }

  /// A line or the text ends inside a `"…"` string: closes everything up to the outermost one.
  mutating func endLineStrings() {
    guard let first = lineStrings.first else { return }
    let isPlain = first == openers.count - 1
    let start = output.tokens[openers[isPlain ? first : first + 1].token].span
    unwind(
      to: first, isPlain ? .unterminatedString("\"") : .unclosedInterpolation, start,
      isAtEnd: false)
  }

  /// The text ends inside a `"""` string.
  mutating func endBlockStrings(from first: Int) {
    let isPlain = first == openers.count - 1
    let start = output.tokens[openers[isPlain ? first : first + 1].token].span
    unwind(
      to: first, isPlain ? .unterminatedString("\"\"\"") : .unclosedInterpolation, start,
      isAtEnd: true)
  }

  /// Ends all openers from an index on, with one problem and the closing tokens that lack.
  private mutating func unwind(
    to index: Int, _ error: SyntaxError, _ span: SourceSpan, isAtEnd: Bool
  ) {
    output.problems.append(SyntaxProblem(error: error, span: span, isAtEnd: isAtEnd))
    emit(.invalid, from: position, payload: output.problems.count - 1)
    while openers.count > index, let top = openers.popLast() {
      switch top.kind {
      case .lineString:
        lineStrings.removeLast()
        link(top.token, emit(.stringEnd, from: position))
      case .blockString:
        decodeBlock(top)
        link(top.token, emit(.stringEnd, from: position))
      case .interpolation:
        counts = top.outerCounts
        interpolations.removeLast()
        link(top.token, emit(.interpolationEnd, from: position))
      case .parenthesis, .bracket, .brace:
        break
      }
    }
  }

  // MARK: Escapes and indentation

  /// The text of source bytes with escapes replaced.
  mutating func decode(_ start: Int, _ end: Int) -> String {
    var output: [UInt8] = []
    decode(start, end, into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  private mutating func decode(_ start: Int, _ end: Int, into output: inout [UInt8]) {
    var index = start
    output.reserveCapacity(output.count + end - start)
    while index < end {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        index = decodeEscape(at: index, end: end, into: &output)
      } else if byte == 0x0D, isLineEnd(at: index) {
        index += 1
      } else {
        if isControl(byte) { note(.controlCharacter(UInt32(byte)), SourceSpan(index, index + 1)) }
        output.append(byte)
        index += 1
      }
    }
  }

  /// Returns the offset behind the escape.
  private mutating func decodeEscape(
    at start: Int, end: Int, into output: inout [UInt8]
  ) -> Int {
    // At the text's end the string itself is not closed, which is said already.
    guard start + 1 < bytes.count else { return end }
    if start + 1 >= end || isLineEnd(at: start + 1) {
      // So is it where a one-line string meets its line's end.
      guard lineStrings.isEmpty else { return start + 1 }
      note(.unknownEscape("\\"), SourceSpan(start, start + 1))
      return start + 1
    }
    switch bytes[start + 1] {
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "0"): output.append(0x00)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "'"):
      output.append(bytes[start + 1])
    case UInt8(ascii: "u"):
      return decodeUnicodeEscape(at: start, end: end, into: &output)
    default:
      let (_, length) = scalar(at: start + 1)
      let stop = min(start + 1 + length, end)
      note(
        .unknownEscape(String(decoding: bytes[start..<stop], as: UTF8.self)),
        SourceSpan(start, stop))
      return stop
    }
    return start + 2
  }

  private mutating func decodeUnicodeEscape(
    at start: Int, end: Int, into output: inout [UInt8]
  ) -> Int {
    var index = start + 2
    var value: UInt32 = 0
    var digits = 0
    if index < end, bytes[index] == UInt8(ascii: "{") {
      index += 1
      while index < end, digits < 8, let digit = hexadecimalValue(bytes[index]) {
        value = value << 4 | UInt32(digit)
        digits += 1
        index += 1
      }
      if index < end, bytes[index] == UInt8(ascii: "}"), digits > 0,
        let scalar = Unicode.Scalar(value)
      {
        output.append(contentsOf: String(scalar).utf8)
        return index + 1
      }
    }
    while index < end, digits < 8, hexadecimalValue(bytes[index]) != nil {
      digits += 1
      index += 1
    }
    let stop = index < end && bytes[index] == UInt8(ascii: "}") ? index + 1 : index
    note(
      .invalidUnicodeEscape(String(decoding: bytes[start..<stop], as: UTF8.self)),
      SourceSpan(start, stop))
    return stop
  }

  /// Decodes a `"""` string: the lines between the quotes, without their common indentation.
  ///
  /// A first and a last line of blanks are no part of the text; lines of blanks do not count for
  /// the indentation, nor does text that follows the opening quotes on their line.
  private mutating func decodeBlock(_ opener: Opener) {
    let indentation = commonIndentation(of: opener.pieces)
    for (number, piece) in opener.pieces.enumerated() {
      var start = piece.start
      var end = piece.end
      if number == 0, output.tokens[opener.token].end == Int32(piece.start),
        let lineEnd = endOfBlankLine(from: start, to: end)
      {
        start = skipIndentation(indentation, from: lineEnd, to: end)
        if number == opener.pieces.count - 1, bytes[lineEnd..<end].allSatisfy(isBlank) {
          start = end
        }
      }
      if number == opener.pieces.count - 1, piece.end == position || isQuoted(piece.end),
        let lineStart = startOfLastBlankLine(from: start, to: end)
      {
        end = lineStart
      }
      var text: [UInt8] = []
      while start < end {
        let lineEnd = bytes[start..<end].firstIndex(of: 0x0A).map { $0 + 1 } ?? end
        decode(start, lineEnd, into: &text)
        start = lineEnd
        if lineEnd < end || bytes[lineEnd - 1] == 0x0A {
          start = skipIndentation(indentation, from: lineEnd, to: end)
        }
      }
      output.texts[piece.text] = String(decoding: text, as: UTF8.self)
    }
  }

  /// The closing quotes stand at this offset.
  private func isQuoted(_ offset: Int) -> Bool {
    offset + 2 < bytes.count && bytes[offset] == UInt8(ascii: "\"")
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// Behind the line's end, if only blanks stand before it.
  private func endOfBlankLine(from start: Int, to end: Int) -> Int? {
    var index = start
    while index < end, isBlank(bytes[index]) || bytes[index] == 0x0D { index += 1 }
    return index < end && bytes[index] == 0x0A ? index + 1 : nil
  }

  /// The offset of the last line end, if only blanks follow it.
  private func startOfLastBlankLine(from start: Int, to end: Int) -> Int? {
    var index = end
    while index > start, isBlank(bytes[index - 1]) { index -= 1 }
    guard index > start, bytes[index - 1] == 0x0A else { return nil }
    index -= 1
    return index > start && bytes[index - 1] == 0x0D ? index - 1 : index
  }

  private func skipIndentation(_ indentation: [UInt8], from start: Int, to end: Int) -> Int {
    var index = start
    for byte in indentation {
      guard index < end, bytes[index] == byte else { break }
      index += 1
    }
    return index
  }

  private func commonIndentation(of pieces: [TextPiece]) -> [UInt8] {
    var common: ArraySlice<UInt8>?
    for (number, piece) in pieces.enumerated() {
      var index = piece.start
      while let lineEnd = bytes[index..<piece.end].firstIndex(of: 0x0A) {
        index = lineEnd + 1
        var contentStart = index
        while contentStart < piece.end, isBlank(bytes[contentStart]) { contentStart += 1 }
        let isBlankLine =
          contentStart == piece.end
          ? number == pieces.count - 1 && (contentStart == position || isQuoted(contentStart))
          : bytes[contentStart] == 0x0A || bytes[contentStart] == 0x0D
        if isBlankLine { continue }
        let indentation = bytes[index..<contentStart]
        if let known = common {
          let shared = zip(known, indentation).prefix { $0 == $1 }.count
          common = known.prefix(shared)
        } else {
          common = indentation
        }
      }
    }
    return Array(common ?? [])
  }
}
