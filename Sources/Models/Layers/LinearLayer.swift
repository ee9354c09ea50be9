import Tensors

/// x · Wᵀ + b: `[…, inputs]` to `[…, outputs]`.
public struct LinearLayer: Layer, Equatable {
  public let inputs: Int
  public let outputs: Int
  public let hasBias: Bool
  /// Of the matrix; biases begin with 0.
  public let initial: LayerInitialization

  /// - Parameter initial: N(0, 1 / inputs) unless given.
  /// - Throws: ``ModelError/layer(name:reason:)`` for sizes outside 1...2^20.
  public init(
    _ inputs: Int, _ outputs: Int, hasBias: Bool = true, initial: LayerInitialization? = nil
  ) throws(ModelError) {
    try SizeChecks.check(layer: "linear", ["inputs": inputs, "outputs": outputs])
    (self.inputs, self.outputs, self.hasBias) = (inputs, outputs, hasBias)
    self.initial = initial ?? .scaled(inputs: inputs)
  }

  public var ownParameters: [LayerParameter] {
    [LayerParameter("weight", [outputs, inputs], initial)]
      + (hasBias ? [LayerParameter("bias", [outputs], .zeros)] : [])
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let product = try x.linear(pass.parameter("weight"))
    return hasBias ? try product + pass.parameter("bias") : product
  }
}

extension SizeChecks {
  /// Refuses sizes of a layer that are below 1 or so large that products of three overflow.
  static func check(layer: String, _ sizes: KeyValuePairs<String, Int>) throws(ModelError) {
    for (name, size) in sizes where size < 1 || size > limit {
      throw .layer(name: layer, reason: "\(name): \(size) is outside 1...\(limit)")
    }
  }

  /// Refuses heads that a width is no multiple of.
  static func check(layer: String, width: Int, heads: Int) throws(ModelError) {
    try check(layer: layer, ["width": width, "heads": heads])
    guard width % heads == 0 else {
      throw .layer(name: layer, reason: "\(heads) heads do not divide the width \(width)")
    }
  }
}
