import Kernels
import Models
import Tensors

/// Any tokens from any others: some are given, the rest are foreseen one after another in an order, all in
/// one pass (AS-ARM, arXiv 2504.20456, with the two streams of XLNet, 1906.08237).
///
/// A sequence of n tokens goes in as 2 n rows at the positions 0 ..< n, twice: the tokens themselves, and as
/// many masks. A token of rank r sees tokens of ranks up to r (given ones see each other), a mask of rank r
/// itself and the tokens of ranks below r; masks of tokens that are not given foresee them.
public struct AnySubset: TokenObjective {
  public enum Order: String, Sendable, CaseIterable {
    /// Foreseen tokens in the order of their positions.
    case ascending
    /// In random order.
    case random
  }

  /// The id that stands for a token to be foreseen.
  public var mask: Int32
  public var order: Order
  /// The share of given tokens is drawn evenly from here; it is rounded down.
  public var given: ClosedRange<Double>
  public var loss: TokenCrossEntropy

  public init(
    mask: Int32, order: Order = .ascending, given: ClosedRange<Double> = 0...1,
    loss: TokenCrossEntropy = .init()
  ) {
    (self.mask, self.order, self.given, self.loss) = (mask, order, given, loss)
  }

  public var settings: [TrainingSetting] {
    [
      .init("objective", "any_subset"), .init("mask", mask), .init("order", order.rawValue),
      .init("given", "\(given.lowerBound) to \(given.upperBound)"),
    ] + loss.settings
  }

  public func task(for batch: [TokenExample], in context: LossContext) throws -> TokenTask {
    guard given.lowerBound >= 0, given.upperBound <= 1 else {
      throw TrainingError.wrongNumber(
        name: "given", value: given.upperBound, reason: "must be from 0 to 1")
    }
    var task = TokenTask(inputs: [], rows: [], targets: [], weights: [])
    var (positions, rows): ([[Int32]], [Int32]) = ([], [])
    var first = 0
    for (index, example) in batch.enumerated() {
      try example.check(least: 1)
      let count = example.ids.count
      var stream = context.stream.child("order \(index)")
      let share = given.lowerBound + (given.upperBound - given.lowerBound) * stream.uniform()
      // At least one token is foreseen.
      let known = min(Int(Double(count) * share), count - 1)
      let ranks = ranks(count, known: known, &stream)
      task.inputs.append(example.ids + [Int32](repeating: mask, count: count))
      let places = (0..<count).map { Int32(truncatingIfNeeded: $0) }
      positions.append(places + places)
      task.masks.append(try Self.visibility(ranks, known: known))
      for place in 0..<count where ranks[place] >= known && example.weight(place) != 0 {
        rows.append(Int32(truncatingIfNeeded: first + count + place))
        task.targets.append(example.ids[place])
        task.weights.append(example.weight(place))
        task.weight += Double(example.weight(place))
      }
      first += 2 * count
    }
    (task.rows, task.positions) = (rows, positions)
    return task
  }

  public func losses(_ scores: Variable, of task: TokenTask) throws -> Variable {
    try loss.losses(scores, targets: task.targetIDs())
  }

  /// The rank of each token: given ones first, in the order of their positions.
  private func ranks(_ count: Int, known: Int, _ stream: inout RandomStream) -> [Int] {
    let drawn = stream.permutation(count)
    let rest = drawn[known...]
    let sequence = drawn[..<known].sorted() + (order == .random ? Array(rest) : rest.sorted())
    var ranks = [Int](repeating: 0, count: count)
    for (rank, place) in sequence.enumerated() { ranks[place] = rank }
    return ranks
  }

  /// Who sees whom among tokens and masks.
  static func visibility(_ ranks: [Int], known: Int) throws(KernelError) -> AttentionMask {
    let count = ranks.count
    var visible: [Bool] = []
    visible.reserveCapacity(4 * count * count)
    for row in 0..<2 * count {
      let rank = ranks[row % max(count, 1)]
      for key in 0..<2 * count {
        if key >= count {
          visible.append(key == row)
        } else if row < count {
          visible.append(ranks[key] <= max(rank, known - 1))
        } else {
          visible.append(ranks[key] < rank)
        }
      }
    }
    return try AttentionMask(
      heads: 1, queryRows: 2 * count, keyRows: 2 * count, visible: visible)
  }
}
