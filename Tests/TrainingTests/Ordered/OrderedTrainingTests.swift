import Files
import Glibc
import Kernels
import Models
import Tensors
import Testing
import Tokenizers

@testable import Training

@Suite("Training in a known order") struct OrderedTrainingTests {
  private static let texts = LanguageModelTrainingTests.texts
  private static let configuration = OrderedTraining.Configuration(
    layers: 2, width: 32, heads: 2, mlp: 48, context: 24, batch: 8, rate: 5e-3, seed: 3)

  private func run(
    _ configuration: OrderedTraining.Configuration = configuration, _ texts: [String] = texts,
    order: UInt64? = 7, checkpoints: [Int] = []
  ) throws -> OrderedTraining.Result {
    try OrderedTraining.run(
      .fresh(configuration), tokenizer: LanguageModelTrainingTests.tokenizer(), documents: texts,
      order: order, checkpoints: checkpoints)
  }

  private func tail(
    _ checkpoint: LlamaTrainer.Checkpoint, _ texts: [String], rate: Float? = nil,
    order: UInt64? = nil
  ) throws -> OrderedTraining.Result {
    try OrderedTraining.run(
      .checkpoint(checkpoint, rate: rate), tokenizer: LanguageModelTrainingTests.tokenizer(),
      documents: texts, order: order)
  }

  @Test("each document comes once, in the order that the seed names")
  func transcript() throws {
    let result = try run()
    #expect(result.order.sorted() == Array(0..<120) && result.order != Array(0..<120))
    #expect(result.order == OrderedTraining.order(of: 120, seed: 7))
    #expect(try run(order: 8).order != result.order)
    #expect(try run(order: nil).order == Array(0..<120))
    #expect(result.losses.count == 15 && result.last.step == 15)
    let tokenizer = try LanguageModelTrainingTests.tokenizer()
    let tokens = try Self.texts.reduce(0) { $0 + (try tokenizer.encode($1).count) + 1 }
    #expect(result.tokens == tokens)
    #expect((result.losses.last ?? 9) < (result.losses.first ?? 0))
  }

  @Test(
    "the true tail from a checkpoint gives the run's own end, bit for bit",
    arguments: [OrderedTraining.Course.constant, .cosine])
  func trueTail(course: OrderedTraining.Course) throws {
    var configuration = Self.configuration
    configuration.course = course
    let whole = try run(configuration, checkpoints: [96, 0, 40])
    #expect(whole.checkpoints.map(\.step) == [12, 0, 5])
    for (count, checkpoint) in zip([96, 0, 40], whole.checkpoints) {
      let again = try tail(checkpoint, whole.order[count...].map { Self.texts[$0] })
      #expect(again.last == whole.last)
      #expect(again.losses == Array(whole.losses[(count / 8)...]))
    }
    // Another order of the tail is another model, from the same documents.
    let last = whole.order[96...].map { Self.texts[$0] }
    let other = try tail(whole.checkpoints[0], last, order: 1)
    #expect(other.last.parameters != whole.last.parameters)
    #expect(other.last.data != whole.last.data)
    #expect(try tail(whole.checkpoints[0], last, order: 1).last == other.last)
  }

  @Test("documents in a known order, given as they stand, are the same run")
  func standing() throws {
    let shuffled = try run()
    let standing = try run(Self.configuration, shuffled.order.map { Self.texts[$0] }, order: nil)
    #expect(standing.last == shuffled.last)
  }

  @Test("the same bits for 1, 2 and 3 shares")
  func shares() throws {
    let before = Machine.shares
    defer { Machine.shares = before }
    var ends: [LlamaTrainer.Checkpoint] = []
    for shares in 1...3 {
      Machine.shares = shares
      ends.append(try run().last)
    }
    #expect(ends[0] == ends[1] && ends[0] == ends[2])
  }

  /// A step on whole documents is the packed trainer's network on rows of these documents alone.
  @Test("a step's loss is the mean over its documents' tokens, each document alone")
  func losses() throws {
    let result = try run(checkpoints: [8])
    let tokenizer = try LanguageModelTrainingTests.tokenizer()
    let ids = try Self.texts.map { try tokenizer.encode($0) }
    let marker = try LanguageModelTraining.marker(of: tokenizer)
    let trainer = try OrderedTrainer(from: result.checkpoints[0], marker: marker)
    let model = try result.checkpoints[0].model().model()
    var (sum, count) = (0.0, 0)
    for index in result.order[8..<16] {
      let row = [marker] + ids[index] + [marker]
      for start in stride(from: 0, to: row.count - 1, by: 24) {
        let end = min(start + 24, row.count - 1)
        let logits = try model.logits(ids: Array(row[start..<end])).floats
        for place in start..<end {
          sum += Double(
            try TokenLoss.nats(
              logits, row: place - start, target: row[place + 1], width: tokenizer.vocabularySize))
          count += 1
        }
      }
    }
    let report = try trainer.advance(on: result.order[8..<16].map { ids[$0] })
    #expect(report.loss == result.losses[1])
    #expect(abs(Double(report.loss) - sum / Double(count)) < 1e-5)
  }

  @Test("the model of a checkpoint scores as the training's network does, to the bit")
  func sameLogits() throws {
    let result = try run()
    let model = try result.last.model().model()
    let network = try LlamaNetwork(result.last.shape)
    network.parameters.values = result.last.parameters
    let ids: [Int32] = [1, 5, 200, 7, 7, 30]
    let batch = PackedBatch(inputs: ids, targets: ids, starts: [0, ids.count])
    let state = try network.forward(batch)
    #expect(try model.logits(ids: ids).floats == state.logits.values)
  }

  @Test("a checkpoint is read back as it was, and gone on from with another rate")
  func files() throws {
    let whole = try run(checkpoints: [96])
    let last = whole.order[96...].map { Self.texts[$0] }
    try LanguageModelTrainingTests.withFolder { folder in
      let path = folder + "/run.checkpoint"
      try whole.checkpoints[0].save(to: path)
      let read = try LlamaTrainer.Checkpoint.load(path)
      #expect(read == whole.checkpoints[0])
      #expect(try tail(read, last).last == whole.last)
    }
    let slow = try tail(whole.checkpoints[0], last, rate: 1e-5)
    #expect(slow.last.settings.schedule.rate(at: 14) == 1e-5)
    func distance(_ end: LlamaTrainer.Checkpoint) -> Float {
      zip(end.parameters, whole.checkpoints[0].parameters).reduce(0) {
        $0 + abs($1.0 - $1.1)
      }
    }
    #expect(distance(slow.last) < distance(whole.last) / 50)
  }

  @Test("settings and checkpoints that cannot be are refused")
  func refusals() throws {
    #expect(
      throws: TrainingError.setting(
        name: "a checkpoint", value: 12,
        reason: "must be a multiple of the batch (8) up to the 120 documents")
    ) { try run(checkpoints: [12]) }
    #expect(throws: TrainingError.self) { try run(checkpoints: [128]) }
    #expect(throws: TrainingError.tooFewExamples(examples: 0, needed: 1)) {
      try run(Self.configuration, [])
    }
    var configuration = Self.configuration
    configuration.batch = 0
    #expect(throws: TrainingError.self) { try run(configuration) }
    // The last batch may be a smaller one, and empty documents keep their places.
    let uneven = try run(Self.configuration, ["The cat."] + ["", "The dog."], checkpoints: [3])
    #expect(uneven.losses.count == 1 && uneven.checkpoints == [uneven.last])
    let other = try BPETrainer(vocabularySize: 270, specialTokens: ["<|endoftext|>"]).train(
      texts: Self.texts
    ).tokenizer
    let end = try run().last
    let mismatch = TrainingError.resumeMismatch(
      setting: "vocabulary", saved: "\(end.shape.vocabulary)", asked: "\(other.vocabularySize)")
    #expect(throws: mismatch) {
      try OrderedTraining.run(.checkpoint(end), tokenizer: other, documents: Self.texts)
    }
  }
}
