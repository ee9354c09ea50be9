/// Python's string and bytes literals, as RWKV's vocabulary writes its tokens.
enum PythonLiteral {
  /// The bytes of `'…'`, `"…"`, `b'…'` or `b"…"`; nil if the text is not exactly one literal.
  static func bytes(of text: ArraySlice<UInt8>) -> [UInt8]? {
    let isBytes = text.first == UInt8(ascii: "b")
    let body = isBytes ? text.dropFirst() : text
    guard body.count >= 2, let quote = body.first, body.last == quote,
      quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else { return nil }
    var parser = Parser(rest: body.dropFirst().dropLast(), isBytes: isBytes, quote: quote)
    return parser.parse() ? parser.result : nil
  }

  /// The bytes of a text with escapes and no quotes, as GGUF files have it; nil if one is wrong.
  static func unescaped(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var parser = Parser(rest: Array(text)[...], isBytes: true, quote: nil)
    return parser.parse() ? parser.result : nil
  }

  private struct Parser {
    var rest: ArraySlice<UInt8>
    let isBytes: Bool
    /// Nil: the text is no literal, and what stands after a backslash stands for itself.
    let quote: UInt8?
    var result: [UInt8] = []

    mutating func parse() -> Bool {
      while let byte = rest.popFirst() {
        if byte == quote || byte == UInt8(ascii: "\n") && quote != nil { return false }
        // A bytes literal is ASCII.
        if quote != nil && isBytes && byte >= 0x80 { return false }
        if byte != UInt8(ascii: "\\") {
          result.append(byte)
        } else if !escape() {
          return false
        }
      }
      return true
    }

    private mutating func escape() -> Bool {
      guard let kind = rest.popFirst() else { return false }
      switch kind {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): result.append(kind)
      case UInt8(ascii: "x"): return character(digits: 2)
      case UInt8(ascii: "u") where quote != nil && !isBytes: return character(digits: 4)
      case UInt8(ascii: "U") where quote != nil && !isBytes: return character(digits: 8)
      default:
        guard quote == nil else { return false }
        result.append(kind)
      }
      return true
    }

    private mutating func character(digits: Int) -> Bool {
      guard rest.count >= digits else { return false }
      var value: UInt32 = 0
      for _ in 0..<digits {
        guard let digit = rest.popFirst(),
          let number = Character(Unicode.Scalar(digit)).hexDigitValue
        else { return false }
        value = value << 4 | UInt32(number)
      }
      if isBytes {
        result.append(UInt8(truncatingIfNeeded: value))
        return true
      }
      guard let scalar = Unicode.Scalar(value) else { return false }
      result.append(scalar)
      return true
    }
  }
}
