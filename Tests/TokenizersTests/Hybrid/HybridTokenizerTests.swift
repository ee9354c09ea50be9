import Files
import Testing

@testable import Tokenizers

/// A small Turkish vocabulary: the roots of the gold table, all affixes, letters as pieces.
enum SmallTurkish {
  static let lines = """
    ev
    kız
    göz
    okul
    araba
    kapı
    ütü
    köy
    üzüm
    gün
    ankara
    izmir
    ışık
    kitap
    çocuk
    renk
    ağaç
    ağız [A:LastVowelDrop]
    hak [A:Doubling]
    saat [A:InverseHarmony, NoVoicing]
    gitmek [A:Voicing]
    yapmak
    başlamak
    beklemek
    okumak
    oynamak
    söylemek
    gelmek
    görmek
    olmak
    """

  static func vocabulary() throws -> HybridVocabulary {
    var vocabulary = HybridVocabulary(roots: try RootLexicon(lines: lines, path: "test").roots)
    vocabulary.pieces = "abcçdefgğhıijklmnoöprsştuüvyzqwx0123456789'.,".map { String($0) }
    return vocabulary
  }

  static func model(_ tokenizer: Tokenizer) throws -> HybridModel {
    guard case .hybrid(let model) = tokenizer.definition.model else {
      throw TokenizerError.nothingToLearn
    }
    return model
  }
}

@Suite("Hybrid tokenizers") struct HybridTokenizerTests {
  @Test("a composed and a decomposed letter make two roots, two forms and two pieces")
  func composedForms() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    // Lines may end as on Windows.
    let lexicon = try RootLexicon(lines: "\(composed)\r\n\(decomposed)\r\n", path: "test")
    #expect(
      lexicon.roots.map { Array($0.text.utf8) } == [composed, decomposed].map { Array($0.utf8) })
    var vocabulary = HybridVocabulary(
      roots: lexicon.roots,
      affixes: [
        HybridAffix(name: "first", forms: ["\u{E9}"]),
        HybridAffix(name: "second", forms: ["e\u{301}"]),
      ],
      rules: .none, pieces: ["\u{E0}", "a\u{300}"])
    vocabulary.options.checksForms = false
    let tokenizer = try vocabulary.tokenizer()
    for pair in [(composed, decomposed), ("\u{E9}", "e\u{301}"), ("\u{E0}", "a\u{300}")] {
      let ids = try [tokenizer.encode(pair.0), tokenizer.encode(pair.1)]
      #expect(ids[0].count == 1 && ids[1].count == 1 && ids[0] != ids[1])
      #expect(try tokenizer.decode(ids[0]).utf8.elementsEqual(pair.0.utf8))
      #expect(try tokenizer.decode(ids[1]).utf8.elementsEqual(pair.1.utf8))
    }
    let again = try Tokenizer.load(
      tokenizerJSON: Array(tokenizer.json().text().utf8), name: "hybrid", source: "test")
    #expect(again.digest == tokenizer.digest)
  }

  @Test(
    "inflected words are the ids of root and affixes, and come back", arguments: TurkishGold.rows)
  func gold(row: String) throws {
    let vocabulary = try SmallTurkish.vocabulary()
    let tokenizer = try vocabulary.tokenizer()
    let model = try SmallTurkish.model(tokenizer)
    let (word, ids) = try Self.ids(row, vocabulary, tokenizer)
    #expect(try tokenizer.decode(ids) == word)
    #expect(try tokenizer.encode(word) == ids)
    #expect(ids.map(model.kind(of:)) == [.root] + ids.dropFirst().map { _ in .affix })
  }

  @Test(
    "words that the longest affix reads in another way are still written right",
    arguments: [
      "arabasını araba possessive-3 accusative-n", "arabasına araba possessive-3 dative-n",
      "gittik git past k", "evini ev accusative accusative-n",
      "kapısında kapı possessive-3 locative-n",
    ])
  func writing(row: String) throws {
    let vocabulary = try SmallTurkish.vocabulary()
    let tokenizer = try vocabulary.tokenizer()
    let (word, ids) = try Self.ids(row, vocabulary, tokenizer)
    #expect(try tokenizer.decode(ids) == word)
    #expect(try tokenizer.decode(tokenizer.encode(word)) == word)
  }

  private static func ids(_ row: String, _ vocabulary: HybridVocabulary, _ tokenizer: Tokenizer)
    throws -> (word: String, ids: [Int32])
  {
    let parts = row.split(separator: " ").map(String.init)
    let model = try SmallTurkish.model(tokenizer)
    let root = try #require(tokenizer.id(ofToken: parts[1]))
    return (
      parts[0],
      [root]
        + (try parts[2...].map { name in
          let number = try #require(vocabulary.affixes.firstIndex { $0.name == name })
          return model.affixIDs.lowerBound + Int32(number)
        })
    )
  }

  @Test func goldTableIsLarge() { #expect(TurkishGold.rows.count >= 100) }

  @Test("all forms of an affix have one id, and no two affixes share a form")
  func allomorphs() throws {
    var vocabulary = HybridVocabulary(roots: [])
    vocabulary.options.checksForms = false
    let tokenizer = try vocabulary.tokenizer()
    let model = try SmallTurkish.model(tokenizer)
    for (number, affix) in TurkishAffixes.all.enumerated() {
      for form in affix.forms {
        #expect(try tokenizer.encode(form) == [model.affixIDs.lowerBound + Int32(number)])
      }
    }
    #expect((60...80).contains(TurkishAffixes.all.count))
    vocabulary.options.sharesAffixes = false
    let apart = try vocabulary.tokenizer()
    #expect(
      apart.vocabularySize - tokenizer.vocabularySize
        == TurkishAffixes.all.reduce(0) { $0 + $1.forms.count - 1 })
    for affix in TurkishAffixes.all {
      for form in affix.forms {
        #expect(try apart.decode(apart.encode("ev" + form)).hasSuffix(form))
      }
    }
  }

  @Test(
    "text comes back with capitals, blanks, numbers and abbreviations",
    arguments: [
      "Evlerde  kitap\tkapı\ngeldi.", "İzmir'de IŞIK ışık Işık",
      "Ankara'nın ABD'nin TBMM'ye NATO'nun",
      "1984'te 3'ü 10'a 20'den 100'ü 1000'e 6'ya 40'ı 90'ın", "geldi mi oldu mu gördü mü yaptı mı",
      " ev ", "", "\n\n", "McEv", "AKP'den PKK'nın IMF'nin", "qwx",
    ])
  func roundTrip(text: String) throws {
    let tokenizer = try SmallTurkish.vocabulary().tokenizer()
    let ids = try tokenizer.encode(text)
    #expect(try tokenizer.decode(ids) == text)
    #expect(try tokenizer.count(text) == ids.count)
    var stream = tokenizer.makeStreamingDecoder()
    var streamed = ""
    for id in ids { streamed += try stream.append(id) }
    #expect(streamed + stream.finish() == text)
    #expect(try tokenizer.pieces(of: text).map(\.text).joined() == text)
  }

  @Test("every character is in a token, or is counted as unknown", arguments: 0..<30)
  func coverage(seed: Int) throws {
    var random = TestRandom(seed)
    let alphabet = Array("evi kaİIşŞqé€漢\n ".unicodeScalars)
    let letters = (0..<40).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
    let text = String(String.UnicodeScalarView(letters))
    let tokenizer = try SmallTurkish.vocabulary().tokenizer()
    let unknown = try tokenizer.encode(text).count { $0 == tokenizer.unknownID }
    #expect(unknown == letters.count { "é€漢".unicodeScalars.contains($0) })
    let decoded = try tokenizer.decode(tokenizer.encode(text))
    let expected = letters.map { "é€漢".unicodeScalars.contains($0) ? "\u{FFFD}" : $0 }
    #expect(decoded == String(String.UnicodeScalarView(expected)))
  }

  @Test("where forms are checked, any text of known characters comes back", arguments: 0..<60)
  func checked(seed: Int) throws {
    var random = TestRandom(seed)
    let parts =
      ["ev", "kitap", "kitab", "ağz", "hakk", "saat", "git", "gid", "başlı", "yor", "Ev", "TBMM'"]
      + [
        "ı", "i", "a", "ler", "lar", "da", "te", "lığ", "lik", "n", "m", "yı", "sı", "19", "'", " ",
      ]
    var vocabulary = try SmallTurkish.vocabulary()
    vocabulary.options.inside = seed % 2 == 0 ? .roots : .affixes
    let tokenizer = try vocabulary.tokenizer()
    let text = (0..<40).map { _ in parts[Int.random(in: 0..<parts.count, using: &random)] }.joined()
    #expect(try tokenizer.decode(tokenizer.encode(text)) == text)
  }

  @Test("without the check, forms that the rules do not write are read and come back changed")
  func unchecked() throws {
    var vocabulary = try SmallTurkish.vocabulary()
    let strict = try vocabulary.tokenizer()
    vocabulary.options.checksForms = false
    let loose = try vocabulary.tokenizer()
    #expect(try loose.decode(loose.encode("evlar kitapı")) == "evler kitabı")
    #expect(try strict.decode(strict.encode("evlar kitapı")) == "evlar kitapı")
    #expect(try loose.encode("evler") == strict.encode("evler"))
  }

  @Test("the uppercase marker stands before the small letters, one for each capital")
  func capitals() throws {
    let vocabulary = try SmallTurkish.vocabulary()
    let tokenizer = try vocabulary.tokenizer()
    let ids = try tokenizer.encode("Ev EV")
    let ev = try #require(tokenizer.id(ofToken: "ev"))
    #expect(Array(ids.prefix(4)) == [0, ev, 2, 0] && ids.count == 7 && ids[5] == 0)
    // No affix behind a capital, though -e and -v could be ones.
    #expect(try ids[4...].map(tokenizer.tokenText) == ["e", "<uppercase>", "v"])
    #expect(tokenizer.kind(of: ids[4]) == .bpe && tokenizer.kind(of: ids[6]) == .bpe)
    var unmarked = vocabulary
    unmarked.options.marksUppercase = false
    #expect(try unmarked.tokenizer().encode("Ev").contains(1))
  }

  @Test("without variants, changed roots are not known")
  func variants() throws {
    var vocabulary = try SmallTurkish.vocabulary()
    vocabulary.options.readsVariants = false
    let tokenizer = try vocabulary.tokenizer()
    let kitap = try #require(tokenizer.id(ofToken: "kitap"))
    #expect(try tokenizer.encode("kitap") == [kitap])
    #expect(try !tokenizer.encode("kitabı").contains(kitap))
  }

  @Test("a root inside a word wins over an affix, or the affix over it")
  func order() throws {
    var vocabulary = HybridVocabulary(roots: [HybridRoot("ev"), HybridRoot("de")])
    let tokenizer = try vocabulary.tokenizer()
    #expect(try tokenizer.pieces(of: "evde").map(\.kind) == [.root, .root])
    vocabulary.options.inside = .affixes
    #expect(
      try vocabulary.tokenizer().pieces(of: "evde de").map(\.kind) == [
        .root, .affix, .special, .root,
      ])
  }

  @Test("files give the same vocabulary")
  func files() throws {
    try withTemporaryFolder { folder in
      var vocabulary = try SmallTurkish.vocabulary()
      vocabulary.options.inside = .affixes
      let tokenizer = try vocabulary.tokenizer()
      try tokenizer.save(to: folder + "/turkish.json")
      let again = try Tokenizer.load(path: folder + "/turkish.json")
      #expect(again.digest == tokenizer.digest)
      #expect(again.kind == .hybrid && again.name == "turkish")
      let text = "Kitabı evlerde, saatlerin 1984'te"
      #expect(try again.encode(text) == tokenizer.encode(text))
      #expect(try again.decode(again.encode(text)) == tokenizer.decode(tokenizer.encode(text)))
      #expect(again.summary.contains("roots and affixes"))
    }
  }

  @Test(
    "contradicting tables are refused",
    arguments: [
      (["ev", "ev"], [["la"]], "roots: \"ev\" is there twice"),
      ([""], [["la"]], "roots: \"\" is empty"),
      (["ev"], [["la"], ["le", "la"]], "affixes: \"la\" is a form of two affixes"),
      (["ev"], [[]], "affixes: \"0\" has no form"),
      (["ev"], [[""]], "affixes: \"0\" has an empty form"),
    ] as [([String], [[String]], String)])
  func refusals(roots: [String], forms: [[String]], reason: String) {
    let vocabulary = HybridVocabulary(
      roots: roots.map { HybridRoot($0) },
      affixes: forms.enumerated().map { HybridAffix(name: "\($0.offset)", forms: $0.element) })
    let error = #expect(throws: TokenizerError.self) { try vocabulary.tokenizer() }
    #expect(error?.message == "the table of " + reason)
  }

  @Test(
    "broken files are refused",
    arguments: [
      #"{"tessera_hybrid": 2, "roots": [], "affixes": [], "pieces": []}"#,
      #"{"tessera_hybrid": 1, "roots": {}, "affixes": [], "pieces": []}"#,
      #"{"tessera_hybrid": 1, "roots": [{"text": 1}], "affixes": [], "pieces": []}"#,
      #"{"tessera_hybrid": 1, "roots": [], "affixes": [{"name": "x"}], "pieces": []}"#,
      #"{"tessera_hybrid": 1, "roots": [], "affixes": [], "pieces": [1]}"#,
      #"{"tessera_hybrid": 1, "roots": [], "affixes": [], "pieces": [], "extra": 1}"#,
      #"{"tessera_hybrid": 1, "roots": [], "affixes": [], "pieces": [], "inside": "x"}"#,
      #"{"tessera_hybrid": 1, "roots": [], "affixes": [], "pieces": [], "rules": {"hardened": {"dd": "t"}}}"#,
    ])
  func damaged(text: String) {
    #expect(throws: TokenizerError.self) {
      try Tokenizer.load(tokenizerJSON: Array(text.utf8), name: "x", source: "x")
    }
  }

  @Test("ids outside the vocabulary are refused")
  func outside() throws {
    let tokenizer = try SmallTurkish.vocabulary().tokenizer()
    #expect(throws: TokenizerError.self) { try tokenizer.decode([Int32(tokenizer.vocabularySize)]) }
    #expect(throws: TokenizerError.self) { try tokenizer.decode([-1]) }
  }

  @Test("purity counts tokens with letters, by use and by id")
  func purity() throws {
    let tokenizer = try SmallTurkish.vocabulary().tokenizer()
    let lexicon = TokenPurity.Lexicon(roots: ["ev", "kız"], affixes: ["lar", "da"])
    let purity = try TokenPurity(tokenizer, text: "evde evlerde q7 kızlar é", lexicon: lexicon)
    // ev da, ev lar da, q 7, kız lar, unknown; five words, four blanks.
    #expect(purity.tokens == 14 && purity.words == 5 && purity.unknown == 1)
    #expect(purity.lettered == 8 && purity.pure == 7 && purity.valid == 7)
    #expect(purity.distinctLettered == 5 && purity.distinctPure == 4)
    let bytes = try BPETrainer(vocabularySize: 300).train(
      texts: [" evlerde evlerde evde evde kızlar"]
    ).tokenizer
    let ended = TokenPurity.Lexicon(
      roots: ["ev"], affixes: ["ler", "de"], endings: ["ler", "lerde", "de"])
    let merged = try TokenPurity(bytes, text: " evlerde evde", lexicon: ended)
    #expect(merged.valid == merged.lettered && merged.pure < merged.valid)
  }

  @Test("round trips count texts and words, and list what changed")
  func roundTrips() throws {
    var vocabulary = try SmallTurkish.vocabulary()
    vocabulary.options.checksForms = false
    let tokenizer = try vocabulary.tokenizer()
    let trip = try RoundTrip(tokenizer, texts: ["evler geldi", "evlar evlar geldi", ""])
    #expect(trip.texts == 3 && trip.exactTexts == 2 && trip.words == 5 && trip.exactWords == 3)
    #expect(trip.differences == [.init(original: "evlar", decoded: "evler", count: 2)])
  }
}
