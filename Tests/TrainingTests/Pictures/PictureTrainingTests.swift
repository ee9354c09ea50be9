import Files
import Glibc
import Tensors
import Testing

@testable import Models
@testable import Training

@Suite("Classifiers of pictures") struct PictureTrainingTests {
  static func data(_ count: Int = 300) throws -> PictureData {
    let (images, labels) = try GlyphPictures(seed: 4, noise: 0.1).pictures(count)
    return try PictureData(
      images.reshaped([count, 1, 8, 8]), labels: labels.map(String.init))
  }

  static func start(_ data: PictureData) throws -> MadePictureModel {
    try MadePictureModel(
      PictureModelSizes(layers: 1, width: 16, heads: 2, side: data.side, patch: 4),
      labels: data.labels, fresh: .init(seed: 2))
  }

  @Test("learns to tell held-out pictures apart, better than chance by far")
  func learns() throws {
    let data = try Self.data()
    let result = try PictureTraining.run(
      .init(batch: 16, steps: 800, rate: 0.005, seed: 3), start: Self.start(data),
      examples: data.examples)
    #expect(result.trainingPictures + result.heldOutPictures == 300)
    #expect(result.heldOutPictures > 30)
    #expect(result.right > result.heldOutPictures / 2)
    #expect(result.rightByCentroid > result.heldOutPictures / 2)
    #expect(result.rightByCommonest < result.heldOutPictures / 3)
    let folder = "/tmp/tessera-pictures-\(getpid())"
    try result.save(folder: folder, command: "a test")
    guard case .imageEncoder(let loaded) = try ModelLoader.loadAny(path: folder) else {
      Issue.record("another kind of model")
      return
    }
    let pictures = try PictureExample.pictures(
      of: Array(data.examples.prefix(9)), channels: 1, height: 8, width: 8)
    #expect(
      try loaded.classScores(pixels: pictures) == result.encoder.classScores(pixels: pictures))
  }

  @Test("training has the scores of inference, to the bit")
  func sameScores() throws {
    let data = try Self.data(20)
    let made = try Self.start(data)
    let network = try PictureNetwork(made)
    let batch = Array(data.examples.prefix(7))
    let pictures = try PictureExample.pictures(of: batch, channels: 1, height: 8, width: 8)
    let scores = try network.scores(
      of: batch, with: network.parameters.map { Variable(constant: $0.value) })
    #expect(try made.encoder().classScores(pixels: pictures) == scores.value)
  }

  @Test("a run that was interrupted has the bits of one that was not")
  func resume() throws {
    let data = try Self.data(60)
    let network = try PictureNetwork(Self.start(data))
    func trainer() throws -> NetworkTrainer<PictureNetwork> {
      try NetworkTrainer(
        network, batches: ExampleBatches(data.examples, size: 8, seed: 1),
        settings: .init(steps: 6))
    }
    let whole = try trainer()
    for _ in 0..<6 { _ = try whole.advance() }
    let first = try trainer()
    for _ in 0..<3 { _ = try first.advance() }
    let path = "/tmp/tessera-pictures-\(getpid()).checkpoint"
    defer { unlink(path) }
    try first.checkpoint.save(to: path)
    let second = try trainer()
    try second.resume(from: NetworkCheckpoint.load(path))
    for _ in 0..<3 { _ = try second.advance() }
    #expect(second.parameters == whole.parameters)
  }

  @Test("the nearest mean is what a loop over all classes finds")
  func centroid() throws {
    let examples: [PictureExample] = [
      .init([0, 0], label: 0), .init([2, 0], label: 0), .init([0, 4], label: 1),
      .init([5, 5], label: 2),
    ]
    let centroid = NearestCentroid(examples)
    #expect(centroid.label(of: [1, 1]) == 0)
    #expect(centroid.label(of: [0, 3]) == 1)
    #expect(centroid.label(of: [9, 9]) == 2)
    // Halfway between [1, 0] and [5, 5] at equal distances the first class is taken.
    #expect(centroid.label(of: [3, 2.5]) == 0)
    #expect(NearestCentroid([]).label(of: [1]) == nil)
  }

  @Test("labels are numbers by their size, and wrong data are refused")
  func data() throws {
    let pictures = try Tensor.zeros([3, 1, 2, 2], .f32)
    #expect(try PictureData(pictures, labels: ["10", "9", "10"]).labels == ["9", "10"])
    #expect(try PictureData(pictures, labels: ["b", "a", "c"]).examples.map(\.label) == [1, 0, 2])
    func code(_ pictures: Tensor, _ labels: [String]) -> String? {
      do throws(TrainingError) {
        _ = try PictureData(pictures, labels: labels)
        return nil
      } catch { return error.code }
    }
    #expect(code(pictures, ["a"]) == "E0695")
    #expect(code(try .zeros([3, 1, 2, 3], .f32), ["a", "b", "c"]) == "E0618")
    #expect(code(try .zeros([3, 2, 2], .f32), ["a", "b", "c"]) == "E0618")
    let nan = try Tensor([.nan, 0, 0, 0] as [Float], shape: [1, 1, 2, 2])
    #expect(code(nan, ["a"]) == "E0695")
    let data = try Self.data(40)
    let few = #expect(throws: TrainingError.self) {
      try PictureTraining.run(
        .init(batch: 64), start: Self.start(data), examples: data.examples)
    }
    #expect(few?.code == "E0696")
    let wrong = #expect(throws: TrainingError.self) {
      try PictureTraining.run(
        .init(batch: 1), start: Self.start(data),
        examples: [PictureExample([Float](repeating: 0, count: 64), label: 10)])
    }
    #expect(wrong?.code == "E0695")
  }

  @Test("drawn digits are a function of the seed, with ink from 0 to 1, and each digit occurs")
  func glyphs() throws {
    let (images, labels) = try GlyphPictures(seed: 1).pictures(200)
    #expect(images.shape == [200, 8, 8])
    #expect(images.floats.allSatisfy { (0...1).contains($0) })
    #expect(Set(labels) == Set(0..<10))
    let again = GlyphPictures(seed: 1).picture(150)
    #expect(again.label == labels[150])
    #expect(again.pixels == Array(images.floats[150 * 64..<151 * 64]))
    #expect(GlyphPictures(seed: 2).picture(150).pixels != again.pixels)
  }
}
