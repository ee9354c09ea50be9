import Testing

@testable import Training

@Suite("Counting n-grams") struct NGramBaselineTests {
  let documents: [[Int32]] = [[1, 2, 3, 1, 2, 4], [1, 2, 3], [5, 1, 2, 3, 3]]

  @Test("probabilities after any context sum to one", arguments: 1...5)
  func sums(order: Int) throws {
    let model = try #require(
      NGramBaseline(order: order, vocabulary: 7, documents: documents, marker: 0))
    for past: [Int32] in [[], [0], [0, 1], [0, 1, 2, 3], [6, 6], [2, 3, 1, 2]] {
      let sum = (0..<7).reduce(0.0) { $0 + model.probability(Int32($1), after: past[...]) }
      #expect(abs(sum - 1) < 1e-12)
    }
  }

  @Test("one token's share by hand: 4 of 17, mixed with 7 equal chances by its 6 kinds")
  func byHand() throws {
    let model = try #require(
      NGramBaseline(order: 1, vocabulary: 7, documents: documents, marker: 0))
    // 14 tokens and 3 ends; 6 different ones: 0, 1, 2, 3, 4, 5.
    #expect(abs(model.probability(3, after: []) - (4 + 6.0 / 7) / (17 + 6)) < 1e-12)
  }

  @Test("more context foresees the same texts better, and orders have a limit")
  func order() throws {
    let nats = try (1...5).map {
      try #require(NGramBaseline(order: $0, vocabulary: 7, documents: documents, marker: 0))
        .nats(documents)
    }
    #expect(nats[1] < nats[0] && nats[2] < nats[1] && nats[4] <= nats[2])
    #expect(NGramBaseline(order: 6, vocabulary: 7, documents: documents, marker: 0) == nil)
    #expect(NGramBaseline(order: 2, vocabulary: 5000, documents: documents, marker: 0) == nil)
  }

  @Test("texts are measured as their ids are; a wrong order or too large a vocabulary is refused")
  func texts() throws {
    let texts = LanguageModelTrainingTests.texts
    let tokenizer = try LanguageModelTrainingTests.tokenizer()
    let ids = try texts.map { try tokenizer.encode($0) }
    let result = try NGramBaseline.measure(
      order: 3, tokenizer: tokenizer, training: Array(texts[..<100]), texts: Array(texts[100...]))
    let marker = try #require(tokenizer.bosID ?? tokenizer.eosID)
    let model = try #require(
      NGramBaseline(
        order: 3, vocabulary: tokenizer.vocabularySize, documents: Array(ids[..<100]),
        marker: marker))
    #expect(result.nats == model.nats(Array(ids[100...])))
    #expect(result.texts == 20 && result.tokens == ids[100...].reduce(20) { $0 + $1.count })
    #expect(result.bytes == texts[100...].reduce(0) { $0 + $1.utf8.count })
    #expect(result.bitsPerByte > 0 && result.bitsPerByte < 4)
    #expect(
      throws: TrainingError.setting(name: "order", value: 6, reason: "it must be from 1 to 5")
    ) {
      try NGramBaseline.measure(order: 6, tokenizer: tokenizer, training: [], texts: [])
    }
  }
}
