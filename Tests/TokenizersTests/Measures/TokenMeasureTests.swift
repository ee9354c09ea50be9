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
}
