import Kernels
import Tensors

/// A selective state space layer over tokens `[batch, tokens, width]`, which sees no later token (Mamba: A. Gu,
/// T. Dao, arXiv 2312.00752):
///
/// u, z = W_in x; u = silu(causal convolution of u); Δ, B, C = W_x u; Δ = softplus(W_Δ Δ + b);
/// y = scan(u, Δ, -exp(log A), B, C, D); W_out (y · silu(z)).
///
/// The gradient of log A goes through its exponential, which each micro-batch rounds by itself: several of them are
/// not the full batch to the bit.
public struct SelectiveScanLayer: Layer, Equatable {
  public let width: Int
  /// Channels that are scanned.
  public let inner: Int
  /// States of a channel.
  public let states: Int
  /// Numbers that Δ comes from.
  public let rank: Int
  private let inward: LinearLayer
  private let convolution: ConvolutionLayer
  private let selection: LinearLayer
  private let outward: LinearLayer

  /// - Parameters:
  ///   - expansion: channels that are scanned, in widths.
  ///   - size: how many tokens the convolution sees.
  ///   - rank: width / 16, rounded up, unless given.
  public init(
    _ width: Int, states: Int = 16, expansion: Int = 2, size: Int = 4, rank: Int? = nil
  ) throws(ModelError) {
    try SizeChecks.check(
      layer: "selective scan",
      ["width": width, "states": states, "expansion": expansion, "rank": rank ?? 1])
    (self.width, self.states) = (width, states)
    inner = expansion * width
    self.rank = rank ?? (width + 15) / 16
    inward = try LinearLayer(width, 2 * inner, hasBias: false)
    convolution = try .causalLine(inner, inner, size: size, groups: inner)
    selection = try LinearLayer(inner, self.rank + 2 * states, hasBias: false)
    outward = try LinearLayer(inner, width, hasBias: false)
  }

  public var ownParameters: [LayerParameter] {
    // Steps from 0.001 to 0.1, evenly by their logarithm, as the inverse of softplus; A is -1 ... -states.
    let steps = (0..<inner).map { channel -> Double in
      let share = inner > 1 ? Double(channel) / Double(inner - 1) : 0.5
      let step = Arithmetic.power(10, -3 + 2 * share)
      return step + ElementaryFunction.log(-ElementaryFunction.expm1(-step))
    }
    let rates = (1...states).map { ElementaryFunction.log(Double($0)) }
    return [
      LayerParameter("delta.weight", [inner, rank], .scaled(inputs: rank)),
      LayerParameter("delta.bias", [inner], .values(steps)),
      LayerParameter("log_a", [inner, states], .values((0..<inner).flatMap { _ in rates })),
      LayerParameter("d", [inner], .ones),
    ]
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    [
      ("input", inward), ("convolution", convolution), ("selection", selection),
      ("output", outward),
    ]
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    guard x.rank == 3 else {
      throw TensorError.invalidArgument(
        operation: "a selective scan", reason: "\(x.shape) is not [batch, tokens, width]")
    }
    func part(_ x: Variable, _ range: Range<Int>) throws -> Variable {
      try x.indexed([.all, .all, .range(start: range.lowerBound, end: range.upperBound)])
    }
    let both = try pass.run("input", inward, x)
    let (lines, z) = (try part(both, 0..<inner), try part(both, inner..<2 * inner))
    let u = try pass.run("convolution", convolution, lines.transposed([0, 2, 1]))
      .transposed([0, 2, 1]).activated(.silu)
    let chosen = try pass.run("selection", selection, u)
    let delta = try part(chosen, 0..<rank).linear(pass.parameter("delta.weight"))
    let y = try Variable.selectiveScan(
      u, delta: (delta + pass.parameter("delta.bias")).activated(.softplus),
      a: -pass.parameter("log_a").exp(), b: part(chosen, rank..<rank + states),
      c: part(chosen, rank + states..<rank + 2 * states), d: pass.parameter("d")
    ).result
    return try pass.run("output", outward, z.gated(.silu, y))
  }
}
