import Testing

@testable import Tokenizers

@Suite("Vowel harmony") struct HarmonyTests {
  private static func end(_ word: String) -> SpokenEnd {
    SpokenEnd(of: Array(word.unicodeScalars), .turkish)
  }

  private static func form(_ forms: String, after word: String, beforeVowel: Bool = false) -> String
  {
    AffixForms(HybridAffix("test", forms), .turkish).form(
      after: end(word), beforeVowel: beforeVowel)
  }

  @Test(
    "two-way and four-way harmony after every vowel",
    arguments: [
      ("kal", "lar", "dı"), ("kıl", "lar", "dı"), ("kol", "lar", "du"), ("kul", "lar", "du"),
      ("kel", "ler", "di"), ("kil", "ler", "di"), ("köl", "ler", "dü"), ("kül", "ler", "dü"),
      ("kâl", "lar", "dı"), ("kîl", "ler", "di"), ("kûl", "lar", "du"),
    ])
  func vowels(word: String, twoWay: String, fourWay: String) {
    #expect(Self.form("lar ler", after: word) == twoWay)
    #expect(Self.form("dı di du dü tı ti tu tü", after: word) == fourWay)
    // The other order of forms changes nothing: the vowel decides.
    #expect(Self.form("ler lar", after: word) == twoWay)
  }

  @Test(
    "initial d is t after exactly the hard consonants", arguments: Array("bcçdfgğhjklmnprsştvyz"))
  func hardness(consonant: Character) {
    let isHard = "fstkçşhp".contains(consonant)
    #expect(Self.form("da de ta te", after: "a\(consonant)") == (isHard ? "ta" : "da"))
    #expect(Self.form("cı ci çı çi", after: "e\(consonant)") == (isHard ? "çi" : "ci"))
  }

  @Test(
    "joining letters stand where two vowels would meet",
    arguments: [
      ("ı i u ü yı yi yu yü", "araba", "yı"), ("ı i u ü yı yi yu yü", "kol", "u"),
      ("la le yla yle", "kapı", "yla"), ("la le yla yle", "göz", "le"),
      ("ım im um üm m", "araba", "m"), ("ım im um üm m", "göz", "üm"),
      ("ıyor iyor uyor üyor yor", "oku", "yor"), ("ıyor iyor uyor üyor yor", "gör", "üyor"),
      ("ken yken", "evde", "yken"), ("ken yken", "gelir", "ken"),
    ])
  func joining(forms: String, word: String, expected: String) {
    #expect(Self.form(forms, after: word) == expected)
  }

  @Test func finalsSoftenBeforeVowels() {
    #expect(Self.form("lık lik lığ liğ", after: "kal") == "lık")
    #expect(Self.form("lık lik lığ liğ", after: "kal", beforeVowel: true) == "lığ")
    #expect(Self.form("dık tık dığ tığ", after: "kap", beforeVowel: true) == "tığ")
  }

  @Test(
    "numbers, abbreviations and apostrophes are heard as they are read",
    arguments: [
      ("1984", "t", "ö"), ("3'", "ç", "ü"), ("10", "n", "o"), ("100", "z", "ü"), ("2000", "n", "i"),
      ("6", "ı", "ı"), ("ABD'", "e", "e"), ("TBMM", "e", "e"), ("TSK", "a", "a"),
      ("NATO", "o", "o"), ("Ankara'", "a", "a"), ("TÜİK", "k", "i"), ("ev.", "v", "e"),
    ] as [(String, Unicode.Scalar, Unicode.Scalar)])
  func heard(text: String, letter: Unicode.Scalar, vowel: Unicode.Scalar) {
    #expect(Self.end(text) == SpokenEnd(vowel: vowel, letter: letter))
  }

  @Test func nothingIsHeardOfNothing() {
    #expect(Self.end("") == SpokenEnd(vowel: nil, letter: nil))
    #expect(Self.form("lar ler", after: "") == "lar")
    #expect(Self.end("…") == SpokenEnd(vowel: nil, letter: nil))
  }

  @Test("of capitals that share their small letter the first one comes back", arguments: 0..<24)
  func sharedSmallLetter(others: Int) throws {
    var rules = HarmonyRules.none
    rules.smallLetters = ["X": "z", "Q": "z", "Y": "z"]
    // The order in which a dictionary is gone through depends on what else is in it.
    for number in 0..<others {
      rules.smallLetters[try #require(Unicode.Scalar(0x4E00 + UInt32(number)))] = "w"
    }
    #expect(rules.capital("z") == "Q")
  }

  @Test("small and capital letters are Turkish ones")
  func letters() {
    let rules = HarmonyRules.turkish
    #expect(rules.lowercased("IĞDIR İZMİR ÇÖŞÜ") == "ığdır izmir çöşü")
    #expect(rules.capital("i") == "İ" && rules.capital("ı") == "I" && rules.capital("ş") == "Ş")
    #expect(rules.small("a") == nil && rules.small("ß") == nil && rules.small("ẞ") == nil)
    #expect(HarmonyRules.none.lowercased("I") == "i")
  }

  @Test("rules without harmony write first forms")
  func none() {
    #expect(
      AffixForms(HybridAffix("test", "lar ler"), .none).form(
        after: Self.end("göz"), beforeVowel: false) == "lar")
  }

  @Test("rules survive being written as data")
  func data() throws {
    #expect(try HarmonyRules(HarmonyRules.turkish.json(), path: "x") == .turkish)
  }

  @Test(
    "dictionary lines give roots with their forms",
    arguments: [
      ("kitap", HybridRoot("kitap", beforeVowel: "kitab")),
      ("renk", HybridRoot("renk", beforeVowel: "reng")),
      ("katalog", HybridRoot("katalog", beforeVowel: "kataloğ")),
      ("kanat", HybridRoot("kanat", beforeVowel: "kanad")),
      ("top", HybridRoot("top")),
      ("hukuk [A:NoVoicing]", HybridRoot("hukuk")),
      ("yurt [A:Voicing]", HybridRoot("yurt", beforeVowel: "yurd")),
      ("ağız [A:LastVowelDrop]", HybridRoot("ağız", beforeVowel: "ağz")),
      ("avuç [A:LastVowelDrop]", HybridRoot("avuç", beforeVowel: "avc")),
      ("tıp [A:Voicing, Doubling]", HybridRoot("tıp", beforeVowel: "tıbb")),
      ("gitmek [A:Voicing]", HybridRoot("git", beforeVowel: "gid")),
      ("yemek [P:Noun]", HybridRoot("yemek", beforeVowel: "yemeğ")),
      ("Ankara [P:Noun]", HybridRoot("ankara")),
      ("[ [P:Punc]", HybridRoot("[")),
    ])
  func dictionary(line: String, root: HybridRoot) throws {
    #expect(try RootLexicon(lines: line, path: "x").roots == [root])
  }

  @Test("verbs in a and e rise before the progressive, words of the other harmony are marked")
  func exceptions() throws {
    let lexicon = try RootLexicon(
      lines: "## remark\noynamak\nsöylemek\ndemek\nsaat [A:InverseHarmony, NoVoicing]\n", path: "x")
    #expect(
      lexicon.roots.map { $0.beforeText["yor"] } == [
        "oynu", "söylü", "di", nil,
      ])
    #expect(lexicon.roots.map(\.isFronted) == [false, false, false, true])
  }

  @Test("one text with and without a change is one root, and the changed form another")
  func homonyms() throws {
    let lexicon = try RootLexicon(
      lines: "et\netmek [A:Voicing]\nad\nad [A:Doubling; Index:1]", path: "x")
    #expect(lexicon.roots == [HybridRoot("et"), HybridRoot("ed"), HybridRoot("ad")])
    let error = #expect(throws: TokenizerError.self) {
      try RootLexicon(lines: "ev\nev [A:Voicing", path: "x")
    }
    #expect(
      error
        == .malformed(
          path: "x", place: "line 2", reason: "the bracket of attributes stays open"))
  }
}
