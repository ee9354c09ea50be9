import Files
import Glibc
import Kernels
import Tensors
import Testing
import Tokenizers

@testable import Models
@testable import Training

@Suite("Classifiers of texts") struct ClassifierTrainingTests {
  /// Sentences about animals or about weather, and two classes.
  static let texts: [LabelledText] = (0..<160).map { index in
    var stream = RandomStream(seed: 9, path: ["classes", String(index)])
    let words = index % 2 == 0 ? ["cat", "dog", "hen", "fox"] : ["rain", "snow", "wind", "fog"]
    let text = (0..<4).map { _ in "the " + words[stream.int(below: 4)] }.joined(separator: " ")
    return LabelledText("\(text) \(index)", index % 2 == 0 ? "animal" : "weather")
  }

  static func tokenizer() throws -> Tokenizer {
    try BPETrainer(vocabularySize: 290, specialTokens: ["<|endoftext|>"])
      .train(texts: texts.map(\.text)).tokenizer
  }

  static func base(_ tokenizer: Tokenizer, context: Int = 24) throws -> ClassifierBase {
    try ClassifierBase(
      ModelSizes(
        layers: 1, width: 16, heads: 2, vocabulary: tokenizer.vocabularySize, context: context),
      tokenizer: tokenizer)
  }

  static func configuration(_ steps: Int = 40) -> ClassifierTraining.Configuration {
    .init(batch: 8, steps: steps, rate: 0.02, seed: 3, heldOut: 0.2)
  }

  @Test("tells held-out texts apart, in its own order of labels")
  func learns() throws {
    let result = try ClassifierTraining.run(
      Self.configuration(), base: Self.base(Self.tokenizer()), texts: Self.texts)
    #expect(result.classifier.labels == ["animal", "weather"])
    #expect(result.trainingTexts + result.heldOutTexts == 160)
    #expect((15...50).contains(result.heldOutTexts))
    #expect(result.right == result.heldOutTexts)
    #expect(result.rightByCommonest < result.heldOutTexts * 3 / 4)
    let said = try result.classifier.predictions(of: ["the fox the hen", "the snow the fog", ""])
    #expect(said.prefix(2).map(\.label) == [0, 1])
    #expect(said.allSatisfy { abs($0.probabilities.reduce(0, +) - 1) < 1e-6 })
  }

  @Test("inference gives the scores of training, to the bit, alone and together")
  func sameScores() throws {
    for (pooling, isBidirectional) in [(StatePooling.last, false), (.mean, true)] {
      let base = try Self.base(Self.tokenizer())
      let training = try TransformerTraining(
        base.network,
        objective: SequenceClass(
          classes: 2, pooling: pooling, isBidirectional: isBidirectional))
      let classifier = try TextClassifier(
        base, labels: ["a", "b"], pooling: pooling, isBidirectional: isBidirectional,
        weights: training.weights(of: training.parameters))
      let batch = try Self.texts.prefix(20).map { try base.ids(of: $0.text) }
      let context = LossContext(stream: RandomStream(seed: 1), isTraining: false)
      let task = try training.objective.task(
        for: batch.map { TokenExample($0, label: 0) }, in: context)
      let known = try training.scores(
        of: task, with: training.parameters.map { Variable(constant: $0.value) }, in: context)
      #expect(try classifier.scores(batch: batch) == known.value)
      let alone = try classifier.scores(batch: [batch[17]])
      #expect(try known.value.taking([17]) == alone)
    }
  }

  @Test("is saved and loaded with the same scores, and is no language model")
  func files() throws {
    let result = try ClassifierTraining.run(
      Self.configuration(3), base: Self.base(Self.tokenizer()), texts: Self.texts)
    try LanguageModelTrainingTests.withFolder { folder in
      try result.classifier.save(folder: folder)
      guard case .textClassifier(let loaded) = try ModelLoader.loadAny(path: folder) else {
        Issue.record("another kind of model")
        return
      }
      #expect(loaded.labels == result.classifier.labels)
      #expect(loaded.marker == result.classifier.marker)
      let texts = Self.texts.prefix(8).map(\.text)
      #expect(
        try loaded.predictions(of: texts) == result.classifier.predictions(of: texts))
      #expect(throws: ModelError.self) { try ModelLoader.load(path: folder) }
      // What the configuration says is checked.
      let path = folder + "/config.json"
      let text = String(decoding: try FileContents.bytes(at: path), as: UTF8.self)
      for (old, new) in [
        ("\"mean\"", "\"most\""), ("\"weather\"", "\"animal\""), ("\"network\"", "\"net\""),
      ] {
        try DurableFile.replace(path, with: Self.replacing(old, new, in: text))
        #expect(throws: ModelError.self) { try ModelLoader.loadAny(path: folder) }
      }
    }
  }

  static func replacing(_ old: String, _ new: String, in text: String) -> String {
    guard let range = text.firstRange(of: old) else { return text }
    return text.replacingCharacters(in: range, with: new)
  }

  @Test("begins with a language model's weights, of which only the head moves if asked")
  func fromModel() throws {
    let tokenizer = try Self.tokenizer()
    let sizes = ModelSizes(
      layers: 1, width: 16, heads: 2, vocabulary: tokenizer.vocabularySize, context: 24)
    let made = try MadeModel(sizes, fresh: .init(seed: 5))
    let base = try ClassifierBase(made.model(tokenizer: tokenizer))
    var configuration = Self.configuration(4)
    (configuration.trainsHeadOnly, configuration.isBidirectional) = (true, false)
    let result = try ClassifierTraining.run(configuration, base: base, texts: Self.texts)
    for (key, value) in made.weights {
      #expect(try result.classifier.stack.weight(key.name) == value)
    }
    let head = try result.classifier.stack.weight(WeightKey(.classifier).name)
    let fresh = try InitialWeights(seed: 3).weight(
      WeightKey(.classifier), shape: [2, 16], of: base.network)
    #expect(head != fresh)
  }

  @Test("texts that are too long are cut, and what cannot be trained is refused")
  func refusals() throws {
    let tokenizer = try Self.tokenizer()
    let base = try Self.base(tokenizer, context: 4)
    #expect(try base.ids(of: Self.texts[0].text).count == 4)
    #expect(try base.ids(of: "").count == 1)
    let same = Self.texts.map { LabelledText($0.text, "one") }
    let error = #expect(throws: TrainingError.self) {
      try ClassifierTraining.run(Self.configuration(), base: base, texts: same)
    }
    #expect(error?.code == "E0695")
    #expect(throws: TrainingError.self) {
      try ClassifierTraining.run(
        Self.configuration(), base: base, texts: Array(Self.texts.prefix(4)))
    }
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
