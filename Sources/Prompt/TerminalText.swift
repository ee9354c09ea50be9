import Glibc
import Language

/// Text as a terminal may be given it.
enum TerminalText {
  /// The text with everything that would do something to the terminal as its code; line ends and
  /// tabs stay, a carriage return before a line end goes.
  static func visible(_ text: String) -> String {
    let isHarmless = text.utf8.allSatisfy { byte in
      (byte >= 0x20 && byte < 0x7F) || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
    }
    if isHarmless { return text }
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().map { number, line in
      let isLast = number == lines.count - 1
      let body = !isLast && line.last == "\r" ? line.dropLast() : line
      return body.split(separator: "\t", omittingEmptySubsequences: false)
        .map { VisibleText.line(String($0)) }.joined(separator: "\t")
    }.joined(separator: "\n")
  }

  /// How many rows of a terminal a text takes that begins in the first column.
  static func rows(of text: String, columns: Int) -> Int {
    text.split(separator: "\n", omittingEmptySubsequences: false).reduce(0) { rows, line in
      let width = line.reduce(0) { width, character in
        character == "\t" ? width / 8 * 8 + 8 : width + TextWidth.columns(of: character)
      }
      return rows + max(1, (width + columns - 1) / max(1, columns))
    }
  }
}

/// How large the terminal is that a descriptor belongs to; 80 by 24 where it does not say.
struct TerminalSize {
  let columns: Int
  let rows: Int

  init(of descriptor: Int32) {
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    columns = isKnown ? max(20, Int(size.ws_col)) : 80
    rows = isKnown ? max(2, Int(size.ws_row)) : 24
  }
}
