import Kernels
import Models
import Testing
import Tokenizers

@testable import Measures

@Suite("Measures") struct MeasureTests {
  @Test("a uniform model needs log n nats a token")
  func uniform() throws {
    let model = TableModel(rows: [[Float]](repeating: [1, 1, 1, 1], count: 4))
    let ids = (0..<64).map { Int32($0 % 4) }
    let loss = try NegativeLogLikelihood(model, ids: ids, bytes: 126)
    #expect(loss.tokens == 63)
    #expect(abs(loss.nats - 63 * ElementaryFunction.log(4)) < 1e-4)
    #expect(abs(loss.perplexity - 4) < 1e-5)
    #expect(abs((loss.bitsPerByte ?? 0) - 1) < 1e-6)
  }

  @Test("refuses what cannot be measured")
  func refusals() {
    let model = TableModel(rows: [[0, 0], [0, 0]], contextLength: 4)
    #expect(throws: MeasureError.model(.noTokens(operation: "a negative log-likelihood"))) {
      try NegativeLogLikelihood(model, ids: [1])
    }
    #expect(throws: MeasureError.model(.contextExceeded(needed: 5, limit: 4))) {
      try NegativeLogLikelihood(model, ids: [1, 1, 1, 1, 1])
    }
    #expect(throws: MeasureError.model(.noTokenizer(model: "table"))) {
      try NegativeLogLikelihood(model, text: "a")
    }
    let broken = TableModel(rows: [[.nan, 0], [0, 0]])
    #expect(throws: MeasureError.model(.notANumber(model: "table", position: 1))) {
      try NegativeLogLikelihood(broken, ids: [1, 0, 1])
    }
  }

  @Test(
    "stories260K: the golden likelihoods of both texts",
    .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: ["story", "shakespeare"], Assets.forms)
  func golden(name: String, form: String) throws {
    let golden = try #require(try Assets.golden()[name])
    let model = try ModelLoader.load(path: Assets.path(form))
    let loss = try NegativeLogLikelihood(model, text: golden["text"]?.stringValue ?? "")
    let expected = golden["nll_per_token"]?.doubles ?? []
    #expect(loss.ids == golden["ids"]?.ids)
    #expect(loss.tokens == expected.count)
    #expect(zip(loss.perToken, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 })
    #expect(abs(loss.mean - (golden["mean_nll"]?.doubleValue ?? 0)) < 1e-4)
    #expect(abs(loss.nats - expected.reduce(0, +)) < 1e-4 * Double(expected.count))
    #expect(abs((loss.bitsPerByte ?? 0) - (golden["bits_per_byte"]?.doubleValue ?? 0)) < 1e-4)
  }

  @Test(
    "compression counts bytes and tokens", .enabled(if: Assets.present, "needs ../shared/assets"))
  func compression() throws {
    let tokenizer = try Tokenizer.load(path: Assets.path("models/stories260K"))
    let text = "Once upon a time, there was a little girl named Lily."
    let compression = try Compression(tokenizer, text: text)
    #expect(compression.bytes == text.utf8.count)
    #expect(compression.tokens == (try tokenizer.encode(text).count))
    #expect(compression.bytesPerToken == Double(compression.bytes) / Double(compression.tokens))
  }

  @Test("distinct n-grams")
  func distinctShares() throws {
    #expect(try distinct([1, 1, 1, 1], n: 1) == 0.25)
    #expect(try distinct([1, 2, 1, 2, 1], n: 2) == 0.5)
    #expect(try distinct([1, 2, 3], n: 3) == 1)
    #expect(throws: MeasureError.empty(measure: "distinct n-grams")) { try distinct([1], n: 2) }
    #expect(throws: MeasureError.setting(name: "n", value: 0, range: "at least 1")) {
      try distinct([1], n: 0)
    }
  }
}
