import Files
import Glibc
import Kernels
import Testing

@testable import Tensors
@testable import Training

/// y = W x + b by least squares, over pairs; the simplest thing that can be trained.
struct LinearRegression: TrainableNetwork {
  struct Pair: TrainingExample {
    let x: [Float]
    let y: Float

    func add(to digest: inout Digest) {
      for value in x + [y] {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { digest.add($0) }
      }
    }
  }

  var parameters: [NetworkParameter]
  var settings: [TrainingSetting] { [.init("objective", "least squares")] }

  init(width: Int = 3) throws {
    parameters = [
      NetworkParameter("weight", try .zeros([1, width], .f32)),
      NetworkParameter("bias", try .zeros([1], .f32)),
      NetworkParameter("count", try .zeros([1], .f32), isTrained: false),
    ]
  }

  func loss(of batch: [Pair], with parameters: [Variable], in context: LossContext) throws
    -> RecordedLoss
  {
    let width = parameters[0].shape[1]
    let x = Variable(constant: try Tensor(batch.flatMap(\.x), shape: [batch.count, width]))
    let y = Variable(constant: try Tensor(batch.map(\.y), shape: [batch.count, 1]))
    let error = try x.linear(parameters[0]) + parameters[1] - y
    let count = parameters[2].value.floats[0] + Float(batch.count)
    return RecordedLoss(
      terms: try error * error, weight: Double(batch.count),
      updates: ["count": try Tensor([count], shape: [1])])
  }
}

@Suite("Training any network") struct NetworkTrainerTests {
  static let pairs: [LinearRegression.Pair] = {
    var stream = RandomStream(seed: 3, path: ["pairs"])
    return (0..<40).map { _ in
      let x = (0..<3).map { _ in Float(stream.normal()) }
      return .init(x: x, y: 2 * x[0] - x[1] + 0.5 * x[2] + 1)
    }
  }()

  static func trainer(
    steps: Int = 60, batch: Int = 8, accumulation: Int = 1,
    optimizer: any DescribedOptimizer = Tensors.AdamW(weightDecay: 0), rate: Double = 0.1,
    seed: UInt64 = 1, evaluation: NetworkTrainingSettings.Evaluation? = nil,
    pairs: [LinearRegression.Pair] = pairs
  ) throws -> NetworkTrainer<LinearRegression> {
    try NetworkTrainer(
      LinearRegression(), batches: ExampleBatches(pairs, size: batch, seed: seed),
      settings: .init(
        steps: steps, optimizer: optimizer, rate: LearningRate(peak: rate, steps: steps),
        accumulation: accumulation, seed: seed, evaluation: evaluation))
  }

  static func folder(_ name: String) throws -> String {
    let folder = "/tmp/tessera-tests-\(getpid())-\(name)"
    try DurableFile.makeFolder(folder)
    return folder
  }

  @Test("finds the line that the pairs lie on, and counts what it saw")
  func learns() throws {
    let trainer = try Self.trainer(steps: 300)
    let outcome = try trainer.run()
    #expect(outcome.losses[0] > 1)
    #expect(try #require(outcome.losses.last) < 1e-3)
    let weight = trainer.parameters[0].value.floats
    for (found, wanted) in zip(weight, [2, -1, 0.5] as [Float]) {
      #expect(abs(found - wanted) < 0.05)
    }
    #expect(trainer.parameters[2].value.floats == [300 * 8])
  }

  @Test("the first step is the optimizer's on gradients by hand")
  func firstStep() throws {
    let trainer = try Self.trainer(optimizer: SGD(), rate: 0.01)
    let batch = try ExampleBatches(Self.pairs, size: 8, seed: 1).batch(0)
    let report = try trainer.advance()
    // With W = 0 and b = 0: dW = -2 Σ y x / n, db = -2 Σ y / n.
    var slopes = [Double](repeating: 0, count: 4)
    for pair in batch {
      for (index, x) in (pair.x + [1]).enumerated() {
        slopes[index] -= 2 * Double(pair.y) * Double(x) / 8
      }
    }
    let norm = slopes.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(report.gradientNorm - norm) < 1e-4)
    let moved = trainer.parameters[0].value.doubles + trainer.parameters[1].value.doubles
    for (value, slope) in zip(moved, slopes) {
      #expect(abs(value + 0.01 * slope / max(norm, 1)) < 1e-6)
    }
  }

  @Test("micro-batches have the bits of the full batch", arguments: [2, 4])
  func accumulation(parts: Int) throws {
    // One pass in order: the batches of a step are those of the full one.
    let whole = try Self.trainer(steps: 5, batch: 8)
    let cut = try Self.trainer(steps: 5, batch: 8 / parts, accumulation: parts)
    for _ in 0..<5 {
      #expect(try whole.advance().loss == cut.advance().loss)
    }
    #expect(whole.parameters == cut.parameters)
  }

  @Test("the same bits for 1, 2 and 3 shares and on each instance")
  func shares() throws {
    func run() throws -> NetworkCheckpoint {
      let trainer = try Self.trainer(steps: 10)
      _ = try trainer.run()
      return trainer.checkpoint
    }
    let reference = try #require(
      try Machine.with(variant: Machine.variants[0], shares: 1, run))
    for variant in Machine.variants {
      for shares in 1...3 {
        #expect(try Machine.with(variant: variant, shares: shares, run) == reference)
      }
    }
  }

  static let optimizers: [any DescribedOptimizer] = [
    Tensors.AdamW(), SGD(momentum: 0.9), Lion(), Adafactor(), Muon(),
  ]

  @Test("a run that was interrupted goes on with the same bits", arguments: 0..<5)
  func resume(kind: Int) throws {
    let path = try Self.folder("resume") + "/\(kind).safetensors"
    let evaluation = NetworkTrainingSettings.Evaluation(every: 3, patience: 20)
    func trainer() throws -> NetworkTrainer<LinearRegression> {
      try Self.trainer(
        steps: 30, optimizer: Self.optimizers[kind], rate: 0.02, evaluation: evaluation)
    }
    let held = [Array(Self.pairs.prefix(5))]
    let whole = try trainer()
    let all = try whole.run(held: held)
    let first = try trainer()
    for _ in 0..<13 {
      _ = try first.advance()
      if first.step % 3 == 0 { _ = first.isDone(try first.measure(held)) }
    }
    try first.checkpoint.save(to: path)
    #expect(try NetworkCheckpoint.load(path) == first.checkpoint)
    let second = try trainer()
    let rest = try second.run(held: held, saving: path, every: 10)
    #expect(rest.losses == Array(all.losses[13...]))
    #expect(second.checkpoint == whole.checkpoint)
    // Done runs stay done.
    let third = try trainer()
    #expect(try third.run(held: held, saving: path).losses.isEmpty)
    #expect(third.parameters == whole.parameters)
  }

  @Test("resuming another run is refused with the difference")
  func resumeMismatch() throws {
    let checkpoint = try Self.trainer().checkpoint
    func refused(_ setting: String, _ saved: String, _ asked: String, _ body: () throws -> Void) {
      #expect(throws: TrainingError.resumeMismatch(setting: setting, saved: saved, asked: asked)) {
        try body()
      }
    }
    refused("rate", "0.1", "0.2") { try Self.trainer(rate: 0.2).resume(from: checkpoint) }
    refused("optimizer", "adamw", "sgd") {
      try Self.trainer(optimizer: SGD()).resume(from: checkpoint)
    }
    refused("evaluate_every", "nothing", "2") {
      try Self.trainer(evaluation: .init(every: 2)).resume(from: checkpoint)
    }
    let other = try Self.trainer(pairs: Self.pairs.reversed())
    refused("data", checkpoint.data, other.checkpoint.data) { try other.resume(from: checkpoint) }
    var wider = checkpoint
    wider.parameters[0].value = try .zeros([1, 4], .f32)
    refused("parameters", "[[1, 4], [1], [1]]", "[[1, 3], [1], [1]]") {
      try Self.trainer().resume(from: wider)
    }
  }

  @Test("what is not finite stops a run with its place, and nothing moves")
  func notFinite() throws {
    var pairs = Self.pairs
    for index in pairs.indices { pairs[index] = .init(x: pairs[index].x, y: index == 7 ? .nan : 1) }
    let trainer = try Self.trainer(batch: 40, pairs: pairs)
    let before = trainer.checkpoint
    do {
      _ = try trainer.advance()
      Issue.record("a NaN went through")
    } catch {
      guard case .notFinite(1, let loss, let place) = error else { throw error }
      #expect(loss.isNaN)
      #expect(place.hasPrefix("the loss of term "))
    }
    #expect(trainer.checkpoint == before)
    // Losses that are finite and whose gradients are not.
    let large = pairs.map { LinearRegression.Pair(x: [3e38, 0, 0], y: $0.y.isNaN ? 1e10 : 1e10) }
    let second = try Self.trainer(batch: 8, pairs: large)
    #expect {
      _ = try second.advance()
    } throws: { error in
      guard case TrainingError.notFinite(1, _, let place) = error else { return false }
      return place == "the gradient of weight at 0"
    }
    #expect(second.step == 0)
    #expect(second.parameters == (try LinearRegression().parameters))
  }

  @Test("a path that cannot be written leaves the old checkpoint")
  func unwritable() throws {
    let folder = try Self.folder("unwritable")
    let path = folder + "/run.safetensors"
    let trainer = try Self.trainer()
    _ = try trainer.advance()
    try trainer.checkpoint.save(to: path)
    let saved = trainer.checkpoint
    _ = try trainer.advance()
    #expect(throws: TrainingError.self) { try trainer.checkpoint.save(to: folder) }
    #expect(throws: TrainingError.self) { try trainer.checkpoint.save(to: folder + "/no/run") }
    #expect(throws: TrainingError.self) { try trainer.checkpoint.save(to: "/dev/full") }
    #expect(try NetworkCheckpoint.load(path) == saved)
    // Neither another file nor a cut one is taken for a checkpoint.
    #expect(throws: TrainingError.self) { try NetworkCheckpoint.load(folder + "/none") }
    let bytes = try FileContents.bytes(at: path, limit: 1 << 20)
    try DurableFile.replace(folder + "/cut", with: Array(bytes.dropLast(9)))
    #expect(throws: TrainingError.self) { try NetworkCheckpoint.load(folder + "/cut") }
  }

  @Test("held-out data that grow worse end a run with the best parameters")
  func earlyStop() throws {
    // Held-out pairs of another line: the nearer the training's line, the worse after some steps.
    let held = [Self.pairs.prefix(8).map { LinearRegression.Pair(x: $0.x, y: 0.3 * $0.y) }]
    let trainer = try Self.trainer(
      steps: 200, rate: 0.05, evaluation: .init(every: 1, patience: 4))
    let outcome = try trainer.run(held: held)
    #expect(outcome.isStoppedEarly)
    #expect(outcome.losses.count < 200)
    let best = try #require(outcome.heldOut.min { $0.loss < $1.loss })
    #expect(trainer.bestStep == best.step)
    #expect(outcome.heldOut.suffix(4).allSatisfy { $0.loss >= best.loss })
    #expect(try trainer.measure(held).loss == best.loss)
  }

  @Test("nothing of a step is held after it")
  func memory() throws {
    final class Tapes: @unchecked Sendable {
      struct Reference { weak var tape: Tape? }
      var all: [Reference] = []
    }
    struct Watched: TrainableNetwork {
      let inner: LinearRegression
      let tapes: Tapes
      var parameters: [NetworkParameter] { inner.parameters }
      var settings: [TrainingSetting] { inner.settings }
      func loss(
        of batch: [LinearRegression.Pair], with parameters: [Variable], in context: LossContext
      ) throws -> RecordedLoss {
        tapes.all.append(.init(tape: parameters[0].tape))
        return try inner.loss(of: batch, with: parameters, in: context)
      }
    }
    let tapes = Tapes()
    let trainer = try NetworkTrainer(
      Watched(inner: LinearRegression(), tapes: tapes),
      batches: ExampleBatches(Self.pairs, size: 8, seed: 1), settings: .init(steps: 6))
    _ = try trainer.run()
    #expect(tapes.all.count == 6)
    #expect(tapes.all.allSatisfy { $0.tape == nil })
  }

  @Test("settings that cannot be are refused")
  func settings() throws {
    #expect(throws: TrainingError.self) { try Self.trainer(accumulation: 0) }
    #expect(throws: TrainingError.wrongRate(value: 2)) { try Self.trainer(rate: 2) }
    #expect(throws: TrainingError.tooFewExamples(examples: 40, needed: 41)) {
      try Self.trainer(batch: 41)
    }
    #expect(throws: TrainingError.self) {
      try NetworkTrainer(
        LinearRegression(), batches: ExampleBatches(Self.pairs, size: 4, seed: 1),
        settings: .init(steps: 1, largestNorm: 0))
    }
    #expect(throws: TrainingError.self) { try ExampleBatches(Self.pairs, size: 0, seed: 1) }
  }

  @Test("each pass has all examples, in an order of its own")
  func passes() throws {
    let batches = try ExampleBatches(Self.pairs, size: 8, seed: 5)
    func pass(_ number: Int) -> [Int] {
      (0..<5).flatMap { batches.indices(5 * number + $0) }
    }
    #expect(pass(0).sorted() == Array(0..<40))
    #expect(pass(1).sorted() == Array(0..<40))
    #expect(pass(0) != pass(1))
    #expect(pass(0) == pass(0))
  }
}
