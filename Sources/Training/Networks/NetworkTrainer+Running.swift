import Files

extension NetworkTrainer {
  /// What a run reports while it goes.
  public struct Progress: Sendable {
    public let report: StepReport
    public let steps: Int
    /// Where held-out data were measured after this step.
    public let heldOut: HeldOut?
  }

  /// How a run went.
  public struct Outcome: Sendable, Equatable {
    /// The mean loss of each step of this process.
    public var losses: [Double] = []
    public var heldOut: [HeldOut] = []
    /// Held-out data ended the run before its last step.
    public var isStoppedEarly = false
  }

  /// Goes on until the last step, or until held-out data say that it is enough.
  ///
  /// With a patience, the parameters of the best measurement are the result.
  /// - Parameters:
  ///   - held: batches that ``NetworkTrainingSettings/evaluation`` measures; training must not see them.
  ///   - path: where checkpoints go, every `interval` steps and after the last; a run goes on from one that
  ///     is there.
  /// - Throws: ``TrainingError``; the last checkpoint stays.
  public func run(
    held: [Network.Batch] = [], saving path: String? = nil, every interval: Int = 200,
    progress: ((Progress) -> Void)? = nil
  ) throws(TrainingError) -> Outcome {
    if let path, step == 0, Paths.exists(path) { try resume(from: NetworkCheckpoint.load(path)) }
    var outcome = Outcome()
    while !isFinished {
      let report = try advance()
      outcome.losses.append(report.loss)
      var measured: HeldOut?
      if let evaluation = settings.evaluation, !held.isEmpty,
        step % evaluation.every == 0 || step == settings.steps
      {
        let loss = try measure(held)
        outcome.heldOut.append(loss)
        outcome.isStoppedEarly = isDone(loss) && step < settings.steps
        measured = loss
      }
      if let path, interval > 0, step % interval == 0 || isFinished {
        try checkpoint.save(to: path)
      }
      progress?(Progress(report: report, steps: settings.steps, heldOut: measured))
    }
    takeBest()
    return outcome
  }
}
