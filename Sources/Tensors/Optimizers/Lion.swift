/// Lion: the sign of an interpolated momentum (X. Chen et al., arXiv 2302.06675).
///
/// g = gradient · scale; c = b1 · m + (1 - b1) · g; p = p - rate · (sign(c) + decay · p);
/// m = b2 · m + (1 - b2) · g, below 2⁻¹⁰⁰ becoming 0. sign(0) is 0.
public struct Lion: Optimizer, Equatable {
  public var firstDecay: Double
  public var secondDecay: Double
  /// For tensors of at least two axes.
  public var weightDecay: Double
  public var state = OptimizerState()

  public init(firstDecay: Double = 0.9, secondDecay: Double = 0.99, weightDecay: Double = 0) {
    (self.firstDecay, self.secondDecay) = (firstDecay, secondDecay)
    self.weightDecay = weightDecay
  }

  public mutating func step(
    _ parameters: inout [Tensor], gradients: [Tensor?], rate: Double, gradientScale: Double
  ) throws(TensorError) {
    let settings = self
    try OptimizerStep.run("Lion", &parameters, gradients, &state, slots: ["momentum"]) {
      _, gradient, tensors throws(TensorError) in
      gradient.elementType == .f64
        ? try settings.moved(gradient, tensors, rate, gradientScale, Double.self)
        : try settings.moved(gradient, tensors, rate, gradientScale, Float.self)
    }
  }

  private func moved<T: DifferentiableElement>(
    _ gradient: Tensor, _ tensors: [Tensor], _ rate: Double, _ scale: Double, _ type: T.Type
  ) throws(TensorError) -> [Tensor] {
    let (rate, scale, b1, b2) = (T(rate), T(scale), T(firstDecay), T(secondDecay))
    let decay = gradient.rank >= 2 ? T(weightDecay) : 0
    return try OptimizerStep.rewriting(tensors, type) { buffers in
      let (p, m) = (buffers[0], buffers[1])
      try gradient.withElements(of: type) { gradient in
        for i in p.indices {
          let g = gradient[i] * scale
          let c = b1 * m[i] + (1 - b1) * g
          let sign: T = c > 0 ? 1 : c < 0 ? -1 : c
          p[i] = p[i] - rate * (sign + decay * p[i])
          m[i] = OptimizerStep.kept(b2 * m[i] + (1 - b2) * g)
        }
      }
    }
  }
}
