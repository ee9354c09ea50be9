/// What an affix hears of the text before it: the last vowel and the last letter as they are spoken.
struct SpokenEnd: Equatable {
  var vowel: Unicode.Scalar?
  var letter: Unicode.Scalar?

  /// - Parameter word: the text since the last blank, as it is written.
  init(of word: some Collection<Unicode.Scalar>, _ rules: HarmonyRules) {
    // An apostrophe or bracket between word and affix is not heard.
    var word = Array(word)
    while let last = word.last, !Self.isLetter(last), !Self.isDigit(last) { word.removeLast() }
    if let last = word.last, Self.isDigit(last) {
      let digits = String(String.UnicodeScalarView(word.suffix { Self.isDigit($0) }))
      guard let reading = rules.readings.first(where: { digits.hasSuffix($0.digits) }) else {
        return
      }
      word = Array(reading.word.unicodeScalars)
    }
    let letters = word.suffix { Self.isLetter($0) }
    let small = letters.map { rules.small($0) ?? $0 }
    let vowels = small.filter(rules.isVowel)
    letter = small.last
    vowel = vowels.last
    // A word of consonants, and a short one of capitals that ends in one, is spelled out.
    let isCapital = small.count > 1 && letters.allSatisfy { rules.small($0) != nil }
    let isSpelled = vowels.isEmpty || isCapital && vowels.count == 1
    if isSpelled, let last = small.last, !rules.isVowel(last),
      let name = rules.letterNames[last] ?? rules.letterName
    {
      letter = name
      vowel = name
    }
  }

  init(vowel: Unicode.Scalar?, letter: Unicode.Scalar?) {
    self.vowel = vowel
    self.letter = letter
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    CharacterClasses.shared.flags(scalar.value) & CharacterClasses.letter != 0
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// What is heard after a form is put behind it.
  func appending(_ form: String, _ rules: HarmonyRules) -> SpokenEnd {
    let letters = Array(form.unicodeScalars)
    return SpokenEnd(
      vowel: letters.last(where: rules.isVowel) ?? vowel, letter: letters.last ?? letter)
  }
}

extension BidirectionalCollection {
  /// The longest end whose elements all fit.
  fileprivate func suffix(_ fits: (Element) -> Bool) -> [Element] {
    var end: [Element] = []
    for element in reversed() {
      if !fits(element) { break }
      end.append(element)
    }
    return end.reversed()
  }
}
