import Files
import Kernels
import Models
import Tensors

/// Trains a network that reads one text and writes another, from rows of prompts and answers to a measured model
/// that can be saved.
public enum SequenceModelTraining {
  /// How a model learns, and how it is measured.
  public struct Configuration: Sendable {
    /// Pairs in a batch.
    public var batch: Int
    public var steps: Int
    /// Batches whose gradients make one step.
    public var accumulation: Int
    /// The largest learning rate.
    public var rate: Double
    public var seed: UInt64
    /// The share of rows that are kept for measuring.
    public var heldOut: Double
    /// How many of them are answered.
    public var asked: Int
    /// After how many of twenty measurements of held-out rows without a gain the run stops; nil: never.
    public var patience: Int?

    public init(
      batch: Int = 16, steps: Int = 500, accumulation: Int = 1, rate: Double = 3e-3,
      seed: UInt64 = 1, heldOut: Double = 0.1, asked: Int = 200, patience: Int? = nil
    ) {
      (self.batch, self.steps, self.accumulation) = (batch, steps, accumulation)
      (self.rate, self.seed, self.heldOut) = (rate, seed, heldOut)
      (self.asked, self.patience) = (asked, patience)
    }
  }

  /// A prompt and its answer.
  public struct Row: Sendable, Equatable {
    public let prompt: String
    public let answer: String

    public init(_ prompt: String, _ answer: String) {
      (self.prompt, self.answer) = (prompt, answer)
    }
  }

  public struct Result: Sendable {
    public let made: MadeSequenceModel
    public let model: EncoderDecoderModel
    /// Nats a token of the answers, of each step of this process.
    public let losses: [Double]
    public let trainingRows: Int
    public let heldOutRows: Int
    /// Nats a token; nil where nothing was held out.
    public let heldOutLoss: Double?
    /// Of the held-out rows, how many were answered, how many of the answers were right in each token, and how
    /// many would be by always giving the training rows' most frequent answer.
    public let asked: Int
    public let right: Int
    public let rightByCommonest: Int
    public let isStoppedEarly: Bool
    let configuration: Configuration
    let digest: String

    /// Writes the model's folder.
    ///
    /// - Parameter command: what made it, for the header.
    public func save(
      folder: String, format: SafetensorsWriter.NumberFormat = .f32, command: String
    ) throws(TrainingError) {
      let origin: [JSON.Member] = [
        .init("command", .string(command)), .init("seed", .string(String(configuration.seed))),
        .init("steps", .integer(configuration.steps)),
        .init("batch", .integer(configuration.batch)),
        .init("accumulation", .integer(configuration.accumulation)),
        .init("rate", .number(configuration.rate)), .init("data", .string(digest)),
        .init("training_rows", .integer(trainingRows)),
        .init("held_out_loss", heldOutLoss.map(JSON.number) ?? .null),
        .init("asked", .integer(asked)), .init("right", .integer(right)),
        .init("right_by_commonest", .integer(rightByCommonest)),
        .init("numerics_version", .integer(Machine.numericsVersion)),
      ]
      do throws(ModelError) { try made.save(folder: folder, format: format, origin: origin) } catch
      {
        throw TrainingError(cause: error)
      }
    }
  }

  /// Trains on the rows whose prompts a seeded hash does not hold out: equal prompts are never on both sides.
  ///
  /// - Parameter checkpoint: where an interrupted run left off; its file is used, written every 200 steps, and
  ///   left there.
  /// - Throws: ``TrainingError``; ``TrainingError/tooFewExamples(examples:needed:)`` for fewer rows than a
  ///   batch.
  public static func run(
    _ configuration: Configuration, start: MadeSequenceModel, rows: [Row],
    checkpoint: String? = nil, progress: ((ModelTraining.Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result {
    let network = try SequenceModelNetwork(start)
    let sides = try SeededSplit(
      seed: configuration.seed, shares: [1 - configuration.heldOut, configuration.heldOut]
    ).sides(of: rows.map(\.prompt))
    let training = try examples(sides[0].map { rows[$0] }, start)
    let held = try examples(sides[1].map { rows[$0] }, start)
    let batches = try ExampleBatches(
      training, size: configuration.batch, seed: configuration.seed)
    let heldBatches = stride(from: 0, to: held.count, by: configuration.batch).map {
      Array(held[$0..<min($0 + configuration.batch, held.count)])
    }
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
    let measured = heldBatches.isEmpty ? nil : try trainer.measure(heldBatches)
    var made = start
    made.weights = network.weights(of: trainer.parameters)
    do throws(ModelError) {
      let model = try made.model()
      let questions = held.prefix(configuration.asked)
      let commonest = commonest(training.map(\.target))
      var right = 0
      for pair in questions {
        let limit = pair.target.count + 1
        if try model.greedy(pair.source, limit: limit) == pair.target + [made.end] { right += 1 }
      }
      return Result(
        made: made, model: model, losses: outcome.losses, trainingRows: training.count,
        heldOutRows: held.count, heldOutLoss: measured?.loss, asked: questions.count, right: right,
        rightByCommonest: questions.count { $0.target == commonest },
        isStoppedEarly: outcome.isStoppedEarly, configuration: configuration,
        digest: batches.digest)
    } catch { throw TrainingError(cause: error) }
  }

  private static func examples(_ rows: [Row], _ made: MadeSequenceModel) throws(TrainingError)
    -> [SequencePair]
  {
    var examples: [SequencePair] = []
    for row in rows {
      try TrainingError.poll()
      do throws(ModelError) {
        examples.append(
          SequencePair(
            source: try made.source(of: row.prompt), target: try made.target(of: row.answer)))
      } catch { throw TrainingError(cause: error) }
    }
    return examples
  }

  /// The most frequent answer; of equally frequent ones the first.
  private static func commonest(_ answers: [[Int32]]) -> [Int32]? {
    var counts: [[Int32]: Int] = [:]
    for answer in answers { counts[answer, default: 0] += 1 }
    let most = counts.values.max() ?? 0
    return answers.first { counts[$0] == most }
  }
}
