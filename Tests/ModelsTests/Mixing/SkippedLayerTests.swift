import Tensors
import Testing

@testable import Models

@Suite("Models without some layers") struct SkippedLayerTests {
  static let ids = MixedModels.ids

  @Test("without nothing it is the model itself, to the bit")
  func nothing() throws {
    let model = try MixedModels.model(.softmax)
    let same = try model.skipping([])
    #expect(try MixedModels.scores(same, Self.ids) == MixedModels.scores(model, Self.ids))
    #expect(try same.digest() == model.digest())
  }

  @Test("the stream goes by a skipped layer", arguments: TokenMixer.allCases)
  func identity(mixer: TokenMixer) throws {
    for pattern in [MixingPattern.uniform, .even] {
      let model = try MixedModels.model(mixer, pattern, layers: 4)
      for layers in [Set([0]), [1], [3], [0, 2], [1, 2, 3]] {
        let skipped = try model.skipping(layers)
        #expect(skipped.network.blocks.count == 4 - layers.count)
        let scores = try MixedModels.scores(skipped, Self.ids)
        var options = PassOptions()
        options.skippedLayers = layers
        #expect(try MixedModels.scores(model, Self.ids, options) == scores)
        #expect(scores != (try MixedModels.scores(model, Self.ids)))
        // Through a cache, which has the kept layers alone.
        var cache = skipped.makeCache()
        #expect(cache.layers.count == 4 - layers.count)
        #expect(try skipped.logits(ids: Self.ids, cache: &cache) == scores)
        // The naive way: what stood before the layer is put behind it. A companion that goes through the
        // blocks has no hooks, so its layers stay.
        if mixer.readsCompanion { continue }
        var replacing = PassOptions()
        let captures = HookCaptures()
        for layer in layers {
          try replacing.hooks.capture("layers.\(layer).resid_pre", into: captures)
          try replacing.hooks.add("layers.\(layer).resid_post") { (_, value) in
            captures.first(.streamBefore, layer: layer)?.variable ?? value
          }
        }
        #expect(try MixedModels.scores(model, Self.ids, replacing) == scores)
      }
    }
  }

  @Test("other weights, other names, other digest; layers that are not there are refused")
  func named() throws {
    let model = try MixedModels.model(.softmax)
    let skipped = try model.skipping([1])
    #expect(
      try skipped.weight("layers.1.attn.q.weight") == model.weight("layers.2.attn.q.weight"))
    #expect(try skipped.digest() != model.digest())
    #expect(try skipped.digest() != model.skipping([2]).digest())
    #expect(skipped.configuration.last?.key == "skipped_layers")
    #expect(throws: ModelError.self) { try model.skipping([3]) }
    #expect(throws: ModelError.self) { try model.skipping([-1]) }
    #expect(throws: ModelError.self) { try model.skipping([0, 1, 2]) }
    // Twice is both.
    let twice = try model.skipping([0]).skipping([0])
    let both = try model.skipping([0, 1])
    #expect(try MixedModels.scores(twice, Self.ids) == MixedModels.scores(both, Self.ids))
    #expect(try twice.digest() == both.digest())
    #expect(twice.configuration == both.configuration)
  }
}
