import Files
import Glibc
import Tensors
import Testing
import Tokenizers

@testable import Models
@testable import Training

@Suite("Encoders and decoders that learn") struct SequenceModelTrainingTests {
  /// Three letters, and the same the other way round.
  static let rows: [SequenceModelTraining.Row] = (0..<216).map { index in
    let letters = Array("abcdef")
    let text = [index % 6, index / 6 % 6, index / 36].map { letters[$0] }
    return .init(String(text), String(text.reversed()))
  }

  static func start() throws -> MadeSequenceModel {
    var trainer = BPETrainer(
      vocabularySize: 1 << 10, minimumFrequency: 1 << 40,
      specialTokens: ["<unk>", "<|endoftext|>"])
    trainer.alphabet = .characters(limit: nil, unknown: "<unk>")
    let tokenizer = try trainer.train(texts: ["abcdef"]).tokenizer
    return try MadeSequenceModel(
      SequenceModelSizes(
        layers: 1, width: 32, heads: 2, vocabulary: tokenizer.vocabularySize),
      tokenizer: tokenizer, seed: 3)
  }

  static func configuration(_ steps: Int) -> SequenceModelTraining.Configuration {
    .init(batch: 16, steps: steps, rate: 0.004, seed: 2, heldOut: 0.2)
  }

  @Test("learns to turn texts round that it has not seen, and is saved so")
  func learns() throws {
    let result = try SequenceModelTraining.run(
      Self.configuration(600), start: Self.start(), rows: Self.rows)
    #expect(result.trainingRows + result.heldOutRows == 216)
    #expect(result.asked == result.heldOutRows && result.asked > 20)
    #expect(result.right > result.asked / 2)
    #expect(result.rightByCommonest < result.asked / 4)
    let loss = try #require(result.heldOutLoss)
    #expect(loss < result.losses[0])
    let folder = "/tmp/tessera-sequences-\(getpid())"
    try result.save(folder: folder, command: "a test")
    guard case .encoderDecoder(let loaded) = try ModelLoader.loadAny(path: folder) else {
      Issue.record("another kind of model")
      return
    }
    for row in Self.rows.prefix(20) {
      let text = try result.model.written(for: row.prompt, limit: 8)
      #expect(try loaded.written(for: row.prompt, limit: 8) == text)
    }
  }

  @Test("training has the scores of inference, to the bit")
  func sameScores() throws {
    let made = try Self.start()
    let network = try SequenceModelNetwork(made)
    let batch = try Self.rows.prefix(5).enumerated().map { index, row in
      SequencePair(
        source: Array(try made.source(of: row.prompt).prefix(1 + index % 3)),
        target: Array(try made.target(of: row.answer).prefix(index % 4)))
    }
    let parameters = network.parameters.map { Variable(constant: $0.value) }
    let scores = try network.scores(of: batch, with: parameters).value
    let model = try made.model()
    var rows: [Tensor] = []
    for pair in batch {
      var cache = model.makeCache()
      rows.append(
        try model.logits(
          ids: [made.begin] + pair.target, memory: model.encode(pair.source), cache: &cache))
    }
    #expect(try Tensor.concatenated(rows) == scores)
    // Each alone, and in another order, it is the same.
    let turned = try network.scores(of: batch.reversed(), with: parameters).value
    #expect(try Tensor.concatenated(rows.reversed()) == turned)
    let recorded = try network.loss(
      of: batch, with: parameters,
      in: LossContext(stream: RandomStream(seed: 1), isTraining: true))
    #expect(recorded.weight == Double(batch.reduce(0) { $0 + $1.target.count + 1 }))
  }

  @Test("every weight has a gradient, which moves the loss as it says")
  func gradients() throws {
    let made = try Self.start()
    let network = try SequenceModelNetwork(made)
    let batch = try Self.rows.prefix(4).map {
      SequencePair(source: try made.source(of: $0.prompt), target: try made.target(of: $0.answer))
    }
    let context = LossContext(stream: RandomStream(seed: 1), isTraining: true)
    func loss(_ values: [Tensor]) throws -> Double {
      try network.loss(of: batch, with: values.map { Variable(constant: $0) }, in: context)
        .terms.value.doubles.reduce(0, +)
    }
    let tape = Tape()
    let variables = try network.parameters.map { try tape.variable($0.value) }
    let sum = try network.loss(of: batch, with: variables, in: context).terms.sum()
    let gradients = try tape.gradients(of: sum, with: variables)
    let values = network.parameters.map(\.value)
    for (index, found) in gradients.enumerated() {
      let name = network.parameters[index].name
      let gradient = try #require(found, "\(name)")
      let largest = try #require(gradient.doubles.map { abs($0) }.max())
      #expect(largest > 0, "\(name) has no gradient")
      let place = try #require(gradient.doubles.firstIndex { abs($0) == largest })
      func moved(_ step: Float) throws -> [Tensor] {
        var all = values
        var floats = values[index].floats
        floats[place] += step
        all[index] = try Tensor(floats, shape: values[index].shape)
        return all
      }
      let slope = (try loss(moved(2e-3)) - loss(moved(-2e-3))) / 4e-3
      #expect(abs(slope - gradient.doubles[place]) < 0.03 * largest + 0.02, "\(name)")
    }
  }

  @Test("a run that was interrupted has the bits of one that was not")
  func resume() throws {
    let made = try Self.start()
    let network = try SequenceModelNetwork(made)
    let examples = try Self.rows.prefix(40).map {
      SequencePair(source: try made.source(of: $0.prompt), target: try made.target(of: $0.answer))
    }
    func trainer() throws -> NetworkTrainer<SequenceModelNetwork> {
      try NetworkTrainer(
        network, batches: ExampleBatches(examples, size: 8, seed: 1), settings: .init(steps: 6))
    }
    let whole = try trainer()
    for _ in 0..<6 { _ = try whole.advance() }
    let first = try trainer()
    for _ in 0..<3 { _ = try first.advance() }
    let path = "/tmp/tessera-sequences-\(getpid()).checkpoint"
    defer { unlink(path) }
    try first.checkpoint.save(to: path)
    let second = try trainer()
    try second.resume(from: NetworkCheckpoint.load(path))
    for _ in 0..<3 { _ = try second.advance() }
    #expect(second.parameters == whole.parameters)
  }

  @Test("what cannot be trained is refused")
  func refusals() throws {
    func code(_ rows: [SequenceModelTraining.Row]) throws -> String? {
      let start = try Self.start()
      do throws(TrainingError) {
        _ = try SequenceModelTraining.run(Self.configuration(1), start: start, rows: rows)
        return nil
      } catch { return error.code }
    }
    #expect(try code([]) == "E0696")
    #expect(try code(Array(Self.rows.prefix(7))) == "E0696")
    #expect(try code([SequenceModelTraining.Row](repeating: .init("", "a"), count: 40)) == "E0611")
    #expect(try code([SequenceModelTraining.Row](repeating: .init("a", ""), count: 40)) == nil)
  }
}
