import CKernels

/// Norms of the rows of `[rows, width]`, in f32 or f64, with gradients.
///
/// factor = 1 / √(variance + ε), h = (x - mean) · factor, y = h · gain + bias (fused); means and
/// variances go in the order of ``Sums``, in two passes. RMS norm has no mean and no bias, and its
/// "variance" is the mean of x². Input gradients overwrite; those of gains and biases are chains over
/// rows ascending that go on from what the buffer holds.
public enum Norms {
  /// y = (x · factor) · gain (B. Zhang, R. Sennrich, arXiv 1910.07467). `y` may be `x`.
  ///
  /// - Parameters:
  ///   - gain: `[width]`, or nil for none.
  ///   - gainOffset: added to the gain first where not 0 (Gemma's norms add 1).
  public static func rms<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>?, epsilon: T, gainOffset: T = 0,
    into y: UnsafeMutableBufferPointer<T>, rows: Int, width: Int
  ) throws(KernelError) {
    try RowNorm(
      kernel: "RMS norm", rows: rows, width: width, groups: 1, epsilon: epsilon,
      gainOffset: gainOffset, isCentered: false
    ).forward(x, gain: gain, bias: nil, into: y)
  }

  public static func rmsGradient<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>?, epsilon: T, gainOffset: T = 0,
    dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>,
    gainGradient: UnsafeMutableBufferPointer<T>? = nil, rows: Int, width: Int
  ) throws(KernelError) {
    try RowNorm(
      kernel: "RMS norm gradient", rows: rows, width: width, groups: 1, epsilon: epsilon,
      gainOffset: gainOffset, isCentered: false
    ).gradient(
      x, gain: gain, dy: dy, into: dx, gainGradient: gainGradient, biasGradient: nil)
  }

  /// y = h · gain + bias (J. Ba, J. Kiros, G. Hinton, arXiv 1607.06450). `y` may be `x`.
  ///
  /// - Parameters:
  ///   - gain: `[width]`, or nil for none.
  ///   - bias: `[width]`, or nil for none.
  public static func layer<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>?, bias: UnsafeBufferPointer<T>?,
    epsilon: T, into y: UnsafeMutableBufferPointer<T>, rows: Int, width: Int
  ) throws(KernelError) {
    try RowNorm(
      kernel: "layer norm", rows: rows, width: width, groups: 1, epsilon: epsilon, gainOffset: 0,
      isCentered: true
    ).forward(x, gain: gain, bias: bias, into: y)
  }

  public static func layerGradient<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>?, epsilon: T,
    dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>,
    gainGradient: UnsafeMutableBufferPointer<T>? = nil,
    biasGradient: UnsafeMutableBufferPointer<T>? = nil, rows: Int, width: Int
  ) throws(KernelError) {
    try RowNorm(
      kernel: "layer norm gradient", rows: rows, width: width, groups: 1, epsilon: epsilon,
      gainOffset: 0, isCentered: true
    ).gradient(
      x, gain: gain, dy: dy, into: dx, gainGradient: gainGradient, biasGradient: biasGradient)
  }

  /// y = h · (1 + scale) + shift, where scale and shift come from elsewhere (W. Peebles, S. Xie,
  /// arXiv 2212.09748). `y` may be `x`.
  ///
  /// - Parameters:
  ///   - scale: `[groups, width]`; consecutive rows share one, `groups` divides `rows` (one for a
  ///     batch entry, or one for a row).
  ///   - shift: `[groups, width]`, or nil for none.
  ///   - centered: layer norm; false for RMS norm.
  public static func adaptive<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, scale: UnsafeBufferPointer<T>, shift: UnsafeBufferPointer<T>?,
    epsilon: T, centered: Bool = true, into y: UnsafeMutableBufferPointer<T>, rows: Int,
    groups: Int, width: Int
  ) throws(KernelError) {
    try RowNorm(
      kernel: "adaptive norm", rows: rows, width: width, groups: groups, epsilon: epsilon,
      gainOffset: 1, isCentered: centered
    ).forward(x, gain: scale, bias: shift, into: y)
  }

  /// All gradients overwrite: those of scale and shift are chains over the rows that share them.
  public static func adaptiveGradient<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, scale: UnsafeBufferPointer<T>, epsilon: T, centered: Bool = true,
    dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>,
    scaleGradient: UnsafeMutableBufferPointer<T>? = nil,
    shiftGradient: UnsafeMutableBufferPointer<T>? = nil, rows: Int, groups: Int, width: Int
  ) throws(KernelError) {
    scaleGradient?.update(repeating: 0)
    shiftGradient?.update(repeating: 0)
    try RowNorm(
      kernel: "adaptive norm gradient", rows: rows, width: width, groups: groups,
      epsilon: epsilon, gainOffset: 1, isCentered: centered
    ).gradient(
      x, gain: scale, dy: dy, into: dx, gainGradient: scaleGradient, biasGradient: shiftGradient)
  }
}

/// One call of a row norm, its sizes checked.
private struct RowNorm<T: KernelReal> {
  let kernel: String
  let rows: Int
  let width: Int
  /// How many rows of gains and biases there are.
  let groups: Int
  let epsilon: T
  let gainOffset: T
  let isCentered: Bool

  func forward(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>?, bias: UnsafeBufferPointer<T>?,
    into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try check(x.count, [("gain", gain?.count), ("bias", bias?.count)], [("y", y.count)])
    if x.isEmpty { return }
    if T.self == Float.self {
      var call = single(x, gain, y)
      call.bias = bias?.pointer(Float.self)
      ck_row_norm_f32(&call)
    } else {
      var call = double(x, gain, y)
      call.bias = bias?.pointer(Double.self)
      ck_row_norm_f64(&call)
    }
  }

  func gradient(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>?, dy: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>, gainGradient: UnsafeMutableBufferPointer<T>?,
    biasGradient: UnsafeMutableBufferPointer<T>?
  ) throws(KernelError) {
    try check(
      x.count,
      [
        ("gain", gain?.count), ("gainGradient", gainGradient?.count),
        ("biasGradient", biasGradient?.count),
      ], [("dy", dy.count), ("dx", dx.count)])
    if x.isEmpty { return }
    let done: Bool
    if T.self == Float.self {
      var call = single(x, gain, dx)
      call.dy = dy.pointer(Float.self)
      call.gain_gradient = gainGradient?.pointer(Float.self)
      call.bias_gradient = biasGradient?.pointer(Float.self)
      done = ck_row_norm_gradient_f32(&call)
    } else {
      var call = double(x, gain, dx)
      call.dy = dy.pointer(Double.self)
      call.gain_gradient = gainGradient?.pointer(Double.self)
      call.bias_gradient = biasGradient?.pointer(Double.self)
      done = ck_row_norm_gradient_f64(&call)
    }
    if !done { throw .memory(kernel: kernel, bytes: 2 * rows * MemoryLayout<T>.size) }
  }

  private func single(
    _ x: UnsafeBufferPointer<T>, _ gain: UnsafeBufferPointer<T>?,
    _ out: UnsafeMutableBufferPointer<T>
  ) -> ck_row_norm_call_f32 {
    var call = ck_row_norm_call_f32()
    call.x = x.pointer(Float.self)
    call.gain = gain?.pointer(Float.self)
    call.out = out.pointer(Float.self)
    (call.epsilon, call.gain_offset) = (Float(epsilon), Float(gainOffset))
    (call.rows, call.width, call.group_rows) = (rows, width, rows / groups)
    call.centered = isCentered
    return call
  }

  private func double(
    _ x: UnsafeBufferPointer<T>, _ gain: UnsafeBufferPointer<T>?,
    _ out: UnsafeMutableBufferPointer<T>
  ) -> ck_row_norm_call_f64 {
    var call = ck_row_norm_call_f64()
    call.x = x.pointer(Double.self)
    call.gain = gain?.pointer(Double.self)
    call.out = out.pointer(Double.self)
    (call.epsilon, call.gain_offset) = (Double(epsilon), Double(gainOffset))
    (call.rows, call.width, call.group_rows) = (rows, width, rows / groups)
    call.centered = isCentered
    return call
  }

  private func check(
    _ x: Int, _ parameters: [(name: String, count: Int?)], _ others: [(name: String, count: Int)]
  ) throws(KernelError) {
    let count = try KernelError.extent(kernel, rows, width)
    guard groups > 0, rows % groups == 0 else {
      throw .value(kernel: kernel, argument: "groups", allowed: "to divide the \(rows) rows")
    }
    let shared = try KernelError.extent(kernel, groups, width)
    try KernelError.check(kernel, "x", x, count)
    for (name, found) in others { try KernelError.check(kernel, name, found, count) }
    for (name, found) in parameters {
      if let found { try KernelError.check(kernel, name, found, shared) }
    }
  }
}
