import Kernels
import Tensors

/// What ids become before the first block, with the weights at hand.
///
/// The bits are those of ``NetworkPass``.
struct TokenEmbedding: Sendable {
  private let matrix: any FrozenMatrix
  private let scale: Float?
  /// `[positions, width]`
  private let learnedPositions: [Float]?
  private let positionOffset: Int
  private let norm: InferenceBlock.Norm?

  /// Nil for an embedding with parts that only the general pass has.
  init?(_ network: NetworkDescription, weights: FrozenWeights) throws(TensorError) {
    let description = network.embedding
    guard description.types == nil, description.vocabularySize > 0 else { return nil }
    matrix = try weights.matrix(WeightKey(.embedding))
    learnedPositions = weights.values(of: WeightKey(.learnedPositions))
    guard (description.learnedPositions == nil) == (learnedPositions == nil) else { return nil }
    (scale, positionOffset) = (description.scale, description.positionOffset)
    norm = InferenceBlock.Norm(description.norm, WeightKey(.embeddingNorm), weights)
  }

  /// The last position that there are weights for.
  func lastPosition(width: Int) -> Int {
    learnedPositions.map { $0.count / max(width, 1) - 1 - positionOffset } ?? Int.max
  }

  /// Writes rows `[ids, width]`; ids and positions are inside.
  func look(up ids: ArraySlice<Int32>, positions: [Int32], into out: FloatView, width: Int)
    throws(KernelError)
  {
    for (row, id) in ids.enumerated() {
      let to = FloatView(rebasing: out[row * width..<(row + 1) * width])
      try matrix.copyOutput(Int(id), into: to)
      if let scale { for index in to.indices { to[index] = to[index] * scale } }
      guard let table = learnedPositions else { continue }
      let start = (Int(positions[row]) + positionOffset) * width
      for index in to.indices { to[index] = to[index] + table[start + index] }
    }
    try norm?.apply(out, into: out, rows: positions.count, width: width)
  }
}
