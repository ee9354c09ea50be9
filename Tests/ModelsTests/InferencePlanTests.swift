import Kernels
import Tensors
import Testing

@testable import Models

/// The fast way through a network against the general pass, to the bit.
@Suite("Inference plans") struct InferencePlanTests {
  /// Networks with parts that only the general pass has.
  static let general: Set<String> = [
    "falcon_alibi", "gemma2", "gemma2_plain_scale", "mixtral", "olmo", "qwen2_moe", "qwen3_moe",
    "qwen3_moe_mixed", "stablelm_parallel",
  ]

  private func states(
    _ model: TransformerModel, _ parts: [[Int32]], generally: Bool
  ) throws -> [Tensor] {
    var options = PassOptions()
    // A hook that changes nothing sends the pass the general way.
    if generally { try options.hooks.add("embed") { _, value in value } }
    var caches = [model.makeCache()]
    return try parts.map { part in
      try model.run([try SequenceInput(ids: part)], caches: &caches, options: options).x.value
    }
  }

  @Test("which networks have one", arguments: Fixture.decoders)
  func eligibility(name: String) throws {
    let model = try Fixture(name: name).load()
    let plan = InferencePlan(model.network, weights: model.weights)
    #expect((plan == nil) == Self.general.contains(name))
  }

  @Test("it has the bits of the general pass", arguments: Fixture.decoders)
  func bits(name: String) throws {
    let fixture = Fixture(name: name)
    let ids = try fixture.prompts()[1]
    let model = try fixture.load(for: ids.count)
    let parts = [Array(ids[..<17])] + ids[17...].map { [$0] }
    for shares in [1, 2, 3] {
      Machine.shares = shares
      defer { Machine.shares = 1 }
      #expect(
        try states(model, parts, generally: false) == states(model, parts, generally: true))
    }
  }

  @Test("sequences together have the bits of each alone", arguments: ["llama", "gpt2", "mistral"])
  func batches(name: String) throws {
    let fixture = Fixture(name: name)
    let model = try fixture.load()
    let prompts = try fixture.prompts()
    var caches = prompts.map { _ in model.makeCache() }
    let together = try model.run(
      prompts.map { try SequenceInput(ids: $0) }, caches: &caches)
    for (range, prompt) in zip(together.sequences, prompts) {
      let alone = try states(model, [prompt], generally: true)[0]
      let own = try together.x.value.indexed([
        .range(start: range.lowerBound, end: range.upperBound)
      ])
      #expect(own == alone)
    }
  }

  @Test("8-bit states have the bits of the general pass")
  func quantized() throws {
    let fixture = Fixture(name: "llama")
    let model = try ModelLoader.loadTransformer(
      path: fixture.folder, options: .init(activations: .q8, weights: .q4x0))
    let ids = try fixture.prompts()[1]
    let parts = [Array(ids[..<9])] + ids[9...].map { [$0] }
    #expect(try states(model, parts, generally: false) == states(model, parts, generally: true))
  }

  @Test(
    "quantised weights give the same bits on every instance, with any shares, masked and not",
    arguments: [GGUFTensorType.q8x0, .q4x0, .q4x1, .q5x0, .q5x1, .iq4NL, .f16, .bf16])
  func instances(type: GGUFTensorType) throws {
    let fixture = Fixture(name: "llama")
    let model = try ModelLoader.loadTransformer(
      path: fixture.folder, options: .init(activations: .q8, weights: type))
    let prompts = try fixture.prompts()
    var masked = PassOptions()
    masked.maskRules = [AttentionRule(.hidden, keys: [2, 3])]
    func answers() throws -> [Tensor] {
      var results: [Tensor] = []
      for options in [PassOptions(), masked] {
        var caches = prompts.map { _ in model.makeCache() }
        results.append(
          try model.run(
            prompts.map { try SequenceInput(ids: $0) }, caches: &caches, options: options
          ).x.value)
        results.append(
          try model.run(
            prompts.map { try SequenceInput(ids: [$0[0]]) }, caches: &caches, options: options
          ).x.value)
      }
      return results
    }
    let expected = try answers()
    #expect(expected[0] != expected[2])
    defer {
      Machine.useVariant(nil)
      Machine.shares = 1
    }
    for variant in Machine.variants {
      for shares in [1, 2, 3] {
        Machine.useVariant(variant)
        Machine.shares = shares
        #expect(try answers() == expected)
      }
    }
  }
}
