/// An affix: one meaning, one id, and all forms in which it is written.
public struct HybridAffix: Sendable, Equatable {
  public var name: String
  /// Allomorphs in small letters, the one that stands for it first.
  public var forms: [String]

  public init(name: String, forms: [String]) {
    self.name = name
    self.forms = forms
  }

  init(_ name: String, _ forms: String) {
    self.init(name: name, forms: forms.split(separator: " ").map(String.init))
  }
}

/// An affix's forms with what each asks of its neighbours.
struct AffixForms: Sendable {
  private enum Sound: Sendable { case soft, hard }

  private struct Form: Sendable {
    let text: String
    let startsWithVowel: Bool
    let firstVowel: Unicode.Scalar?
    /// It wants a vowel before it (true), a consonant, or either.
    let wantsVowel: Bool?
    /// Its first consonant is one of a pair of which the affix has both; so is its last.
    let initial: Sound?
    let final: Sound?
  }

  private let forms: [Form]
  private let rules: HarmonyRules

  init(_ affix: HybridAffix, _ rules: HarmonyRules) {
    self.rules = rules
    let texts = affix.forms.map { Array($0.unicodeScalars) }.filter { !$0.isEmpty }
    let someStartWithVowel = texts.contains { rules.isVowel($0[0]) }
    let known = Set(texts)
    /// Whether there is the same form with another letter at a place.
    func has(_ text: [Unicode.Scalar], _ place: Int, _ letters: [Unicode.Scalar]) -> Bool {
      letters.contains { letter in
        var other = text
        other[place] = letter
        return known.contains(other)
      }
    }
    func harder(_ pairs: [Unicode.Scalar: Unicode.Scalar], _ letter: Unicode.Scalar)
      -> [Unicode.Scalar]
    {
      pairs.filter { $0.value == letter }.map(\.key)
    }
    forms = texts.map { text in
      let last = text.count - 1
      var wantsVowel: Bool?
      if someStartWithVowel {
        wantsVowel = !rules.isVowel(text[0])
      } else if known.contains(Array(text.dropFirst())) {
        wantsVowel = true
      } else if texts.contains(where: { $0.dropFirst().elementsEqual(text) }) {
        wantsVowel = false
      }
      var initial: Sound?
      if has(text, 0, rules.hardened[text[0]].map { [$0] } ?? []) { initial = .soft }
      if has(text, 0, harder(rules.hardened, text[0])) { initial = .hard }
      var final: Sound?
      if has(text, last, rules.softened[text[last]].map { [$0] } ?? []) { final = .hard }
      if has(text, last, harder(rules.softened, text[last])) { final = .soft }
      return Form(
        text: String(String.UnicodeScalarView(text)), startsWithVowel: rules.isVowel(text[0]),
        firstVowel: text.first(where: rules.isVowel), wantsVowel: wantsVowel, initial: initial,
        final: final)
    }
  }

  /// The form that fits between what is heard before it and what follows; of equally good ones, the
  /// first.
  ///
  /// What weighs most comes first: a joining letter where two vowels would meet (`-ı` or `-yı`,
  /// `-ım` or `-m`, `-la` or `-yla`), then the harmony of the first vowel, then the hardness of the
  /// first consonant, then the softness of the last.
  func form(after end: SpokenEnd, beforeVowel: Bool) -> String {
    best(after: end, beforeVowel: beforeVowel)?.text ?? ""
  }

  /// Whether the form that comes after a sound starts with a vowel.
  func startsWithVowel(after end: SpokenEnd) -> Bool {
    best(after: end, beforeVowel: false)?.startsWithVowel ?? false
  }

  private func best(after end: SpokenEnd, beforeVowel: Bool) -> Form? {
    let followsVowel = end.letter.map(rules.isVowel)
    let followsHard = end.letter.map(rules.hardConsonants.contains) ?? false
    let allowed = end.vowel.flatMap { rules.following[$0] }
    var best: (form: Form, faults: Int)?
    for form in forms {
      var faults = 0
      if let wanted = form.wantsVowel, let followsVowel, wanted != followsVowel { faults += 8 }
      if let allowed, let vowel = form.firstVowel, !allowed.contains(vowel) { faults += 4 }
      if let initial = form.initial, (initial == .hard) != followsHard { faults += 2 }
      if let final = form.final, (final == .soft) != beforeVowel { faults += 1 }
      if faults < best?.faults ?? Int.max { best = (form, faults) }
    }
    return best?.form
  }
}
