import Tensors
import Testing

@testable import Models

@Suite("Hooks in whole networks") struct NetworkHookTests {
  static let names = ["llama", "gpt2", "gemma2", "falcon_alibi", "qwen2_moe", "phi", "olmo2"]

  /// Logits of a text under options, without a cache or in chunks through one.
  static func logits(
    _ model: TransformerModel, _ ids: [Int32], _ options: PassOptions, chunks: [Int]? = nil
  ) throws -> Tensor {
    var caches = chunks == nil ? [] : [model.makeCache()]
    var rows: [Tensor] = []
    var start = 0
    for length in chunks ?? [ids.count] {
      let input = try SequenceInput(ids: Array(ids[start..<start + length]))
      let state = try model.run([input], caches: &caches, options: options)
      rows.append(try model.scores(state.x).value)
      start += length
    }
    return try .concatenated(rows)
  }

  static func captured(_ model: TransformerModel, _ ids: [Int32], _ pattern: String) throws
    -> HookCaptures
  {
    let captures = HookCaptures()
    var options = PassOptions()
    try options.hooks.capture(pattern, into: captures)
    _ = try logits(model, ids, options)
    return captures
  }

  static func zeros(_ x: Variable) throws(ModelError) -> Variable {
    do throws(TensorError) { return Variable(constant: try .zeros(x.shape, .f32)) } catch {
      throw ModelError(cause: error)
    }
  }

  @Test("hooks that give back what they got change no bit", arguments: Fixture.decoders)
  func identity(name: String) throws {
    let fixture = Fixture(name: name)
    let ids = try fixture.prompts()[1]
    let model = try fixture.load(for: ids.count)
    let whole = try model.logits(ids: ids)
    var options = PassOptions()
    nonisolated(unsafe) var calls = 0
    try options.hooks.add("*") { (_, value) throws(ModelError) in
      calls += 1
      return value
    }
    #expect(try Self.logits(model, ids, options) == whole)
    #expect(try Self.logits(model, ids, options, chunks: [7, 1, 1, 15]) == whole)
    #expect(calls > 5 * 15 * model.network.blocks.count)
  }

  @Test("another text's stream gives that text's logits", arguments: names)
  func patching(name: String) throws {
    let fixture = Fixture(name: name)
    let prompts = try fixture.prompts()
    let (ids, others) = (prompts[0], Array(prompts[1].prefix(prompts[0].count)))
    let model = try fixture.load()
    let capture = try #require(
      try Self.captured(model, others, "layers.1.resid_pre").first(.streamBefore, layer: 1))
    var options = PassOptions()
    try options.hooks.add("layers.1.resid_pre") { (_, _) throws(ModelError) in capture.variable }
    let patched = try Self.logits(model, ids, options)
    #expect(patched == (try model.logits(ids: others)))
    #expect(patched != (try model.logits(ids: ids)))
  }

  @Test("heads without results leave what attention adds without them", arguments: names)
  func zeroedHeads(name: String) throws {
    let fixture = Fixture(name: name)
    let ids = try fixture.prompts()[0]
    let model = try fixture.load()
    var zeroed = PassOptions()
    try zeroed.hooks.add("layers.0.z") { (_, z) throws(ModelError) in try Self.zeros(z) }
    var removed = PassOptions()
    let bias =
      model.network.blocks[0].attention.hasOutputBias
      ? try model.weight("layers.0.attn.o.bias") : nil
    try removed.hooks.add("layers.0.attn_out") { (_, out) throws(ModelError) in
      let none = try Self.zeros(out)
      guard let bias else { return none }
      do throws(TensorError) { return try none + Variable(constant: bias) } catch {
        throw ModelError(cause: error)
      }
    }
    let logits = try Self.logits(model, ids, zeroed)
    #expect(logits == (try Self.logits(model, ids, removed)))
    #expect(logits != (try model.logits(ids: ids)))
  }

  @Test("probabilities of each row sum to 1, and hidden keys have none", arguments: names)
  func probabilities(name: String) throws {
    let fixture = Fixture(name: name)
    let model = try fixture.load()
    let captures = try Self.captured(model, try fixture.prompts()[0], "layers.*.attn_probs")
    #expect(captures.all.count == model.network.blocks.count)
    for capture in captures.all {
      let keys = capture.value.shape[3]
      let window = model.network.blocks[capture.point.layer ?? 0].attention.window ?? keys
      let values = capture.value.doubles
      for row in 0..<values.count / keys {
        let line = Array(values[row * keys..<(row + 1) * keys])
        #expect(abs(line.reduce(0, +) - 1) < 1e-5)
        let query = row % keys
        for key in 0..<keys where key > query || query - key >= window { #expect(line[key] == 0) }
      }
    }
  }

  @Test("a block that is left out leaves the stream as it was", arguments: names)
  func skipping(name: String) throws {
    let fixture = Fixture(name: name)
    let ids = try fixture.prompts()[0]
    let model = try fixture.load()
    let before = try #require(
      try Self.captured(model, ids, "layers.1.resid_pre").first(.streamBefore, layer: 1))
    var replaced = PassOptions()
    try replaced.hooks.add("layers.1.resid_post") { (_, _) throws(ModelError) in before.variable }
    var skipped = PassOptions()
    skipped.skippedLayers = [1]
    let logits = try Self.logits(model, ids, skipped)
    #expect(logits == (try Self.logits(model, ids, replaced)))
    #expect(logits != (try model.logits(ids: ids)))
  }

  @Test("patterns without a site and values of another shape are refused")
  func refusals() throws {
    let model = try Fixture(name: "llama").load()
    var options = PassOptions()
    #expect(throws: ModelError.self) {
      try options.hooks.add("layers.0.residual") { (_, x) throws(ModelError) in x }
    }
    // Layers that begin with 2, of which this model has none.
    var tens = Hooks()
    try tens.add("layers.2*.attn_out") { (_, x) throws(ModelError) in x }
    #expect(tens.meets(.attentionOutput, layer: 27) && !tens.meets(.attentionOutput, layer: 1))
    try options.hooks.add("layers.0.attn_out") { (_, _) throws(ModelError) in
      do throws(TensorError) { return Variable(constant: try .zeros([1, 16], .f32)) } catch {
        throw ModelError(cause: error)
      }
    }
    let error = #expect(throws: ModelError.self) { try Self.logits(model, [1, 2, 3], options) }
    #expect(error?.code == "E0617")
    #expect(error?.message.contains("layers.0.attn_out") == true)
  }
}
