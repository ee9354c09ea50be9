import Models
import Tensors
import Testing

@testable import Tracing

/// A folder of tiny checkpoints that came with the tests of Models.
private func model(_ name: String) throws -> TransformerModel {
  var folder = #filePath.split(separator: "/").dropLast(2).map(String.init)
  folder += ["ModelsTests", "Fixtures", "checkpoints", name]
  return try ModelLoader.loadTransformer(path: "/" + folder.joined(separator: "/"))
}

private let ids: [Int32] = [3, 14, 15, 9, 26, 5, 35, 8]
private let others: [Int32] = [3, 14, 40, 9, 26, 5, 35, 8]

private func logits(_ model: TransformerModel, _ ids: [Int32], _ hooks: Hooks = .init()) throws
  -> Tensor
{
  try #require(try Trace(model, ids: ids, patterns: [], hooks: hooks, scoring: true).logits)
}

@Suite("Looking inside a model")
struct TracingTests {
  @Test("a lens at the last layer is the model's own answer")
  func lens() throws {
    let model = try model("llama")
    let lens = try LogitLens(model, ids: ids, count: 3)
    let last = try #require(lens.readings.last)
    let row = try logits(model, ids).indexed([.at(-1)]).floats
    #expect(Int(last.best[0].id) == row.indices.max { row[$0] < row[$1] })
    #expect(last.finalRank == 1 && last.divergence == 0)
    #expect(lens.readings.count == (model.network.blocks.count + 1) * ids.count)
    let weights = row.map { Double($0) }
    #expect(
      abs(
        last.best[0].probability - 1
          / weights.reduce(0) { $0 + .init(exp: $1 - (weights.max() ?? 0)) }) < 1e-6)
    let one = try LogitLens(model, ids: ids, positions: [-1])
    #expect(one.readings.map(\.entropy) == lens.readings.filter { $0.position == 7 }.map(\.entropy))
    #expect(throws: TracingError.self) { try LogitLens(model, ids: ids, positions: [8]) }
  }

  @Test("a whole layer of the other prompt gives the other prompt's answer")
  func patchingAll() throws {
    let model = try model("llama")
    for site in [HookSite.streamBefore, .streamAfter] {
      let patching = try ActivationPatching(
        model, clean: ids, corrupted: others, site: site, answer: .init(7, against: 11),
        byPosition: false)
      #expect(patching.cleanScore != patching.corruptedScore)
      for outcome in patching.outcomes {
        #expect(outcome.score == patching.cleanScore)
        #expect(patching.recovered(outcome) == 1)
      }
    }
  }

  @Test(
    "a patch before the place where prompts differ changes nothing, the place itself everything")
  func patchingPlaces() throws {
    let model = try model("gpt2")
    let patching = try ActivationPatching(
      model, clean: ids, corrupted: others, site: .streamBefore, answer: .init(7), layers: [0])
    let scores = patching.outcomes.map(\.score)
    #expect(scores.count == ids.count)
    #expect(scores[0] == patching.corruptedScore && scores[1] == patching.corruptedScore)
    #expect(scores[2] == patching.cleanScore)
    #expect(throws: TracingError.lengths(clean: 8, corrupted: 7)) {
      try ActivationPatching(
        model, clean: ids, corrupted: Array(others.dropLast()), site: .streamBefore,
        answer: .init(7))
    }
  }

  @Test("single heads are patched where a site has heads: key heads are fewer than query heads")
  func patchingHeads() throws {
    let model = try model("llama")
    let attention = model.network.blocks[0].attention
    #expect(attention.keyValueHeads < attention.heads)
    for (site, heads) in [
      (HookSite.headResult, attention.heads), (.key, attention.keyValueHeads),
      (.cachedValues, attention.keyValueHeads), (.attentionProbabilities, attention.heads),
    ] {
      let patching = try ActivationPatching(
        model, clean: ids, corrupted: others, site: site, answer: .init(7), layers: [0],
        byPosition: false, byHead: true)
      #expect(patching.outcomes.map(\.head) == (0..<heads).map { $0 })
    }
    #expect(throws: TracingError.self) {
      try ActivationPatching(
        model, clean: ids, corrupted: others, site: .streamBefore, answer: .init(7), byHead: true)
    }
    #expect(throws: TracingError.self) {
      try AblationStudy(model, ids: ids, part: .layer, kind: .mean)
    }
  }

  @Test("all heads taken out is the attention taken out")
  func heads() throws {
    let model = try model("llama")
    var (heads, whole) = (Hooks(), Hooks())
    try Intervention(.zero, at: "layers.1.z").add(to: &heads)
    try Intervention(.zero, at: "layers.1.attn_out").add(to: &whole)
    #expect(try logits(model, ids, heads) == logits(model, ids, whole))
    var every = Hooks()
    for head in 0..<model.network.blocks[1].attention.heads {
      try Intervention(.zero, at: "layers.1.z", heads: [head]).add(to: &every)
    }
    #expect(try logits(model, ids, every) == logits(model, ids, whole))
    #expect(try logits(model, ids) != logits(model, ids, whole))
  }

  @Test("ablations: one outcome a part, each the loss of that run")
  func ablation() throws {
    let model = try model("llama")
    let study = try AblationStudy(model, ids: ids, part: .head)
    #expect(
      study.outcomes.count == model.network.blocks.reduce(0) { $0 + $1.attention.heads })
    #expect(study.outcomes.allSatisfy { $0.loss != study.loss })
    let layers = try AblationStudy(model, ids: ids, part: .layer, layers: [1])
    var options = PassOptions()
    options.skippedLayers = [1]
    var caches: [KeyValueCache] = []
    let state = try model.run(
      [try SequenceInput(ids: Array(ids.dropLast()))], caches: &caches, options: options)
    let scores = try model.scores(state.x).value.floats
    var sum = 0.0
    for place in 1..<ids.count {
      sum += Double(
        try TokenLoss.nats(
          scores, row: place - 1, target: ids[place], width: model.vocabularySize))
    }
    #expect(abs(layers.outcomes[0].loss - sum / 7) < 1e-12)
    #expect(throws: TracingError.self) {
      try AblationStudy(model, ids: ids, part: .layer, layers: [99])
    }
  }

  @Test(
    "parts of the stream add up to the answer's score", arguments: ["llama", "gpt2", "gpt_neox"])
  func direct(name: String) throws {
    let model = try model(name)
    let answer = ActivationPatching.Answer(7, against: 11)
    let result = try DirectLogitAttribution(model, ids: ids, answer: answer)
    let row = try logits(model, ids).indexed([.at(-1)]).floats
    #expect(abs(result.value - Double(row[7] - row[11])) < 1e-5)
    let sum = result.parts.reduce(0) { $0 + $1.score }
    // What is left are biases of the last norm; Llama has none.
    if name == "llama" { #expect(abs(sum - result.value) < 1e-4) }
    #expect(abs(sum + result.rest - result.value) < 1e-9)
  }

  /// GPT-2 has positions beside embeddings, so that its norms do not divide by next to nothing on the way.
  @Test("integrated gradients add up to the difference of scores")
  func integrated() throws {
    let model = try model("gpt2")
    let answer = ActivationPatching.Answer(7, against: 11)
    let result = try Attribution(
      model, ids: ids, answer: answer, method: .integrated, steps: 64)
    let sum = result.scores.reduce(0, +)
    #expect(
      abs(sum - (result.value - result.baseline)) < 0.01 * abs(result.value - result.baseline))
    // A gradient is the slope of the score along one embedding.
    let gradient = try Attribution(model, ids: ids, answer: answer, method: .gradient)
    #expect(gradient.scores.count == ids.count && gradient.scores.allSatisfy(\.isFinite))
  }

  @Test("patterns that meet nothing are refused")
  func patterns() throws {
    let model = try model("llama")
    #expect(throws: TracingError.self) { try Trace(model, ids: ids, patterns: ["layers.99.z"]) }
    #expect(throws: TracingError.self) {
      try Trace(model, ids: ids, patterns: ["layers.0.nothing"])
    }
  }
}

extension Double {
  /// e^x by its series, for a test's own sums.
  fileprivate init(exp x: Double) {
    var (sum, term) = (1.0, 1.0)
    let small = x / 1024
    for n in 1..<30 {
      term *= small / Double(n)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    self = sum
  }
}
