import Files
import Kernels
import Testing

@testable import Models

/// The real checkpoint of 4-bit blocks, where `model.install` has put it, against what transformers made of
/// its dequantised weights.
@Suite(
  "SmolLM2-135M",
  .enabled(if: SmolLM2.present, "needs model.install smollm2-135m and ../shared/assets"))
struct SmolLM2Tests {
  @Test("best tokens and their scores for five prompts, greedy continuations")
  func prompts() throws {
    let model = try SmolLM2.load(.f32)
    for prompt in try SmolLM2.golden()["prompts"]?.arrayValue ?? [] {
      let text = try #require(prompt["prompt"]?.stringValue)
      var ids = try #require(prompt["ids"]).ids
      // The golden ids take a conversation's markers for the tokens that they name.
      #expect(try model.tokenizer?.encode(text, special: .parse) == ids)
      var cache = model.makeCache()
      var logits = try model.lastLogits(ids: ids, cache: &cache)
      let best = try #require(prompt["top10_ids"]).ids
      let expected = try #require(prompt["top10_logits"]).doubles
      let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
      #expect(order.prefix(best.count).map(Int32.init) == best)
      for (id, value) in zip(best, expected) {
        #expect(abs(Double(logits[Int(id)]) - value) < 1e-3)
      }
      let greedy = try #require(prompt["greedy24_ids"]).ids
      var found: [Int32] = []
      while found.count < greedy.count {
        let next = Int32(try #require(Rows.argmax(logits[...])))
        found.append(next)
        ids.append(next)
        logits = try model.lastLogits(ids: [next], cache: &cache)
      }
      #expect(found == greedy)
    }
  }

  @Test("the loss of two texts, token by token; with 8-bit activations near it")
  func losses() throws {
    let (exact, rounded) = (try SmolLM2.load(.f32), try SmolLM2.load(.q8))
    for name in ["story", "shakespeare"] {
      let golden = try #require(try SmolLM2.golden()[name])
      let ids = try #require(golden["ids"]).ids
      let expected = try #require(golden["nll_per_token"]).doubles
      let losses = try TokenLoss.nats(exact, ids: ids)
      for (loss, value) in zip(losses, expected) { #expect(abs(Double(loss) - value) < 1e-3) }
      let other = try TokenLoss.nats(rounded, ids: ids)
      let (mean, difference) = (
        expected.reduce(0, +) / Double(expected.count),
        zip(other, losses).reduce(0) { $0 + Double($1.0 - $1.1) } / Double(losses.count)
      )
      // Another model, with answers of its own: the loss moves by less than two hundredths.
      #expect(other != losses && abs(difference) < 0.02 * mean)
    }
  }

  @Test("8-bit activations: cached steps are the prefill, for any number of threads")
  func rounded() throws {
    let model = try SmolLM2.load(.q8)
    let ids = try model.ids(of: "Once upon a time there was")
    let whole = try model.logits(ids: ids).floats
    var cache = model.makeCache()
    var steps: [Float] = []
    for id in ids { steps += try model.lastLogits(ids: [id], cache: &cache) }
    #expect(steps == whole)
  }
}

private enum SmolLM2 {
  static var present: Bool {
    ModelPackage.named("smollm2-135m")?.installed != nil && Assets.present
  }

  static func load(_ activations: Activations) throws -> TransformerModel {
    let path = try #require(ModelPackage.named("smollm2-135m")?.installed)
    return try ModelLoader.loadTransformer(path: path, options: .init(activations: activations))
  }

  static func golden() throws -> JSON {
    let path = Assets.path("golden/smollm2_135m_q4_1.json")
    return try JSONParser.parse(FileContents.bytes(at: path), path: path)
  }
}
