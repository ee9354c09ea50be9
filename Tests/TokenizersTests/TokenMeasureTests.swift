import Kernels
import Testing

@testable import Tokenizers

@Suite("Token measures") struct TokenMeasureTests {
  private static let bytes = try? BPETrainer(vocabularySize: 256).train(texts: ["x"]).tokenizer

  @Test("a vocabulary of bytes has the measures of bytes")
  func byteMeasures() throws {
    let tokenizer = try #require(Self.bytes)
    let english = try TokenStatistics(tokenizer, text: "all human beings")
    let greek = try TokenStatistics(tokenizer, text: "όλοι οι άνθρωποι\n")
    #expect(english.tokens == 16 && english.words == 3 && english.bytesPerToken == 1)
    #expect(english.fertility == 16.0 / 3 && english.tokensPerCharacter == 1)
    #expect(greek.bytes == 31 && greek.characters == 17 && greek.words == 3)
    // The premium is the byte premium.
    #expect(greek.premium(over: english) == 31.0 / 16 && english.premium(over: english) == 1)
    #expect(english.vocabularyUse == Double(Set("all human beings").count) / 256)
  }

  @Test("Rényi efficiency is 1 for even use, and falls with the order")
  func renyi() throws {
    let tokenizer = try #require(Self.bytes)
    let even = try TokenStatistics(tokenizer, text: "abcdabcd")
    for order in [0.5, 1, 2, 2.5] {
      #expect(abs(even.renyiEntropy(order: order) - 2) < 1e-12)
      #expect(abs(even.renyiEfficiency(order: order) - 0.25) < 1e-12)
    }
    let uneven = try TokenStatistics(tokenizer, text: "aaab")
    // Order 2: −log₂(9/16 + 1/16).
    #expect(abs(uneven.renyiEntropy(order: 2) - 0.678_071_905_112_637_6) < 1e-12)
    // Shannon: 2 − 3/4 log₂ 3.
    #expect(abs(uneven.renyiEntropy(order: 1) - 0.811_278_124_459_132_8) < 1e-12)
    #expect(uneven.renyiEntropy(order: 3) < uneven.renyiEntropy(order: 2))
  }

  @Test("the histogram of lengths counts every ordinary token")
  func lengths() throws {
    let tokenizer = try BPETrainer(vocabularySize: 259, specialTokens: ["<s>"])
      .train(texts: ["abab abab abab"]).tokenizer
    // The bytes, "ab" and "abab"; the last id is the special token.
    let lengths = TokenLengths(tokenizer)
    #expect(lengths.counts == [0, 256, 1, 0, 1] && lengths.total == 258)
    #expect(lengths.mean == 262.0 / 258 && TokenLengths(tokenizer, unit: .bytes) == lengths)
  }

  @Test("lengths, types and premiums are what counting token by token gives")
  func bruteForce() throws {
    let tokenizer = try BPETrainer(vocabularySize: 290, minimumFrequency: 1)
      .train(texts: ["the theme of them is there, die Themen"]).tokenizer
    let texts = ["the theme, the theme", "δέμα them", ""]
    let all = try TokenStatistics(tokenizer, texts: texts)
    let ids = try texts.flatMap { try tokenizer.encode($0) }
    #expect(all.tokens == ids.count && all.types == Set(ids).count && all.words == 6)
    #expect(all.bytes == texts.joined().utf8.count)
    var lengths: [Int: UInt64] = [:]
    for id in ids { lengths[try tokenizer.tokenBytes(id).count, default: 0] += 1 }
    let counted = TokenLengths(tokenizer, all, unit: .bytes)
    #expect(counted.counts.enumerated().allSatisfy { lengths[$0.offset, default: 0] == $0.element })
    #expect(counted.total == UInt64(ids.count))
    #expect(abs(counted.mean - all.bytesPerToken) < 1e-12)

    let languages = [("en", ["the theme", "is them"]), ("el", ["το θέμα", "αυτά"])]
    let premium = try TokenPremium(tokenizer, languages, reference: "en")
    let counts = try languages.map { try $0.1.reduce(0) { try $0 + tokenizer.count($1) } }
    #expect(premium.rows.map(\.language) == ["en", "el"])
    #expect(premium.rows[0].premium == 1 && premium.rows[0].bytePremium == 1)
    #expect(premium.rows[1].premium == Double(counts[1]) / Double(counts[0]))
    #expect(premium.rows[1].bytePremium == 21.0 / 16)
    let missing = TokenizerError.wrongReference(reference: "fr", languages: ["en", "el"])
    #expect(throws: missing) { try TokenPremium(tokenizer, languages, reference: "fr") }
    #expect(
      missing.code == "E0570"
        && missing.message == "there is no text in \"fr\", only in en, el")
    #expect(throws: TokenizerError.self) {
      try TokenPremium(tokenizer, [("en", ["a"]), ("el", [])], reference: "en")
    }
  }

  @Test(
    "every number comes back, and groups lie as their scheme says",
    arguments: NumberTokenizer.Scheme.allCases)
  func numbers(scheme: NumberTokenizer.Scheme) throws {
    for separator in ["", ","] {
      let tokenizer = try NumberTokenizer(scheme, separator: separator)
      let vocabulary = tokenizer.vocabulary
      #expect(vocabulary.count == (scheme == .digit ? 10 : 1110) + (separator.isEmpty ? 0 : 1))
      var random = TestRandom(4)
      var numbers = (0..<2000).map { String($0 * 7) } + ["0", "007", "000", "1000", "8302080"]
      numbers += (0..<200).map { _ in
        String(
          decoding: random.bytes(
            Int.random(in: 1...40, using: &random), from: Array("0123456789".utf8)), as: UTF8.self)
      }
      for number in numbers {
        let ids = try #require(tokenizer.encode(number))
        #expect(tokenizer.decode(ids) == number)
        let spelled = ids.map { vocabulary[Int($0)] }
        let chunks = try #require(tokenizer.chunks(of: number))
        let parts = chunks.flatMap { separator.isEmpty ? [$0] : [separator, $0] }
        #expect(spelled == Array(parts.dropFirst(separator.isEmpty ? 0 : 1)))
        let size = scheme == .digit ? 1 : 3
        let whole = scheme == .rightToLeft ? chunks.dropFirst() : chunks.dropLast()
        #expect(whole.allSatisfy { $0.utf8.count == size } && chunks.joined() == number)
      }
    }
    let tokenizer = try NumberTokenizer(scheme)
    #expect(
      tokenizer.encode("") == nil && tokenizer.encode("1,2") == nil
        && tokenizer.decode([5000]) == nil)
    #expect(throws: TokenizerError.wrongTrainingOption(name: "digits a chunk", asked: "0")) {
      try NumberTokenizer(scheme, chunk: 0)
    }
    #expect(throws: TokenizerError.wrongTrainingOption(name: "separator", asked: "\"0\"")) {
      try NumberTokenizer(scheme, separator: "0")
    }
  }

  @Test("questions on letters have their answers, cells and properties")
  func characterQuestions() throws {
    var random = TestRandom(6)
    let words =
      (0..<3000).map { _ in
        String(
          decoding: random.bytes(
            Int.random(in: 3...11, using: &random), from: Array("abcdeABxyz".utf8)), as: UTF8.self)
      } + ["don't", "señor"]
    let questions = CharacterQuestion.questions(words: words, perCell: 20, seed: 1)
    #expect(questions.count == 4 * 7 * 20 && Set(questions.map(\.word)).count == questions.count)
    #expect(questions == CharacterQuestion.questions(words: words.reversed(), perCell: 20, seed: 1))
    #expect(questions != CharacterQuestion.questions(words: words, perCell: 20, seed: 2))
    for question in questions {
      // The answer by going over the word letter by letter.
      var (count, first, last) = (0, -1, -1)
      var seen = ""
      var unique = 0
      for (place, letter) in question.word.enumerated() {
        if !seen.contains(letter) { unique += 1 }
        seen.append(letter)
        guard letter == question.character else { continue }
        count += 1
        if first < 0 { first = place }
        last = place
      }
      let expected: Int =
        switch question.task {
        case .countCharacter: count
        case .countUnique: unique
        case .findFirst: first
        case .findLast: last
        }
      #expect(question.answer == expected)
      let single = try question.properties(try #require(Self.bytes))
      #expect(single.tokens == question.word.count && single.compression == 1)
      #expect(
        single.targetTokenLength
          == (question.task == .findFirst || question.task == .findLast ? 1 : nil))
      let halves = try question.properties(tokenLengths: [3, question.word.count - 3])
      if halves.targetTokenLength != nil {
        #expect(halves.targetTokenLength == (question.answer < 3 ? 3 : question.word.count - 3))
      }
    }
    #expect(throws: TokenizerError.differentTexts(byte: 2)) {
      try questions[0].properties(tokenLengths: [2])
    }
  }

  @Test("outcomes are a partition, and no character vocabulary has phantom edits")
  func phantoms() throws {
    let tokenizer = try BPETrainer(vocabularySize: 290, minimumFrequency: 1)
      .train(texts: ["rights right repaid paid re rights repaid HIV"]).tokenizer
    let trie = TokenTrie(tokenizer)
    let own = try tokenizer.encode(" rights")
    #expect(try PhantomOutcome(before: own, after: own, tokenizer) == .unchanged)
    #expect(
      try PhantomOutcome(before: own, after: tokenizer.encode(" right"), tokenizer) == .replaced)
    #expect(
      try PhantomOutcome(before: own, after: tokenizer.encode(" Rights"), tokenizer) == .replaced)
    for ids in tokenizer.segmentations(of: " rights").sequences(limit: 50) where ids != own {
      #expect(try PhantomOutcome(before: own, after: ids, tokenizer) == .different)
    }
    // Masking the starts leaves no way to write the word.
    let starts = tokenizer.startingTokens(of: "rights", trie)
    for text in ["rights", " rights"] {
      for ids in tokenizer.segmentations(of: text).sequences(limit: 200) {
        #expect(starts.contains(ids[0]))
      }
    }
    let bytes = try #require(Self.bytes)
    #expect(bytes.segmentations(of: "rights").count == BigUnsigned(1))
  }

  @Test(
    "kinds of phantom edits, by the paper's own examples",
    arguments: [
      ([" February"], ["February"], PhantomKind.blankBoundary),
      ([" Saturday"], [" ", "Saturday"], .blankDetached), ([" day"], ["\nday"], .blankReplaced),
      (["unbelievable"], ["un", "bel", "ievable"], .resegmented),
      (["Dorm", "er"], ["D", "orm", "er"], .properNoun),
      (["repaid"], ["re", "paid"], .prefix), (["HIV"], ["H", "IV"], .acronym),
      (["rights"], ["right", "s"], .ending), (["table"], ["ta", "ble"], .resegmented),
    ])
  func kinds(before: [String], after: [String], kind: PhantomKind) {
    #expect(
      PhantomKind(before: before.map { Array($0.utf8) }, after: after.map { Array($0.utf8) })
        == kind)
  }
}
