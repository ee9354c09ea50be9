import Files

/// More ways to cut text before anything is learned.
extension TextCutting {
  /// GPT-4's pattern: a letter run takes one character before it along, digits in threes.
  public static let gpt4 = TextCutting(
    preTokenizer: PreTokenizer(stages: [.scanned(.llama3)]),
    components: .splitting(at: ScannedPattern.llama3.regex))

  /// Plain white space: a word is what stands between blanks, whatever its characters, with the space
  /// before it. Patterns of letter classes cut Indic words at their vowel signs; this does not.
  public static let words: TextCutting = {
    let stages = [try? PiecePattern.compile(wordPattern)].compactMap(\.self).map {
      PreTokenizer.Stage.split(.pattern($0), behavior: .isolated, inverted: false)
    }
    return TextCutting(
      preTokenizer: PreTokenizer(stages: stages), components: .splitting(at: wordPattern))
  }()

  static let wordPattern = #" ?\S+|\s+(?!\S)|\s+"#
}

extension TokenizerDefinition.Components {
  /// The parts of a byte-level vocabulary that cuts by a pattern.
  static func splitting(at pattern: String) -> Self {
    var components = Self.byteLevel
    components.preTokenizer = .sequence([.isolating(pattern), .byteAlphabet])
    return components
  }
}
