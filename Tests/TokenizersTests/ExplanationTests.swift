import Files
import Testing

@testable import Tokenizers

/// The explanation is a slow twin of the encoder: its ids are the encoder's, whatever the vocabulary.
@Suite("Explanations") struct ExplanationTests {
  /// The explanation's ids are the encoder's; both refuse the same texts.
  static func check(_ tokenizer: Tokenizer, _ text: String, _ special: SpecialPolicy = .text)
    throws
  {
    let ids: [Int32]
    do { ids = try tokenizer.encode(text, special: special) } catch {
      #expect(throws: error) { try tokenizer.explain(text, special: special) }
      return
    }
    let explanation = try tokenizer.explain(text, special: special)
    #expect(explanation.ids == ids, "\(tokenizer.name) \(text.debugDescription)")
    var end = 0
    for piece in explanation.pieces {
      // Pieces stand one behind another; a stage may drop what lies between.
      #expect(piece.place.lowerBound >= end && piece.place.upperBound <= explanation.text.count)
      end = piece.place.upperBound
    }
    // Two tokens that take blanks with them may take the same ones, as the reference's do.
    let strips = tokenizer.definition.addedTokens.contains { $0.stripsLeft || $0.stripsRight }
    if tokenizer.definition.normalizers.isEmpty && !strips {
      #expect(explanation.text == Array(text.utf8))
    }
  }

  @Test("have the ids of every component and option of a tokenizer.json", arguments: 0..<8)
  func components(part: Int) throws {
    let fixture = try ComponentTests.Fixture.shared.get()
    var random = TestRandom(part)
    for (index, entry) in fixture.cases.enumerated() where index % 8 == part {
      let document = try fixture.document(
        entry, model: try #require(entry["model"]?.stringValue))
      guard
        let tokenizer = try? Tokenizer.load(tokenizerJSON: document, name: "case", source: "case")
      else { continue }
      for (number, text) in (fixture.strings + [random.text(30)]).enumerated()
      where number % 4 == index / 8 % 4 && text.utf8.count < 300 {
        try Self.check(tokenizer, text, number % 8 < 4 ? .text : .parse)
      }
    }
  }

  @Test(
    "have the ids of SentencePiece's options",
    arguments: [
      "bpe_bytes", "bpe_user", "bpe_suffix", "bpe_rules", "bpe_across", "bpe_unused", "bpe_hidden",
      "unigram_user", "unigram_scores", "unigram_unused", "unigram_bytes", "unigram_rules",
      "unigram_across", "char",
    ])
  func sentencePiece(name: String) throws {
    let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/sentencepiece/\(name).model"
    let tokenizer = try Tokenizer.load(path: path, kind: .sentencepiece)
    let inputs = try #require(
      try ReferenceFiles.fixture("sentencepiece.json")["inputs"]?.arrayValue)
    var random = TestRandom(7)
    for input in inputs {
      let bytes = (input.arrayValue ?? []).compactMap(\.intValue).map { UInt8($0) }
      try Self.check(tokenizer, input.stringValue ?? String(decoding: bytes, as: UTF8.self))
    }
    for _ in 0..<40 { try Self.check(tokenizer, random.text(40)) }
  }

  @Test("have the ids of trained vocabularies on random text")
  func trained() throws {
    let text = "the theme of them is there, 1234 5678; the other 99 themes they have"
    let cuttings: [TextCutting] = [.gpt2, .gpt2(digits: .single), .gpt2(digits: .rightToLeft(3))]
    var random = TestRandom(3)
    for cutting in cuttings {
      var trainer = BPETrainer(
        vocabularySize: 320, minimumFrequency: 1, specialTokens: ["<|end|>"])
      trainer.cutting = cutting
      let tokenizer = try trainer.train(texts: [text]).tokenizer
      for _ in 0..<200 {
        let letters = Array("the m<|end|>12 ,".utf8)
        try Self.check(tokenizer, String(decoding: random.bytes(30, from: letters), as: UTF8.self))
        try Self.check(tokenizer, random.text(20), .parse)
      }
      try Self.check(tokenizer, "the<|end|>the", .parse)
    }
  }

  @Test(
    "have the ids of public vocabularies", .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: [
      ("tokenizers/gpt2/tokenizer.json", TokenizerKind?.none),
      ("tokenizers/minilm_bert/tokenizer.json", nil), ("tokenizers/smollm2/tokenizer.json", nil),
      ("tokenizers/mistral/tokenizer.model.v1", .sentencepiece),
      ("tokenizers/sentencepiece/unigram1000_test_model.model", .sentencepiece),
      ("tokenizers/rwkv/rwkv_vocab_v20230424.txt", .rwkv),
    ])
  func published(file: String, kind: TokenizerKind?) throws {
    let tokenizer = try Tokenizer.load(path: Assets.path(file), kind: kind)
    let golden = try Assets.json("golden/tokenizer_ids.json")
    var random = TestRandom(5)
    for text in try #require(golden["_strings"]?.arrayValue).compactMap(\.stringValue) {
      try Self.check(tokenizer, String(text.prefix(300)))
    }
    for _ in 0..<20 { try Self.check(tokenizer, random.text(60)) }
  }

  @Test("have the ids of hybrid vocabularies, whichever of root and affix comes first inside")
  func hybrid() throws {
    var random = TestRandom(11)
    let letters = Array("EvKızlar okul-ARABA üğö\n1ışıkları".unicodeScalars)
    for inside in HybridVocabulary.Order.allCases {
      var vocabulary = try SmallTurkish.vocabulary()
      vocabulary.options.inside = inside
      let tokenizer = try vocabulary.tokenizer()
      for text in ["Evlerimizden okulda", "ANKARA'ya  gidiyorlar\n", "x\u{301}"] {
        try Self.check(tokenizer, text)
      }
      for _ in 0..<100 {
        let text = (0..<24).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
        try Self.check(tokenizer, String(String.UnicodeScalarView(text)))
      }
    }
  }

  @Test("show merges rank by rank, with what the piece is after each")
  func merges() throws {
    let tokenizer = try SmallVocabulary().read()
    let explanation = try tokenizer.explain("abc[x]bc")
    #expect(explanation.pieces.map(\.text) == ["abc", "[x]", "bc"])
    #expect(explanation.pieces.map(\.place) == [0..<3, 3..<6, 6..<8])
    #expect(explanation.pieces[1].derivation == .addedToken(isSpecial: false))
    #expect(
      explanation.pieces[0].derivation
        == .merges(
          start: ["a", "b", "c"],
          steps: [
            .init(rank: 0, left: "a", right: "b", result: "ab", symbols: ["ab", "c"]),
            .init(rank: 1, left: "ab", right: "c", result: "abc", symbols: ["abc"]),
          ]))
    #expect(explanation.pieces[0].derivation.summary == "2 merges")
    #expect(explanation.pieces[2].tokens == [.init(id: 8, text: "bc")])
  }

  @Test("show what normalization changed, and where pieces stand afterwards")
  func normalization() throws {
    let tokenizer = try SmallVocabulary()
      .with("normalizer", #"{"type": "Lowercase"}"#)
      .with(
        "pre_tokenizer", #"{"type": "Metaspace", "replacement": "_", "prepend_scheme": "always"}"#
      )
      .read()
    let explanation = try tokenizer.explain("AB é")
    #expect(explanation.changes == [.init(step: "Lowercase", before: "AB é", after: "ab é")])
    #expect(explanation.pieces.map(\.text) == ["_ab", "_é"])
    #expect(explanation.pieces.map(\.place) == [0..<2, 2..<5])
    #expect(try tokenizer.explain("ab").changes.isEmpty)
  }

  @Test("show the best path of a unigram model and the next")
  func paths() throws {
    let model = UnigramModel(
      pieces: [("a", -1), ("b", -1), ("ab", -1.5), ("ba", -5), (" ", -1)].map {
        (Array($0.0.utf8), $0.1)
      }, unknownID: nil, byteIDs: [], fusesUnknown: false, userDefined: [])
    let (ids, derivation) = try ExplainedPaths(model).explain(Array("aba ab".utf8))
    #expect(ids == [2, 0, 4, 2])
    guard case .paths(let stretches) = derivation else {
      Issue.record("no paths")
      return
    }
    #expect(stretches.map(\.best.symbols) == [["ab", "a"], [" "], ["ab"]])
    #expect(stretches.map { $0.second?.symbols } == [["a", "b", "a"], nil, ["a", "b"]])
    #expect(stretches.map(\.best.score) == [-2.5, -1, -1.5])
    #expect(stretches[0].second?.score == -3)
  }

  @Test("show the tokens that WordPiece finds, the longest first")
  func matches() throws {
    var tokens = ByteStringTable()
    for token in ["[UNK]", "un", "u", "##believ", "##able", "##b", "unb"] {
      _ = tokens.insert(Array(token.utf8))
    }
    let model = WordPieceModel(
      tokens: tokens, continuingPrefix: Array("##".utf8), longestWord: 20, unknownToken: "[UNK]")
    let (ids, derivation) = try ExplainedMatches.explain(Array("ubelievable".utf8), model)
    #expect(ids == [2, 3, 4])
    #expect(
      derivation
        == .matches([
          .init(rest: "ubelievable", candidates: ["u"], match: .init(id: 2, text: "u")),
          .init(
            rest: "##believable", candidates: ["##believ", "##b"],
            match: .init(id: 3, text: "##believ")),
          .init(rest: "##able", candidates: ["##able"], match: .init(id: 4, text: "##able")),
        ]))
    let unknown = try ExplainedMatches.explain(Array("unbelievable".utf8), model)
    #expect(unknown.0 == [0] && unknown.1 == .unknown(reason: "no token starts ##elievable"))
  }

  @Test("refuse what is too long to be shown, and take an empty text")
  func limits() throws {
    let tokenizer = try SmallVocabulary().read()
    let limit = EncodingExplanation.longestText
    #expect(throws: TokenizerError.textTooLong(bytes: limit + 1, limit: limit)) {
      try tokenizer.explain(String(repeating: "a", count: limit + 1))
    }
    #expect(try tokenizer.explain("").pieces.isEmpty)
  }

  @Test("tokens are printed on one line, bytes that are no character in hexadecimal")
  func printable() {
    #expect(PrintableToken.text(of: Array("a|b\n\t\u{1}é".utf8)) == #"a\|b\n\t\u{1}é"#)
    #expect(PrintableToken.text(of: [0x61, 0xE2, 0x82, 0x62]) == #"a\xE2\x82b"#)
  }
}
