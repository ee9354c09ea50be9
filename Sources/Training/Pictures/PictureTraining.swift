import Files
import Kernels
import Models
import Tensors

/// Trains a classifier of pictures, from labelled pictures to a measured classifier that can be saved.
public enum PictureTraining {
  /// How a classifier learns.
  public struct Configuration: Sendable {
    /// Pictures in a batch.
    public var batch: Int
    public var steps: Int
    /// The largest learning rate.
    public var rate: Double
    public var seed: UInt64
    /// The share of pictures that are kept for measuring.
    public var heldOut: Double
    /// After how many of twenty measurements of held-out pictures without a gain the run stops; nil: never.
    public var patience: Int?

    public init(
      batch: Int = 32, steps: Int = 500, rate: Double = 2e-3, seed: UInt64 = 1,
      heldOut: Double = 0.2, patience: Int? = nil
    ) {
      (self.batch, self.steps, self.rate, self.seed) = (batch, steps, rate, seed)
      (self.heldOut, self.patience) = (heldOut, patience)
    }
  }

  public struct Result: Sendable {
    public let made: MadePictureModel
    public let encoder: ImageEncoder
    /// Nats a picture, of each step of this process.
    public let losses: [Double]
    public let trainingPictures: Int
    /// The pictures that were kept for measuring; how many of them are told right, how many would be by the
    /// nearest mean of a class, and by always saying the training pictures' most frequent class.
    public let heldOutPictures: Int
    public let right: Int
    public let rightByCentroid: Int
    public let rightByCommonest: Int
    /// Nats a picture; nil where nothing was held out.
    public let heldOutLoss: Double?
    public let isStoppedEarly: Bool
    let configuration: Configuration
    let digest: String

    /// Writes the classifier's folder.
    ///
    /// - Parameter command: what made it, for the header.
    public func save(
      folder: String, format: SafetensorsWriter.NumberFormat = .f32, command: String
    ) throws(TrainingError) {
      let origin: [JSON.Member] = [
        .init("command", .string(command)), .init("seed", .string(String(configuration.seed))),
        .init("steps", .integer(configuration.steps)),
        .init("batch", .integer(configuration.batch)),
        .init("rate", .number(configuration.rate)), .init("data", .string(digest)),
        .init("training_pictures", .integer(trainingPictures)),
        .init("held_out_pictures", .integer(heldOutPictures)), .init("right", .integer(right)),
        .init("right_by_centroid", .integer(rightByCentroid)),
        .init("numerics_version", .integer(Machine.numericsVersion)),
      ]
      do throws(ModelError) { try made.save(folder: folder, format: format, origin: origin) } catch
      {
        throw TrainingError(cause: error)
      }
    }
  }

  /// Trains on the pictures that a seeded hash of each does not hold out: equal pictures are never on both
  /// sides.
  ///
  /// - Parameters:
  ///   - examples: labels are numbers of the classifier's classes.
  ///   - checkpoint: where an interrupted run left off; its file is used, written every 200 steps, and left
  ///     there.
  /// - Throws: ``TrainingError``; ``TrainingError/tooFewExamples(examples:needed:)`` for fewer pictures than a
  ///   batch.
  public static func run(
    _ configuration: Configuration, start: MadePictureModel, examples: [PictureExample],
    checkpoint: String? = nil, progress: ((ModelTraining.Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result {
    let classes = Int32(clamping: start.labels.count)
    if let label = examples.first(where: { !(0..<classes).contains($0.label) })?.label {
      throw .setting(
        name: "the class of a picture", value: Int(label),
        reason: "must be from 0 to \(classes - 1)")
    }
    let network = try PictureNetwork(start)
    let sides = try SeededSplit(
      seed: configuration.seed, shares: [1 - configuration.heldOut, configuration.heldOut]
    ).sides(
      of: examples.map { example in
        var digest = Digest()
        PictureExample(example.values, label: 0).add(to: &digest)
        return digest.hexadecimal()
      })
    let training = sides[0].map { examples[$0] }
    let held = sides[1].map { examples[$0] }
    let batches = try ExampleBatches(
      training, size: configuration.batch, seed: configuration.seed)
    let heldBatches = stride(from: 0, to: held.count, by: configuration.batch).map {
      Array(held[$0..<min($0 + configuration.batch, held.count)])
    }
    let trainer = try NetworkTrainer(
      network, batches: batches,
      settings: .usual(
        steps: configuration.steps, rate: configuration.rate, seed: configuration.seed,
        patience: configuration.patience))
    let outcome = try trainer.run(held: heldBatches, saving: checkpoint) { step in
      progress?(
        ModelTraining.Progress(
          step: step.report.step, steps: step.steps, loss: step.report.loss, tokens: 0))
    }
    let measured = heldBatches.isEmpty ? nil : try trainer.measure(heldBatches)
    var made = start
    made.weights = network.weights(of: trainer.parameters)
    do {
      let encoder = try made.encoder()
      var right = 0
      for batch in heldBatches {
        let pictures = try PictureExample.pictures(
          of: batch, channels: start.patches.channels, height: start.patches.imageSize,
          width: start.patches.imageSize)
        let said = try encoder.predictions(pixels: pictures)
        right += zip(said, batch).count { Int32($0.label) == $1.label }
      }
      let centroid = NearestCentroid(training)
      let commonest = commonest(training.map(\.label), classes: start.labels.count)
      return Result(
        made: made, encoder: encoder, losses: outcome.losses, trainingPictures: training.count,
        heldOutPictures: held.count, right: right,
        rightByCentroid: held.count { centroid.label(of: $0.values) == $0.label },
        rightByCommonest: held.count { $0.label == commonest }, heldOutLoss: measured?.loss,
        isStoppedEarly: outcome.isStoppedEarly, configuration: configuration,
        digest: batches.digest)
    } catch { throw TrainingError(cause: error) }
  }

  /// The most frequent class; of equally frequent ones the first.
  private static func commonest(_ labels: [Int32], classes: Int) -> Int32 {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[Int(label)] += 1 }
    return Int32(counts.firstIndex(of: counts.max() ?? 0) ?? 0)
  }
}
