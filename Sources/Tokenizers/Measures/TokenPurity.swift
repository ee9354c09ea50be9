/// How far a tokenizer's tokens are words and morphemes of a language
/// (Tokens with Meaning, arXiv 2508.14292).
///
/// Tokens without a letter and special tokens say nothing about it and are left out. A token is
/// *valid* (the paper's TR %) if it is a root, an affix, or a root with an ending; it is *pure* if
/// it is one root or one affix. The blank in front of a token does not count, nor do capitals.
/// Both shares reward vocabularies that were made from the lexicon; they say nothing about models.
public struct TokenPurity: Sendable, Equatable {
  /// A language's words, in small letters.
  public struct Lexicon: Sendable {
    public var roots: Set<String>
    public var affixes: Set<String>
    /// Chains of affixes as they stand behind a root.
    public var endings: Set<String>
    public var rules: HarmonyRules

    public init(
      roots: Set<String>, affixes: Set<String>, endings: Set<String> = [],
      rules: HarmonyRules = .turkish
    ) {
      self.roots = roots
      self.affixes = affixes
      self.endings = endings
      self.rules = rules
    }

    func isPure(_ word: String) -> Bool { roots.contains(word) || affixes.contains(word) }

    func isValid(_ word: String) -> Bool {
      if isPure(word) { return true }
      let letters = Array(word.unicodeScalars)
      return letters.indices.dropFirst().contains { cut in
        roots.contains(String(String.UnicodeScalarView(letters[..<cut])))
          && endings.contains(String(String.UnicodeScalarView(letters[cut...])))
      }
    }
  }

  /// All tokens of the text, and its words between blanks.
  public let tokens: Int
  public let words: Int
  /// Tokens that the vocabulary does not know.
  public let unknown: Int
  /// Tokens with a letter, and how many of them are valid and pure.
  public let lettered: Int
  public let valid: Int
  public let pure: Int
  /// The same of the distinct ids.
  public let distinctLettered: Int
  public let distinctValid: Int
  public let distinctPure: Int

  public init(_ tokenizer: Tokenizer, text: String, lexicon: Lexicon) throws(TokenizerError) {
    let statistics = try TokenStatistics(tokenizer, text: text)
    var (lettered, valid, pure) = (0, 0, 0)
    var (distinctLettered, distinctValid, distinctPure) = (0, 0, 0)
    for (id, count) in statistics.counts.enumerated() where count > 0 {
      let id = Int32(id)
      if tokenizer.kind(of: id) == .special { continue }
      guard let word = Self.word(try tokenizer.tokenBytes(id), lexicon.rules) else { continue }
      lettered += Int(count)
      distinctLettered += 1
      if lexicon.isValid(word) {
        valid += Int(count)
        distinctValid += 1
      }
      if lexicon.isPure(word) {
        pure += Int(count)
        distinctPure += 1
      }
    }
    tokens = statistics.tokens
    words = statistics.words
    unknown = tokenizer.unknownID.map { Int(statistics.counts[Int($0)]) } ?? 0
    (self.lettered, self.valid, self.pure) = (lettered, valid, pure)
    self.distinctLettered = distinctLettered
    self.distinctValid = distinctValid
    self.distinctPure = distinctPure
  }

  /// A token as a word in small letters; empty where it is no whole characters, nil where it has no
  /// letter.
  private static func word(_ bytes: [UInt8], _ rules: HarmonyRules) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return "" }
    let letters = text.unicodeScalars.drop { $0 == " " || $0 == "▁" }
    let hasLetter = letters.contains {
      CharacterClasses.shared.flags($0.value) & CharacterClasses.letter != 0
    }
    return hasLetter ? rules.lowercased(String(letters)) : nil
  }
}

extension Tokenizer {
  /// The roots and affixes of a hybrid vocabulary, in all their forms; nil for other vocabularies.
  public var lexicon: TokenPurity.Lexicon? {
    guard let hybrid = definition.hybrid else { return nil }
    return TokenPurity.Lexicon(
      roots: Set(hybrid.roots.flatMap { [$0.text] + $0.variants }),
      affixes: Set(hybrid.affixes.flatMap(\.forms)), rules: hybrid.rules)
  }
}
