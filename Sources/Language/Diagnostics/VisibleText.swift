/// Text that can be shown on a terminal without doing anything there.
public enum VisibleText {
  /// The text with control characters and marks of writing direction as their codes, tabs as
  /// blanks, and line ends as `\n` unless they are kept.
  public static func line(_ text: String, keepingLineEnds: Bool = false) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }) else { return text }
    return text.reduce(into: "") { result, character in
      result += keepingLineEnds && character == "\n" ? "\n" : self.character(character)
    }
  }

  /// One character as it is shown.
  static func character(_ character: Character) -> String {
    if character == "\t" { return " " }
    if character == "\n" { return "\\n" }
    guard character.unicodeScalars.contains(where: isUnsafe) else { return String(character) }
    return character.unicodeScalars.reduce(into: "") { result, scalar in
      if isUnsafe(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }

  /// Control characters, and those that turn the direction of the text around them.
  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
  }
}
