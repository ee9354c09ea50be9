extension SourceText {
  /// The text without what does not change its meaning: comments, blank lines, and how wide a blank
  /// is. Equal texts of cells run alike.
  ///
  /// - Complexity: linear in the source.
  public var normalized: String {
    let tokens = Lexer.lex(self).tokens
    guard tokens.last?.kind == .end, bytes.count <= Lexer.maximumBytes else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var end = 0
    for token in tokens {
      let (start, next) = (Int(token.start), Int(token.end))
      guard token.kind != .end, start >= end, next <= bytes.count else { continue }
      if token.kind == .newline {
        if !result.isEmpty { result.append(0x0A) }
        end = next
        continue
      }
      if start > end, let last = result.last, last != 0x0A { result.append(0x20) }
      result += bytes[start..<next]
      end = next
    }
    if result.last == 0x0A { result.removeLast() }
    return String(decoding: result, as: UTF8.self)
  }
}
