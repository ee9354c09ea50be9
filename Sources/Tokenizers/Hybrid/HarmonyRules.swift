/// What a language's phonology asks of an affix's form, as data.
///
/// An affix is written in the form that fits what stands before it: its first vowel may follow the
/// last vowel there, a hard consonant follows hard ones, and a final consonant softens before a
/// vowel. With ``none``, every affix is written in its first form.
public struct HarmonyRules: Sendable, Equatable {
  public var name: String
  /// For each vowel the vowels that may come after it.
  public var following: [Unicode.Scalar: [Unicode.Scalar]]
  /// Consonants after which a soft initial becomes hard.
  public var hardConsonants: Set<Unicode.Scalar>
  /// Soft initials of affixes and what they become.
  public var hardened: [Unicode.Scalar: Unicode.Scalar]
  /// Final consonants and what they become before a vowel.
  public var softened: [Unicode.Scalar: Unicode.Scalar]
  /// Capitals whose small letters are not Unicode's.
  public var smallLetters: [Unicode.Scalar: Unicode.Scalar]
  /// The vowel that a root counts as having where it takes affixes of the other harmony.
  public var fronted: [Unicode.Scalar: Unicode.Scalar]
  /// How digits at a number's end are read, the longest first.
  public var readings: [(digits: String, word: String)]
  /// The vowel that the name of a letter ends in, where a word is spelled out.
  public var letterNames: [Unicode.Scalar: Unicode.Scalar]
  /// The vowel of all other letters' names.
  public var letterName: Unicode.Scalar?

  /// No harmony at all.
  public static let none = HarmonyRules(name: "none")

  init(
    name: String, following: [Unicode.Scalar: [Unicode.Scalar]] = [:],
    hardConsonants: Set<Unicode.Scalar> = [], hardened: [Unicode.Scalar: Unicode.Scalar] = [:],
    softened: [Unicode.Scalar: Unicode.Scalar] = [:],
    smallLetters: [Unicode.Scalar: Unicode.Scalar] = [:],
    fronted: [Unicode.Scalar: Unicode.Scalar] = [:],
    readings: [(digits: String, word: String)] = [],
    letterNames: [Unicode.Scalar: Unicode.Scalar] = [:], letterName: Unicode.Scalar? = nil
  ) {
    self.name = name
    self.following = following
    self.hardConsonants = hardConsonants
    self.hardened = hardened
    self.softened = softened
    self.smallLetters = smallLetters
    self.fronted = fronted
    self.readings = readings
    self.letterNames = letterNames
    self.letterName = letterName
  }

  public static func == (a: HarmonyRules, b: HarmonyRules) -> Bool {
    a.name == b.name && a.following == b.following && a.hardConsonants == b.hardConsonants
      && a.hardened == b.hardened && a.softened == b.softened
      && a.smallLetters == b.smallLetters && a.fronted == b.fronted
      && a.readings.elementsEqual(b.readings, by: ==) && a.letterNames == b.letterNames
      && a.letterName == b.letterName
  }

  /// Turkish: palatal and labial harmony (after a, ı: a, ı; after e, i: e, i; after o, u: a, u;
  /// after ö, ü: e, ü), d and c hard after f s t k ç ş h p, final k soft before vowels.
  public static let turkish = HarmonyRules(
    name: "turkish",
    following: [
      "a": ["a", "ı"], "ı": ["a", "ı"], "â": ["a", "ı"], "e": ["e", "i"], "i": ["e", "i"],
      "î": ["e", "i"], "o": ["a", "u"], "u": ["a", "u"], "û": ["a", "u"], "ö": ["e", "ü"],
      "ü": ["e", "ü"],
    ],
    hardConsonants: ["f", "s", "t", "k", "ç", "ş", "h", "p"],
    hardened: ["d": "t", "c": "ç", "g": "k"],
    softened: ["k": "ğ", "p": "b", "ç": "c", "t": "d"],
    smallLetters: ["I": "ı", "İ": "i"],
    fronted: ["a": "e", "ı": "i", "o": "ö", "u": "ü", "â": "e", "û": "ü"],
    readings: [
      ("000000", "milyon"), ("000", "bin"), ("00", "yüz"), ("10", "on"), ("20", "yirmi"),
      ("30", "otuz"), ("40", "kırk"), ("50", "elli"), ("60", "altmış"), ("70", "yetmiş"),
      ("80", "seksen"), ("90", "doksan"), ("0", "sıfır"), ("1", "bir"), ("2", "iki"),
      ("3", "üç"), ("4", "dört"), ("5", "beş"), ("6", "altı"), ("7", "yedi"), ("8", "sekiz"),
      ("9", "dokuz"),
    ],
    letterNames: ["k": "a", "h": "a"], letterName: "e")

  // MARK: Letters

  func isVowel(_ letter: Unicode.Scalar) -> Bool { following[letter] != nil }

  /// The small letter of a capital that comes back from it; nil for what is no such capital.
  func small(_ letter: Unicode.Scalar) -> Unicode.Scalar? {
    if let small = smallLetters[letter] { return small }
    guard letter.value >= 0x80 ? letter.properties.isUppercase : (0x41...0x5A ~= letter.value),
      let small = letter.properties.lowercaseMapping.single, small != letter,
      capital(small) == letter
    else { return nil }
    return small
  }

  /// The capital of a letter; the letter itself where it has none of one character.
  func capital(_ letter: Unicode.Scalar) -> Unicode.Scalar {
    let own = smallLetters.lazy.filter { $0.value == letter }.map(\.key).min()
    return own ?? letter.properties.uppercaseMapping.single ?? letter
  }

  /// A text in small letters, by the same rules.
  public func lowercased(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for letter in text.unicodeScalars { result.append(small(letter) ?? letter) }
    return String(result)
  }
}

extension String {
  /// Its only character, if it is one.
  fileprivate var single: Unicode.Scalar? {
    unicodeScalars.count == 1 ? unicodeScalars.first : nil
  }
}
