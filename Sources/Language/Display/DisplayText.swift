/// Texts made safe to show: on one line, nothing invisible that moves the cursor or hides text, and
/// cut to a width.
public enum DisplayText {
  /// In quotes with escapes, as it could be typed.
  public static func quoted(_ text: some StringProtocol) -> String {
    "\"" + escaped(text, inQuotes: true) + "\""
  }

  /// Without quotes: only what cannot be seen is escaped.
  ///
  /// - Parameter keepingLines: line ends and tabs stay as they are.
  public static func escaped(
    _ text: some StringProtocol, inQuotes: Bool = false, keepingLines: Bool = false
  ) -> String {
    guard needsEscape(text, inQuotes: inQuotes) else { return String(text) }
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      switch scalar {
      case "\n", "\t":
        if keepingLines {
          result.append(scalar)
        } else {
          result.append(contentsOf: (scalar == "\n" ? #"\n"# : #"\t"#).unicodeScalars)
        }
      case "\r": result.append(contentsOf: #"\r"#.unicodeScalars)
      case "\"" where inQuotes, "\\" where inQuotes:
        result.append("\\")
        result.append(scalar)
      case "{" where inQuotes && previous == "$":
        // `${` would read as an interpolation.
        result.removeLast()
        result.append(contentsOf: #"\${"#.unicodeScalars)
      default:
        if isInvisible(scalar) {
          let code = String(scalar.value, radix: 16)
          result.append(contentsOf: "\\u{\(code)}".unicodeScalars)
        } else {
          result.append(scalar)
        }
      }
    }
    return String(result)
  }

  /// At most `columns` wide; what is cut off shows as `…`.
  public static func cut(_ text: String, to columns: Int) -> String {
    // Marks that take no column could pile up without end.
    let scalarLimit = max(columns, 1) * 16
    if text.utf8.count <= columns { return text }
    if text.utf8.count <= scalarLimit, TextWidth.columns(of: text) <= columns { return text }
    var result = ""
    var width = 0
    var scalars = 0
    for character in text {
      let more = TextWidth.columns(of: character)
      scalars += character.unicodeScalars.count
      if width + more > columns - 1 || scalars > scalarLimit { return result + "…" }
      width += more
      result.append(character)
    }
    return result
  }

  private static func needsEscape(_ text: some StringProtocol, inQuotes: Bool) -> Bool {
    for byte in text.utf8 {
      if byte < 0x20 || byte >= 0x7F { return true }
      if inQuotes, byte == 0x22 || byte == 0x5C || byte == 0x24 { return true }
    }
    return false
  }

  /// Control characters, and those that turn the direction or break the line.
  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200B, 0x200E...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF,
      0xFFF9...0xFFFB, 0xE0001:
      true
    default: false
    }
  }
}
