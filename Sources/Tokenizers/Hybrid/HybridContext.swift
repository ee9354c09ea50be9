/// What stands before a token, as the rules of its form need it.
struct HybridContext: Sendable {
  /// The text since the last blank, and the word before it.
  private(set) var word: [Unicode.Scalar] = []
  private var previous: [Unicode.Scalar] = []
  /// The word's last root takes affixes of the other harmony.
  private var isFronted = false
  /// Longer words are heard by their ends.
  private static let longestWord = 256

  /// What an affix hears. One that stands alone goes by the word before it (`geldi mi`, `ev de`).
  func end(_ rules: HarmonyRules) -> SpokenEnd {
    var end = SpokenEnd(of: word.isEmpty ? previous : word, rules)
    if isFronted, let vowel = end.vowel { end.vowel = rules.fronted[vowel] ?? vowel }
    return end
  }

  mutating func endWord() {
    if word.isEmpty { return }
    previous = word
    word = []
    isFronted = false
  }

  mutating func append(piece letters: some Collection<Unicode.Scalar>) {
    add(letters)
    let hasLetter = letters.contains {
      CharacterClasses.shared.flags($0.value) & CharacterClasses.letter != 0
    }
    if hasLetter { isFronted = false }
  }

  mutating func append(root letters: some Collection<Unicode.Scalar>, isFronted: Bool) {
    add(letters)
    self.isFronted = isFronted
  }

  /// An affix without a vowel leaves the root's harmony in force.
  mutating func append(affix letters: some Collection<Unicode.Scalar>, _ rules: HarmonyRules) {
    add(letters)
    if letters.contains(where: rules.isVowel) { isFronted = false }
  }

  private mutating func add(_ letters: some Collection<Unicode.Scalar>) {
    word += letters
    if word.count > Self.longestWord { word.removeFirst(word.count - Self.longestWord) }
  }
}
