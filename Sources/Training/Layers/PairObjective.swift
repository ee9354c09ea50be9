import Files
import Models
import Tensors

/// A sequence to read and one to write.
public struct SequencePair: TrainingExample, Equatable {
  public var source: [Int32]
  public var target: [Int32]

  public init(source: [Int32], target: [Int32]) { (self.source, self.target) = (source, target) }

  public func add(to digest: inout Digest) {
    TokenExample(source).add(to: &digest)
    TokenExample(target).add(to: &digest)
  }
}

/// Each token of the target from the source and the target's tokens before it, and its end.
public struct PairObjective: LayerObjective {
  /// What the target begins with, and what stands behind it; ids of the target's vocabulary.
  public var begin: Int32
  public var end: Int32
  public var loss: TokenCrossEntropy

  public init(begin: Int32, end: Int32, loss: TokenCrossEntropy = .init()) {
    (self.begin, self.end, self.loss) = (begin, end, loss)
  }

  public var settings: [TrainingSetting] {
    [.init("objective", "pairs"), .init("begin", begin), .init("end", end)] + loss.settings
  }

  public func loss(
    of batch: [SequencePair], by root: SequenceToSequenceNetwork, in pass: inout LayerPass
  ) throws -> LayerLoss {
    let inputs = try TokenBatch(batch.map { [begin] + $0.target })
    let memory = try root.memory(
      of: TokenBatch(batch.map(\.source)), rows: inputs.longest, in: &pass)
    let states = try root.states(of: inputs, reading: memory, in: &pass)
    let targets = batch.flatMap { $0.target + [end] }
    let rows = targets.indices.compactMap {
      inputs.row(of: $0).map { Int32(truncatingIfNeeded: $0) }
    }
    let read = try states.reshaped([-1, root.decoder.width])
      .rows(Tensor(rows, shape: [rows.count]))
    let terms = try loss.losses(
      root.scores(read, in: &pass), targets: Tensor(targets, shape: [targets.count]))
    return LayerLoss(terms: terms, weight: Double(targets.count))
  }
}
