import Kernels
import Tensors

/// Weights that training begins with: gains 1, biases 0, matrices normal with a small deviation; those that
/// write to the stream have it divided by √(2 · layers) (A. Radford et al., 2019).
///
/// Each weight has a stream of its own by its name, so that none depends on another's size; the bits are the
/// same on each machine.
public struct InitialWeights: Sendable, Equatable {
  public var seed: UInt64
  public var deviation: Double

  public init(seed: UInt64, deviation: Double = 0.02) {
    (self.seed, self.deviation) = (seed, deviation)
  }

  /// All weights of a network.
  public func weights(of network: NetworkDescription) throws(ModelError) -> [WeightKey: Tensor] {
    var weights: [WeightKey: Tensor] = [:]
    for (key, shape) in network.weightShapes {
      weights[key] = try weight(key, shape: shape, of: network)
    }
    return weights
  }

  public func weight(_ key: WeightKey, shape: [Int], of network: NetworkDescription)
    throws(ModelError) -> Tensor
  {
    do throws(TensorError) {
      if key.isBias { return try .zeros(shape, .f32) }
      if Self.gains.contains(key.part) {
        return try .full(shape, .float(1 - (network.finalNorm?.gainOffset ?? 0)), .f32)
      }
      let layers = Double(max(2 * network.blocks.count, 1))
      let own =
        Self.writers.contains(key.part) ? deviation / layers.squareRoot() : deviation
      return try .normal(shape, deviation: own, stream: stream.child(key.name))
    } catch { throw ModelError(cause: error) }
  }

  var stream: RandomStream { RandomStream(seed: seed, path: ["model.new"]) }

  private static let gains: Set<WeightKey.Part> = [
    .embeddingNorm, .finalNorm, .headNorm, .attentionNorm, .queryNorm, .keyNorm,
    .attentionOutputNorm, .crossNorm, .feedForwardNorm, .feedForwardOutputNorm,
  ]
  private static let writers: Set<WeightKey.Part> = [
    .output, .crossOutput, .down, .expertDown, .sharedDown, .mixerDown,
  ]
}
