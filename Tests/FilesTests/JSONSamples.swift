import Files

/// Random documents with everything in them that is hard to print or to read.
enum JSONSamples {
  static func document(_ numbers: inout TestNumbers, depth: Int) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &numbers) {
    case 0: return .null
    case 1: return .bool(.random(using: &numbers))
    case 2: return .integer(Int(truncatingIfNeeded: numbers.next()))
    case 3: return .integer(.random(in: -20...20, using: &numbers))
    case 4:
      let value = Double(bitPattern: numbers.next())
      return .number(value.isFinite ? value : 0.1)
    case 5: return .string(string(&numbers))
    case 6:
      return .array(
        (0..<Int.random(in: 0...4, using: &numbers)).map { _ in
          document(&numbers, depth: depth - 1)
        })
    default:
      return .object(
        (0..<Int.random(in: 0...4, using: &numbers)).map { _ in
          .init(string(&numbers), document(&numbers, depth: depth - 1))
        })
    }
  }

  static func string(_ numbers: inout TestNumbers) -> String {
    let pieces = [
      "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\u{8}", "\u{C}", "\0", "\u{1F}",
      "\u{7F}", "é", "e\u{301}", "中", "😀", "\u{FEFF}", "\u{2028}", "\u{FFFF}", "\u{10FFFF}", "\\u",
      "abcdefghijklmnopq",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...6, using: &numbers) {
      text += pieces.randomElement(using: &numbers) ?? ""
    }
    return text
  }
}
