import Kernels
import Models
import Tensors
import Testing

@testable import Decoding

@Suite("Decoding") struct DecoderTests {
  /// Id i is followed by i + 1; 5 by end of text.
  let chain = TableModel(
    rows: (0..<6).map { row in (0..<6).map { $0 == (row + 1) % 6 ? 4 : 0 } }, contextLength: 10,
    eosID: 0)

  @Test("goes on to the end of the text, the limit, or the context's end")
  func stops() throws {
    let ended = try Decoder.greedy(chain, prompt: [2])
    #expect(ended.ids == [3, 4, 5] && ended.stopReason == .endOfText(0) && ended.text == nil)
    let limited = try Decoder.greedy(chain, prompt: [2], options: .init(maximum: 2))
    #expect(limited.ids == [3, 4] && limited.stopReason == .maximum)
    let filled = try Decoder.greedy(chain, prompt: [2], options: .init(stopsAtEnd: false))
    #expect(filled.ids == [3, 4, 5, 0, 1, 2, 3, 4, 5] && filled.stopReason == .contextFull)
    #expect(try Decoder.greedy(chain, prompt: [2], options: .init(maximum: 0)).ids == [])
    var seen: [Int32] = []
    _ = try Decoder.greedy(chain, prompt: [2]) { seen.append($0) }
    #expect(seen == [3, 4, 5])
    let p = -ElementaryFunction.log(1 + 5 * ElementaryFunction.exp(-4))
    #expect(ended.logProbabilities.allSatisfy { abs(Double($0) - p) < 1e-6 })
  }

  @Test("refuses what it cannot start from")
  func refusals() {
    #expect(throws: DecodingError.model(.noTokens(operation: "decoding"))) {
      try Decoder.greedy(chain, prompt: [])
    }
    #expect(throws: DecodingError.model(.idOutsideVocabulary(id: 6, position: 0, size: 6))) {
      try Decoder.greedy(chain, prompt: [6])
    }
    #expect(throws: DecodingError.model(.contextExceeded(needed: 11, limit: 10))) {
      try Decoder.greedy(chain, prompt: [Int32](repeating: 1, count: 11))
    }
    #expect(throws: DecodingError.setting(name: "max", value: -1, range: "at least 0")) {
      try Decoder.greedy(chain, prompt: [1], options: .init(maximum: -1))
    }
    let broken = TableModel(rows: [[.nan, 0], [0, 0]])
    #expect(throws: DecodingError.model(.notANumber(model: "table", position: 0))) {
      try Decoder.greedy(broken, prompt: [0])
    }
  }

  @Test(
    "stories260K: 200 greedy tokens are the golden ones",
    .enabled(if: Assets.present, "needs ../shared/assets"), arguments: Assets.forms)
  func golden(form: String) throws {
    let model = try ModelLoader.load(path: Assets.path(form))
    let golden = try #require(try Assets.golden()["greedy_from_bos_200"])
    let decoded = try Decoder.greedy(
      model, prompt: try model.ids(of: ""), options: .init(maximum: 200))
    #expect([1] + decoded.ids == golden["ids"]?.ids)
    #expect(decoded.text == golden["text"]?.stringValue)
    // A text goes on where its prompt ends.
    let half = try Decoder.greedy(
      model, prompt: try model.ids(of: "Once upon a time"), options: .init(maximum: 195))
    #expect(golden["text"]?.stringValue?.hasPrefix("Once upon a time" + (half.text ?? "?")) == true)
  }

  @Test(
    "stories260K: text does not depend on cache, threads or variant",
    .enabled(if: Assets.present, "needs ../shared/assets"))
  func oneAnswer() throws {
    var results: [DecodedText] = []
    for form in Assets.forms {
      let model = try ModelLoader.load(path: Assets.path(form))
      let prompt = try model.ids(of: "Once upon a time, there was a")
      let sampler = try Sampler(temperature: 0.9, topK: 100, topP: 0.95, minP: 0.001)
      for (variant, shares) in [
        ("avx512", 1), ("avx512", 2), ("avx2", 1), ("avx2", 2), ("avx2", 3), ("reference", 2),
      ] {
        let made = try Machine.with(variant: variant, shares: shares) {
          try [true, false].map { usesCache in
            try Decoder.decode(
              model, prompt: prompt, sampler: sampler,
              stream: RandomStream(seed: 4, path: ["test"]),
              options: .init(maximum: variant == "reference" ? 20 : 60, usesCache: usesCache))
          }
        }
        results += made ?? []
      }
    }
    for result in results {
      let count = result.ids.count
      #expect(result.ids == Array(results[0].ids.prefix(count)))
      #expect(
        result.logProbabilities.map(\.bitPattern)
          == results[0].logProbabilities.prefix(count).map(\.bitPattern))
    }
    #expect(Set(results.map(\.text)).count <= 2)
  }
}
