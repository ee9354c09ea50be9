import Models
import Tensors

/// One state of a sequence foresees its class, by a matrix beside the blocks.
public struct SequenceClass: TokenObjective {
  public var classes: Int
  public var pooling: StatePooling
  /// Tokens see what is behind them too.
  public var isBidirectional: Bool
  public var loss: TokenCrossEntropy

  public init(
    classes: Int, pooling: StatePooling = .mean, isBidirectional: Bool = false,
    loss: TokenCrossEntropy = .init()
  ) {
    (self.classes, self.pooling, self.isBidirectional) = (classes, pooling, isBidirectional)
    self.loss = loss
  }

  public var settings: [TrainingSetting] {
    [
      .init("objective", "sequence_class"), .init("classes", classes),
      .init("pooling", pooling.rawValue), .init("bidirectional", isBidirectional),
    ] + loss.settings
  }

  public func adapted(_ network: NetworkDescription) -> NetworkDescription {
    network.classifying(classes, isBidirectional: isBidirectional)
  }

  public func task(for batch: [TokenExample], in context: LossContext) throws -> TokenTask {
    var targets: [Int32] = []
    for example in batch {
      try example.check(least: 1)
      guard let label = example.label, (0..<Int32(clamping: classes)).contains(label) else {
        throw TrainingError.setting(
          name: "the class of an example", value: Int(example.label ?? -1),
          reason: "must be from 0 to \(classes - 1)")
      }
      targets.append(label)
    }
    var task = TokenTask(
      inputs: batch.map(\.ids), targets: targets,
      weights: [Float](repeating: 1, count: batch.count))
    task.reading = .sequences(pooling)
    return task
  }

  public func losses(_ scores: Variable, of task: TokenTask) throws -> Variable {
    try loss.losses(scores, targets: task.targetIDs())
  }
}
