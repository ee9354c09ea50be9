import CKernels

/// Activations, element by element and as gates, in f32 or f64, with gradients.
///
/// Results may be written over inputs. Beyond ±64 the slopes are those of a line.
public enum Activation: Sendable, CaseIterable {
  /// x / (1 + e^-x) (S. Elfwing and others, arXiv 1702.03118).
  case silu
  /// x · Φ(x) by erf (D. Hendrycks, K. Gimpel, arXiv 1606.08415).
  case gelu
  /// x · (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.
  case geluTanh
  /// 0 where x ≤ 0, else x; NaN stays.
  case relu
  /// The square of ReLU (D. So and others, arXiv 2109.08668).
  case squaredReLU
  case sigmoid
  case tanh
  /// log(1 + e^x) = ReLU(x) + log1p(e^-|x|).
  case softplus

  private var kind: Int32 {
    let kind =
      switch self {
      case .silu: CK_SILU
      case .gelu: CK_GELU
      case .geluTanh: CK_GELU_TANH
      case .relu: CK_RELU
      case .squaredReLU: CK_SQUARED_RELU
      case .sigmoid: CK_SIGMOID
      case .tanh: CK_TANH_ACTIVATION
      case .softplus: CK_SOFTPLUS
      }
    return Int32(kind.rawValue)
  }

  /// y = f(x)
  public func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check("activation", "y", y.count, x.count)
    if T.self == Float.self {
      ck_activation_f32(kind, x.pointer(Float.self), y.pointer(Float.self), x.count)
    } else {
      ck_activation_f64(kind, x.pointer(Double.self), y.pointer(Double.self), x.count)
    }
  }

  /// dx = dy · f′(x)
  public func gradient<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check("activation gradient", "dy", dy.count, x.count)
    try KernelError.check("activation gradient", "dx", dx.count, x.count)
    if T.self == Float.self {
      ck_activation_gradient_f32(
        kind, x.pointer(Float.self), dy.pointer(Float.self), dx.pointer(Float.self), x.count)
    } else {
      ck_activation_gradient_f64(
        kind, x.pointer(Double.self), dy.pointer(Double.self), dx.pointer(Double.self), x.count)
    }
  }

  /// y = f(gate) · up: SwiGLU, GeGLU, ReGLU and so on (N. Shazeer, arXiv 2002.05202).
  public func gated<T: KernelReal>(
    gate: UnsafeBufferPointer<T>, up: UnsafeBufferPointer<T>,
    into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check("gate", "up", up.count, gate.count)
    try KernelError.check("gate", "y", y.count, gate.count)
    if T.self == Float.self {
      ck_gated_f32(
        kind, gate.pointer(Float.self), up.pointer(Float.self), y.pointer(Float.self), gate.count)
    } else {
      ck_gated_f64(
        kind, gate.pointer(Double.self), up.pointer(Double.self), y.pointer(Double.self),
        gate.count)
    }
  }

  /// gateGradient = (dy · up) · f′(gate), upGradient = dy · f(gate).
  public func gatedGradient<T: KernelReal>(
    gate: UnsafeBufferPointer<T>, up: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    gateGradient: UnsafeMutableBufferPointer<T>, upGradient: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    let others = [
      ("up", up.count), ("dy", dy.count), ("gateGradient", gateGradient.count),
      ("upGradient", upGradient.count),
    ]
    for (name, found) in others {
      try KernelError.check("gate gradient", name, found, gate.count)
    }
    if T.self == Float.self {
      ck_gated_gradient_f32(
        kind, gate.pointer(Float.self), up.pointer(Float.self), dy.pointer(Float.self),
        gateGradient.pointer(Float.self), upGradient.pointer(Float.self), gate.count)
    } else {
      ck_gated_gradient_f64(
        kind, gate.pointer(Double.self), up.pointer(Double.self), dy.pointer(Double.self),
        gateGradient.pointer(Double.self), upGradient.pointer(Double.self), gate.count)
    }
  }
}
