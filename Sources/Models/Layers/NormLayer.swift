import Tensors

/// Layer norm or RMS norm of the last axis: `[…, width]`.
public struct NormLayer: Layer, Equatable {
  public let width: Int
  public let norm: NormDescription

  public init(_ width: Int, _ norm: NormDescription = .init(.layer, epsilon: 1e-5))
    throws(ModelError)
  {
    try SizeChecks.check(layer: "norm", ["width": width])
    (self.width, self.norm) = (width, norm)
  }

  public var ownParameters: [LayerParameter] {
    var list: [LayerParameter] = []
    if norm.hasGain {
      list.append(LayerParameter("weight", [width], .constant(1 - norm.gainOffset)))
    }
    if norm.kind == .layer, norm.hasBias { list.append(LayerParameter("bias", [width], .zeros)) }
    return list
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let gain = norm.hasGain ? try pass.parameter("weight") : nil
    switch norm.kind {
    case .rms:
      return try x.rmsNorm(gain: gain, epsilon: norm.epsilon, gainOffset: norm.gainOffset)
    case .layer:
      let bias = norm.hasBias ? try pass.parameter("bias") : nil
      return try x.layerNorm(gain: gain, bias: bias, epsilon: norm.epsilon)
    }
  }
}

/// Group norm of pictures `[batch, channels, …]` (arXiv 1803.08494); with one group a layer norm over whole
/// pictures.
public struct GroupNormLayer: Layer, Equatable {
  public let channels: Int
  public let groups: Int
  public let epsilon: Double

  public init(_ channels: Int, groups: Int, epsilon: Double = 1e-5) throws(ModelError) {
    try SizeChecks.check(layer: "group norm", ["channels": channels, "groups": groups])
    guard channels % groups == 0 else {
      throw .layer(
        name: "group norm", reason: "\(groups) groups do not divide \(channels) channels")
    }
    (self.channels, self.groups, self.epsilon) = (channels, groups, epsilon)
  }

  public var ownParameters: [LayerParameter] {
    [LayerParameter("weight", [channels], .ones), LayerParameter("bias", [channels], .zeros)]
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    try x.groupNorm(
      groups: groups, gain: pass.parameter("weight"), bias: pass.parameter("bias"),
      epsilon: epsilon)
  }
}
