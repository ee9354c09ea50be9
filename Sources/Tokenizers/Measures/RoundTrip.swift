/// Whether texts come back from a tokenizer as they were.
public struct RoundTrip: Sendable, Equatable {
  /// A word that came back as another one, and how often.
  public struct Difference: Sendable, Equatable {
    public let original: String
    public let decoded: String
    public let count: Int
  }

  public let texts: Int
  public let exactTexts: Int
  /// Words between blanks; those of a text that comes back with more or fewer words are not exact.
  public let words: Int
  public let exactWords: Int
  /// The most frequent ones first, of equal ones those whose text comes first.
  public let differences: [Difference]

  public init(_ tokenizer: Tokenizer, texts: [String]) throws(TokenizerError) {
    var (exactTexts, words, exactWords) = (0, 0, 0)
    var changes: [[String]: Int] = [:]
    for text in texts {
      let decoded = try tokenizer.decode(tokenizer.encode(text))
      let isExact = decoded.utf8.elementsEqual(text.utf8)
      if isExact { exactTexts += 1 }
      let (before, after) = (Self.words(text), Self.words(decoded))
      words += before.count
      if isExact {
        exactWords += before.count
      } else if before.count == after.count {
        for (one, other) in zip(before, after) {
          if one.utf8.elementsEqual(other.utf8) {
            exactWords += 1
          } else {
            changes[[one, other], default: 0] += 1
          }
        }
      } else {
        changes[[text, decoded], default: 0] += 1
      }
    }
    self.texts = texts.count
    self.exactTexts = exactTexts
    self.words = words
    self.exactWords = exactWords
    differences = changes.map {
      Difference(original: $0.key[0], decoded: $0.key[1], count: $0.value)
    }
    .sorted {
      $0.count != $1.count
        ? $0.count > $1.count
        : [$0.original, $0.decoded].lexicographicallyPrecedes([$1.original, $1.decoded])
    }
  }

  private static func words(_ text: String) -> [String] {
    text.unicodeScalars
      .split { CharacterClasses.shared.flags($0.value) & CharacterClasses.space != 0 }
      .map { String($0) }
  }
}
