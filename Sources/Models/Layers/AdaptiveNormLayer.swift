import Tensors

/// Scale, shift and gate that a condition gives: the linear map of SiLU of the condition, which begins as 0
/// (adaLN-zero: W. Peebles, S. Xie, arXiv 2212.09748).
///
/// The condition stands in the pass: `[batch, width]`, or `[batch, tokens, width]`.
public struct ModulationLayer: Layer, Equatable {
  public let conditionWidth: Int
  /// Of the tokens that are modulated.
  public let width: Int
  /// How many vectors it gives.
  public let parts: Int

  public init(conditionWidth: Int, width: Int, parts: Int) throws(ModelError) {
    try SizeChecks.check(
      layer: "modulation", ["condition": conditionWidth, "width": width, "parts": parts])
    (self.conditionWidth, self.width, self.parts) = (conditionWidth, width, parts)
  }

  public var ownParameters: [LayerParameter] {
    [
      LayerParameter("weight", [parts * width, conditionWidth], .zeros),
      LayerParameter("bias", [parts * width], .zeros),
    ]
  }

  /// All parts side by side, of a condition `[…, conditionWidth]`.
  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    try x.activated(.silu).linear(pass.parameter("weight")) + pass.parameter("bias")
  }

  /// The parts that the pass's condition gives, `[batch, width]` each, or `[batch, tokens, width]`.
  func vectors(in pass: inout LayerPass) throws -> [Variable] {
    guard let condition = pass.condition else {
      throw pass.failure("the pass has no condition")
    }
    let all = try forward(condition, in: &pass)
    let before = [TensorIndex](repeating: .all, count: all.rank - 1)
    return try (0..<parts).map { part in
      try all.indexed(before + [.range(start: part * width, end: (part + 1) * width)])
    }
  }
}

/// A norm without gains, times 1 + scale and with shift added, both by a condition.
public struct AdaptiveNormLayer: Layer, Equatable {
  public let modulation: ModulationLayer
  /// Layer norm, else RMS norm.
  public let isCentered: Bool
  public let epsilon: Double

  public init(
    _ width: Int, conditionWidth: Int, isCentered: Bool = true, epsilon: Double = 1e-6
  ) throws(ModelError) {
    modulation = try ModulationLayer(conditionWidth: conditionWidth, width: width, parts: 2)
    (self.isCentered, self.epsilon) = (isCentered, epsilon)
  }

  public var children: [(name: String, layer: any LayerGroup)] { [("modulation", modulation)] }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let parts = try pass.within("modulation") { try modulation.vectors(in: &$0) }
    return try x.adaptiveNorm(
      scale: parts[1], shift: parts[0], centered: isCentered, epsilon: epsilon)
  }
}
