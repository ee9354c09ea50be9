import CKernels

/// Softmax and its relatives along the rows of `[rows, width]`, in f32 or f64, with gradients.
///
/// `temperature` is above 0 and finite: z = x / temperature, and m is the greatest z of the row. A
/// row with a NaN gives NaN everywhere. Input gradients overwrite.
public enum Softmax {
  /// Shares: e = exp(z - m), sum = one ascending chain, p = e · (1 / sum). `p` may be `x`.
  public static func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, temperature: T = 1, into p: UnsafeMutableBufferPointer<T>,
    rows: Int, width: Int
  ) throws(KernelError) {
    try check("softmax", rows, width, x.count, ("p", p.count), temperature)
    if T.self == Float.self {
      ck_softmax_at_f32(
        x.pointer(Float.self), Float(temperature), p.pointer(Float.self), rows, width)
    } else {
      ck_softmax_at_f64(
        x.pointer(Double.self), Double(temperature), p.pointer(Double.self), rows, width)
    }
  }

  /// dx = p · (dy - d) / temperature, d = one ascending chain of p · dy. `dx` may be `dy`.
  ///
  /// - Parameter p: what ``forward(_:temperature:into:rows:width:)`` gave.
  public static func gradient<T: KernelReal>(
    p: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>, temperature: T = 1,
    into dx: UnsafeMutableBufferPointer<T>, rows: Int, width: Int
  ) throws(KernelError) {
    try check(
      "softmax gradient", rows, width, p.count, ("dy", dy.count), temperature, ("dx", dx.count))
    if T.self == Float.self {
      ck_softmax_gradient_f32(
        p.pointer(Float.self), dy.pointer(Float.self), Float(temperature), dx.pointer(Float.self),
        rows, width)
    } else {
      ck_softmax_gradient_f64(
        p.pointer(Double.self), dy.pointer(Double.self), Double(temperature),
        dx.pointer(Double.self), rows, width)
    }
  }

  /// y = (z - m) - log Σ exp(z - m), the sum in the order of ``Sums``. `y` may be `x`.
  public static func logForward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, temperature: T = 1, into y: UnsafeMutableBufferPointer<T>,
    rows: Int, width: Int
  ) throws(KernelError) {
    try check("log-softmax", rows, width, x.count, ("y", y.count), temperature)
    if T.self == Float.self {
      ck_log_softmax_f32(
        x.pointer(Float.self), Float(temperature), y.pointer(Float.self), rows, width)
    } else {
      ck_log_softmax_f64(
        x.pointer(Double.self), Double(temperature), y.pointer(Double.self), rows, width)
    }
  }

  /// dx = (dy - exp(y) · Σ dy) / temperature, the sum in the order of ``Sums``. `dx` may be `dy`.
  ///
  /// - Parameter y: what ``logForward(_:temperature:into:rows:width:)`` gave.
  public static func logGradient<T: KernelReal>(
    y: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>, temperature: T = 1,
    into dx: UnsafeMutableBufferPointer<T>, rows: Int, width: Int
  ) throws(KernelError) {
    try check(
      "log-softmax gradient", rows, width, y.count, ("dy", dy.count), temperature,
      ("dx", dx.count))
    if T.self == Float.self {
      ck_log_softmax_gradient_f32(
        y.pointer(Float.self), dy.pointer(Float.self), Float(temperature), dx.pointer(Float.self),
        rows, width)
    } else {
      ck_log_softmax_gradient_f64(
        y.pointer(Double.self), dy.pointer(Double.self), Double(temperature),
        dx.pointer(Double.self), rows, width)
    }
  }

  /// y `[rows]` = log Σ exp x, as m + log Σ exp(x - m); m where that is infinite, -∞ of nothing.
  public static func logSumExp<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>, rows: Int, width: Int
  ) throws(KernelError) {
    try check("logsumexp", rows, width, x.count, nil, 1)
    try KernelError.check("logsumexp", "y", y.count, rows)
    if T.self == Float.self {
      ck_logsumexp_f32(x.pointer(Float.self), y.pointer(Float.self), rows, width)
    } else {
      ck_logsumexp_f64(x.pointer(Double.self), y.pointer(Double.self), rows, width)
    }
  }

  /// dx = exp(x - y) · dy of the row; 0 where y is -∞. `dx` may be `x`.
  ///
  /// - Parameters:
  ///   - y: `[rows]`, what ``logSumExp(_:into:rows:width:)`` gave.
  ///   - dy: `[rows]`.
  public static func logSumExpGradient<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, y: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>, rows: Int, width: Int
  ) throws(KernelError) {
    try check("logsumexp gradient", rows, width, x.count, ("dx", dx.count), 1)
    try KernelError.check("logsumexp gradient", "y", y.count, rows)
    try KernelError.check("logsumexp gradient", "dy", dy.count, rows)
    if T.self == Float.self {
      ck_logsumexp_gradient_f32(
        x.pointer(Float.self), y.pointer(Float.self), dy.pointer(Float.self),
        dx.pointer(Float.self), rows, width)
    } else {
      ck_logsumexp_gradient_f64(
        x.pointer(Double.self), y.pointer(Double.self), dy.pointer(Double.self),
        dx.pointer(Double.self), rows, width)
    }
  }

  /// Sparsemax: the point of the simplex nearest to z, with exact zeros (A. Martins, R. Astudillo,
  /// arXiv 1602.02068). `p` may be `x`.
  ///
  /// The threshold rises from m - 1 to (the sum above it - 1) / their number until it stays
  /// (C. Michelot, 1986); sums are ascending chains.
  ///
  /// - Complexity: O(rows · width) for each rise, of which there are few.
  public static func sparse<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, temperature: T = 1, into p: UnsafeMutableBufferPointer<T>,
    rows: Int, width: Int
  ) throws(KernelError) {
    try check("sparsemax", rows, width, x.count, ("p", p.count), temperature)
    if T.self == Float.self {
      ck_sparsemax_f32(
        x.pointer(Float.self), Float(temperature), p.pointer(Float.self), rows, width)
    } else {
      ck_sparsemax_f64(
        x.pointer(Double.self), Double(temperature), p.pointer(Double.self), rows, width)
    }
  }

  /// Where p > 0: (dy - the mean of dy there) / temperature; elsewhere 0. `dx` may be `dy`.
  public static func sparseGradient<T: KernelReal>(
    p: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>, temperature: T = 1,
    into dx: UnsafeMutableBufferPointer<T>, rows: Int, width: Int
  ) throws(KernelError) {
    try check(
      "sparsemax gradient", rows, width, p.count, ("dy", dy.count), temperature, ("dx", dx.count))
    if T.self == Float.self {
      ck_sparsemax_gradient_f32(
        p.pointer(Float.self), dy.pointer(Float.self), Float(temperature), dx.pointer(Float.self),
        rows, width)
    } else {
      ck_sparsemax_gradient_f64(
        p.pointer(Double.self), dy.pointer(Double.self), Double(temperature),
        dx.pointer(Double.self), rows, width)
    }
  }

  private static func check<T: KernelReal>(
    _ kernel: String, _ rows: Int, _ width: Int, _ x: Int, _ second: (name: String, count: Int)?,
    _ temperature: T, _ third: (name: String, count: Int)? = nil
  ) throws(KernelError) {
    let count = try KernelError.extent(kernel, rows, width)
    try KernelError.check(kernel, "x", x, count)
    if let second { try KernelError.check(kernel, second.name, second.count, count) }
    if let third { try KernelError.check(kernel, third.name, third.count, count) }
    guard temperature > 0, temperature.isFinite else {
      throw .value(kernel: kernel, argument: "temperature", allowed: "above 0 and finite")
    }
  }
}
