import Kernels

/// How fast parameters move: a linear warm-up, then half a cosine down to a share of the peak.
public struct LearningRateSchedule: Sendable, Equatable {
  public var peak: Float
  public var warmUp: Int
  public var steps: Int
  /// The share of the peak that is left at the last step.
  public var floor: Float

  public init(peak: Float, warmUp: Int, steps: Int, floor: Float = 0.05) {
    (self.peak, self.warmUp, self.steps, self.floor) = (peak, warmUp, steps, floor)
  }

  /// The rate of a step, `1...steps`; computed in f64 and rounded once.
  public func rate(at step: Int) -> Float {
    if step <= warmUp { return Float(Double(peak) * Double(step) / Double(max(warmUp, 1))) }
    let share = Double(step - warmUp) / Double(max(steps - warmUp, 1))
    let wave = (1 + ElementaryFunction.cos(Double.pi * min(share, 1))) / 2
    return Float(Double(peak) * (Double(floor) + (1 - Double(floor)) * wave))
  }
}

/// AdamW with a limit on the gradient's norm (I. Loshchilov, F. Hutter, arXiv 1711.05101).
public struct AdamW: Sendable, Equatable {
  public var firstDecay: Float = 0.9
  public var secondDecay: Float = 0.98
  public var epsilon: Float = 1e-8
  /// For matrices; gains are left alone.
  public var weightDecay: Float = 0.1
  /// Gradients with a larger norm are scaled down to it.
  public var largestNorm: Float = 1

  public init() {}

  /// Moves the parameters by their gradients.
  ///
  /// - Parameter step: 1 for the first.
  /// - Returns: the gradients' norm before it was limited: the root of the sum, tensor by tensor, of
  ///   sums of squares. If it is not finite, nothing has been changed.
  func apply(
    to network: LlamaNetwork, moments: (first: FloatBuffer, second: FloatBuffer), rate: Float,
    step: Int
  ) throws(KernelError) -> Float {
    let norm = try squares(of: network.gradients, network.table.tensors).squareRoot()
    guard norm.isFinite else { return norm }
    var settings = TrainingKernels.AdamWStep(
      rate: rate, firstDecay: firstDecay, secondDecay: secondDecay,
      firstCorrection: correction(firstDecay, step),
      secondCorrection: correction(secondDecay, step), epsilon: epsilon, weightDecay: 0,
      gradientScale: norm > largestNorm ? largestNorm / norm : 1)
    for tensor in network.table.tensors {
      settings.weightDecay = tensor.isMatrix ? weightDecay : 0
      try TrainingKernels.adamW(
        settings, gradient: network.gradients.view(tensor.range),
        parameters: network.parameters.view(tensor.range), first: moments.first.view(tensor.range),
        second: moments.second.view(tensor.range))
    }
    return norm
  }

  /// The sum, tensor by tensor, of sums of squares.
  private func squares(of gradients: FloatBuffer, _ tensors: [ParameterTensor]) throws(KernelError)
    -> Float
  {
    let sums = try FloatBuffer(tensors.count)
    let mean = Double(gradients.count) / Double(tensors.count)
    try SharedWork.blocks(of: tensors.count, size: 1, operations: 4 * mean) {
      (some, _) throws(KernelError) in
      for index in some {
        let gradient = try gradients.view(tensors[index].range)
        sums.view[index] = try TrainingKernels.dot(gradient, gradient)
      }
    }
    return sums.view.reduce(0, +)
  }

  private func correction(_ decay: Float, _ step: Int) -> Float {
    Float(1 / (1 - Arithmetic.power(Double(decay), Double(step))))
  }
}
