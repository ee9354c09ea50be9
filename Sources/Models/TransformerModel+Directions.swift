import Kernels
import Tensors

extension TransformerModel {
  /// The embeddings of ids `[ids]` as they enter the network, without positions: `[ids, width]`.
  public func embeddings(of ids: Tensor) throws(ModelError) -> Tensor {
    do throws(TensorError) {
      let rows = try weights.rows(WeightKey(.embedding), ids)
      guard let scale = network.embedding.scale else { return rows.value }
      return try (rows * Double(scale)).value
    } catch { throw ModelError(cause: error) }
  }

  /// What a stream is multiplied by for an id's score (less another's), with the final norm's mean and
  /// divisor held as they are at `stream`: `[width]`. Biases are left out.
  public func scoreDirection(_ id: Int32, against other: Int32? = nil, at stream: [Double])
    throws(ModelError) -> [Double]
  {
    func row(_ id: Int32) throws(ModelError) -> [Double] {
      do throws(TensorError) {
        let key = WeightKey(network.head?.isTied == true ? .embedding : .head)
        return try weights.rows(key, Tensor([id], shape: [1])).value.doubles
      } catch { throw ModelError(cause: error) }
    }
    try check([id] + (other.map { [$0] } ?? []))
    var direction = try row(id)
    if let other { direction = zip(direction, try row(other)).map { $0 - $1 } }
    for scale in [network.head?.stateScale, network.head?.scoreScale] {
      if let scale { direction = direction.map { $0 * Double(scale) } }
    }
    guard let norm = network.finalNorm else { return direction }
    if norm.hasGain, let gain = try weights.values(WeightKey(.finalNorm)) {
      direction = zip(direction, gain).map { $0 * (Double($1) + norm.gainOffset) }
    }
    let count = Double(stream.count)
    let center = norm.kind == .layer ? Sums.sum(stream) / count : 0
    let spread = Sums.sum(stream.map { ($0 - center) * ($0 - center) }) / count
    let divisor = (spread + norm.epsilon).squareRoot()
    // The mean that a layer norm takes away is linear too: it leaves the direction without its mean.
    let mean = norm.kind == .layer ? Sums.sum(direction) / count : 0
    return direction.map { ($0 - mean) / divisor }
  }
}
