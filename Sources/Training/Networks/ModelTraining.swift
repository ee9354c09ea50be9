import Kernels
import Models
import Tensors
import Tokenizers

/// Makes a model of given sizes and trains it on texts, from ids to a measured model that can be saved.
///
/// The general way: any input map and any ``TokenObjective``. ``LanguageModelTraining`` is the fast one for
/// plain decoders.
public enum ModelTraining {
  /// What is made, and how it learns.
  public struct Configuration: Sendable {
    public var sizes: ModelSizes
    public var input: InputMap
    /// Windows of the context's length in a step.
    public var batch: Int
    public var steps: Int
    /// Batches whose gradients make one step.
    public var accumulation: Int
    /// The largest learning rate; it rises over the first fiftieth of the steps and falls by half a cosine.
    public var rate: Double
    public var seed: UInt64
    /// After how many measurements of held-out data without a gain the run stops; nil: never.
    public var patience: Int?
    /// Whether the result's weights are rounded to 16 bits before they are measured.
    public var roundsToHalf = false

    public init(
      sizes: ModelSizes, input: InputMap = .learned, batch: Int = 8, steps: Int = 1000,
      accumulation: Int = 1, rate: Double = 3e-3, seed: UInt64 = 1, patience: Int? = nil
    ) {
      (self.sizes, self.input, self.batch, self.steps) = (sizes, input, batch, steps)
      (self.accumulation, self.rate, self.seed) = (accumulation, rate, seed)
      self.patience = patience
    }
  }

  /// How far a run is.
  public struct Progress: Sendable {
    public let step: Int
    public let steps: Int
    /// Nats a target: the mean of the last steps' losses, up to fifty.
    public let loss: Double
    public let tokens: Int
  }

  public struct Result: Sendable {
    public let model: MadeModel
    /// Nats a target, of each step of this process.
    public let losses: [Double]
    /// Nats a target on texts that were not trained on; nil where there are too few for a window.
    public let heldOutLoss: Double?
    public let heldOutTargets: Int
    /// Tokens that all steps saw.
    public let tokens: Int
    public let isStoppedEarly: Bool
  }

  /// Trains on all documents but the last twentieth, which the model is measured on.
  ///
  /// - Parameters:
  ///   - tokenizer: must have a BOS or EOS token, which stands between documents.
  ///   - checkpoint: where an interrupted run left off; its file is used, written every
  ///     `checkpointEvery` steps, and left there.
  /// - Throws: ``TrainingError``. If the loss is not finite, the last checkpoint stays.
  public static func run(
    _ configuration: Configuration, objective: any TokenObjective, tokenizer: Tokenizer,
    documents: [String], checkpoint: String? = nil, checkpointEvery: Int = 200,
    progress: ((Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result {
    try run(
      configuration, objective: objective,
      data: TokenData(
        documents, tokenizer: tokenizer, context: configuration.sizes.context,
        windows: configuration.batch, seed: configuration.seed),
      checkpoint: checkpoint, checkpointEvery: checkpointEvery, progress: progress)
  }

  /// The same on sequences that are tokens already.
  public static func run(
    _ configuration: Configuration, objective: any TokenObjective, data: TokenData,
    checkpoint: String? = nil, checkpointEvery: Int = 200,
    progress: ((Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result {
    let made: MadeModel
    let network: TransformerTraining
    let fresh = InitialWeights(
      seed: configuration.seed, deviation: configuration.sizes.deviation)
    do throws(ModelError) {
      made = try MadeModel(configuration.sizes, input: configuration.input, fresh: fresh)
      network = try TransformerTraining(
        made.network, weights: made.weights, objective: objective, input: configuration.input,
        fresh: fresh)
    } catch { throw .model(error) }
    let result = try TokenTrainingRun.run(
      network, on: data,
      settings: .usual(
        steps: configuration.steps, rate: configuration.rate,
        accumulation: configuration.accumulation, seed: configuration.seed,
        patience: configuration.patience),
      checkpoint: checkpoint, checkpointEvery: checkpointEvery,
      roundsToHalf: configuration.roundsToHalf, progress: progress)
    var model = made
    model.weights = network.weights(of: result.parameters)
    return Result(
      model: model, losses: result.losses, heldOutLoss: result.heldOutLoss,
      heldOutTargets: result.heldOutTargets, tokens: result.tokens,
      isStoppedEarly: result.isStoppedEarly)
  }
}
