import Files
import Tensors

/// A tensor of a network, by name.
public struct NetworkParameter: Sendable, Equatable {
  public let name: String
  public var value: Tensor
  /// Whether gradients move it; others stay, but for what ``RecordedLoss/updates`` says.
  public var isTrained: Bool

  public init(_ name: String, _ value: Tensor, isTrained: Bool = true) {
    (self.name, self.value, self.isTrained) = (name, value, isTrained)
  }
}

/// One thing that a run depends on, as text: runs with the same settings give the same bits.
public struct TrainingSetting: Sendable, Equatable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: some CustomStringConvertible) {
    (self.name, self.value) = (name, value.description)
  }
}

/// What a network makes of a batch.
public struct RecordedLoss {
  /// The losses of single tokens or pictures, each times its weight; of any shape.
  public var terms: Variable
  /// The sum of the weights: the loss is the sum of the terms divided by it.
  public var weight: Double
  /// New values of parameters that are not trained, by name: running statistics, codebooks.
  public var updates: [String: Tensor]

  public init(terms: Variable, weight: Double, updates: [String: Tensor] = [:]) {
    (self.terms, self.weight, self.updates) = (terms, weight, updates)
  }
}

/// Where a loss is asked for.
public struct LossContext: Sendable {
  /// For noise, masks and dropout: another for each batch of a run, the same in each repetition.
  public let stream: RandomStream
  /// False while held-out data are measured.
  public let isTraining: Bool

  public init(stream: RandomStream, isTraining: Bool) {
    (self.stream, self.isTraining) = (stream, isTraining)
  }
}

/// A network that ``NetworkTrainer`` can train: named parameters, and the loss of a batch over a tape.
///
/// Both must be pure functions: of the network, the batch, the parameters given and the context's stream.
public protocol TrainableNetwork: Sendable {
  associatedtype Batch: Sendable

  /// In a fixed order, names unlike each other, with the values that training begins with.
  var parameters: [NetworkParameter] { get }

  /// What the run depends on beside names and shapes of parameters: objective, form of the network.
  var settings: [TrainingSetting] { get }

  /// Records the loss of a batch.
  ///
  /// - Parameter parameters: one for each of ``parameters``; those that are trained are on a tape, unless
  ///   held-out data are measured.
  func loss(of batch: Batch, with parameters: [Variable], in context: LossContext) throws
    -> RecordedLoss
}

/// Where batches come from: the n-th is a pure function of n.
public protocol BatchSource<Batch>: Sendable {
  associatedtype Batch: Sendable

  /// The digest of the data and of how they are cut, so that a run is resumed with the same.
  var digest: String { get }
  /// How many batches go once over the data.
  var batchesPerPass: Int { get }

  /// - Parameter number: 0 for the first of the run.
  func batch(_ number: Int) throws -> Batch
}

/// One of the things that ``ExampleBatches`` makes batches of.
public protocol TrainingExample: Sendable {
  func add(to digest: inout Digest)
}

/// Batches of examples: each pass over them in an order of its own, without the last, unfilled batch.
public struct ExampleBatches<Example: TrainingExample>: BatchSource {
  public let examples: [Example]
  public let size: Int
  public let seed: UInt64
  public let digest: String

  /// - Throws: ``TrainingError/tooLittleData(tokens:needed:)`` for fewer examples than a batch takes.
  public init(_ examples: [Example], size: Int, seed: UInt64) throws(TrainingError) {
    guard size >= 1 else {
      throw .setting(name: "batch", value: size, reason: "must be at least 1")
    }
    guard examples.count >= size else {
      throw .tooFewExamples(examples: examples.count, needed: size)
    }
    (self.examples, self.size, self.seed) = (examples, size, seed)
    var digest = Digest()
    digest.add(field: "\(size) of \(examples.count), seed \(seed)")
    for example in examples { example.add(to: &digest) }
    self.digest = digest.hexadecimal()
  }

  public var batchesPerPass: Int { examples.count / size }

  /// Which examples the n-th batch has.
  public func indices(_ number: Int) -> [Int] {
    let (pass, place) = number.quotientAndRemainder(dividingBy: batchesPerPass)
    var stream = RandomStream(seed: seed, path: ["train", "order", String(pass)])
    let order = stream.permutation(examples.count)
    return Array(order[place * size..<(place + 1) * size])
  }

  public func batch(_ number: Int) -> [Example] { indices(number).map { examples[$0] } }
}
