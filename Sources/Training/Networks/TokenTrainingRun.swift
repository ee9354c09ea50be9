import Tensors

/// One run of a network over tokens, from its first step to what it is worth on held-out data.
enum TokenTrainingRun {
  struct Result {
    /// All parameters, as training left them.
    let parameters: [NetworkParameter]
    /// Nats a target, of each step of this process.
    let losses: [Double]
    /// Nats a target; nil where nothing was held out.
    let heldOutLoss: Double?
    let heldOutTargets: Int
    /// Tokens that all steps saw.
    let tokens: Int
    let isStoppedEarly: Bool
  }

  /// - Parameters:
  ///   - checkpoint: where an interrupted run left off; its file is used, written every
  ///     `checkpointEvery` steps, and left there.
  ///   - roundsToHalf: whether what was trained is rounded to 16 bits before it is measured.
  /// - Throws: ``TrainingError``. If the loss is not finite, the last checkpoint stays.
  static func run<Network: TrainableNetwork>(
    _ network: Network, on data: TokenData, settings: NetworkTrainingSettings,
    checkpoint: String? = nil, checkpointEvery: Int = 200, roundsToHalf: Bool = false,
    progress: ((ModelTraining.Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result where Network.Batch == [TokenExample] {
    let trainer = try NetworkTrainer(network, batches: data.batches, settings: settings)
    let tokensPerStep = data.tokensPerBatch * settings.accumulation
    var recent: [Double] = []
    let outcome = try trainer.run(
      held: data.heldOut, saving: checkpoint, every: checkpointEvery
    ) { step in
      recent.append(step.report.loss)
      if recent.count > 50 { recent.removeFirst() }
      progress?(
        ModelTraining.Progress(
          step: step.report.step, steps: step.steps,
          loss: recent.reduce(0, +) / Double(recent.count),
          tokens: step.report.step * tokensPerStep))
    }
    if roundsToHalf { try trainer.roundToHalf() }
    let measured = data.heldOut.isEmpty ? nil : try trainer.measure(data.heldOut)
    return Result(
      parameters: trainer.parameters, losses: outcome.losses, heldOutLoss: measured?.loss,
      heldOutTargets: Int(measured?.weight ?? 0), tokens: trainer.step * tokensPerStep,
      isStoppedEarly: outcome.isStoppedEarly)
  }
}

extension NetworkTrainingSettings {
  /// The usual course: the rate rises over the first fiftieth of the steps and falls by half a cosine to a
  /// tenth; held-out data are measured twenty times where there is a patience.
  static func usual(
    steps: Int, rate: Double, accumulation: Int = 1, seed: UInt64, patience: Int? = nil
  ) -> NetworkTrainingSettings {
    NetworkTrainingSettings(
      steps: steps,
      rate: LearningRate(
        peak: rate, course: .cosine, warmUp: max(steps / 50, 1), steps: steps, floor: 0.1),
      accumulation: accumulation, seed: seed,
      evaluation: patience.map { .init(every: max(steps / 20, 1), patience: $0) })
  }
}
