/// Writes roots and affixes in the forms that their neighbours ask for.
struct HybridDecoder: Sendable {
  private let model: HybridModel
  private let roots: [HybridRoot]
  private let affixNames: [String]
  private let affixes: [AffixForms]

  init(_ model: HybridModel, roots: [HybridRoot], affixes: [HybridAffix]) {
    self.model = model
    self.roots = roots
    affixNames = affixes.map(\.name)
    self.affixes = affixes.map { AffixForms($0, model.rules) }
  }

  func makeRun() -> Run { Run(decoder: self) }

  private enum Token {
    case root(Int)
    case affix(Int)
    case literal(ArraySlice<UInt8>)
    case uppercase
  }

  private func token(_ id: Int32) -> Token {
    if model.roots.contains(id) { return .root(Int(id - model.roots.lowerBound)) }
    if model.affixes.contains(id) { return .affix(Int(id - model.affixes.lowerBound)) }
    switch id {
    case HybridModel.Special.uppercase: return .uppercase
    case HybridModel.Special.unknown: return .literal(Array("\u{FFFD}".utf8)[...])
    default: return .literal(model.tokens[Int(id)])
    }
  }

  /// One decoding. A token is written when the next one is known.
  struct Run: Sendable {
    private let decoder: HybridDecoder
    private var held: Int32?
    private var capitalises = false
    /// The text since the last blank, and the word before it.
    private var word: [Unicode.Scalar] = []
    private var previous: [Unicode.Scalar] = []
    /// The word's last root takes affixes of the other harmony.
    private var isFronted = false
    /// Longer words are heard by their ends.
    private static let longestWord = 256

    fileprivate init(decoder: HybridDecoder) { self.decoder = decoder }

    /// Takes the next token and gives the bytes of the one before it.
    mutating func append(_ id: Int32) -> [UInt8] {
      defer { held = id }
      return held.map { write($0, before: id) } ?? []
    }

    /// Gives the bytes of the last token.
    mutating func finish() -> [UInt8] {
      defer { self = Run(decoder: decoder) }
      return held.map { write($0, before: nil) } ?? []
    }

    private var end: SpokenEnd {
      let rules = decoder.model.rules
      // An affix that stands alone goes by the word before it (`geldi mi`, `ev de`).
      var end = SpokenEnd(of: word.isEmpty ? previous : word, rules)
      if isFronted, let vowel = end.vowel { end.vowel = rules.fronted[vowel] ?? vowel }
      return end
    }

    private mutating func write(_ id: Int32, before next: Int32?) -> [UInt8] {
      switch decoder.token(id) {
      case .uppercase:
        capitalises = true
        return []
      case .literal(let bytes):
        let isText = id > HybridModel.Special.end
        return write(String(decoding: bytes, as: UTF8.self), isText: isText)
      case .root(let number):
        let root = decoder.roots[number]
        let form = form(of: root, before: next)
        let bytes = write(form, isText: true)
        isFronted = root.isFronted
        return bytes
      case .affix(let number):
        let affix = decoder.affixes[number]
        let end = end
        let hard = affix.form(after: end, beforeVowel: false)
        let beforeVowel = startsWithVowel(next, after: end.appending(hard, decoder.model.rules))
        let form = beforeVowel ? affix.form(after: end, beforeVowel: true) : hard
        let wasFronted = isFronted
        let bytes = write(form, isText: true)
        // A suffix without a vowel leaves the root's harmony in force.
        let hasVowel = form.unicodeScalars.contains(where: decoder.model.rules.isVowel)
        isFronted = wasFronted && !hasVowel
        return bytes
      }
    }

    private func form(of root: HybridRoot, before next: Int32?) -> String {
      guard decoder.model.options.readsVariants, let next else { return root.text }
      if case .affix(let number) = decoder.token(next),
        let form = root.beforeAffix[decoder.affixNames[number]]
      {
        return form
      }
      guard let changed = root.beforeVowel else { return root.text }
      let end = SpokenEnd(of: root.text.unicodeScalars, decoder.model.rules)
      return startsWithVowel(next, after: end) ? changed : root.text
    }

    /// Whether the token that follows starts with a vowel, behind what is heard before it.
    private func startsWithVowel(_ next: Int32?, after end: SpokenEnd) -> Bool {
      guard let next else { return false }
      let rules = decoder.model.rules
      switch decoder.token(next) {
      case .affix(let number): return decoder.affixes[number].startsWithVowel(after: end)
      case .root(let number):
        return decoder.roots[number].text.unicodeScalars.first.map(rules.isVowel) ?? false
      case .literal(let bytes):
        return String(decoding: bytes, as: UTF8.self).unicodeScalars.first.map(rules.isVowel)
          ?? false
      case .uppercase: return false
      }
    }

    /// - Parameter isText: false for blanks and marks, which end a word.
    private mutating func write(_ form: String, isText: Bool) -> [UInt8] {
      var letters = Array(form.unicodeScalars)
      if capitalises, isText, let first = letters.first {
        letters[0] = decoder.model.rules.capital(first)
      }
      capitalises = false
      if isText {
        word = Array((word + letters).suffix(Self.longestWord))
      } else if !word.isEmpty {
        previous = word
        word = []
      }
      if letters.contains(where: {
        CharacterClasses.shared.flags($0.value) & CharacterClasses.letter != 0
      }) {
        isFronted = false
      }
      return Array(String(String.UnicodeScalarView(letters)).utf8)
    }
  }
}
