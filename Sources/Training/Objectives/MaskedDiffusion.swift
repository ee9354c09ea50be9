import Models
import Tensors

/// Absorbing diffusion: a share t of the tokens is masked, and a network that sees all of a sequence
/// foresees them, each loss with the weight 1 / t.
///
/// The mean over t of this loss, per token, bounds the negative log-likelihood from above (MDLM, arXiv
/// 2406.07524; LLaDA, 2502.09992). The divisor is the number of all tokens that may be masked.
public struct MaskedDiffusion: TokenObjective {
  /// The id that stands for a masked token; no text may have it.
  public var mask: Int32
  /// The smallest share.
  public var leastShare: Double
  /// The sequences of a batch have shares spread evenly over the range, in place of independent ones.
  public var isStratified: Bool
  public var loss: TokenCrossEntropy

  public init(
    mask: Int32, leastShare: Double = 1e-3, isStratified: Bool = true,
    loss: TokenCrossEntropy = .init()
  ) {
    (self.mask, self.leastShare, self.isStratified) = (mask, leastShare, isStratified)
    self.loss = loss
  }

  public var settings: [TrainingSetting] {
    [
      .init("objective", "masked_diffusion"), .init("mask", mask),
      .init("least_share", leastShare), .init("stratified", isStratified),
    ] + loss.settings
  }

  public func adapted(_ network: NetworkDescription) -> NetworkDescription { network.bidirectional }

  public func task(for batch: [TokenExample], in context: LossContext) throws -> TokenTask {
    guard leastShare > 0, leastShare <= 1 else {
      throw TrainingError.wrongNumber(
        name: "least_share", value: leastShare, reason: "must be above 0 and at most 1")
    }
    var shares = context.stream.child("share")
    let common = shares.uniform()
    var (inputs, rows, targets, weights): ([[Int32]], [Int32], [Int32], [Float]) = ([], [], [], [])
    var (first, total) = (0, 0.0)
    for (index, example) in batch.enumerated() {
      try example.check(least: 1)
      var place = isStratified ? common + Double(index) / Double(batch.count) : shares.uniform()
      if place >= 1 { place -= 1 }
      let share = leastShare + (1 - leastShare) * place
      var coins = context.stream.child("mask \(index)")
      var ids = example.ids
      for (place, id) in example.ids.enumerated() {
        let isMasked = coins.uniform() < share
        let weight = example.weight(place)
        guard weight != 0 else { continue }
        total += Double(weight)
        guard isMasked else { continue }
        ids[place] = mask
        rows.append(Int32(truncatingIfNeeded: first + place))
        targets.append(id)
        weights.append(Float(Double(weight) / share))
      }
      inputs.append(ids)
      first += ids.count
    }
    return TokenTask(inputs: inputs, rows: rows, targets: targets, weights: weights, weight: total)
  }

  public func losses(_ scores: Variable, of task: TokenTask) throws -> Variable {
    try loss.losses(scores, targets: task.targetIDs())
  }
}
