import Tensors

/// Each token foresees the one behind it.
///
/// An example of n tokens has n - 1 targets, each with its own weight.
public struct NextToken: TokenObjective {
  public var loss: TokenCrossEntropy

  public init(loss: TokenCrossEntropy = .init()) { self.loss = loss }

  public var settings: [TrainingSetting] { [.init("objective", "next_token")] + loss.settings }

  public func task(for batch: [TokenExample], in context: LossContext) throws -> TokenTask {
    try Self.task(for: batch)
  }

  static func task(for batch: [TokenExample]) throws(TrainingError) -> TokenTask {
    var (inputs, rows, targets, weights): ([[Int32]], [Int32], [Int32], [Float]) = ([], [], [], [])
    var first = 0
    for example in batch {
      try example.check(least: 2)
      inputs.append(Array(example.ids.dropLast()))
      // What does not count needs no scores.
      for place in 1..<example.ids.count where example.weight(place) != 0 {
        rows.append(Int32(truncatingIfNeeded: first + place - 1))
        targets.append(example.ids[place])
        weights.append(example.weight(place))
      }
      first += example.ids.count - 1
    }
    return TokenTask(
      inputs: inputs, rows: rows.count == first ? nil : rows, targets: targets, weights: weights)
  }

  public func losses(_ scores: Variable, of task: TokenTask) throws -> Variable {
    try loss.losses(scores, targets: task.targetIDs())
  }
}
