import Tensors

/// A block of a diffusion transformer: for each branch (mixer, cross-attention, feed-forward) shift, scale and gate
/// by the condition, x + gate · branch(norm x · (1 + scale) + shift).
///
/// Modulations begin as 0, so that the block begins as the identity.
public struct AdaptiveBlock: Layer {
  public let width: Int
  public let modulation: ModulationLayer
  public let branches: [(name: String, layer: any Layer)]
  public let epsilon: Double

  /// - Parameters:
  ///   - mixer: attention, or what takes its place.
  ///   - cross: attention over the pass's memory.
  public init(
    _ width: Int, conditionWidth: Int, mixer: any Layer, cross: AttentionLayer? = nil,
    feedForward: any Layer, epsilon: Double = 1e-6
  ) throws(ModelError) {
    var branches: [(name: String, layer: any Layer)] = [("mixer", mixer)]
    if let cross { branches.append(("cross", cross)) }
    branches.append(("feed_forward", feedForward))
    self.branches = branches
    modulation = try ModulationLayer(
      conditionWidth: conditionWidth, width: width, parts: 3 * branches.count)
    (self.width, self.epsilon) = (width, epsilon)
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    [("modulation", modulation)] + branches.map { ($0, $1) }
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let parts = try pass.within("modulation") { try modulation.vectors(in: &$0) }
    var x = x
    for (index, branch) in branches.enumerated() {
      let (shift, scale, gate) = (parts[3 * index], parts[3 * index + 1], parts[3 * index + 2])
      let input = try x.adaptiveNorm(scale: scale, shift: shift, epsilon: epsilon)
      let result = try pass.run(branch.name, branch.layer, input)
      // One gate for all tokens of a sequence, or one a token.
      let gates = gate.rank < x.rank ? try gate.reshaped([gate.shape[0], 1, width]) : gate
      x = try x + gates * result
    }
    return x
  }
}
