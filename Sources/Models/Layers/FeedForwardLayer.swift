import Tensors

/// down(f(up x)), or gated down(f(gate x) · up x) (arXiv 2002.05202): `[…, width]`.
public struct FeedForwardLayer: Layer, Equatable {
  public let width: Int
  public let inner: Int
  public let activation: NetworkActivation
  public let isGated: Bool
  /// Of what it gives, in training.
  public let dropout: Double
  /// Of gate and up alike.
  private let inward: LinearLayer
  private let down: LinearLayer

  /// - Parameter inner: 4 widths unless given; where it is gated 8/3.
  public init(
    _ width: Int, inner: Int? = nil, activation: NetworkActivation = .gelu, isGated: Bool = false,
    hasBias: Bool = true, dropout: Double = 0
  ) throws(ModelError) {
    try SizeChecks.check(layer: "feed-forward", ["width": width])
    let inner = inner ?? (isGated ? max(8 * width / 3, 1) : 4 * width)
    inward = try LinearLayer(width, inner, hasBias: hasBias)
    down = try LinearLayer(inner, width, hasBias: hasBias)
    _ = try DropoutLayer(dropout)
    (self.width, self.inner, self.activation) = (width, inner, activation)
    (self.isGated, self.dropout) = (isGated, dropout)
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    var list: [(name: String, layer: any LayerGroup)] = []
    if isGated { list.append(("gate", inward)) }
    return list + [("up", inward), ("down", down)]
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let hidden: Variable
    if isGated {
      let gates = try pass.run("gate", inward, x)
      hidden = try activation.gated(gates, pass.run("up", inward, x))
    } else {
      hidden = try activation.applied(to: pass.run("up", inward, x))
    }
    let result = try pass.run("down", down, hidden)
    guard pass.isTraining, dropout > 0 else { return result }
    return try result.dropout(dropout, stream: pass.nextStream())
  }
}
