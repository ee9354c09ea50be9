import Kernels
import Models
import Tensors

/// How surprised a model is at each place of sequences: how it learns from what it reads.
public struct LossByPosition: Sendable, Equatable {
  /// -log p of each token of each sequence but the first, in nats: the mean over the draws.
  public let losses: [[Double]]
  /// Place p has p tokens before it.
  public let means: PositionMeans
  /// How many tables each sequence was read by; 0 where that was the model's own.
  public let draws: Int

  /// Where a draw comes from: the same for sequence i of any list.
  static func stream(seed: UInt64, sequence: Int, draw: Int) -> RandomStream {
    RandomStream(
      seed: seed, path: ["measure.nll_by_position", "sequence \(sequence)", "draw \(draw)"])
  }

  /// - Parameters:
  ///   - sequences: each of two ids or more, no longer than the context.
  ///   - starts: where ranges of places begin, as ``PositionMeans`` takes them.
  ///   - draws: how many tables are drawn for each sequence where a model's sequences have tables of their
  ///     own (``TransformerModel/sequenceInput``); with 0 such a model is measured as it stands. Others have
  ///     nothing to draw.
  ///   - seed: names the draws.
  /// - Complexity: sequences · max(draws, 1) forward passes.
  public init(
    _ model: some LanguageModel, sequences: [[Int32]], starts: [Int]? = nil, draws: Int = 1,
    seed: UInt64 = 1, onSequence: () -> Void = {}
  ) throws(MeasureError) {
    guard draws >= 0 else { throw .setting(name: "draws", value: draws, range: "0 or more") }
    if sequences.isEmpty { throw .empty(measure: "a loss by position") }
    let drawn = (model as? TransformerModel).flatMap { $0.sequenceInput == nil ? nil : $0 }
    self.draws = drawn == nil ? 0 : draws
    var losses: [[Double]] = []
    do throws(ModelError) {
      for (index, ids) in sequences.enumerated() {
        if let drawn, draws > 0 {
          var sums = [Double](repeating: 0, count: max(ids.count - 1, 0))
          for draw in 0..<draws {
            let own = try drawn.drawingTable(
              stream: Self.stream(seed: seed, sequence: index, draw: draw))
            for (place, loss) in try TokenLoss.nats(own, ids: ids).enumerated() {
              sums[place] += Double(loss)
            }
          }
          losses.append(sums.map { $0 / Double(draws) })
        } else {
          losses.append(try TokenLoss.nats(model, ids: ids).map(Double.init))
        }
        onSequence()
      }
    } catch { throw .model(error) }
    self.losses = losses
    means = try PositionMeans(losses, starts: starts)
  }
}
