/// Two texts that belong together.
public struct TextPair: Sendable, Equatable {
  public let first: String
  public let second: String

  public init(_ first: String, _ second: String) { (self.first, self.second) = (first, second) }

  /// How a text becomes pairs.
  public enum Cut: String, Sendable, CaseIterable {
    /// What is before and behind the sentence's end that is nearest to the middle: one pair a text.
    case halves
    /// Each second sentence with the one before it.
    case sentences
  }

  /// The pairs of a text; none of a text with fewer than two sentences.
  public static func pairs(of text: String, cut: Cut) -> [TextPair] {
    let sentences = sentences(of: text)
    if sentences.count < 2 { return [] }
    switch cut {
    case .sentences:
      return stride(from: 1, to: sentences.count, by: 2).map {
        TextPair(sentences[$0 - 1], sentences[$0])
      }
    case .halves:
      let total = sentences.reduce(0) { $0 + $1.utf8.count }
      var (before, best, nearest) = (0, 1, Int.max)
      for (index, sentence) in sentences.dropLast().enumerated() {
        before += sentence.utf8.count
        // Of equally near ones the first.
        if abs(2 * before - total) < nearest {
          (best, nearest) = (index + 1, abs(2 * before - total))
        }
      }
      return [
        TextPair(
          sentences[..<best].joined(separator: " "), sentences[best...].joined(separator: " "))
      ]
    }
  }

  /// A text cut behind full stops, question and exclamation marks, with the quotation marks and brackets
  /// behind them, where white space follows; and at line ends.
  static func sentences(of text: String) -> [String] {
    var sentences: [String] = []
    var sentence = ""
    var isEnding = false
    func finish() {
      let trimmed = sentence.drop(while: \.isWhitespace)
      if trimmed.contains(where: { !$0.isWhitespace }) { sentences.append(String(trimmed)) }
      (sentence, isEnding) = ("", false)
    }
    for character in text {
      if character.isNewline || isEnding && character.isWhitespace {
        finish()
        continue
      }
      sentence.append(character)
      if ".!?…。！？".contains(character) {
        isEnding = true
      } else if !"\"'”’)]»".contains(character) {
        isEnding = false
      }
    }
    finish()
    return sentences
  }
}
