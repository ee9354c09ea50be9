import Kernels

/// Adam with decoupled weight decay (I. Loshchilov, F. Hutter, arXiv 1711.05101): the kernel's step,
/// `ck_adamw_f32` and its f64 twin, with fma where that has it; moments below 2⁻¹⁰⁰ become 0.
public struct AdamW: Optimizer, Equatable {
  public var firstDecay: Double
  public var secondDecay: Double
  public var epsilon: Double
  /// For tensors of at least two axes; gains and biases are left alone.
  public var weightDecay: Double
  public var state = OptimizerState()

  public init(
    firstDecay: Double = 0.9, secondDecay: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0.01
  ) {
    (self.firstDecay, self.secondDecay) = (firstDecay, secondDecay)
    (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
  }

  public mutating func step(
    _ parameters: inout [Tensor], gradients: [Tensor?], rate: Double, gradientScale: Double
  ) throws(TensorError) {
    let (settings, number) = (self, state.step + 1)
    try OptimizerStep.run(
      "AdamW", &parameters, gradients, &state, slots: ["first", "second"]
    ) { _, gradient, tensors throws(TensorError) in
      let isWide = gradient.elementType == .f64
      var step = ParameterKernels.AdamWStep()
      (step.rate, step.gradientScale, step.epsilon) = (rate, gradientScale, settings.epsilon)
      (step.firstDecay, step.secondDecay) = (settings.firstDecay, settings.secondDecay)
      step.firstCorrection = Self.correction(settings.firstDecay, number, isWide)
      step.secondCorrection = Self.correction(settings.secondDecay, number, isWide)
      step.weightDecay = gradient.rank >= 2 ? settings.weightDecay : 0
      return isWide
        ? try Self.moved(step, gradient, tensors, Double.self)
        : try Self.moved(step, gradient, tensors, Float.self)
    }
  }

  /// 1 / (1 - decay^step), of the decay as the element type holds it.
  private static func correction(_ decay: Double, _ step: Int, _ isWide: Bool) -> Double {
    1 / (1 - Arithmetic.power(isWide ? decay : Double(Float(decay)), Double(step)))
  }

  private static func moved<T: DifferentiableElement>(
    _ step: ParameterKernels.AdamWStep, _ gradient: Tensor, _ tensors: [Tensor], _ type: T.Type
  ) throws(TensorError) -> [Tensor] {
    try OptimizerStep.rewriting(tensors, type) { buffers in
      try gradient.withElements(of: type) { gradient in
        try ParameterKernels.adamW(
          step, gradient: gradient, parameters: buffers[0], first: buffers[1], second: buffers[2])
      }
    }
  }
}
