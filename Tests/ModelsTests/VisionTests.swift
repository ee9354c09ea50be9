import Files
import Kernels
import Tensors
import Testing

@testable import Models

@Suite("image encoders") struct VisionTests {
  /// More pictures, from numbers that are there.
  static func pictures(_ pixels: Tensor, count: Int) throws -> Tensor {
    let scaled = try (0..<count).map { index in
      try (Variable(constant: pixels) * (1 - 0.3 * Double(index))).value
    }
    return try .concatenated(scaled)
  }

  @Test("states, classes and poolers agree with the reference library")
  func vit() throws {
    let classes = try EncoderFixture("vit")
    let pixels = try classes.tensor("pixel_values")
    let model = try classes.imageEncoder()
    let hidden = try model.states(pixels: pixels)
    expectNear(
      try hidden.indexed([.at(0)]), try classes.tensor("last_hidden"), 1e-5, "vit")
    expectNear(
      try model.classScores(pixels: pixels).indexed([.at(0)]), try classes.tensor("logits"), 1e-5,
      "classes")
    #expect(model.labels == (0..<5).map { "LABEL_\($0)" })
    #expect((model.tokenCount, model.width) == (17, 16))

    let pooled = try EncoderFixture("vit_pooled")
    let other = try pooled.imageEncoder()
    let picture = try pooled.tensor("pixel_values")
    expectNear(
      try other.states(pixels: picture).indexed([.at(0)]), try pooled.tensor("last_hidden"), 1e-5,
      "vit_pooled")
    expectNear(
      try other.embeddings(pixels: picture).indexed([.at(0)]), try pooled.tensor("pooled"), 1e-5,
      "pooler")
    #expect(throws: ModelError.input(reason: "'vit_pooled' tells no classes apart")) {
      try other.classScores(pixels: picture)
    }
  }

  @Test("both towers of CLIP agree with the reference library, and their comparison")
  func clip() throws {
    let fixture = try EncoderFixture("clip")
    let model = try fixture.imageText()
    let pixels = try fixture.tensor("pixel_values")
    let ids = try fixture.ids("ids")
    let texts = stride(from: 0, to: 30, by: 10).map { Array(ids[$0..<$0 + 10]) }
    expectNear(
      try model.image.states(pixels: pixels), try fixture.tensor("vision_last_hidden"), 1e-5,
      "states of pictures")
    var caches: [KeyValueCache] = []
    let state = try model.text.run(texts.map { try SequenceInput(ids: $0) }, caches: &caches)
    expectNear(
      try state.x.reshaped([3, 10, 16]).value, try fixture.tensor("text_last_hidden"), 1e-5,
      "states of texts")
    for (normalized, image, text) in [
      (false, "vision_pooled", "text_pooled"), (true, "image_embeds", "text_embeds"),
    ] {
      let pictures = try model.imageEmbeddings(
        pixels: Variable(constant: pixels), normalized: normalized)
      expectNear(pictures.value, try fixture.tensor(image), 1e-5, image)
      let vectors = try model.textEmbeddings(batch: texts, normalized: normalized)
      expectNear(vectors.value, try fixture.tensor(text), 1e-5, text)
    }
    let scores = try model.scores(pixels: pixels, texts: texts)
    expectNear(scores, try fixture.tensor("logits_per_image"), 1e-5, "scores")
    #expect(throws: ModelError.input(reason: "a text of 'clip' has to hold its end token 47")) {
      try model.textEmbeddings(batch: [[46, 3]])
    }
  }

  @Test("old configurations of CLIP end texts at their largest id")
  func oldEnd() throws {
    let fixture = try EncoderFixture("clip")
    let json = try ModelLoader.configuration(at: fixture.path + "/config.json")
    let old = (json["text_config"]?.objectValue ?? []).filter { $0.key != "eos_token_id" }
    let loaded = try EncoderFixture.loaded(
      "clip",
      fields: [
        JSON.Member("text_config", .object(old + [JSON.Member("eos_token_id", .integer(2))]))
      ])
    guard case .imageText(let model) = loaded else { throw ModelError.input(reason: "no CLIP") }
    let ids: [Int32] = [46, 5, 2, 9, 47, 0, 0]
    let new = try fixture.imageText()
    #expect(
      try model.textEmbeddings(batch: [ids]).value
        == new.textEmbeddings(batch: [ids]).value)
  }

  @Test("pictures of a batch have the bits of each alone, for any number of threads")
  func batches() throws {
    for name in ["vit_pooled", "clip"] {
      let fixture = try EncoderFixture(name)
      let model =
        name == "clip" ? try fixture.imageText().image : try fixture.imageEncoder()
      let pixels = try Self.pictures(try fixture.tensor("pixel_values"), count: 3)
      let alone = try (0..<pixels.shape[0]).map { image in
        let own = try pixels.indexed([.range(start: image, end: image + 1)])
        return (try model.states(pixels: own), try model.embeddings(pixels: own))
      }
      for shares in 1...3 {
        try Machine.with(variant: Machine.variant, shares: shares) {
          let states = try model.states(pixels: pixels)
          let vectors = try model.embeddings(pixels: pixels)
          for (image, own) in alone.enumerated() {
            let range = [TensorIndex.range(start: image, end: image + 1)]
            #expect(try states.indexed(range) == own.0)
            #expect(try vectors.indexed(range) == own.1)
          }
        }
      }
    }
  }

  @Test("hooks that change nothing change no bit, and gradients go back to the picture")
  func hooksAndGradients() throws {
    let fixture = try EncoderFixture("vit")
    let model = try fixture.imageEncoder()
    let pixels = try fixture.tensor("pixel_values")
    var options = PassOptions()
    try options.hooks.add("*") { (_, value) throws(ModelError) in value }
    let hooked = try model.run(Variable(constant: pixels), options: options)
    #expect(try hooked.x.reshaped([1, 17, 16]).value == model.states(pixels: pixels))

    func score(_ pixels: Variable) throws -> Variable {
      try model.stack.dense(.classifier, model.pooled(model.run(pixels)))
        .indexed([.at(0), .at(2)])
    }
    let tape = Tape()
    let input = try tape.variable(pixels)
    let gradient = try #require(
      try tape.gradients(of: try score(input), with: [input]).first ?? nil)
    #expect(gradient.shape == pixels.shape)
    // One number of the picture moved a little.
    let place = 100
    func moved(by step: Float) throws -> Double {
      var values = pixels.floats
      values[place] += step
      return try score(Variable(constant: Tensor(values, shape: pixels.shape))).value.doubles[0]
    }
    let slope = (try moved(by: 1e-2) - moved(by: -1e-2)) / 2e-2
    let ours = gradient.doubles[place]
    #expect(abs(slope - ours) <= 1e-3 * max(1, abs(ours)))
  }

  @Test("pictures and configurations that do not fit are refused")
  func refusals() throws {
    let model = try EncoderFixture("vit").imageEncoder()
    #expect(
      throws: ModelError.input(
        reason: "'vit' takes pictures [images, 3, 16, 16], not [1, 3, 16, 15]")
    ) { try model.states(pixels: .zeros([1, 3, 16, 15], .f32)) }
    #expect(throws: ModelError.noTokens(operation: "an image encoder")) {
      try model.states(pixels: .zeros([0, 3, 16, 16], .f32))
    }
    func check(_ name: String, _ member: JSON.Member, _ feature: String) {
      #expect {
        try EncoderFixture.loaded(name, fields: [member])
      } throws: { error in
        (error as? ModelError)?.message.contains(feature) == true
      }
    }
    check("vit", JSON.Member("patch_size", .integer(5)), "5 does not divide the image_size 16")
    check("vit", JSON.Member("patch_size", .integer(0)), "0 is outside 1...16")
    check("vit", JSON.Member("image_size", .integer(32)), "has the shape [1, 17, 16]")
    check("vit_pooled", JSON.Member("pooler_act", .string("relu")), "the pooler activation 'relu'")
    check(
      "vit", JSON.Member("architectures", .array([.string("ViTForMaskedImageModeling")])),
      "the class 'ViTForMaskedImageModeling'")
    check(
      "clip", JSON.Member("architectures", .array([.string("CLIPVisionModel")])),
      "the class 'CLIPVisionModel'")
    check("clip", JSON.Member("projection_dim", .integer(13)), "asks for [13, 16]")
    #expect(throws: ModelError.self) {
      try EncoderFixture.loaded("clip") { $0.removeAll { $0.name == "logit_scale" } }
    }
    #expect(throws: ModelError.self) {
      try EncoderFixture.loaded("clip") { $0.append(("extra", [1], [1])) }
    }
  }
}
