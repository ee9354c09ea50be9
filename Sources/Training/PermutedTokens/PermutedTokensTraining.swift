import Models
import Tensors

/// A run of an ordinary decoder (learned positions, layer norms, MLPs) on inverse permutations in tokens.
public struct PermutedTokensTraining: Sendable {
  /// What a run is made with.
  public struct Configuration: Sendable {
    public var task: PermutedTokens
    public var layers: Int
    public var width: Int
    public var heads: Int
    public var batch: Int
    public var steps: Int
    /// Adam's greatest rate; it rises over the first fiftieth of the steps and falls along half a cosine.
    public var rate: Double
    /// Names the first weights and the examples.
    public var seed: UInt64
    /// Examples to measure on.
    public var measured: Int

    public init(
      task: PermutedTokens, layers: Int = 2, width: Int = 64, heads: Int = 4, batch: Int = 64,
      steps: Int, rate: Double = 3e-3, seed: UInt64 = 1, measured: Int = 1024
    ) {
      (self.task, self.layers, self.width, self.heads) = (task, layers, width, heads)
      (self.batch, self.steps, self.rate) = (batch, steps, rate)
      (self.seed, self.measured) = (seed, measured)
    }
  }

  public let parameterCount: Int
  /// Nats an answer, of each step's batch.
  public let losses: [Double]
  /// Nats an answer, on examples that training did not draw; the answers before one, where they are seen,
  /// are right.
  public let loss: Double
  /// The share of right answers among the n of each place, the best id each; the answers before one, where
  /// they are seen, are the network's own.
  public let accuracyByAnswer: [Double]

  /// The share of right answers.
  public var accuracy: Double {
    accuracyByAnswer.reduce(0, +) / Double(max(accuracyByAnswer.count, 1))
  }

  /// - Throws: ``TrainingError``; also for a batch of more than 2²⁴ states.
  public static func run(
    _ configuration: Configuration, progress: ((Int, Double) -> Void)? = nil
  ) throws(TrainingError) -> Self {
    let (task, seed) = (configuration.task, configuration.seed)
    let states = task.length * max(configuration.width, 1)
    try TrainingError.check("batch", configuration.batch, in: 1...max((1 << 24) / states, 1))
    try TrainingError.check("measured", configuration.measured, in: 1...1_000_000)
    let network = try network(configuration)
    let trainer = try NetworkTrainer(
      network,
      batches: PermutedTokenBatches(task: task, count: configuration.batch, seed: seed),
      settings: NetworkTrainingSettings(
        steps: configuration.steps, optimizer: Tensors.AdamW(secondDecay: 0.99, weightDecay: 0),
        rate: LearningRate(
          peak: configuration.rate, course: .cosine, warmUp: max(configuration.steps / 50, 1),
          steps: configuration.steps), seed: seed))
    let outcome = try trainer.run { progress?($0.report.step, $0.report.loss) }
    var stream = RandomStream(seed: seed, path: ["permuted tokens", "held out"])
    let examples = (0..<configuration.measured).map { _ in task.example(&stream) }
    let held = stride(from: 0, to: examples.count, by: 256).map {
      Array(examples[$0..<min($0 + 256, examples.count)])
    }
    return Self(
      parameterCount: trainer.parameterCount, losses: outcome.losses,
      loss: try trainer.measure(held).loss,
      accuracyByAnswer: try accuracy(task, network, trainer.parameters, on: held))
  }

  static func network(_ configuration: Configuration) throws(TrainingError) -> TransformerTraining {
    let task = configuration.task
    let sizes = ModelSizes(
      layers: configuration.layers, width: configuration.width, heads: configuration.heads,
      vocabulary: task.vocabularySize, context: task.length, positions: .learned, norm: .layer,
      isTied: false)
    do throws(ModelError) {
      return try TransformerTraining(
        sizes.network(), objective: PlacedAnswers(rows: task.readRows),
        fresh: .init(seed: configuration.seed))
    } catch { throw .model(error) }
  }

  /// The share of right answers by place.
  static func accuracy(
    _ task: PermutedTokens, _ network: TransformerTraining, _ parameters: [NetworkParameter],
    on batches: [[TokenExample]]
  ) throws(TrainingError) -> [Double] {
    var right = [Int](repeating: 0, count: task.size)
    var count = 0
    for batch in batches {
      let answers = try answers(task, network, parameters, to: batch)
      for (answer, example) in zip(answers, batch) {
        count += 1
        for (j, pair) in zip(answer, example.ids.suffix(task.size)).enumerated()
        where pair.0 == pair.1 { right[j] += 1 }
      }
    }
    return right.map { Double($0) / Double(max(count, 1)) }
  }

  /// The best id for each answer, `[examples][n]`; an answer that later ones see is written where they do.
  static func answers(
    _ task: PermutedTokens, _ network: TransformerTraining, _ parameters: [NetworkParameter],
    to batch: [TokenExample]
  ) throws(TrainingError) -> [[Int32]] {
    var inputs = batch.map { Array($0.ids.dropLast(task.size)) }
    let variables = parameters.map { Variable(constant: $0.value) }
    func best(at rows: Range<Int>) throws -> [[Int32]] {
      let wanted = inputs.indices.flatMap { index in
        rows.map { Int32(truncatingIfNeeded: index * task.length + $0) }
      }
      let scores = try network.scores(
        of: TokenTask(inputs: inputs, rows: wanted, targets: [], weights: []), with: variables,
        in: LossContext(stream: RandomStream(seed: 0), isTraining: false)
      ).value.floats
      let width = task.vocabularySize
      return inputs.indices.map { index in
        rows.indices.map { place in
          let start = (index * rows.count + place - rows.lowerBound) * width
          let row = scores[start..<start + width]
          // Of equal scores the first.
          let greatest = row.reduce(-Float.infinity, max)
          return Int32(truncatingIfNeeded: (row.firstIndex(of: greatest) ?? start) - start)
        }
      }
    }
    do {
      guard task.reading == .written else { return try best(at: task.readRows) }
      var answers = [[Int32]](repeating: [], count: batch.count)
      for row in task.readRows {
        for (index, found) in try best(at: row..<row + 1).enumerated() {
          answers[index] += found
          if row + 1 < task.length { inputs[index].replaceSubrange(row + 1...row + 1, with: found) }
        }
      }
      return answers
    } catch { throw TrainingError(cause: error) }
  }
}
