import Files
import Tensors

/// Trains a small Llama on documents in a stated order: what a run does is a pure function of the state before
/// it and of the documents as they come, so that a run can be taken up at any step with the same documents, or
/// with the same ones in another order.
///
/// Each document is a row of its own in one step, between two markers; one that is longer than the context is
/// cut into windows of the same step.
public final class OrderedTrainer {
  public let settings: LlamaTrainer.Settings
  public let marker: Int32
  /// The digest of all documents that were trained on, in their order, each step's apart.
  public private(set) var data: String
  private let learner: LlamaLearner

  /// A model with fresh parameters.
  ///
  /// - Parameter marker: the id that begins and ends a document.
  public init(_ shape: LlamaShape, settings: LlamaTrainer.Settings, marker: Int32)
    throws(TrainingError)
  {
    try settings.check()
    learner = try LlamaLearner(shape, seed: settings.seed)
    try shape.check(ids: [marker])
    (self.settings, self.marker, data) = (settings, marker, "")
  }

  /// Goes on from a checkpoint.
  ///
  /// - Parameter rate: a constant rate in place of the checkpoint's course.
  public init(from checkpoint: LlamaTrainer.Checkpoint, rate: Float? = nil, marker: Int32)
    throws(TrainingError)
  {
    var settings = checkpoint.settings
    if let rate {
      settings.schedule = LearningRateSchedule(
        peak: rate, warmUp: 0, steps: settings.steps, floor: 1)
    }
    try settings.check()
    learner = try LlamaLearner(checkpoint.shape, seed: settings.seed)
    try checkpoint.shape.check(ids: [marker])
    try learner.restore(checkpoint)
    (self.settings, self.marker, data) = (settings, marker, checkpoint.data)
  }

  public var shape: LlamaShape { learner.network.shape }
  /// Steps done.
  public var step: Int { learner.step }

  /// All that the next step depends on, and the digest of what was trained on.
  public var checkpoint: LlamaTrainer.Checkpoint { learner.checkpoint(settings, data: data) }

  /// One step on some documents, in the order given.
  ///
  /// - Throws: ``TrainingError/idOutsideVocabulary(id:size:)``, ``TrainingError/notFinite(step:loss:place:)`` and
  ///   ``TrainingError/interrupted(_:)``, always with the state of before the step.
  public func advance(on documents: some Collection<[Int32]>) throws(TrainingError)
    -> LlamaTrainer.StepReport
  {
    if documents.isEmpty { throw .tooFewExamples(examples: 0, needed: 1) }
    var digest = Digest()
    digest.add(field: data)
    var windows: [PackedBatch.Window] = []
    for document in documents {
      try shape.check(ids: document)
      TokenExample(document).add(to: &digest)
      windows += PackedBatch.windows(of: document, marker: marker, context: shape.context)
    }
    let report = try learner.advance(on: PackedBatch(windows), settings)
    data = digest.hexadecimal()
    return report
  }
}
