import Tensors

/// A small network that carries noise to a row by a condition, one row at a time: what stands behind a token where
/// its target is a vector of real numbers (arXiv 2406.11838, with ``FlowMatching``).
public struct FlowHead: LayerGroup {
  public let inputs: Int
  public let flow: FlowMatching
  public let net: ConditionedNet

  /// - Parameters:
  ///   - inputs: numbers of a row.
  ///   - conditionWidth: of what is known of each row.
  public init(
    _ inputs: Int, width: Int, layers: Int, conditionWidth: Int, flow: FlowMatching = .init()
  ) throws(ModelError) {
    net = try ConditionedNet(
      inputs, width: width, layers: layers, conditionWidth: conditionWidth, timeScale: 1000)
    (self.inputs, self.flow) = (inputs, flow)
  }

  public var children: [(name: String, layer: any LayerGroup)] { [("net", net)] }

  /// The velocity `[rows, inputs]` of rows at times `[rows]`.
  public func velocity(
    _ x: Variable, times: Variable, condition: Variable, in pass: inout LayerPass
  ) throws -> Variable {
    try pass.within("net") { try net.values(x, times: times, condition: condition, in: &$0) }
  }

  /// Losses `[rows]` of data `[rows, inputs]` by conditions `[rows, conditionWidth]`.
  public func loss(of data: Tensor, condition: Variable, in pass: inout LayerPass) throws
    -> LayerLoss
  {
    try flow.loss(of: data, in: &pass) { x, times, pass in
      try velocity(x, times: times, condition: condition, in: &pass)
    }
  }

  /// A row for each condition, from noise of the pass's stream.
  ///
  /// - Parameters:
  ///   - temperature: what the noise is multiplied by.
  ///   - guidance: a condition of nothing `[rows, conditionWidth]`, and how far to lead away from it.
  public func sample(
    condition: Variable, steps: Int, temperature: Double = 1,
    guidance: (condition: Variable, weight: Double)? = nil, in pass: inout LayerPass
  ) throws -> Tensor {
    let noise = try Tensor.normal(
      [condition.shape[0], inputs], deviation: temperature, condition.elementType,
      stream: pass.nextStream())
    return try flow.sample(from: noise, steps: steps, in: &pass) { x, times, pass in
      let own = try velocity(x, times: times, condition: condition, in: &pass)
      guard let guidance else { return own }
      let other = try velocity(x, times: times, condition: guidance.condition, in: &pass)
      return try FlowMatching.guided(own, other, weight: guidance.weight)
    }
  }
}

/// An ``AdaptiveMLP`` whose condition is the sum of a time's and a row's.
public struct ConditionedNet: LayerGroup {
  public let time: TimeEmbedding
  public let condition: LinearLayer
  public let mlp: AdaptiveMLP

  /// - Parameter timeScale: what times are multiplied by before they become waves.
  public init(
    _ inputs: Int, width: Int, layers: Int, conditionWidth: Int, timeScale: Double
  ) throws(ModelError) {
    time = try TimeEmbedding(width, scale: timeScale)
    condition = try LinearLayer(conditionWidth, width)
    mlp = try AdaptiveMLP(inputs, width: width, layers: layers, conditionWidth: width)
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    [("time", time), ("condition", condition), ("mlp", mlp)]
  }

  /// `[rows, inputs]` of rows at times `[rows]` by conditions `[rows, conditionWidth]`.
  public func values(
    _ x: Variable, times: Variable, condition known: Variable, in pass: inout LayerPass
  ) throws -> Variable {
    let before = pass.condition
    defer { pass.condition = before }
    pass.condition = try pass.run("time", time, times) + pass.run("condition", condition, known)
    return try pass.run("mlp", mlp, x)
  }
}
