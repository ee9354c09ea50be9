/// Text as it stands in a chart: how many columns it takes, and how it is cut to fit.
enum DisplayText {
  /// The text on one line: control characters as their escapes, invisible ones left out.
  static func oneLine(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate:
          result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        case .format where scalar.value != 0x200D: continue
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  /// The columns a text takes in a monospaced font: two for East Asian wide characters and emoji.
  static func columns(of text: String) -> Int {
    text.reduce(0) { $0 + columns(of: $1) }
  }

  static func columns(of character: Character) -> Int {
    var widest = 0
    for scalar in character.unicodeScalars {
      if scalar.value == 0xFE0F { return 2 }
      widest = max(widest, columns(of: scalar))
    }
    return widest
  }

  private static func columns(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// East Asian width W and F (Unicode 16), in runs; emoji are asked of their own property.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
    0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
    0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]

  /// The text cut to `width` columns, with `…` where something is missing.
  static func cut(_ text: String, to width: Int) -> String {
    if columns(of: text) <= width { return text }
    if width < 1 { return "" }
    var result = ""
    var used = 0
    for character in text {
      let more = columns(of: character)
      if used + more > width - 1 { break }
      result.append(character)
      used += more
    }
    return result + "…"
  }

  static func padded(_ text: String, to width: Int) -> String {
    text + blanks(width - columns(of: text))
  }

  static func rightAligned(_ text: String, to width: Int) -> String {
    blanks(width - columns(of: text)) + text
  }

  static func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  static func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }

  /// Words and phrases set one after another, in as many lines as they need.
  static func flow(_ pieces: [String], width: Int, gap: String) -> [String] {
    var lines: [String] = []
    for piece in pieces {
      let piece = cut(piece, to: width)
      if let last = lines.last, columns(of: last + gap + piece) <= width {
        lines[lines.count - 1] = last + gap + piece
      } else {
        lines.append(piece)
      }
    }
    return lines
  }

  /// The lines of a chart as its text, without blanks at their ends, without empty lines at its
  /// start, and with a newline after each.
  static func joined(_ lines: [String]) -> String {
    lines.map(trimmed).drop(while: \.isEmpty).map { $0 + "\n" }.joined()
  }
}
