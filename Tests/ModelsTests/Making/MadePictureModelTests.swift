import Files
import Tensors
import Testing

@testable import Models

@Suite("Classifiers of pictures made from sizes") struct MadePictureModelTests {
  static func made(channels: Int = 2) throws -> MadePictureModel {
    var made = try MadePictureModel(
      PictureModelSizes(
        layers: 2, width: 24, heads: 4, mlp: 20, side: 8, patch: 4, channels: channels),
      labels: ["cat", "dog", "hen"], fresh: InitialWeights(seed: 7, deviation: 0.3))
    // With random gains and biases, so that none is taken for another.
    for (key, value) in made.weights where value.rank == 1 {
      let stream = RandomStream(seed: 9, path: [key.name])
      made.weights[key] = try .normal(
        value.shape, mean: key.isBias ? 0 : 1, deviation: 0.3, stream: stream)
    }
    return made
  }

  @Test("a saved classifier has the bits of the one in memory")
  func saved() throws {
    for channels in [1, 3] {
      let made = try Self.made(channels: channels)
      let folder = MadeModelTests.folder()
      try made.save(folder: folder)
      guard case .imageEncoder(let loaded) = try ModelLoader.loadAny(path: folder) else {
        Issue.record("another kind of model")
        return
      }
      #expect(loaded.labels == made.labels && loaded.patches == made.patches)
      let pictures = try Tensor.normal([5, channels, 8, 8], stream: RandomStream(seed: 2))
      let ours = try made.encoder()
      let scores = try ours.classScores(pixels: pictures)
      #expect(try loaded.classScores(pixels: pictures) == scores)
      #expect(scores.shape == [5, 3])
      for (key, _) in made.network.weightShapes {
        #expect(try loaded.stack.weight(key.name) == made.weights[key])
      }
      // Alone it is the same as among others.
      let alone = try ours.classScores(pixels: pictures.taking([3]))
      #expect(try scores.taking([3]) == alone)
      let said = try loaded.predictions(pixels: pictures)
      for (row, prediction) in said.enumerated() {
        let own = scores.floats[row * 3..<row * 3 + 3]
        #expect(own.max() == own[own.startIndex + prediction.label])
        #expect(abs(prediction.probabilities.reduce(0, +) - 1) < 1e-6)
      }
    }
  }

  @Test("tensors have ViT's extents")
  func extents() throws {
    let folder = MadeModelTests.folder()
    try Self.made(channels: 3).save(folder: folder)
    let file = try SafetensorsFile(path: Paths.join(folder, "model.safetensors"))
    let expected: [(String, [Int])] = [
      ("vit.embeddings.cls_token", [1, 1, 24]),
      ("vit.embeddings.position_embeddings", [1, 5, 24]),
      ("vit.embeddings.patch_embeddings.projection.weight", [24, 3, 4, 4]),
      ("classifier.weight", [3, 24]), ("vit.layernorm.bias", [24]),
    ]
    for (name, shape) in expected { #expect(file.shape(of: name) == shape, "\(name)") }
  }

  @Test("what cannot be made is refused")
  func refusals() {
    func code(_ labels: [String], _ change: (inout PictureModelSizes) -> Void = { _ in }) -> String?
    {
      var sizes = PictureModelSizes(layers: 1, width: 8, heads: 2, side: 8, patch: 4)
      change(&sizes)
      do throws(ModelError) {
        _ = try MadePictureModel(sizes, labels: labels, fresh: .init(seed: 1))
        return nil
      } catch { return error.code }
    }
    #expect(code(["a", "b"]) == nil)
    #expect(code(["a"]) == "E0606")
    #expect(code(["a", "a"]) == "E0606")
    #expect(code(["a", "b"]) { $0.patch = 3 } == "E0606")
    #expect(code(["a", "b"]) { $0.heads = 3 } == "E0606")
    #expect(code(["a", "b"]) { $0.channels = 0 } == "E0606")
    #expect(code(["a", "b"]) { $0.side = 1 << 40 } == "E0606")
  }
}
