/// Numbers as data files and people write them.
public enum TextNumber {
  /// `-12`, `+3`; nil for anything else, and beyond 64 bits.
  public static func integer(_ text: some StringProtocol) -> Int? {
    guard text.utf8.allSatisfy({ isDigit($0) || $0 == 0x2B || $0 == 0x2D }) else { return nil }
    return Int(text)
  }

  /// `1.5`, `-2e-3`, `7`, `.5`, `nan`, `inf`, `-inf`; nil for anything else.
  public static func float(_ text: some StringProtocol) -> Double? {
    switch text.lowercased() {
    case "nan": return .nan
    case "inf", "+inf", "infinity", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    default: break
    }
    var rest = text.utf8[...]
    if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
    var digits = 0
    func skipDigits() {
      while let byte = rest.first, isDigit(byte) {
        rest.removeFirst()
        digits += 1
      }
    }
    skipDigits()
    if rest.first == 0x2E {
      rest.removeFirst()
      skipDigits()
    }
    guard digits > 0 else { return nil }
    if rest.first == 0x65 || rest.first == 0x45 {
      rest.removeFirst()
      if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
      digits = 0
      skipDigits()
      guard digits > 0 else { return nil }
    }
    guard rest.isEmpty else { return nil }
    return Double(text)
  }

  /// Without the blanks around it.
  public static func trimmed(_ text: String) -> Substring {
    let scalars = text.unicodeScalars
    guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return text[start...end]
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
