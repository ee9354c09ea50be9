import CKernels

/// What parameters need of the kernels, alike for f32 and f64.
public enum ParameterKernels {
  /// gradient `[outputs, inputs]` += dy `[rows, outputs]`ᵀ · x `[rows, inputs]`.
  ///
  /// Each element is one chain of fused multiply-adds over the rows ascending that goes on from the
  /// buffer and ends with + 0.0.
  public static func weightGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, x: UnsafeBufferPointer<T>,
    into gradient: UnsafeMutableBufferPointer<T>, rows: Int, outputs: Int, inputs: Int
  ) throws(KernelError) {
    try check("dy", dy.count, rows, outputs)
    try check("x", x.count, rows, inputs)
    try check("gradient", gradient.count, outputs, inputs)
    if rows == 0 || gradient.isEmpty { return }
    if T.self == Float.self {
      ck_weight_gradient_f32(
        dy.pointer(Float.self), x.pointer(Float.self), gradient.pointer(Float.self), rows, outputs,
        inputs)
    } else {
      ck_weight_gradient_f64(
        dy.pointer(Double.self), x.pointer(Double.self), gradient.pointer(Double.self), rows,
        outputs, inputs)
    }
  }

  private static func check(_ argument: String, _ found: Int, _ rows: Int, _ columns: Int)
    throws(KernelError)
  {
    let (needed, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !overflow, found == needed else {
      throw .size(
        kernel: "weight gradient", argument: argument, needed: overflow ? Int.max : needed,
        found: found)
    }
  }

  /// The numbers of one step of AdamW, each rounded to the parameters' type when it is used.
  public struct AdamWStep: Sendable {
    public var rate = 0.0
    public var firstDecay = 0.9
    public var secondDecay = 0.999
    /// 1 / (1 - decay^step), for both moments.
    public var firstCorrection = 1.0
    public var secondCorrection = 1.0
    public var epsilon = 1e-8
    public var weightDecay = 0.0
    /// What gradients are multiplied by first.
    public var gradientScale = 1.0

    public init() {}
  }

  /// One step (I. Loshchilov, F. Hutter, arXiv 1711.05101); moments below 2⁻¹⁰⁰ become 0.
  ///
  /// m = fma(1 - b1, g, b1 m); v = fma((1 - b2) g, g, b2 v);
  /// p = fma(-rate, fma(decay, p, (m c1) / (sqrt(v c2) + epsilon)), p).
  public static func adamW<T: KernelReal>(
    _ step: AdamWStep, gradient: UnsafeBufferPointer<T>,
    parameters: UnsafeMutableBufferPointer<T>, first: UnsafeMutableBufferPointer<T>,
    second: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    let count = gradient.count
    for (name, found) in [
      ("parameters", parameters.count), ("first", first.count), ("second", second.count),
    ] {
      try KernelError.check("AdamW", name, found, count)
    }
    if count == 0 { return }
    if T.self == Float.self {
      var settings = ck_adamw(
        first_decay: Float(step.firstDecay), second_decay: Float(step.secondDecay),
        first_correction: Float(step.firstCorrection),
        second_correction: Float(step.secondCorrection), rate: Float(step.rate),
        epsilon: Float(step.epsilon), weight_decay: Float(step.weightDecay),
        gradient_scale: Float(step.gradientScale))
      ck_adamw_f32(
        &settings, gradient.pointer(Float.self), parameters.pointer(Float.self),
        first.pointer(Float.self), second.pointer(Float.self), count)
    } else {
      var settings = ck_adamw_wide(
        first_decay: step.firstDecay, second_decay: step.secondDecay,
        first_correction: step.firstCorrection, second_correction: step.secondCorrection,
        rate: step.rate, epsilon: step.epsilon, weight_decay: step.weightDecay,
        gradient_scale: step.gradientScale)
      ck_adamw_f64(
        &settings, gradient.pointer(Double.self), parameters.pointer(Double.self),
        first.pointer(Double.self), second.pointer(Double.self), count)
    }
  }
}
