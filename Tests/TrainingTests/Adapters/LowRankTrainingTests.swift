import Files
import Glibc
import Kernels
import Tensors
import Testing
import Tokenizers

@testable import Models
@testable import Training

@Suite("Adapters of low rank") struct LowRankTrainingTests {
  static let texts = LanguageModelTrainingTests.texts

  static func model(
    norm: ModelSizes.Norm = .rms, positions: ModelSizes.Positions = .rotary
  ) throws -> TransformerModel {
    let tokenizer = try LanguageModelTrainingTests.tokenizer()
    let sizes = ModelSizes(
      layers: 2, width: 16, heads: 2, vocabulary: tokenizer.vocabularySize, context: 32,
      positions: positions, norm: norm)
    return try MadeModel(sizes, fresh: .init(seed: 5, deviation: 0.2)).model(tokenizer: tokenizer)
  }

  static func adapter(
    _ model: TransformerModel, rank: Int = 3, targets: [LowRankAdapter.Target] = [.q, .v, .down],
    isFilled: Bool = true
  ) throws -> LowRankAdapter {
    var adapter = try LowRankAdapter(
      fresh: model.network, rank: rank, alpha: 5, targets: targets, seed: 2)
    guard isFilled else { return adapter }
    for key in adapter.keys {
      guard let pair = adapter.pairs[key] else { continue }
      adapter.pairs[key]?.b = try .normal(
        pair.b.shape, deviation: 0.1, stream: RandomStream(seed: 8, path: [key.name]))
    }
    return adapter
  }

  static func scores(_ training: LowRankTraining, _ adapter: LowRankAdapter, _ ids: [Int32])
    throws -> Tensor
  {
    let task = try NextToken().task(
      for: [TokenExample(ids)],
      in: LossContext(stream: RandomStream(seed: 1), isTraining: false))
    let variables = adapter.keys.flatMap { key in
      [adapter.pairs[key]?.a, adapter.pairs[key]?.b].compactMap { $0 }
        .map { Variable(constant: $0) }
    }
    return try training.scores(of: task, with: variables).value
  }

  static let ids: [Int32] = [5, 70, 12, 200, 44, 7, 9]

  @Test("a fresh adapter gives the model's own bits")
  func startsAtTheBase() throws {
    for (norm, positions) in [
      (ModelSizes.Norm.rms, ModelSizes.Positions.rotary), (.layer, .learned), (.layer, .none),
    ] {
      let model = try Self.model(norm: norm, positions: positions)
      let targets: [LowRankAdapter.Target] = [.q, .k, .v, .o, .up, .down]
      let adapter = try Self.adapter(model, targets: targets, isFilled: false)
      #expect(adapter.keys.count == 12)
      let training = try LowRankTraining(model, adapter: adapter)
      let own = try model.logits(ids: Array(Self.ids.dropLast()))
      #expect(try Self.scores(training, adapter, Self.ids) == own)
      #expect(
        try adapter.merged(into: model).logits(ids: Array(Self.ids.dropLast())) == own)
    }
  }

  @Test("merged weights are base + α / r · B A of a plain twin, to the bit")
  func merged() throws {
    let model = try Self.model()
    let adapter = try Self.adapter(model)
    let merged = try adapter.merged(into: model)
    for (key, shape) in model.network.weightShapes {
      let (before, after) = (try model.weight(key.name), try merged.weight(key.name))
      guard let pair = adapter.pairs[key] else {
        #expect(before == after)
        continue
      }
      let (a, b, base) = (pair.a.floats, pair.b.floats, before.floats)
      let scale = Float(5.0 / 3.0)
      var expected: [Float] = []
      for row in 0..<shape[0] {
        for column in 0..<shape[1] {
          var sum: Float = 0
          for place in 0..<3 {
            sum = sum.addingProduct(b[row * 3 + place], a[place * shape[1] + column])
          }
          expected.append(base[row * shape[1] + column] + (sum + 0) * scale)
        }
      }
      #expect(after.floats == expected)
      #expect(after != before)
    }
    // The adapted pass and the merged model say the same but for rounding.
    let training = try LowRankTraining(model, adapter: adapter)
    let beside = try Self.scores(training, adapter, Self.ids).floats
    let inside = try merged.logits(ids: Array(Self.ids.dropLast())).floats
    for (x, y) in zip(beside, inside) { #expect(abs(x - y) < 1e-4) }
    #expect(beside != (try model.logits(ids: Array(Self.ids.dropLast())).floats))
  }

  @Test("training moves the adapter alone, and the loss of held-out texts falls")
  func training() throws {
    let model = try Self.model()
    let digest = try model.digest()
    let configuration = LowRankFineTuning.Configuration(
      rank: 4, targets: [.q, .v, .up, .down], batch: 4, context: 24, steps: 30, rate: 0.02,
      seed: 2)
    let result = try LowRankFineTuning.run(
      configuration, model: model, documents: Self.texts)
    #expect(try model.digest() == digest)
    #expect(result.adapter.parameterCount == 2 * 4 * ((16 + 16) * 2 + (16 + 48) * 2))
    let (before, after) = (try #require(result.heldOutBefore), try #require(result.heldOutLoss))
    #expect(after < 0.9 * before)
    #expect(result.losses.count == 30)
    // The same bits again, and only A and B are parameters.
    let again = try LowRankFineTuning.run(
      configuration, model: model, documents: Self.texts)
    #expect(again.adapter == result.adapter)
    let network = try LowRankTraining(model, adapter: result.adapter)
    #expect(network.parameters.allSatisfy { $0.name.contains(".lora_") && $0.isTrained })
  }

  @Test("gradients are those of the losses")
  func gradients() throws {
    let model = try Self.model()
    let adapter = try Self.adapter(model, rank: 2, targets: [.o])
    let training = try LowRankTraining(model, adapter: adapter)
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: true)
    let batch = [TokenExample(Self.ids), TokenExample([9, 8, 7, 6])]
    func loss(_ values: [Tensor]) throws -> Double {
      try training.loss(of: batch, with: values.map { Variable(constant: $0) }, in: context)
        .terms.value.doubles.reduce(0, +)
    }
    let values = training.parameters.map(\.value)
    let tape = Tape()
    let variables = try values.map { try tape.variable($0) }
    let recorded = try training.loss(of: batch, with: variables, in: context)
    let gradients = try tape.gradients(of: recorded.terms.sum(), with: variables)
    for index in [0, 1] {
      let gradient = try #require(gradients[index]).floats
      for place in [0, 7, 19] {
        func moved(_ step: Float) throws -> Double {
          var all = values
          var numbers = all[index].floats
          numbers[place] += step
          all[index] = try Tensor(numbers, shape: all[index].shape)
          return try loss(all)
        }
        let slope = (try moved(0.01) - moved(-0.01)) / 0.02
        #expect(abs(slope - Double(gradient[place])) < 2e-3 * max(abs(slope), 1))
      }
    }
  }

  @Test("is saved in PEFT's layout and comes back the same")
  func files() throws {
    let model = try Self.model()
    let adapter = try Self.adapter(model)
    try Self.withFolder { folder in
      try adapter.save(folder: folder, for: model, path: "base")
      #expect(try LowRankAdapter.load(folder: folder, for: model) == adapter)
      let file = try SafetensorsFile(path: folder + "/adapter_model.safetensors")
      let name = "base_model.model.model.layers.1.self_attn.v_proj.lora_A.weight"
      #expect(file.shape(of: name) == [3, 16])
      #expect(file.tensorNames.count == 12)
      let path = folder + "/adapter_config.json"
      let json = try ModelLoader.configuration(at: path)
      #expect(json["peft_type"]?.stringValue == "LORA")
      #expect(
        json["target_modules"]?.arrayValue?.compactMap(\.stringValue)
          == ["q_proj", "v_proj", "down_proj"])
      // Another network's adapter, and another kind of adapter.
      let other = try Self.model(norm: .layer, positions: .learned)
      #expect(throws: ModelError.self) { try LowRankAdapter.load(folder: folder, for: other) }
      let text = String(decoding: try FileContents.bytes(at: path), as: UTF8.self)
      try DurableFile.replace(
        path, with: ClassifierTrainingTests.replacing("\"LORA\"", "\"IA3\"", in: text))
      #expect(throws: ModelError.self) { try LowRankAdapter.load(folder: folder, for: model) }
    }
  }

  @Test("a merged model is saved in the format that it came in", arguments: [true, false])
  func savedMerged(isLlama: Bool) throws {
    let model =
      isLlama ? try Self.model() : try Self.model(norm: .layer, positions: .learned)
    let merged = try Self.adapter(model).merged(into: model)
    try LanguageModelTrainingTests.withFolder { folder in
      try merged.save(folder: folder)
      let loaded = try ModelLoader.load(path: folder)
      #expect(loaded.architecture == (isLlama ? "llama" : "gpt2"))
      #expect(try loaded.logits(ids: Self.ids) == merged.logits(ids: Self.ids))
    }
  }

  @Test("what cannot be adapted is refused")
  func refusals() throws {
    let model = try Self.model(norm: .layer, positions: .learned)
    #expect(throws: ModelError.self) { try Self.adapter(model, targets: [.gate]) }
    #expect(throws: ModelError.self) { try Self.adapter(model, rank: 0) }
    let adapter = try Self.adapter(model)
    #expect(throws: TrainingError.self) {
      try LowRankTraining(model, adapter: adapter, objective: MaskedDiffusion(mask: 0))
    }
    #expect(throws: ModelError.self) { try adapter.merged(into: Self.model()) }
    var configuration = LowRankFineTuning.Configuration()
    configuration.context = 33
    #expect(throws: TrainingError.self) {
      try LowRankFineTuning.run(configuration, model: model, documents: Self.texts)
    }
  }

  static func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let path = "/tmp/tessera-adapter-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try DurableFile.makeFolder(path)
    defer {
      for name in LowRankAdapter.fileNames { unlink(path + "/" + name) }
      rmdir(path)
    }
    return try body(path)
  }
}
