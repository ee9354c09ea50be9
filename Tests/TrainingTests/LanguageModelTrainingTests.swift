import Files
import Glibc
import Kernels
import Models
import Tensors
import Testing
import Tokenizers

@testable import Training

@Suite("From texts to a saved model") struct LanguageModelTrainingTests {
  /// Sentences of a small grammar.
  static let texts: [String] = (0..<120).map { index in
    var stream = RandomStream(seed: 5, path: ["texts", String(index)])
    let animals = ["cat", "dog", "hen", "fox"]
    let verbs = ["saw", "met", "fed"]
    return (0..<3).map { _ in
      "The \(animals[stream.int(below: 4)]) \(verbs[stream.int(below: 3)]) the "
        + "\(animals[stream.int(below: 4)])."
    }.joined(separator: " ")
  }

  static func tokenizer() throws -> Tokenizer {
    try BPETrainer(vocabularySize: 300, specialTokens: ["<|endoftext|>"]).train(texts: texts)
      .tokenizer
  }

  static let configuration = LanguageModelTraining.Configuration(
    layers: 2, width: 32, heads: 4, keyValueHeads: 2, mlp: 48, context: 32, batch: 4, steps: 40,
    rate: 1e-2, seed: 3)

  /// A folder of this test's own, removed afterwards.
  static func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let path = "/tmp/tessera-training-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try DurableFile.makeFolder(path)
    defer {
      for name in ["config.json", "model.safetensors", "tokenizer.json", "run.checkpoint"] {
        unlink(path + "/" + name)
      }
      rmdir(path)
    }
    return try body(path)
  }

  @Test("inference with the saved model has the bits of the training's forward pass")
  func sameLogits() throws {
    let trained = try LanguageModelTraining.run(
      Self.configuration, tokenizer: Self.tokenizer(), documents: Self.texts)
    let network = try LlamaNetwork(trained.shape)
    network.parameters.values = trained.parameters
    try Self.withFolder { folder in
      try trained.save(folder: folder)
      let model = try ModelLoader.load(path: folder)
      #expect(model.parameterCount == trained.parameters.count)
      // The saved vocabulary asks for the marker before a text.
      let ids = try model.ids(of: Self.texts[119])
      #expect(ids.first == trained.marker)
      #expect(model.stopIDs == [trained.marker])
      #expect(try model.text(of: Array(ids.dropFirst())) == Self.texts[119])
      let batch = PackedBatch(inputs: ids, targets: ids, starts: [0, ids.count])
      let logits = try network.forward(batch).logits.values
      #expect(try model.logits(ids: ids).floats == logits)
    }
  }

  @Test(
    "a run begins with a model's weights, moments at zero, and says which; another form is refused")
  func start() throws {
    let tokenizer = try Self.tokenizer()
    let first = try LanguageModelTraining.run(
      Self.configuration, tokenizer: tokenizer, documents: Self.texts)
    try Self.withFolder { folder in
      try first.save(folder: folder)
      let model = try ModelLoader.loadTransformer(path: folder)
      var none = Self.configuration
      none.steps = 0
      let same = try LanguageModelTraining.run(
        none, tokenizer: tokenizer, documents: Self.texts, start: model)
      #expect(same.parameters == first.parameters)
      #expect(same.heldOut == first.heldOut)
      #expect(same.start == (try model.digest()))
      var more = Self.configuration
      (more.steps, more.rate) = (20, 2e-3)
      let second = try LanguageModelTraining.run(
        more, tokenizer: tokenizer, documents: Self.texts, start: model)
      #expect(second.losses[0] < first.losses[0] / 2)
      #expect(second.heldOut.nats < first.heldOut.nats)
      #expect(second.provenance.contains { $0.key == "start_sha256" })
      #expect(!first.provenance.contains { $0.key == "start_sha256" })
      let changes: [(inout LanguageModelTraining.Configuration) -> Void] = [
        { $0.layers = 1 }, { $0.heads = 2 }, { $0.mlp = 64 }, { $0.context = 16 },
        { ($0.width, $0.heads, $0.keyValueHeads) = (16, 2, 2) },
      ]
      for change in changes {
        var other = Self.configuration
        change(&other)
        let error = #expect(throws: TrainingError.self) {
          try LanguageModelTraining.run(
            other, tokenizer: tokenizer, documents: Self.texts, start: model)
        }
        #expect(error?.code == "E0698")
      }
    }
  }

  @Test(
    "held-out text is foreseen better than by counting tokens alone, and every step is reported")
  func measures() throws {
    var steps: [Int] = []
    let trained = try LanguageModelTraining.run(
      Self.configuration, tokenizer: Self.tokenizer(), documents: Self.texts
    ) { steps.append($0.step) }
    #expect(steps == Array(1...40))
    #expect(trained.losses.count == 40)
    let held = trained.heldOut
    #expect(held.documents == 6)
    #expect(held.bytes == Self.texts.suffix(6).reduce(0) { $0 + $1.utf8.count })
    #expect(held.nats < (held.unigramNats ?? 0))
    #expect(trained.tokens == 40 * 4 * 32)
  }

  @Test("the file says what made the model")
  func provenance() throws {
    var configuration = Self.configuration
    configuration.steps = 2
    let trained = try LanguageModelTraining.run(
      configuration, tokenizer: Self.tokenizer(), documents: Self.texts)
    try Self.withFolder { folder in
      try trained.save(folder: folder, origin: [.init("origin", .string("a test"))])
      let file = try SafetensorsFile(path: folder + "/model.safetensors")
      let metadata = Dictionary(uniqueKeysWithValues: file.metadata.map { ($0.key, $0.value) })
      #expect(metadata["format"] == "pt")
      let text = metadata["tessera"] ?? ""
      let record = try JSONParser.parse(Array(text.utf8), path: "metadata")
      #expect(record["parameters"]?["steps"] == .integer(2))
      #expect(record["parameters"]?["rate"] == .number(0.01))
      #expect(record["data"]?["ids_sha256"]?.stringValue == trained.dataDigest)
      #expect(record["held_out"]?["bits_per_byte"]?.doubleValue ?? 0 > 0)
      #expect(record["origin"]?.stringValue == "a test")
    }
  }

  @Test("a run goes on from its checkpoint's file with the same bits")
  func checkpointFile() throws {
    let whole = try LanguageModelTraining.run(
      Self.configuration, tokenizer: Self.tokenizer(), documents: Self.texts)
    try Self.withFolder { folder in
      let path = folder + "/run.checkpoint"
      let tokenizer = try Self.tokenizer()
      let ids = try Self.texts.map { try tokenizer.encode($0) }
      let first = try LlamaTrainer(
        whole.shape,
        settings: .init(batch: 4, steps: 40, rate: 1e-2, seed: 3),
        documents: LanguageModelTraining.split(ids).training, marker: whole.marker)
      for _ in 0..<17 { _ = try first.advance() }
      try first.checkpoint.save(to: path)
      #expect(try LlamaTrainer.Checkpoint.load(path) == first.checkpoint)
      let resumed = try LanguageModelTraining.run(
        Self.configuration, tokenizer: tokenizer, documents: Self.texts, checkpoint: path)
      #expect(resumed.losses.count == 23)
      #expect(resumed.parameters == whole.parameters)
      #expect(resumed.heldOut == whole.heldOut)
    }
  }

  @Test("a tokenizer without special tokens and too little text are refused")
  func refusals() throws {
    let plain = try BPETrainer(vocabularySize: 260).train(texts: Self.texts).tokenizer
    #expect(throws: TrainingError.self) {
      try LanguageModelTraining.run(
        Self.configuration, tokenizer: plain, documents: Self.texts)
    }
    #expect(throws: TrainingError.self) {
      try LanguageModelTraining.run(
        Self.configuration, tokenizer: Self.tokenizer(), documents: ["The cat."])
    }
  }
}
