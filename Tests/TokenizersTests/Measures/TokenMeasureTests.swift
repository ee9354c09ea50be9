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
    #expect(tokenizer.lengthHistogram() == [0, 256, 1, 0, 1])
  }
}
