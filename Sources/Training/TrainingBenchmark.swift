import Kernels
import Tensors

/// How long the steps of a training run take, on random tokens without ends of documents.
public struct TrainingBenchmark: Sendable {
  /// What was measured.
  public struct Measurement: Sendable, Equatable {
    /// The median over the steps that were counted.
    public let secondsPerStep: Double
    public let tokensPerSecond: Double
    /// By ``TrainingBenchmark/operationsPerStep``, in 10⁹.
    public let gigaflops: Double
    public let parameters: Int
    /// Of the last step, in nats a token.
    public let loss: Float
  }

  public var shape: LlamaShape
  /// Windows of `shape.context` tokens in a step.
  public var batch: Int
  /// Steps that are counted, at least one.
  public var steps: Int

  public init(shape: LlamaShape, batch: Int, steps: Int) {
    (self.shape, self.batch, self.steps) = (shape, batch, steps)
  }

  /// What a step has to compute: six operations for each token and parameter of the matrices (the
  /// embedding once, as the head), and for each layer twelve for each visible pair of positions and
  /// number of the width (two products forward, four backward).
  public var operationsPerStep: Double {
    let table = LlamaParameterTable(shape)
    let weights = table.tensors.filter(\.isMatrix).reduce(0) { $0 + $1.range.count }
    let pairs = Double(shape.context) * Double(shape.context + 1) / 2
    return 6 * Double(weights) * Double(batch * shape.context)
      + 12 * pairs * Double(shape.width) * Double(shape.layers) * Double(batch)
  }

  /// Trains a fresh model, with two steps before those that count.
  ///
  /// - Throws: ``TrainingError`` for sizes that cannot be, and ``TrainingError/interrupted(_:)``.
  public func measure() throws(TrainingError) -> Measurement {
    try shape.check()
    let tokens = 4 * batch * shape.context
    var stream = RandomStream(seed: 1, path: ["bench.training"])
    let document = (0..<tokens).map { _ in Int32(1 + stream.int(below: shape.vocabulary - 1)) }
    let trainer = try LlamaTrainer(
      shape, settings: .init(batch: batch, steps: steps + 2, rate: 1e-3), documents: [document],
      marker: 0)
    let clock = ContinuousClock()
    var (seconds, loss): ([Double], Float) = ([], 0)
    for step in 0..<steps + 2 {
      let start = clock.now
      loss = try trainer.advance().loss
      if step >= 2 { seconds.append((clock.now - start) / .seconds(1)) }
    }
    seconds.sort()
    let median = (seconds[seconds.count / 2] + seconds[(seconds.count - 1) / 2]) / 2
    return Measurement(
      secondsPerStep: median, tokensPerSecond: Double(trainer.tokensPerStep) / median,
      gigaflops: operationsPerStep / median / 1e9, parameters: trainer.parameterCount, loss: loss)
  }
}
