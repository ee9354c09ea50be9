import Models
import Tensors

/// Masked-language modelling: some tokens of a text are to be foreseen from all others (BERT, arXiv 1810.04805,
/// §3.1).
///
/// Of the chosen tokens 80 % become the mask, 10 % another token of the vocabulary, and 10 % stay. Each text has
/// at least one. The loss is the mean over chosen tokens.
public struct MaskedTokens: TokenObjective {
  /// The id that stands for a hidden token.
  public var mask: Int32
  /// How many ids there are to draw others from.
  public var vocabulary: Int
  /// The share of tokens that are chosen.
  public var share: Double
  public var loss: TokenCrossEntropy

  public init(
    mask: Int32, vocabulary: Int, share: Double = 0.15, loss: TokenCrossEntropy = .init()
  ) {
    (self.mask, self.vocabulary) = (mask, vocabulary)
    (self.share, self.loss) = (share, loss)
  }

  public var settings: [TrainingSetting] {
    [
      .init("objective", "masked_tokens"), .init("mask", mask), .init("drawn_from", vocabulary),
      .init("share", share),
    ] + loss.settings
  }

  public func adapted(_ network: NetworkDescription) -> NetworkDescription { network.bidirectional }

  public func task(for batch: [TokenExample], in context: LossContext) throws -> TokenTask {
    guard share > 0, share <= 1 else {
      throw TrainingError.wrongNumber(
        name: "share", value: share, reason: "must be above 0 and at most 1")
    }
    var (inputs, rows, targets, weights): ([[Int32]], [Int32], [Int32], [Float]) = ([], [], [], [])
    var first = 0
    for (index, example) in batch.enumerated() {
      try example.check(least: 1)
      var coins = context.stream.child("mask \(index)")
      var chosen = example.ids.indices.filter { _ in coins.uniform() < share }
      if chosen.isEmpty { chosen = [coins.int(below: example.ids.count)] }
      var ids = example.ids
      for place in chosen where example.weight(place) != 0 {
        let kind = coins.uniform()
        if kind < 0.8 {
          ids[place] = mask
        } else if kind < 0.9 {
          ids[place] = Int32(truncatingIfNeeded: coins.int(below: max(vocabulary, 1)))
        }
        rows.append(Int32(truncatingIfNeeded: first + place))
        targets.append(example.ids[place])
        weights.append(example.weight(place))
      }
      inputs.append(ids)
      first += ids.count
    }
    return TokenTask(inputs: inputs, rows: rows, targets: targets, weights: weights)
  }

  public func losses(_ scores: Variable, of task: TokenTask) throws -> Variable {
    try loss.losses(scores, targets: task.targetIDs())
  }
}
