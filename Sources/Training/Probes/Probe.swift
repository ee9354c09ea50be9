import Kernels
import Tensors

/// A small classifier trained on features that something else computed, and how right it is on rows that it
/// was not trained on: what the features tell about the classes.
///
/// Whole groups of rows are held out, since rows of one text tell about each other. As a null, the same
/// classifier learns labels that were exchanged at random between rows: what it gets right of those is luck.
public struct Probe: Sendable {
  public struct Configuration: Sendable, Equatable {
    /// Units between features and scores; 0 for a linear probe.
    public var hidden: Int
    public var steps: Int
    /// Rows a step learns from, or all where they are fewer.
    public var batch: Int
    /// The largest learning rate of AdamW; it falls by a cosine to a tenth.
    public var rate: Double
    public var weightDecay: Double
    /// The share of the groups that is held out.
    public var heldOut: Double
    /// How many times labels are exchanged for the null; 0 for none.
    public var nulls: Int
    public var seed: UInt64

    public init(
      hidden: Int = 64, steps: Int = 300, batch: Int = 128, rate: Double = 3e-3,
      weightDecay: Double = 0.01, heldOut: Double = 0.2, nulls: Int = 1, seed: UInt64 = 1
    ) {
      (self.hidden, self.steps, self.batch, self.rate) = (hidden, steps, batch, rate)
      (self.weightDecay, self.heldOut, self.nulls, self.seed) = (weightDecay, heldOut, nulls, seed)
    }
  }

  /// How much of some rows was classified right.
  public struct Accuracy: Sendable, Equatable {
    public let key: Int
    public let right: Int
    public let count: Int
    /// The same of the nulls, each on its own labels; nil without one.
    public let nullShare: Double?
    public var share: Double { Double(right) / Double(count) }
  }

  public let classes: Int
  /// The rows that were held out, ascending.
  public let rows: [Int]
  /// Their labels.
  public let labels: [Int32]
  /// What the probe takes them for.
  public let predictions: [Int32]
  /// The share of the rows it was trained on that it takes right.
  public let trainingAccuracy: Double
  /// The share of held-out rows that have the class most frequent in training.
  public let majority: Double
  /// For each null, which held-out rows it takes right.
  public let nullIsRight: [[Bool]]

  public var accuracy: Double {
    Double(zip(labels, predictions).count { $0 == $1 }) / Double(rows.count)
  }

  /// The mean over the nulls; nil without one.
  public var nullAccuracy: Double? {
    if nullIsRight.isEmpty { return nil }
    let right = nullIsRight.reduce(0) { $0 + $1.count { $0 } }
    return Double(right) / Double(nullIsRight.count * rows.count)
  }

  /// Accuracies of held-out rows by a key of theirs, such as the position of a token: keys ascending.
  ///
  /// - Parameter keys: one for each row of the features.
  public func accuracy(by keys: [Int]) -> [Accuracy] {
    var places: [Int: [Int]] = [:]
    for (place, row) in rows.enumerated() where keys.indices.contains(row) {
      places[keys[row], default: []].append(place)
    }
    return places.sorted { $0.key < $1.key }.map { key, places in
      let null = nullIsRight.map { right in places.count { right[$0] } }.reduce(0, +)
      return Accuracy(
        key: key, right: places.count { labels[$0] == predictions[$0] }, count: places.count,
        nullShare: nullIsRight.isEmpty
          ? nil : Double(null) / Double(nullIsRight.count * places.count))
    }
  }

  /// Trains a probe, and its nulls.
  ///
  /// - Parameters:
  ///   - features: `[rows, width]` of any real type; columns are brought to mean 0 and deviation 1 by what
  ///     they have in the rows that are trained on.
  ///   - labels: a class from 0 on for each row.
  ///   - groups: which rows belong together; each by itself unless given.
  ///   - onStep: called after every step, of nulls too.
  /// - Throws: ``TrainingError``: for settings that cannot be, fewer than two groups, and features that are
  ///   not finite.
  /// - Complexity: (1 + nulls) · steps · batch rows through the classifier, and back.
  public static func train(
    features: Tensor, labels: [Int32], groups: [Int]? = nil,
    _ configuration: Configuration = .init(),
    onStep: ((_ loss: Double) -> Void)? = nil
  ) throws(TrainingError) -> Probe {
    let classes = try check(features, labels, groups, configuration)
    let base = RandomStream(seed: configuration.seed, path: ["train.probe"])
    let (training, held) = try split(
      groups ?? Array(labels.indices), configuration.heldOut, base.child("held out"))
    let standard = try standardised(features, by: training)

    func trained(_ labels: [Int32], _ stream: RandomStream) throws(TrainingError)
      -> (network: ProbeNetwork, values: [Tensor])
    {
      let network = try ProbeNetwork(
        standard, labels: labels, classes: classes, hidden: configuration.hidden, stream: stream)
      let batches = try ExampleBatches(
        training.map(ProbeRow.init), size: min(configuration.batch, training.count),
        seed: configuration.seed)
      let trainer = try NetworkTrainer(
        network, batches: batches,
        settings: NetworkTrainingSettings(
          steps: configuration.steps,
          optimizer: Tensors.AdamW(weightDecay: configuration.weightDecay),
          rate: LearningRate(
            peak: configuration.rate, course: .cosine, steps: configuration.steps, floor: 0.1),
          seed: configuration.seed))
      _ = try trainer.run { onStep?($0.report.loss) }
      return (network, trainer.parameters.map(\.value))
    }

    let (network, values) = try trained(labels, base.child("weights"))
    var nulls: [[Bool]] = []
    for number in 0..<configuration.nulls {
      let stream = base.child("null \(number)")
      var drawing = stream.child("labels")
      let exchanged = drawing.permutation(labels.count).map { labels[$0] }
      let null = try trained(exchanged, stream.child("weights"))
      let found = try predictions(null.network, held, null.values)
      nulls.append(zip(held, found).map { exchanged[$0] == $1 })
    }
    let own = try predictions(network, training, values)
    var counts = [Int](repeating: 0, count: classes)
    for row in training { counts[Int(labels[row])] += 1 }
    let frequent = counts.firstIndex(of: counts.max() ?? 0) ?? 0
    return Probe(
      classes: classes, rows: held, labels: held.map { labels[$0] },
      predictions: try predictions(network, held, values),
      trainingAccuracy: Double(zip(training, own).count { labels[$0] == $1 })
        / Double(training.count),
      majority: Double(held.count { labels[$0] == frequent }) / Double(held.count),
      nullIsRight: nulls)
  }

  private static func predictions(_ network: ProbeNetwork, _ rows: [Int], _ values: [Tensor])
    throws(TrainingError) -> [Int32]
  {
    var all: [Int32] = []
    do throws(TensorError) {
      for start in stride(from: 0, to: rows.count, by: 4096) {
        all += try network.predictions(
          Array(rows[start..<min(start + 4096, rows.count)]), with: values)
      }
    } catch { throw TrainingError(cause: error) }
    return all
  }

  /// - Returns: the number of classes.
  private static func check(
    _ features: Tensor, _ labels: [Int32], _ groups: [Int]?, _ configuration: Configuration
  ) throws(TrainingError) -> Int {
    guard features.rank == 2, features.shape[1] > 0 else {
      throw .setting(
        name: "the features' axes", value: features.rank, reason: "must be 2, rows and columns")
    }
    for (name, count) in [("labels", labels.count), ("groups", groups?.count ?? labels.count)]
    where count != features.shape[0] {
      throw .setting(
        name: "the number of \(name)", value: count,
        reason: "there are \(features.shape[0]) rows of features")
    }
    try TrainingError.check("hidden", configuration.hidden, in: 0...65536)
    try TrainingError.check("steps", configuration.steps, in: 0...1_000_000)
    try TrainingError.check("batch", configuration.batch, in: 1...1_000_000)
    try TrainingError.check("nulls", configuration.nulls, in: 0...1000)
    guard configuration.heldOut > 0, configuration.heldOut < 1 else {
      throw .wrongNumber(
        name: "held_out", value: configuration.heldOut, reason: "must be between 0 and 1")
    }
    var greatest: Int32 = 0
    for label in labels {
      guard (0..<65536).contains(label) else {
        throw .setting(name: "a label", value: Int(label), reason: "must be from 0 to 65535")
      }
      greatest = max(greatest, label)
    }
    return Int(greatest) + 1
  }

  /// Rows to train on and rows to hold out, by groups in a random order.
  private static func split(_ groups: [Int], _ share: Double, _ stream: RandomStream)
    throws(TrainingError) -> (training: [Int], held: [Int])
  {
    let names = Set(groups).sorted()
    guard names.count >= 2 else { throw .tooFewExamples(examples: names.count, needed: 2) }
    let wanted = Int((share * Double(names.count)).rounded())
    let count = min(max(wanted, 1), names.count - 1)
    var stream = stream
    let chosen = Set(stream.permutation(names.count).prefix(count).map { names[$0] })
    let isHeld = groups.map(chosen.contains)
    return (
      groups.indices.filter { !isHeld[$0] }, groups.indices.filter { isHeld[$0] }
    )
  }

  /// Columns less their mean over some rows, divided by their deviation there; those that do not vary
  /// become 0.
  private static func standardised(_ features: Tensor, by rows: [Int]) throws(TrainingError)
    -> Tensor
  {
    let (count, width) = (features.shape[0], features.shape[1])
    let values = features.doubles
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw .wrongNumber(
        name: "feature \(place % width) of row \(place / width)", value: values[place],
        reason: "must be finite")
    }
    var result = [Float](repeating: 0, count: values.count)
    for column in 0..<width {
      let known = rows.map { values[$0 * width + column] }
      let mean = Sums.sum(known) / Double(known.count)
      let variance = Sums.squaredDeviations(known, from: mean) / Double(known.count)
      guard variance > 0, variance.isFinite else { continue }
      let scale = 1 / variance.squareRoot()
      for row in 0..<count {
        result[row * width + column] = Float((values[row * width + column] - mean) * scale)
      }
    }
    do throws(TensorError) { return try Tensor(result, shape: [count, width]) } catch {
      throw TrainingError(cause: error)
    }
  }
}
