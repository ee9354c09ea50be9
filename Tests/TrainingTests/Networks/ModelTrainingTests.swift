import Glibc
import Kernels
import Models
import Testing
import Tokenizers

@testable import Training

@Suite("Models made and trained on texts") struct ModelTrainingTests {
  static let texts = LanguageModelTrainingTests.texts

  static func tokenizer() throws -> Tokenizer {
    try BPETrainer(vocabularySize: 280, specialTokens: ["<|endoftext|>", "<mask>"])
      .train(texts: texts).tokenizer
  }

  static func configuration(
    _ tokenizer: Tokenizer, isCausal: Bool = true, input: InputMap.Kind = .learned,
    steps: Int = 30, patience: Int? = nil
  ) throws -> ModelTraining.Configuration {
    var sizes = ModelSizes(
      layers: 1, width: 18, heads: 1, vocabulary: tokenizer.vocabularySize, context: 24)
    sizes.isCausal = isCausal
    return ModelTraining.Configuration(
      sizes: sizes, input: try InputMap(input, vocabulary: tokenizer.vocabularySize, seed: 2),
      batch: 2, steps: steps, rate: 0.02, seed: 2, patience: patience)
  }

  @Test("what is measured is what the made model says of the held-out texts")
  func heldOut() throws {
    let tokenizer = try Self.tokenizer()
    let result = try ModelTraining.run(
      Self.configuration(tokenizer), objective: NextToken(), tokenizer: tokenizer,
      documents: Self.texts)
    #expect(result.losses.count == 30)
    let early = result.losses.prefix(5).reduce(0, +)
    let late = result.losses.suffix(5).reduce(0, +)
    #expect(late < 0.8 * early)
    // The same windows, by inference, in f64.
    let model = try result.model.model(tokenizer: tokenizer)
    let marker = try LanguageModelTraining.marker(of: tokenizer)
    let ids = try LanguageModelTraining.encoded(Self.texts, tokenizer)
    let windows = try PackedTokenBatches(
      LanguageModelTraining.split(ids).held, marker: marker, context: 23, windows: 1, seed: 2)
    var (nats, targets) = (0.0, 0)
    for example in (0..<windows.batchesPerPass).flatMap({ windows.batch($0) }) {
      let scores = try model.logits(ids: Array(example.ids.dropLast())).floats
      for place in 1..<example.ids.count {
        let row = scores[(place - 1) * 280..<place * 280].map(Double.init)
        let most = row.max() ?? 0
        let sum = row.reduce(0) { $0 + ElementaryFunction.exp($1 - most) }
        nats += most + ElementaryFunction.log(sum) - row[Int(example.ids[place])]
        targets += 1
      }
    }
    #expect(result.heldOutTargets == targets)
    let difference = (result.heldOutLoss ?? 0) - nats / Double(targets)
    #expect(abs(difference) < 1e-5)
  }

  @Test("inputs that are not trained are as they were made", arguments: ["frozen", "binary"])
  func untrainedInput(name: String) throws {
    let tokenizer = try Self.tokenizer()
    let kind = try #require(InputMap.Kind(rawValue: name))
    let configuration = try Self.configuration(tokenizer, input: kind)
    let result = try ModelTraining.run(
      configuration, objective: NextToken(), tokenizer: tokenizer, documents: Self.texts)
    let fresh = try MadeModel(
      configuration.sizes, input: configuration.input, fresh: .init(seed: 2))
    let table = WeightKey(.embedding)
    #expect(result.model.weights[table] == fresh.weights[table])
    #expect(result.model.weights[WeightKey(.head)] != fresh.weights[WeightKey(.head)])
    #expect(result.model.parameterCounts.input == 0)
  }

  @Test("a masked model sees what is behind a token, a decoder does not")
  func bothSides() throws {
    let tokenizer = try Self.tokenizer()
    let mask = try MaskToken.id(of: tokenizer)
    for isCausal in [true, false] {
      let objective: any TokenObjective = isCausal ? NextToken() : MaskedDiffusion(mask: mask)
      let result = try ModelTraining.run(
        Self.configuration(tokenizer, isCausal: isCausal, steps: 3), objective: objective,
        tokenizer: tokenizer, documents: Self.texts)
      let model = try result.model.model(tokenizer: tokenizer)
      func first(_ ids: [Int32]) throws -> [Float] {
        var none: [KeyValueCache] = []
        let state = try model.run([SequenceInput(ids: ids)], caches: &none)
        return Array(try model.scores(state.x).value.floats.prefix(280))
      }
      let (one, other) = (try first([100, 101, 102]), try first([100, 101, 103]))
      #expect((one == other) == isCausal)
    }
  }

  @Test("a run without gains stops early, and a missing mask is told")
  func refusals() throws {
    let tokenizer = try Self.tokenizer()
    var configuration = try Self.configuration(tokenizer, steps: 200, patience: 1)
    configuration.rate = 1
    let result = try ModelTraining.run(
      configuration, objective: NextToken(), tokenizer: tokenizer, documents: Self.texts)
    #expect(result.isStoppedEarly)
    #expect(result.losses.count < 200)
    let plain = try BPETrainer(vocabularySize: 257, specialTokens: ["<|endoftext|>"])
      .train(texts: Self.texts).tokenizer
    let error = #expect(throws: TrainingError.self) { try MaskToken.id(of: plain) }
    #expect(error?.code == "E0695")
    #expect(error?.message.contains("'<mask>'") == true)
  }
  @Test("a trained model with mixers is saved whole", arguments: TokenMixer.allCases)
  func mixed(mixer: TokenMixer) throws {
    let tokenizer = try Self.tokenizer()
    var configuration = try Self.configuration(tokenizer, steps: 3)
    configuration.sizes.layers = 2
    configuration.sizes = configuration.sizes.mixing(
      mixer, .last,
      companion: try CompanionSequence(
        of: mixer, count: configuration.sizes.context, texts: Self.texts, tokenizer: tokenizer,
        seed: 2))
    let result = try ModelTraining.run(
      configuration, objective: NextToken(), tokenizer: tokenizer, documents: Self.texts)
    let folder = "/tmp/tessera-mixed-\(getpid())-\(mixer.rawValue)"
    try result.model.save(folder: folder, tokenizer: tokenizer)
    let loaded = try ModelLoader.loadTransformer(path: folder)
    #expect(loaded.network.blocks.map(\.mixer) == [mixer, .softmax])
    let ids = try tokenizer.encode(Self.texts[0]).prefix(20)
    let model = try result.model.model(tokenizer: tokenizer)
    #expect(try loaded.logits(ids: Array(ids)) == model.logits(ids: Array(ids)))
    // As training left it: fresh weights say something else.
    let fresh = try MadeModel(configuration.sizes, fresh: .init(seed: 2)).model()
    #expect(try fresh.logits(ids: Array(ids)) != model.logits(ids: Array(ids)))
  }
}
