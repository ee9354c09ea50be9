import Models
import Tensors

/// Fits a loaded decoder to texts by an adapter, from ids to a measured adapter that can be saved.
public enum LowRankFineTuning {
  /// What is adapted, and how it learns.
  public struct Configuration: Sendable {
    public var rank: Int
    /// Changes are multiplied by alpha / rank; twice the rank unless given.
    public var alpha: Double
    public var targets: [LowRankAdapter.Target]
    /// Windows of `context` tokens in a step.
    public var batch: Int
    public var context: Int
    public var steps: Int
    /// Batches whose gradients make one step.
    public var accumulation: Int
    /// The largest learning rate.
    public var rate: Double
    public var seed: UInt64

    public init(
      rank: Int = 8, alpha: Double? = nil, targets: [LowRankAdapter.Target] = [.q, .v],
      batch: Int = 4, context: Int = 128, steps: Int = 100, accumulation: Int = 1,
      rate: Double = 2e-3, seed: UInt64 = 1
    ) {
      (self.rank, self.alpha, self.targets) = (rank, alpha ?? 2 * Double(rank), targets)
      (self.batch, self.context, self.steps) = (batch, context, steps)
      (self.accumulation, self.rate, self.seed) = (accumulation, rate, seed)
    }
  }

  public struct Result: Sendable {
    public let adapter: LowRankAdapter
    /// Nats a target, of each step of this process.
    public let losses: [Double]
    /// Nats a target on the last twentieth of the texts: before the first step and after the last.
    public let heldOutBefore: Double?
    public let heldOutLoss: Double?
    public let heldOutTargets: Int
    public let tokens: Int
  }

  /// Trains on all documents but the last twentieth, which the adapted model is measured on.
  ///
  /// - Parameter checkpoint: where an interrupted run left off; its file is used, written every 200 steps,
  ///   and left there.
  /// - Throws: ``TrainingError``. If the loss is not finite, the last checkpoint stays.
  public static func run(
    _ configuration: Configuration, model: TransformerModel, documents: [String],
    checkpoint: String? = nil, progress: ((ModelTraining.Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result {
    guard let tokenizer = model.tokenizer else {
      throw .model(.noTokenizer(model: model.name))
    }
    let context = configuration.context
    guard (2...model.contextLength).contains(context) else {
      throw .model(.contextExceeded(needed: context, limit: model.contextLength))
    }
    let data = try TokenData(
      documents, tokenizer: tokenizer, context: context, windows: configuration.batch,
      seed: configuration.seed)
    let adapter: LowRankAdapter
    do throws(ModelError) {
      adapter = try LowRankAdapter(
        fresh: model.network, rank: configuration.rank, alpha: configuration.alpha,
        targets: configuration.targets, seed: configuration.seed)
    } catch { throw .model(error) }
    let network = try LowRankTraining(model, adapter: adapter)
    let settings = NetworkTrainingSettings.usual(
      steps: configuration.steps, rate: configuration.rate,
      accumulation: configuration.accumulation, seed: configuration.seed)
    var before: Double?
    if !data.heldOut.isEmpty {
      before = try NetworkTrainer(network, batches: data.batches, settings: settings)
        .measure(data.heldOut).loss
    }
    let result = try TokenTrainingRun.run(
      network, on: data, settings: settings, checkpoint: checkpoint, progress: progress)
    return Result(
      adapter: network.adapter(of: result.parameters), losses: result.losses,
      heldOutBefore: before, heldOutLoss: result.heldOutLoss,
      heldOutTargets: result.heldOutTargets, tokens: result.tokens)
  }
}
