import CKernels

/// A bias on every row of `[rows, width]`, in f32 or f64, and its gradient.
public enum Bias {
  /// y = x + bias `[width]`. `y` may be `x`.
  public static func add<T: KernelReal>(
    _ bias: UnsafeBufferPointer<T>, to x: UnsafeBufferPointer<T>,
    into y: UnsafeMutableBufferPointer<T>, rows: Int
  ) throws(KernelError) {
    let width = bias.count
    let count = try KernelError.extent("bias", rows, width)
    try KernelError.check("bias", "x", x.count, count)
    try KernelError.check("bias", "y", y.count, count)
    if T.self == Float.self {
      ck_add_bias_f32(
        x.pointer(Float.self), bias.pointer(Float.self), y.pointer(Float.self), rows, width)
    } else {
      ck_add_bias_f64(
        x.pointer(Double.self), bias.pointer(Double.self), y.pointer(Double.self), rows, width)
    }
  }

  /// gradient `[width]` goes on with the chain of dy over rows ascending.
  public static func gradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into gradient: UnsafeMutableBufferPointer<T>, rows: Int
  ) throws(KernelError) {
    let width = gradient.count
    try KernelError.check(
      "bias gradient", "dy", dy.count, KernelError.extent("bias gradient", rows, width))
    if T.self == Float.self {
      ck_bias_gradient_f32(dy.pointer(Float.self), gradient.pointer(Float.self), rows, width)
    } else {
      ck_bias_gradient_f64(dy.pointer(Double.self), gradient.pointer(Double.self), rows, width)
    }
  }
}
