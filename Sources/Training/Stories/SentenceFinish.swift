/// The last touches that turn a filled template into a sentence.
enum SentenceFinish {
  /// Puts `an` for `a` where the next word asks for it, and a capital at the start.
  static func finished(_ text: [UInt8]) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + 4)
    var index = 0
    while index < text.count {
      guard isLetter(text[index]) else {
        result.append(text[index])
        index += 1
        continue
      }
      let start = index
      while index < text.count && isLetter(text[index]) { index += 1 }
      result.append(contentsOf: text[start..<index])
      guard index == start + 1, text[start] | 0x20 == UInt8(ascii: "a"), index + 1 < text.count,
        text[index] == UInt8(ascii: " "), isLetter(text[index + 1])
      else { continue }
      let next = text[(index + 1)...].prefix(while: isLetter)
      if Inflection.article(before: String(decoding: next, as: UTF8.self)) == "an" {
        result.append(UInt8(ascii: "n"))
      }
    }
    if let first = result.firstIndex(where: { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }) {
      result[first] &= ~0x20
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// An ASCII letter, or a hyphen or apostrophe inside a word.
  static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "'")
  }

  /// The text with its first letter, after an opening quotation mark too, as a capital.
  static func capitalized(_ text: String) -> String {
    guard let first = text.firstIndex(where: \.isLetter) else { return text }
    return text[..<first] + text[first].uppercased() + text[text.index(after: first)...]
  }
}

extension SentenceFinish {
  /// The text as a title: `the lost kite` → `The Lost Kite`, `Tom and the storm` → `Tom and the Storm`.
  static func title(_ text: String) -> String {
    let small: Set<Substring> = [
      "a", "an", "and", "at", "by", "for", "in", "of", "on", "the", "to",
    ]
    let words = finished(Array(text.utf8)).split(separator: " ")
    return words.enumerated().map {
      $0 > 0 && small.contains($1) ? String($1) : capitalized(String($1))
    }.joined(separator: " ")
  }
}
