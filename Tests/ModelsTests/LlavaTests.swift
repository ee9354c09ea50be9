import Files
import Kernels
import Tensors
import Testing

@testable import Models

@Suite("LLaVA") struct LlavaTests {
  @Test("features and scores agree with the reference library")
  func reference() throws {
    let fixture = try EncoderFixture("llava")
    let model = try fixture.imageLanguage()
    let pixels = try fixture.tensor("pixel_values")
    #expect((model.tokensPerImage, model.imageID) == (9, 45))
    let features = try model.features(Variable(constant: pixels)).value
    expectNear(features, try fixture.tensor("image_features"), 1e-5, "features")
    var cache = model.language.makeCache()
    let scores = try model.logits(ids: fixture.ids("ids"), pixels: pixels, cache: &cache)
    expectNear(scores, try fixture.tensor("logits"), 1e-5, "scores")
    #expect(model.image.stack.network.blocks.count == 1)
  }

  @Test("behind the picture the language model goes on with the same bits")
  func cached() throws {
    let fixture = try EncoderFixture("llava")
    let model = try fixture.imageLanguage()
    let pixels = try fixture.tensor("pixel_values")
    let ids = try fixture.ids("ids")
    for shares in 1...3 {
      try Machine.with(variant: Machine.variant, shares: shares) {
        var whole = model.language.makeCache()
        let expected = try model.logits(ids: ids, pixels: pixels, cache: &whole)
        for cut in [12, 13, 17] {
          var cache = model.language.makeCache()
          var rows = [try model.logits(ids: Array(ids[..<cut]), pixels: pixels, cache: &cache)]
          for id in ids[cut...] {
            rows.append(try model.language.logits(ids: [id], cache: &cache))
          }
          #expect(try Tensor.concatenated(rows) == expected)
          #expect(cache.count == ids.count)
        }
      }
    }
  }

  @Test("the projector has a hook, and replaced features are what the model reads")
  func projector() throws {
    let fixture = try EncoderFixture("llava")
    let model = try fixture.imageLanguage()
    let pixels = try fixture.tensor("pixel_values")
    let ids = try fixture.ids("ids")
    func scores(_ hooks: Hooks) throws -> Tensor {
      var options = PassOptions()
      options.hooks = hooks
      var cache = model.language.makeCache()
      return try model.logits(ids: ids, pixels: pixels, cache: &cache, options: options)
    }
    let plain = try scores(Hooks())
    let captures = HookCaptures()
    var looking = Hooks()
    try looking.capture("projector", into: captures)
    #expect(try scores(looking) == plain)
    let seen = try #require(captures.first(.projector)?.value)
    #expect(try seen == model.features(Variable(constant: pixels)).value)
    var blind = Hooks()
    try blind.add("projector") { (_, value) throws(ModelError) in
      do throws(TensorError) { return try value * 0 } catch { throw ModelError(cause: error) }
    }
    let without = try scores(blind)
    let before = [TensorIndex.range(start: 0, end: 3)]
    #expect(try without.indexed(before) == plain.indexed(before))
    #expect(without != plain)
  }

  @Test("a picture's token stands for all of its rows")
  func expansion() throws {
    let model = try EncoderFixture("llava").imageLanguage()
    #expect(model.expanded([1, 45, 2]) == [1] + [Int32](repeating: 45, count: 9) + [2])
    var cache = model.language.makeCache()
    #expect(
      throws: ModelError.input(
        reason: "1 image tokens 45 were given for the 0 rows of the pictures; "
          + "'llava' takes 9 a picture")
    ) { try model.logits(ids: [1, 45], pixels: nil, cache: &cache) }
    #expect(cache.count == 0)
    let plain = try model.logits(ids: [1, 2], pixels: nil, cache: &cache)
    #expect(try plain == model.language.logits(ids: [1, 2]))
  }

  @Test("layers, selections and names of other files")
  func variants() throws {
    let fixture = try EncoderFixture("llava")
    let pixels = try fixture.tensor("pixel_values")
    func model(_ members: [JSON.Member]) throws -> ImageLanguageModel {
      let loaded = try EncoderFixture.loaded("llava", fields: members)
      guard case .imageLanguage(let model) = loaded else {
        throw ModelError.input(reason: "no LLaVA")
      }
      return model
    }
    let full = try model([JSON.Member("vision_feature_select_strategy", .string("full"))])
    #expect(full.tokensPerImage == 10)
    let rows = try full.features(Variable(constant: pixels)).value
    let plain = try fixture.imageLanguage().features(Variable(constant: pixels)).value
    #expect(try rows.indexed([.range(start: 1, end: nil)]) == plain)
    // The first of two layers, counted from both ends.
    let counted = try model([JSON.Member("vision_feature_layer", .integer(1))])
    #expect(try counted.features(Variable(constant: pixels)).value == plain)
    let last = try model([JSON.Member("vision_feature_layer", .integer(-1))])
    #expect(last.image.stack.network.blocks.count == 2)
    for (field, value) in [
      ("vision_feature_layer", JSON.integer(0)), ("vision_feature_layer", .integer(3)),
      ("vision_feature_layer", .integer(-4)),
      ("vision_feature_layer", .array([.integer(-2), .integer(-1)])),
      ("vision_feature_select_strategy", .string("cls_patch")),
      ("projector_hidden_act", .string("mish")),
    ] { #expect(throws: ModelError.self) { try model([JSON.Member(field, value)]) } }

    let renamed = try EncoderFixture.loaded("llava") { tensors in
      for index in tensors.indices {
        let name = tensors[index].name
        if name.hasPrefix("vision_tower.") {
          tensors[index].name =
            "vision_tower.vision_model." + name.dropFirst("vision_tower.".count)
        }
      }
    }
    guard case .imageLanguage(let hub) = renamed else { throw ModelError.input(reason: "none") }
    #expect(try hub.features(Variable(constant: pixels)).value == plain)
  }
}
