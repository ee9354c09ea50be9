import Tensors

/// Layers one after the other, named `0`, `1`, … unless names are given.
public struct LayerSequence: Layer {
  public let layers: [(name: String, layer: any Layer)]

  public init(_ layers: [any Layer]) {
    self.layers = layers.enumerated().map { ("\($0)", $1) }
  }

  public init(named layers: [(name: String, layer: any Layer)]) { self.layers = layers }

  public var children: [(name: String, layer: any LayerGroup)] { layers.map { ($0, $1) } }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    var x = x
    for (name, layer) in layers { x = try pass.run(name, layer, x) }
    return x
  }
}

/// x + layer(x), or x + layer(norm x) (arXiv 1512.03385).
public struct ResidualLayer: Layer {
  public let layer: any Layer
  public let norm: NormLayer?

  public init(_ layer: any Layer, norm: NormLayer? = nil) {
    (self.layer, self.norm) = (layer, norm)
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    var list: [(name: String, layer: any LayerGroup)] = []
    if let norm { list.append(("norm", norm)) }
    return list + [("layer", layer)]
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let input = try norm.map { try pass.run("norm", $0, x) } ?? x
    return try x + pass.run("layer", layer, input)
  }
}

/// An activation, element by element.
public struct ActivationLayer: Layer {
  public let activation: NetworkActivation

  public init(_ activation: NetworkActivation) { self.activation = activation }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    try activation.applied(to: x)
  }
}

/// Drops elements in training (arXiv 1207.0580); otherwise nothing.
public struct DropoutLayer: Layer {
  public let probability: Double

  public init(_ probability: Double) throws(ModelError) {
    guard probability >= 0, probability < 1 else {
      throw .layer(name: "dropout", reason: "the probability \(probability) is not in 0..<1")
    }
    self.probability = probability
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    guard pass.isTraining, probability > 0 else { return x }
    return try x.dropout(probability, stream: pass.nextStream())
  }
}
