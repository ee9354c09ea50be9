import Models
import Tensors

/// A text and the name of its class.
public struct LabelledText: Sendable, Equatable {
  public let text: String
  public let label: String

  public init(_ text: String, _ label: String) { (self.text, self.label) = (text, label) }
}

/// Trains a classifier of texts, from labelled texts to a measured classifier that can be saved.
public enum ClassifierTraining {
  /// How a classifier reads and learns.
  public struct Configuration: Sendable {
    public var pooling: StatePooling
    /// Tokens see what is behind them too.
    public var isBidirectional: Bool
    /// Only the matrix of the classes is trained, the network stays.
    public var trainsHeadOnly: Bool
    /// Texts in a step.
    public var batch: Int
    public var steps: Int
    /// The largest learning rate.
    public var rate: Double
    public var seed: UInt64
    /// The share of texts that are kept for measuring.
    public var heldOut: Double
    /// After how many of twenty measurements of held-out texts without a gain the run stops; nil: never.
    public var patience: Int?

    public init(
      pooling: StatePooling = .mean, isBidirectional: Bool = true, trainsHeadOnly: Bool = false,
      batch: Int = 16, steps: Int = 300, rate: Double = 3e-3, seed: UInt64 = 1,
      heldOut: Double = 0.1, patience: Int? = nil
    ) {
      (self.pooling, self.isBidirectional) = (pooling, isBidirectional)
      (self.trainsHeadOnly, self.batch, self.steps) = (trainsHeadOnly, batch, steps)
      (self.rate, self.seed, self.heldOut, self.patience) = (rate, seed, heldOut, patience)
    }
  }

  public struct Result: Sendable {
    public let classifier: TextClassifier
    /// Nats a text, of each step.
    public let losses: [Double]
    public let trainingTexts: Int
    /// The texts that were kept for measuring, and how many of them are told right.
    public let heldOutTexts: Int
    public let right: Int
    /// How many of them would be told right by always saying the most frequent class of the training texts.
    public let rightByCommonest: Int
    /// Nats a text; nil where nothing was held out.
    public let heldOutLoss: Double?
    public let isStoppedEarly: Bool
  }

  /// Trains on the texts that a seeded hash of each does not hold out: equal texts are never on both sides.
  ///
  /// The classes are the labels in the order of their Unicode scalars.
  /// - Throws: ``TrainingError`` for fewer than two classes, and fewer texts than a batch.
  public static func run(
    _ configuration: Configuration, base: ClassifierBase, texts: [LabelledText],
    progress: ((ModelTraining.Progress) -> Void)? = nil
  ) throws(TrainingError) -> Result {
    let labels = Set(texts.map(\.label)).sorted {
      $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
    }
    guard labels.count >= 2 else {
      throw .setting(
        name: "the number of classes", value: labels.count, reason: "there must be two or more")
    }
    let sides = try SeededSplit(
      seed: configuration.seed, shares: [1 - configuration.heldOut, configuration.heldOut]
    ).sides(of: texts.map(\.text))
    let training = try examples(sides[0].map { texts[$0] }, labels, base)
    let held = try examples(sides[1].map { texts[$0] }, labels, base)
    let batches = try ExampleBatches(
      training, size: configuration.batch, seed: configuration.seed)
    let longest = training.map(\.ids.count).max() ?? 0
    let data = TokenData(
      batches,
      heldOut: stride(from: 0, to: held.count, by: configuration.batch).map {
        Array(held[$0..<min($0 + configuration.batch, held.count)])
      }, tokensPerBatch: configuration.batch * longest)
    let network = try network(configuration, base, classes: labels.count)
    let result = try TokenTrainingRun.run(
      network, on: data,
      settings: .usual(
        steps: configuration.steps, rate: configuration.rate, seed: configuration.seed,
        patience: configuration.patience), progress: progress)
    do throws(ModelError) {
      let classifier = try TextClassifier(
        base, labels: labels, pooling: configuration.pooling,
        isBidirectional: configuration.isBidirectional,
        weights: network.weights(of: result.parameters))
      let given = try classifier.predictions(of: sides[1].map { texts[$0].text })
      let commonest = commonest(training, classes: labels.count)
      return Result(
        classifier: classifier, losses: result.losses, trainingTexts: training.count,
        heldOutTexts: held.count,
        right: zip(given, held).count { Int32($0.label) == $1.label },
        rightByCommonest: held.count { $0.label == commonest },
        heldOutLoss: result.heldOutLoss, isStoppedEarly: result.isStoppedEarly)
    } catch { throw TrainingError(cause: error) }
  }

  private static func network(
    _ configuration: Configuration, _ base: ClassifierBase, classes: Int
  ) throws(TrainingError) -> TransformerTraining {
    do throws(ModelError) {
      return try TransformerTraining(
        base.network, weights: base.weights,
        objective: SequenceClass(
          classes: classes, pooling: configuration.pooling,
          isBidirectional: configuration.isBidirectional),
        fresh: .init(seed: configuration.seed),
        isTrained: { !configuration.trainsHeadOnly || $0.part == .classifier })
    } catch { throw .model(error) }
  }

  private static func examples(
    _ texts: [LabelledText], _ labels: [String], _ base: ClassifierBase
  ) throws(TrainingError) -> [TokenExample] {
    let numbers = Dictionary(
      labels.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    var examples: [TokenExample] = []
    for text in texts {
      try TrainingError.poll()
      do throws(ModelError) {
        examples.append(TokenExample(try base.ids(of: text.text), label: numbers[text.label]))
      } catch { throw TrainingError(cause: error) }
    }
    return examples
  }

  /// The most frequent class; of equally frequent ones the first.
  private static func commonest(_ examples: [TokenExample], classes: Int) -> Int32 {
    var counts = [Int](repeating: 0, count: classes)
    for example in examples {
      if let label = example.label, counts.indices.contains(Int(label)) { counts[Int(label)] += 1 }
    }
    return Int32(counts.firstIndex(of: counts.max() ?? 0) ?? 0)
  }
}
