import Files
import Kernels
import Models
import Tensors

/// Trains a text encoder on pairs of texts that belong together, from texts to a measured encoder that can be
/// saved.
public enum EncoderTraining {
  /// How an encoder learns, and how it is measured.
  public struct Configuration: Sendable {
    public var objective: EncoderObjective
    /// The id that stands for a hidden token, where the objective hides any.
    public var mask: Int32?
    /// The share of tokens that are hidden.
    public var share: Double
    /// What cosines are divided by.
    public var temperature: Double
    /// Pairs in a step's batch; those of the others are what a pair's text is told from.
    public var batch: Int
    public var steps: Int
    /// Batches whose gradients make one step.
    public var accumulation: Int
    /// The largest learning rate.
    public var rate: Double
    public var seed: UInt64
    /// The share of texts that are kept for measuring.
    public var heldOut: Double
    /// Among how many second texts a held-out pair's is to be found.
    public var candidates: Int
    /// After how many of twenty measurements of held-out pairs without a gain the run stops; nil: never.
    public var patience: Int?

    public init(
      objective: EncoderObjective = .pairs, mask: Int32? = nil, share: Double = 0.15,
      temperature: Double = 0.05, batch: Int = 32, steps: Int = 500, accumulation: Int = 1,
      rate: Double = 1e-3, seed: UInt64 = 1, heldOut: Double = 0.1, candidates: Int = 32,
      patience: Int? = nil
    ) {
      (self.objective, self.mask, self.share) = (objective, mask, share)
      (self.temperature, self.batch, self.steps) = (temperature, batch, steps)
      (self.accumulation, self.rate, self.seed) = (accumulation, rate, seed)
      (self.heldOut, self.candidates, self.patience) = (heldOut, candidates, patience)
    }
  }

  /// A text, or a row of a table, with the pairs that it gives: all of them are learned from, or none.
  public struct Source: Sendable, Equatable {
    public let pairs: [TextPair]
    /// Equal ones are on one side.
    let key: String

    /// A text that is cut.
    public init(_ text: String, cut: TextPair.Cut) {
      (pairs, key) = (TextPair.pairs(of: text, cut: cut), text)
    }

    /// A pair as it is.
    public init(_ pair: TextPair) { (pairs, key) = ([pair], pair.first + "\n" + pair.second) }
  }

  public struct Result: Sendable {
    public let made: MadeEncoder
    public let encoder: TextEncoder
    /// Nats a text or a hidden token, or their sum, of each step of this process.
    public let losses: [Double]
    public let trainingPairs: Int
    /// The pairs that were kept for measuring.
    public let heldOutPairs: Int
    /// As ``losses``, of them; nil where nothing was held out.
    public let heldOutLoss: Double?
    /// How often held-out pairs are found.
    public let retrieval: PairRetrieval
    /// The same by the weights that training began with.
    public let retrievalBefore: PairRetrieval
    /// The same by the tokens that the texts share.
    public let retrievalByTokens: PairRetrieval
    public let isStoppedEarly: Bool
    let configuration: Configuration
    let digest: String

    /// Writes the encoder's folder.
    ///
    /// - Parameter command: what made it, for the header.
    public func save(
      folder: String, format: SafetensorsWriter.NumberFormat = .f32, command: String
    ) throws(TrainingError) {
      func number(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
      let origin: [JSON.Member] = [
        .init("command", .string(command)),
        .init("objective", .string(configuration.objective.rawValue)),
        .init("temperature", .number(configuration.temperature)),
        .init("seed", .string(String(configuration.seed))),
        .init("steps", .integer(configuration.steps)),
        .init("batch", .integer(configuration.batch)),
        .init("accumulation", .integer(configuration.accumulation)),
        .init("rate", .number(configuration.rate)), .init("data", .string(digest)),
        .init("training_pairs", .integer(trainingPairs)),
        .init("held_out_pairs", .integer(heldOutPairs)),
        .init("held_out_loss", number(heldOutLoss)),
        .init("candidates", .integer(retrieval.candidates)),
        .init("accuracy", number(retrieval.accuracy)),
        .init("start_accuracy", number(retrievalBefore.accuracy)),
        .init("bag_accuracy", number(retrievalByTokens.accuracy)),
        .init("numerics_version", .integer(Machine.numericsVersion)),
      ]
      do throws(ModelError) { try made.save(folder: folder, format: format, origin: origin) } catch
      {
        throw TrainingError(cause: error)
      }
    }
  }

  /// Trains on the pairs of texts that a seeded hash of each does not hold out.
  ///
  /// - Parameters:
  ///   - start: what training begins with.
  ///   - checkpoint: where an interrupted run left off; its file is used, written every 200 steps, and left
  ///     there.
  /// - Throws: ``TrainingError``; ``TrainingError/tooFewExamples(examples:needed:)`` for fewer pairs than a
  ///   batch.
  public static func run(
    _ configuration: Configuration, start: MadeEncoder, sources: [Source],
    checkpoint: String? = nil, progress: ((ModelTraining.Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result {
    if configuration.objective.matchesPairs, configuration.batch < 2 {
      throw .setting(
        name: "batch", value: configuration.batch,
        reason: "a pair is told from others, so that there must be two or more")
    }
    let network = try EncoderNetwork(
      start, objective: configuration.objective, mask: configuration.mask ?? 0,
      share: configuration.share, contrast: ContrastiveLoss(temperature: configuration.temperature))
    let sides = try SeededSplit(
      seed: configuration.seed, shares: [1 - configuration.heldOut, configuration.heldOut]
    ).sides(of: sources.map(\.key))
    let training = try examples(sides[0].map { sources[$0] }, start)
    let held = try examples(sides[1].map { sources[$0] }, start)
    let batches = try ExampleBatches(
      training, size: configuration.batch, seed: configuration.seed)
    let heldBatches = stride(
      from: 0, through: held.count - configuration.batch, by: configuration.batch
    ).map { Array(held[$0..<$0 + configuration.batch]) }
    let trainer = try NetworkTrainer(
      network, batches: batches,
      settings: .usual(
        steps: configuration.steps, rate: configuration.rate,
        accumulation: configuration.accumulation, seed: configuration.seed,
        patience: configuration.patience))
    let outcome = try trainer.run(held: heldBatches, saving: checkpoint) { step in
      progress?(
        ModelTraining.Progress(
          step: step.report.step, steps: step.steps, loss: step.report.loss, tokens: 0))
    }
    var made = start
    made.weights = network.weights(of: trainer.parameters)
    let measured = heldBatches.isEmpty ? nil : try trainer.measure(heldBatches)
    do {
      let encoder = try made.encoder()
      return Result(
        made: made, encoder: encoder, losses: outcome.losses, trainingPairs: training.count,
        heldOutPairs: held.count, heldOutLoss: measured?.loss,
        retrieval: try retrieval(held, by: encoder, configuration),
        retrievalBefore: try retrieval(held, by: start.encoder(), configuration),
        retrievalByTokens: PairRetrieval(
          candidates: configuration.candidates, sharedTokensOf: held,
          documents: training.flatMap { [$0.source, $0.target] }),
        isStoppedEarly: outcome.isStoppedEarly, configuration: configuration,
        digest: batches.digest)
    } catch { throw TrainingError(cause: error) }
  }

  /// How often pairs are found by an encoder's vectors.
  static func retrieval(
    _ pairs: [SequencePair], by encoder: TextEncoder, _ configuration: Configuration
  ) throws(ModelError) -> PairRetrieval {
    PairRetrieval(
      candidates: configuration.candidates,
      first: try encoder.embeddings(batch: pairs.map(\.source)),
      second: try encoder.embeddings(batch: pairs.map(\.target)))
  }

  private static func examples(_ sources: [Source], _ made: MadeEncoder) throws(TrainingError)
    -> [SequencePair]
  {
    var examples: [SequencePair] = []
    for pair in sources.flatMap(\.pairs) {
      try TrainingError.poll()
      do throws(ModelError) {
        examples.append(
          SequencePair(source: try made.ids(of: pair.first), target: try made.ids(of: pair.second)))
      } catch { throw TrainingError(cause: error) }
    }
    return examples
  }
}
