import Files
import Testing

@testable import Tokenizers

@Suite("Appended tokens") struct AppendedTokenTests {
  private static let text = """
    (a) The Company, Inc. filed Form 10-K under 15 U.S.C. § 78m(a) in 1996; see 17 C.F.R. § 229.101.
    The registrant being an accelerated filer, the aggregate market value was $1,234 in 1995.
      ii.  Item 2 ...... 17  ½ of the ﬁlings — ﬁnal ones — were ﬁled in the ﬁrst quarter

    """
  private static let corpus = (0..<6).map { _ in text }

  private static func trainer(_ size: Int) -> BPETrainer {
    var trainer = BPETrainer(vocabularySize: size, specialTokens: ["<|end|>"])
    trainer.cutting = TextCutting.gpt2.normalized(.nfkc)
    trainer.appended.texts = LegalTokens.tokens([.years, .rules, .enumerations])
    return trainer
  }

  @Test(
    "each is one id, and the vocabulary has the size that was asked for", arguments: [800, 850])
  func size(asked: Int) throws {
    let trainer = Self.trainer(asked)
    let result = try trainer.train(texts: Self.corpus)
    #expect(result.tokenizer.vocabularySize == asked)
    for token in trainer.appended.texts { #expect(try result.tokenizer.count(token) == 1) }
    // Some are learned as well: they need no second id.
    let model = try #require(result.tokenizer.definition.model.bytePair)
    let learned = trainer.appended.texts.filter {
      trainer.appended.id(of: $0, in: model.tokens) != nil
    }
    #expect(!learned.isEmpty)
    #expect(
      model.tokens.count + 1 + trainer.appended.contents([]).count - learned.count == asked)
  }

  @Test("merges are those without appended tokens")
  func merges() throws {
    let result = try Self.trainer(800).train(texts: Self.corpus)
    let model = try #require(result.tokenizer.definition.model.bytePair)
    var plain = BPETrainer(vocabularySize: model.tokens.count)
    plain.cutting = TextCutting.gpt2.normalized(.nfkc)
    let other = try #require(
      try plain.train(texts: Self.corpus).tokenizer.definition.model.bytePair)
    func pairs(_ model: BytePairModel) -> [[Int32]] {
      model.merges.sorted().map { [$0.left, $0.right, $0.merged] }
    }
    #expect(pairs(model) == pairs(other))
  }

  @Test("padding makes the size a power of two", arguments: [780, 850])
  func padding(asked: Int) throws {
    var trainer = Self.trainer(asked)
    trainer.appended.padsToPowerOfTwo = true
    let tokenizer = try trainer.train(texts: Self.corpus).tokenizer
    #expect(tokenizer.vocabularySize == 1024)
    let contents = tokenizer.definition.addedTokens.map(\.content)
    #expect(Set(contents).count == contents.count)
    for token in contents where token != "<|end|>" { #expect(try tokenizer.count(token) == 1) }
  }

  @Test("a size that is a power of two stays", arguments: [(512, 512), (513, 1024), (300, 512)])
  func powers(asked: Int, size: Int) throws {
    var trainer = BPETrainer(vocabularySize: asked, minimumFrequency: 1)
    trainer.appended.padsToPowerOfTwo = true
    let text = (0..<400).map { "w\($0 * 7919)" }.joined(separator: " ")
    #expect(try trainer.train(texts: [text]).tokenizer.vocabularySize == size)
  }

  @Test("text comes back normalised, in memory and from a file")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      var trainer = Self.trainer(900)
      trainer.appended.padsToPowerOfTwo = true
      let tokenizer = try trainer.train(texts: Self.corpus).tokenizer
      let normalised = UnicodeNormalizer.normalize(Array(Self.text.utf8), form: .nfkc)
      #expect(normalised != Array(Self.text.utf8))
      let ids = try tokenizer.encode(Self.text)
      #expect(try tokenizer.bytes(of: ids) == normalised)
      let statistics = try TokenStatistics(tokenizer, text: Self.text)
      let tokens = statistics.tokensPerCharacter * Double(Self.text.unicodeScalars.count)
      #expect(tokens.rounded() == Double(ids.count))
      try tokenizer.save(to: folder + "/tokenizer.json")
      let again = try Tokenizer.load(path: folder)
      #expect(again.digest == tokenizer.digest)
      #expect(try again.encode(Self.text) == ids)
    }
  }

  @Test("a token that starts a word is found in words of its own only, or anywhere")
  func matching() throws {
    var trainer = BPETrainer(vocabularySize: 300)
    trainer.appended.texts = ["in", "(ii)", "19"]
    let words = try trainer.train(texts: ["x"]).tokenizer
    #expect(try words.encode("being 1996(ii) in 19").count == 15)
    trainer.appended.matching = .anywhere
    let anywhere = try trainer.train(texts: ["x"]).tokenizer
    #expect(try anywhere.encode("being 1996(ii) in 19").count == 13)
    #expect(try anywhere.decode(anywhere.encode("being 1996(ii)")) == "being 1996(ii)")
  }

  @Test("the longest of several is found", arguments: 0..<30)
  func longest(seed: Int) throws {
    var random = TestRandom(seed)
    let tokens = Set(
      (0..<8).map { _ in
        random.bytes(Int.random(in: 1...4, using: &random), from: Array("ab(".utf8))
      }
    ).sorted { $0.lexicographicallyPrecedes($1) }
    let text = random.bytes(60, from: Array("ab(c".utf8))
    let matcher = AddedTokenMatcher(
      tokens.enumerated().map {
        AddedToken(id: Int32($0.offset), content: String(decoding: $0.element, as: UTF8.self))
      }, contents: tokens)
    let spans = text.withUnsafeBufferPointer { matcher.spans(in: $0, policy: .text) }
    var expected: [AddedTokenMatcher.Span] = []
    var (place, done) = (0, 0)
    while place < text.count {
      let found = tokens.filter { text[place...].starts(with: $0) }.max { $0.count < $1.count }
      guard let found else {
        place += 1
        continue
      }
      if done < place { expected.append(.init(range: done..<place, token: nil)) }
      expected.append(
        .init(range: place..<place + found.count, token: tokens.firstIndex(of: found)))
      place += found.count
      done = place
    }
    if done < text.count { expected.append(.init(range: done..<text.count, token: nil)) }
    #expect(spans == expected)
  }

  @Test("a cap holds for every learned token", arguments: 1...4)
  func cap(characters: Int) throws {
    var trainer = BPETrainer(vocabularySize: 500, minimumFrequency: 1, specialTokens: ["<|end|>"])
    trainer.rules = MergeRules(mostCharacters: characters)
    let tokenizer = try trainer.train(texts: Self.corpus).tokenizer
    var longest = 0
    for id in 256..<Int32(tokenizer.vocabularySize - 1) {
      let bytes = try tokenizer.tokenBytes(id)
      let letters = bytes.first == 0x20 ? bytes.dropFirst() : bytes[...]
      longest = max(longest, letters.count { $0 & 0xC0 != 0x80 })
    }
    #expect(longest == characters)
  }

  @Test("places in the text are known also where such tokens stand")
  func spans() throws {
    var trainer = BPETrainer(vocabularySize: 300)
    trainer.appended.texts = ["(ii)", "  "]
    let tokenizer = try trainer.train(texts: ["x"]).tokenizer
    let spans = try tokenizer.spans(of: "a(ii)  b")
    #expect(spans.map(\.bytes) == [0..<1, 1..<5, 5..<7, 7..<8])
  }

  @Test("what cannot be is refused")
  func refusals() {
    func failure(_ change: (inout BPETrainer) -> Void) -> TokenizerError? {
      var trainer = BPETrainer(vocabularySize: 260, specialTokens: ["<s>"])
      change(&trainer)
      return #expect(throws: TokenizerError.self) { try trainer.train(texts: ["ab"]) }
    }
    #expect(
      failure { $0.appended.texts = ["aa", "bb", "cc", "dd"] }
        == .vocabularyTooSmall(asked: 260, least: 261, specialTokens: 5))
    #expect(
      failure { $0.appended.texts = ["<s>"] }
        == .wrongSpecialToken(token: "<s>", reason: "is among the appended tokens too"))
    #expect(
      failure { $0.appended.texts = [""] }
        == .wrongTrainingOption(name: "appended token", asked: "of no text"))
    #expect(
      failure {
        $0.alphabet = .characters(limit: nil, unknown: "<s>")
        $0.appended.texts = ["aa"]
      } == .wrongTrainingOption(name: "appended tokens", asked: "over characters"))
  }

  @Test(
    "Hugging Face's library gives the same ids with the saved vocabulary",
    arguments: AppendedTokens.Matching.allCases)
  func reference(matching: AppendedTokens.Matching) throws {
    let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/appended.json"
    let fixture = try JSONParser.parse(FileContents.bytes(at: path), path: path)
    let text = try #require(fixture["text"]?.stringValue)
    var trainer = BPETrainer(vocabularySize: 330)
    trainer.cutting = TextCutting.gpt2.normalized(.nfkc)
    trainer.appended.texts = [
      "(a)", "(B)", "(ii)", "in", "filing", "......", "1996", "U.S.C.", "99", " §", "½", "ﬁ",
    ]
    trainer.appended.matching = matching
    trainer.appended.padsToPowerOfTwo = true
    let tokenizer = try trainer.train(texts: [text + text]).tokenizer
    let saved = try #require(fixture["vocabularies"]?[matching.rawValue]?.stringValue)
    #expect(try tokenizer.json() == JSONParser.parse(Array(saved.utf8), path: path))
    let cases = try #require(fixture["cases"]?[matching.rawValue]?.arrayValue)
    #expect(cases.count == 9)
    for item in cases {
      let text = try #require(item["text"]?.stringValue)
      let ids = item["ids"]?.arrayValue?.compactMap(\.intValue).map { Int32($0) }
      #expect(try tokenizer.encode(text) == ids, "\(text)")
    }
  }

  @Test("the legal list has its years, numbers and enumerations, sorted, each once")
  func legal() {
    let tokens = LegalTokens.tokens()
    #expect(Set(tokens).count == tokens.count)
    #expect(tokens.allSatisfy { $0.unicodeScalars.count > 1 })
    #expect(
      zip(tokens, tokens.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    let set = Set(tokens)
    for token in ["1776", "2049", "10", "999", "(a)", "(Z)", "(99)", "(viii)", "        ", "\r\n"] {
      #expect(set.contains(token))
    }
    #expect(!set.contains("1775") && !set.contains("2050") && !set.contains("9"))
    #expect(LegalTokens.tokens([.years]).count == 274)
  }
}
