import Kernels
import Tensors
import Testing

@testable import Training

@Suite("Training a Llama") struct LlamaTrainerTests {
  static let shape = LlamaShape(
    vocabulary: 24, width: 32, layers: 2, heads: 2, keyValueHeads: 1, mlp: 48, context: 16)

  /// Counting from a random start: easy to foresee after the first token.
  static let documents: [[Int32]] = (0..<60).map { index in
    let start = (index * 7) % 20
    return (0..<(5 + index % 9)).map { Int32(1 + (start + $0) % 20) }
  }

  static func trainer(steps: Int = 60, rate: Float = 1e-2) throws -> LlamaTrainer {
    try LlamaTrainer(
      shape, settings: .init(batch: 4, steps: steps, rate: rate, seed: 2), documents: documents,
      marker: 0)
  }

  @Test("the loss falls from chance to little")
  func learns() throws {
    let trainer = try Self.trainer()
    var losses: [Float] = []
    for _ in 0..<60 { losses.append(try trainer.advance().loss) }
    #expect(abs(losses[0] - 3.178) < 0.1)  // log 24
    #expect((losses.last ?? 9) < 1)
    let held = try trainer.evaluate([[3, 4, 5, 6, 7, 8], [18, 19, 20, 1, 2]])
    #expect(held.tokens == 13)
    #expect(held.natsPerToken < 1.2)
  }

  @Test("the same losses for 1, 2 and 3 shares")
  func shares() throws {
    let before = Machine.shares
    defer { Machine.shares = before }
    var runs: [[UInt32]] = []
    for shares in 1...3 {
      Machine.shares = shares
      let trainer = try Self.trainer()
      var bits: [UInt32] = []
      for _ in 0..<12 { bits.append(try trainer.advance().loss.bitPattern) }
      runs.append(bits)
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] == runs[2])
  }

  @Test("a run that was interrupted goes on with the same bits", arguments: [1, 13, 29])
  func resume(at cut: Int) throws {
    let whole = try Self.trainer()
    for _ in 0..<40 { _ = try whole.advance() }
    let first = try Self.trainer()
    for _ in 0..<cut { _ = try first.advance() }
    let second = try LlamaTrainer(
      resuming: first.checkpoint, shape: Self.shape, settings: first.settings,
      documents: Self.documents, marker: 0)
    for _ in cut..<40 { _ = try second.advance() }
    #expect(second.checkpoint == whole.checkpoint)
  }

  @Test("resuming another run is refused with the difference")
  func resumeMismatch() throws {
    let checkpoint = try Self.trainer().checkpoint
    var other = Self.shape
    other.width = 16
    let settings = checkpoint.settings
    #expect(throws: TrainingError.resumeMismatch(setting: "width", saved: "32", asked: "16")) {
      try LlamaTrainer(
        resuming: checkpoint, shape: other, settings: settings, documents: Self.documents,
        marker: 0)
    }
    #expect(throws: TrainingError.self) {
      try LlamaTrainer(
        resuming: checkpoint, shape: Self.shape, settings: settings,
        documents: Array(Self.documents.dropLast()), marker: 0)
    }
  }

  @Test("a loss that is not finite stops the run, with the step and the parameters before it")
  func notFinite() throws {
    let sound = try Self.trainer()
    for _ in 0..<3 { _ = try sound.advance() }
    let good = sound.checkpoint
    var parameters = good.parameters
    parameters[sound.tensors[3].range.lowerBound] = .infinity
    let broken = LlamaTrainer.Checkpoint(
      shape: good.shape, settings: good.settings, step: 3, data: good.data, parameters: parameters,
      firstMoments: good.firstMoments, secondMoments: good.secondMoments)
    let trainer = try LlamaTrainer(
      resuming: broken, shape: Self.shape, settings: good.settings, documents: Self.documents,
      marker: 0)
    do {
      _ = try trainer.advance()
      Issue.record("went on")
    } catch {
      guard case .notFinite(let step, _, let place) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(step == 4)
      #expect(place.contains("model."))
      #expect(error.message.contains("step 4"))
    }
    #expect(trainer.checkpoint == broken)
  }

  @Test("batches cover each pass once, in windows, and documents begin with the marker")
  func batches() throws {
    let trainer = try Self.trainer()
    let perPass = trainer.tokensPerPass / trainer.tokensPerStep
    let batches = (0..<perPass).map { trainer.batch(ofStep: $0) }
    let inputs = batches.flatMap(\.inputs)
    let pass = PackedDocuments(Self.documents, marker: 0, seed: 2).pass(0)
    #expect(inputs == Array(pass.prefix(inputs.count)))
    #expect(pass.filter { $0 == 0 }.count == Self.documents.count + 1)
    for batch in batches {
      #expect(batch.starts.first == 0 && batch.starts.last == batch.rows)
      for (row, id) in batch.inputs.enumerated() where id == 0 || row % 16 == 0 {
        #expect(batch.starts.contains(row))
      }
    }
    #expect(trainer.batch(ofStep: perPass).inputs != batches[0].inputs)
  }

  @Test("settings that cannot be are refused")
  func refusals() {
    var odd = Self.shape
    odd.width = 33
    let settings = LlamaTrainer.Settings(batch: 4, steps: 5)
    #expect(throws: TrainingError.self) {
      try LlamaTrainer(odd, settings: settings, documents: Self.documents, marker: 0)
    }
    #expect(throws: TrainingError.tooLittleData(tokens: 4, needed: 64)) {
      try LlamaTrainer(Self.shape, settings: settings, documents: [[1, 2, 3]], marker: 0)
    }
    #expect(throws: TrainingError.idOutsideVocabulary(id: 24, size: 24)) {
      try LlamaTrainer(Self.shape, settings: settings, documents: [[24]], marker: 0)
    }
    #expect(throws: TrainingError.idOutsideVocabulary(id: -1, size: 24)) {
      try LlamaTrainer(Self.shape, settings: settings, documents: Self.documents, marker: -1)
    }
  }

  @Test("the rate climbs, then falls along a cosine")
  func schedule() {
    let schedule = LearningRateSchedule(peak: 0.01, warmUp: 10, steps: 110, floor: 0.1)
    #expect(abs(schedule.rate(at: 1) - 0.001) < 1e-9)
    #expect(schedule.rate(at: 10) == 0.01)
    #expect(abs(schedule.rate(at: 60) - 0.0055) < 1e-8)
    #expect(abs(schedule.rate(at: 110) - 0.001) < 1e-9)
    for step in 10..<110 { #expect(schedule.rate(at: step) > schedule.rate(at: step + 1)) }
  }
}
