import Tensors

/// An MLP of rows by a condition, as heads of flows and diffusions have it (MAR: T. Li and others, arXiv 2406.11838):
/// residual blocks x + gate · (Linear, SiLU, Linear)(norm x · (1 + scale) + shift), and a last adaptive norm
/// and linear map, which begins as 0: `[rows, inputs]` to `[rows, inputs]`.
///
/// The pass's condition is `[rows, conditionWidth]`.
public struct AdaptiveMLP: Layer {
  public let inputs: Int
  public let width: Int
  public let conditionWidth: Int
  private let first: LinearLayer
  private let blocks: LayerSequence
  private let norm: AdaptiveNormLayer
  private let last: LinearLayer

  public init(_ inputs: Int, width: Int, layers: Int, conditionWidth: Int) throws(ModelError) {
    try SizeChecks.check(layer: "adaptive MLP", ["layers": layers])
    var list: [any Layer] = []
    for _ in 0..<layers {
      list.append(try AdaptiveMLPBlock(width, conditionWidth: conditionWidth))
    }
    first = try LinearLayer(inputs, width)
    blocks = LayerSequence(list)
    norm = try AdaptiveNormLayer(width, conditionWidth: conditionWidth)
    last = try LinearLayer(width, inputs, initial: .zeros)
    (self.inputs, self.width, self.conditionWidth) = (inputs, width, conditionWidth)
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    [("first", first), ("blocks", blocks), ("norm", norm), ("last", last)]
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let hidden = try pass.run("blocks", blocks, pass.run("first", first, x))
    return try pass.run("last", last, pass.run("norm", norm, hidden))
  }
}

/// x + gate · (Linear, SiLU, Linear)(adaptive norm of x): `[rows, width]`; it begins as the identity.
struct AdaptiveMLPBlock: Layer {
  let modulation: ModulationLayer
  let inner: FeedForwardLayer

  init(_ width: Int, conditionWidth: Int) throws(ModelError) {
    modulation = try ModulationLayer(conditionWidth: conditionWidth, width: width, parts: 3)
    inner = try FeedForwardLayer(width, inner: width, activation: .silu)
  }

  var children: [(name: String, layer: any LayerGroup)] {
    [("modulation", modulation), ("inner", inner)]
  }

  func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let parts = try pass.within("modulation") { try modulation.vectors(in: &$0) }
    let input = try x.adaptiveNorm(scale: parts[1], shift: parts[0], epsilon: 1e-6)
    return try x + parts[2] * pass.run("inner", inner, input)
  }
}
