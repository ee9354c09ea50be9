import Models
import Tensors

/// Each vector is to be nearer to its partner than to the partners of the others in a batch, by the softmax of
/// cosines (InfoNCE, arXiv 1807.03748; for sentences 1705.00652 and 1908.10084).
public struct ContrastiveLoss: Sendable, Equatable {
  /// What cosines are divided by.
  public var temperature: Double

  public init(temperature: Double = 0.05) { self.temperature = temperature }

  public var settings: [TrainingSetting] { [.init("temperature", temperature)] }

  /// The losses of finding the second from the first of each pair, then of finding the first from the
  /// second: `[2 · pairs]`, in nats.
  ///
  /// - Parameters:
  ///   - first, second: `[pairs, width]`, of any length.
  ///   - same: whether two pairs, by their numbers, have an equal text: they are no negatives of each other.
  /// - Throws: ``TrainingError/wrongNumber(name:value:reason:)`` for a temperature that is not above 0.
  public func losses(
    _ first: Variable, _ second: Variable, same: (Int, Int) -> Bool = { _, _ in false }
  ) throws -> Variable {
    guard temperature > 0, temperature.isFinite else {
      throw TrainingError.wrongNumber(
        name: "temperature", value: temperature, reason: "must be above 0")
    }
    let count = first.shape[0]
    var scores = try first.unitRows().linear(second.unitRows()) * (1 / temperature)
    var hidden = [Float](repeating: 0, count: count * count)
    var hidesSome = false
    for row in 0..<count {
      for column in 0..<count where row != column && same(row, column) {
        // Far below all cosines, and finite, so that gradients are.
        hidden[row * count + column] = -1e9
        hidesSome = true
      }
    }
    if hidesSome {
      scores = try scores + Variable(constant: Tensor(hidden, shape: [count, count]))
    }
    let targets = try Tensor((0..<count).map { Int32(truncatingIfNeeded: $0) }, shape: [count])
    return try .concatenated([
      scores.crossEntropy(targets), scores.transposed([1, 0]).crossEntropy(targets),
    ])
  }
}
