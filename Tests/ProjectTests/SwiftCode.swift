/// Swift source without its comments and without what stands in its texts, line by line.
struct SwiftCode {
  /// Same number of lines as the source.
  let lines: [String]

  init(_ source: String) {
    var walker = Walker(Array(source.unicodeScalars))
    lines = walker.walk().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private struct Walker {
    let scalars: [Unicode.Scalar]
    var index = 0
    var code = String.UnicodeScalarView()

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    func starts(with text: String) -> Bool { scalars[index...].starts(with: text.unicodeScalars) }

    mutating func walk() -> String {
      while index < scalars.count {
        if starts(with: "//") {
          skip(until: "\n", keepingEnd: true)
        } else if starts(with: "/*") {
          skip(until: "*/", keepingEnd: false)
        } else if let hashes = textStart() {
          skipText(hashes: hashes)
        } else {
          code.append(scalars[index])
          index += 1
        }
      }
      return String(code)
    }

    /// Moves behind `end`, keeping the line ends on the way.
    mutating func skip(until end: String, keepingEnd: Bool) {
      while index < scalars.count, !starts(with: end) {
        if scalars[index] == "\n" { code.append("\n") }
        index += 1
      }
      if !keepingEnd { index = min(scalars.count, index + end.unicodeScalars.count) }
    }

    /// How many `#` a text that begins here has; nil where none begins.
    func textStart() -> Int? {
      var next = index
      while next < scalars.count, scalars[next] == "#" { next += 1 }
      return next < scalars.count && scalars[next] == "\"" ? next - index : nil
    }

    mutating func skipText(hashes: Int) {
      index += hashes
      let quote = starts(with: "\"\"\"") ? "\"\"\"" : "\""
      let sharps = String(repeating: "#", count: hashes)
      index += quote.count
      code.append("\"")
      while index < scalars.count {
        if starts(with: quote + sharps) {
          index += quote.count + hashes
          break
        }
        if starts(with: "\\" + sharps + "(") {
          index += 2 + hashes
          skipInterpolation()
        } else if starts(with: "\\" + sharps) {
          index += 2 + hashes
        } else {
          if scalars[index] == "\n" { code.append("\n") }
          index += 1
        }
      }
      code.append("\"")
    }

    /// What is interpolated is code, to its closing bracket.
    mutating func skipInterpolation() {
      var depth = 1
      code.append("(")
      while index < scalars.count, depth > 0 {
        if let hashes = textStart() {
          skipText(hashes: hashes)
          continue
        }
        if scalars[index] == "(" { depth += 1 }
        if scalars[index] == ")" { depth -= 1 }
        code.append(scalars[index])
        index += 1
      }
    }
  }
}
