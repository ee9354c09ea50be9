import Kernels
import Tensors

/// Flow matching along straight lines: x_t = (1 - t) · noise + t · data, and the velocity data - noise that is to be
/// learned (Y. Lipman and others, arXiv 2210.02747; X. Liu and others, arXiv 2209.03003). Noise is at t = 0.
public struct FlowMatching: Sendable, Equatable {
  /// How times are drawn in training.
  public enum Times: Sendable, Equatable {
    case uniform
    /// σ(N(0, 1)), which looks at the middle more often (arXiv 2403.03206).
    case logitNormal
  }

  public var times: Times

  public init(times: Times = .uniform) { self.times = times }

  /// A velocity `[rows, …]` of `x` at times `[rows]`.
  public typealias Velocity = (_ x: Variable, _ times: Variable, _ pass: inout LayerPass) throws ->
    Variable

  /// Times `[count]`.
  public func drawnTimes(_ count: Int, stream: RandomStream, _ elementType: ElementType = .f32)
    throws(TensorError) -> Tensor
  {
    switch times {
    case .uniform: return try .uniform([count], elementType, stream: stream)
    case .logitNormal:
      let normal = try Tensor.normal([count], .f64, stream: stream)
      return try Variable(constant: normal).activated(.sigmoid).value.cast(to: elementType)
    }
  }

  /// Data and noise `[rows, …]` mixed by times `[rows]`.
  public func point(_ data: Tensor, noise: Tensor, times: Tensor) throws(TensorError) -> Tensor {
    let ends = [times.shape[0]] + [Int](repeating: 1, count: max(data.rank - 1, 0))
    let t = try times.reshaped(ends)
    let rest = try Tensor.apply(.subtract, .scalar(.int(1)), .tensor(t))
    return try .apply(.add, .apply(.multiply, rest, noise), .apply(.multiply, t, data))
  }

  /// Squared errors of the velocity, one a row: their mean over the row.
  ///
  /// - Parameters:
  ///   - data: `[rows, …]`; no gradient goes to it.
  ///   - pass: whose stream times and noise come from.
  public func loss(of data: Tensor, in pass: inout LayerPass, velocity: Velocity) throws
    -> LayerLoss
  {
    let stream = pass.nextStream()
    let noise = try Tensor.normal(
      data.shape, data.elementType, stream: stream.child("noise"))
    let times = try drawnTimes(
      data.shape[0], stream: stream.child("times"), data.elementType)
    let x = try point(data, noise: noise, times: times)
    let found = try velocity(Variable(constant: x), Variable(constant: times), &pass)
    let target = Variable(constant: try .apply(.subtract, data, noise))
    let rows = data.shape[0]
    return try .squaredError(found.reshaped([rows, -1]), to: target.reshaped([rows, -1]))
  }

  /// Noise `[rows, …]` carried to t = 1 by Euler's method in equal steps.
  ///
  /// - Throws: ``ModelError/layer(name:reason:)`` for fewer steps than one, and an interruption.
  public func sample(
    from noise: Tensor, steps: Int, in pass: inout LayerPass, velocity: Velocity
  ) throws -> Tensor {
    guard steps >= 1 else {
      throw ModelError.layer(name: "flow", reason: "\(steps) steps lead nowhere")
    }
    var x = Variable(constant: noise)
    for step in 0..<steps {
      try Cancellation.check()
      let time = Double(step) / Double(steps)
      let times = try Tensor.full([noise.shape[0]], .float(time), noise.elementType)
      let found = try velocity(x, Variable(constant: times), &pass).stoppingGradient()
      x = try x + found * (1 / Double(steps))
    }
    return x.value
  }

  /// The velocity that leads away from the unconditional one: (1 + weight) · conditional - weight · unconditional
  /// (classifier-free guidance, arXiv 2207.12598).
  public static func guided(_ conditional: Variable, _ unconditional: Variable, weight: Double)
    throws(TensorError) -> Variable
  {
    try conditional + (conditional - unconditional) * weight
  }
}
