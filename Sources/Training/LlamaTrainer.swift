import Files

/// Trains a small Llama on documents: one step a batch, the same bits for any number of threads and
/// over any interruption.
///
/// What a step does is a pure function of (documents, settings, parameters and moments before it).
public final class LlamaTrainer {
  /// How a run goes.
  public struct Settings: Sendable, Equatable {
    /// Windows in a batch.
    public var batch: Int
    public var steps: Int
    public var schedule: LearningRateSchedule
    public var optimizer: AdamW
    public var seed: UInt64

    public init(
      batch: Int = 8, steps: Int, rate: Float = 2e-3, warmUp: Int? = nil, seed: UInt64 = 1,
      optimizer: AdamW = AdamW()
    ) {
      (self.batch, self.steps, self.seed) = (batch, steps, seed)
      schedule = LearningRateSchedule(
        peak: rate, warmUp: warmUp ?? min(100, max(steps / 10, 1)), steps: steps)
      self.optimizer = optimizer
    }
  }

  /// All that the next step needs to know of the steps before it.
  public struct Checkpoint: Sendable, Equatable {
    public let shape: LlamaShape
    public let settings: Settings
    /// Steps done.
    public let step: Int
    /// The digest of the documents.
    public let data: String
    public let parameters: [Float]
    public let firstMoments: [Float]
    public let secondMoments: [Float]
  }

  /// What a step reports.
  public struct StepReport: Sendable, Equatable {
    /// 1 for the first.
    public let step: Int
    /// Nats a token, mean over the batch, before the step's change.
    public let loss: Float
    public let gradientNorm: Float
    public let rate: Float
  }

  public let shape: LlamaShape
  public let settings: Settings
  /// The digest of the documents.
  public let data: String

  private let learner: LlamaLearner
  private let documents: PackedDocuments
  let markerID: Int32
  private var pass: (number: Int, tokens: [Int32])?

  /// A model with fresh parameters.
  ///
  /// - Parameters:
  ///   - documents: the ids of each document, without markers.
  ///   - marker: the id that begins and ends a document.
  public init(
    _ shape: LlamaShape, settings: Settings, documents: [[Int32]], marker: Int32
  ) throws(TrainingError) {
    try settings.check()
    learner = try LlamaLearner(shape, seed: settings.seed)
    for document in documents { try shape.check(ids: document) }
    try shape.check(ids: [marker])
    (self.shape, self.settings, markerID) = (shape, settings, marker)
    self.documents = PackedDocuments(documents, marker: marker, seed: settings.seed)
    let needed = settings.batch * shape.context
    if self.documents.tokens < needed {
      throw .tooLittleData(tokens: self.documents.tokens, needed: needed)
    }
    data = Self.digest(documents)
  }

  /// Goes on where a checkpoint was made, with the same documents and settings.
  public convenience init(
    resuming checkpoint: Checkpoint, shape: LlamaShape, settings: Settings, documents: [[Int32]],
    marker: Int32
  ) throws(TrainingError) {
    func same<T: Equatable>(_ name: String, _ saved: T, _ asked: T) throws(TrainingError) {
      if saved != asked {
        throw .resumeMismatch(setting: name, saved: "\(saved)", asked: "\(asked)")
      }
    }
    try same("vocabulary", checkpoint.shape.vocabulary, shape.vocabulary)
    try same("width", checkpoint.shape.width, shape.width)
    try same("layers", checkpoint.shape.layers, shape.layers)
    try same("shape", checkpoint.shape, shape)
    try same("batch", checkpoint.settings.batch, settings.batch)
    try same("steps", checkpoint.settings.steps, settings.steps)
    try same("seed", checkpoint.settings.seed, settings.seed)
    try same("settings", checkpoint.settings, settings)
    try self.init(shape, settings: settings, documents: documents, marker: marker)
    try same("data", checkpoint.data, data)
    try learner.restore(checkpoint)
  }

  /// Steps done.
  public var step: Int { learner.step }
  var network: LlamaNetwork { learner.network }

  public var checkpoint: Checkpoint { learner.checkpoint(settings, data: data) }

  public var parameterCount: Int { network.table.count }
  public var parameters: [Float] { network.parameters.values }
  public var tensors: [ParameterTensor] { network.table.tensors }
  /// The tokens that a step sees.
  public var tokensPerStep: Int { settings.batch * shape.context }
  /// The tokens of one pass over the documents.
  public var tokensPerPass: Int { documents.tokens }

  /// One step.
  ///
  /// - Throws: ``TrainingError/notFinite(step:loss:place:)`` with the parameters as they were
  ///   before the step; ``TrainingError/interrupted(_:)`` between two steps.
  public func advance() throws(TrainingError) -> StepReport {
    try learner.advance(on: batch(ofStep: step), settings)
  }

  /// The batch of a step, 0 for the first: passes follow one another, each without its last, unfilled
  /// batch.
  func batch(ofStep step: Int) -> PackedBatch {
    let batches = documents.tokens / tokensPerStep
    let number = step / batches
    let tokens: [Int32]
    if let pass, pass.number == number {
      tokens = pass.tokens
    } else {
      tokens = documents.pass(number)
      pass = (number, tokens)
    }
    let first = step % batches * tokensPerStep
    return PackedDocuments.batch(
      tokens, marker: markerID, rows: first..<first + tokensPerStep, context: shape.context)
  }

  func restore(_ checkpoint: Checkpoint) throws(TrainingError) { try learner.restore(checkpoint) }

  private static func digest(_ documents: [[Int32]]) -> String {
    var digest = Digest()
    for document in documents {
      withUnsafeBytes(of: UInt64(document.count).littleEndian) { digest.add($0) }
      for id in document { withUnsafeBytes(of: id.littleEndian) { digest.add($0) } }
    }
    return digest.hexadecimal()
  }
}

extension LlamaTrainer.Settings {
  /// Refuses settings that cannot be.
  func check() throws(TrainingError) {
    if batch < 1 || batch > 1 << 12 {
      throw .setting(name: "batch", value: batch, reason: "must be from 1 to 4096")
    }
    if steps < 0 || steps > 1 << 30 {
      throw .setting(name: "steps", value: steps, reason: "must be from 0 to 2^30")
    }
    if !(schedule.peak > 0 && schedule.peak <= 1) { throw .wrongRate(value: schedule.peak) }
  }
}
