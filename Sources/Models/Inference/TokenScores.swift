import Kernels
import Tensors

/// What states behind the last block become: scores of tokens, with the weights at hand.
///
/// The bits are those of ``NetworkPass``.
struct TokenScores: Sendable {
  private let norm: InferenceBlock.Norm?
  private let head: LinearMaps
  private let stateScale, scoreScale: Float?

  /// Nil for a network without scores, or with parts that only the general pass has.
  init?(_ network: NetworkDescription, weights: FrozenWeights) throws(TensorError) {
    guard let description = network.head, description.transform == nil,
      description.softcap == nil
    else { return nil }
    norm = InferenceBlock.Norm(network.finalNorm, WeightKey(.finalNorm), weights)
    head = try LinearMaps([WeightKey(.head)], of: weights)
    (stateScale, scoreScale) = (description.stateScale, description.scoreScale)
  }

  /// - Parameters:
  ///   - states: `[rows, width]`, changed.
  ///   - scores: `[rows, vocabulary]`
  func score(
    _ states: FloatView, into scores: FloatView, rows: Int, width: Int, room: QuantizedScratch
  ) throws(KernelError) {
    try norm?.apply(states, into: states, rows: rows, width: width)
    if let stateScale { for index in states.indices { states[index] *= stateScale } }
    try head.multiply(UnsafeBufferPointer(states), into: [scores], rows: rows, room: room)
    if let scoreScale { for index in scores.indices { scores[index] *= scoreScale } }
  }
}
