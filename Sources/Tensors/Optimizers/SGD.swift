/// Stochastic gradient descent with momentum (B. Polyak, 1964) or Nesterov's look ahead (I. Sutskever
/// et al., ICML 2013).
///
/// g = gradient · scale, between -limit and limit where there is one, (+ decay · p);
/// v = momentum · v + g, below 2⁻¹⁰⁰ becoming 0; p = p - rate · v, with Nesterov
/// p - rate · (g + momentum · v).
public struct SGD: Optimizer, Equatable {
  public var momentum: Double
  public var isNesterov: Bool
  /// Added to the gradient, for tensors of at least two axes.
  public var weightDecay: Double
  /// What no element of a gradient goes beyond, up or down.
  public var elementLimit: Double?
  public var state = OptimizerState()

  public init(
    momentum: Double = 0, isNesterov: Bool = false, weightDecay: Double = 0,
    elementLimit: Double? = nil
  ) {
    (self.momentum, self.isNesterov, self.weightDecay) = (momentum, isNesterov, weightDecay)
    self.elementLimit = elementLimit
  }

  public mutating func step(
    _ parameters: inout [Tensor], gradients: [Tensor?], rate: Double, gradientScale: Double
  ) throws(TensorError) {
    let settings = self
    try OptimizerStep.run(
      "SGD", &parameters, gradients, &state, slots: momentum == 0 ? [] : ["momentum"]
    ) { _, gradient, tensors throws(TensorError) in
      gradient.elementType == .f64
        ? try settings.moved(gradient, tensors, rate, gradientScale, Double.self)
        : try settings.moved(gradient, tensors, rate, gradientScale, Float.self)
    }
  }

  private func moved<T: DifferentiableElement>(
    _ gradient: Tensor, _ tensors: [Tensor], _ rate: Double, _ scale: Double, _ type: T.Type
  ) throws(TensorError) -> [Tensor] {
    let (rate, scale, momentum) = (T(rate), T(scale), T(momentum))
    let decay = gradient.rank >= 2 ? T(weightDecay) : 0
    let limit = T(elementLimit ?? .infinity)
    return try OptimizerStep.rewriting(tensors, type) { buffers in
      let p = buffers[0]
      try gradient.withElements(of: type) { gradient in
        for i in p.indices {
          var g = gradient[i] * scale
          if g > limit { g = limit } else if g < -limit { g = -limit }
          if decay != 0 { g = g + decay * p[i] }
          if buffers.count > 1 {
            let v = OptimizerStep.kept(momentum * buffers[1][i] + g)
            buffers[1][i] = v
            g = isNesterov ? g + momentum * v : v
          }
          p[i] = p[i] - rate * g
        }
      }
    }
  }
}
