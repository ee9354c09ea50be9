import Tensors

/// One state a sequence, and scores of classes: `[batch, tokens, width]` to `[batch, classes]`.
public struct ClassifierHead: Layer, Equatable {
  /// Which state stands for a sequence.
  public enum Pooling: String, Sendable, CaseIterable {
    case mean, first, last
  }

  public let pooling: Pooling
  public let norm: NormLayer
  public let map: LinearLayer

  /// - Parameter norm: of the states, before they are brought together.
  public init(
    _ width: Int, classes: Int, pooling: Pooling = .mean,
    norm: NormDescription = .init(.layer, epsilon: 1e-5)
  ) throws(ModelError) {
    self.norm = try NormLayer(width, norm)
    map = try LinearLayer(width, classes, initial: .normal(deviation: 0.02))
    self.pooling = pooling
  }

  public var children: [(name: String, layer: any LayerGroup)] { [("norm", norm), ("map", map)] }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let states = try pass.run("norm", norm, x)
    let pooled =
      switch pooling {
      case .mean: try states.mean(axes: [1])
      case .first: try states.indexed([.all, .at(0)])
      case .last: try states.indexed([.all, .at(-1)])
      }
    return try pass.run("map", map, pooled)
  }
}
