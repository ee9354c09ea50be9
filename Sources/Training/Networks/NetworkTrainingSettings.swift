import Tensors

/// How ``NetworkTrainer`` goes: steps, optimizer, rates, and when it stops.
public struct NetworkTrainingSettings: Sendable {
  /// Measuring of held-out data, and stopping by it.
  public struct Evaluation: Sendable, Equatable {
    /// Steps between two measurements.
    public var every: Int
    /// After how many measurements without a gain the run stops; nil: never. The parameters of the best
    /// measurement are then the result.
    public var patience: Int?
    /// By how much a loss must be below the best one to count as a gain.
    public var leastGain: Double

    public init(every: Int, patience: Int? = nil, leastGain: Double = 0) {
      (self.every, self.patience, self.leastGain) = (every, patience, leastGain)
    }
  }

  public var steps: Int
  /// Batches whose gradients make one step.
  public var accumulation: Int
  public var optimizer: any DescribedOptimizer
  public var rate: LearningRate
  /// Gradients with a larger norm are scaled down to it; nil: none are.
  public var largestNorm: Double?
  /// Names the streams of noise and masks.
  public var seed: UInt64
  public var evaluation: Evaluation?

  /// - Parameter rate: a constant 1e-3 unless given.
  public init(
    steps: Int, optimizer: any DescribedOptimizer = Tensors.AdamW(), rate: LearningRate? = nil,
    accumulation: Int = 1, largestNorm: Double? = 1, seed: UInt64 = 1,
    evaluation: Evaluation? = nil
  ) {
    (self.steps, self.accumulation, self.optimizer) = (steps, accumulation, optimizer)
    self.rate = rate ?? LearningRate(peak: 1e-3, steps: steps)
    (self.largestNorm, self.seed, self.evaluation) = (largestNorm, seed, evaluation)
  }

  /// All of it, as a checkpoint keeps it.
  public var described: [TrainingSetting] {
    var list: [TrainingSetting] = [
      .init("steps", steps), .init("accumulation", accumulation), .init("seed", seed),
      .init("rate", rate.peak), .init("course", "\(rate.course)"), .init("warm_up", rate.warmUp),
      .init("rate_steps", rate.steps), .init("floor", rate.floor),
      .init("largest_norm", largestNorm.map { "\($0)" } ?? "none"),
    ]
    list += optimizer.settings
    if let evaluation {
      list += [
        .init("evaluate_every", evaluation.every),
        .init("patience", evaluation.patience.map { "\($0)" } ?? "none"),
        .init("least_gain", evaluation.leastGain),
      ]
    }
    return list
  }

  func check() throws(TrainingError) {
    for (name, value, low) in [
      ("steps", steps, 0), ("accumulation", accumulation, 1),
      ("evaluate_every", evaluation?.every ?? 1, 1), ("patience", evaluation?.patience ?? 1, 1),
    ] where value < low || value > 1 << 30 {
      throw .setting(name: name, value: value, reason: "must be from \(low) to 2^30")
    }
    if !(rate.peak > 0 && rate.peak <= 1) { throw .wrongRate(value: Float(rate.peak)) }
    if let largestNorm, !(largestNorm > 0) {
      throw .wrongNumber(
        name: "largest_norm", value: largestNorm, reason: "must be above 0")
    }
  }
}
