import CKernels

/// Global response norm of `[batch, positions, channels]` (S. Woo and others, arXiv 2301.00808), in
/// f32 or f64, with its gradient.
///
/// size = √(Σ x² over positions) of each channel, n = size / (the mean size + ε),
/// y = gain · (x · n) + bias + x. Sums go in the order of ``Sums``.
public struct ResponseNorm<T: KernelReal>: Sendable {
  public var batch: Int
  public var positions: Int
  public var channels: Int
  public var epsilon: T

  public init(batch: Int, positions: Int, channels: Int, epsilon: T) {
    (self.batch, self.positions) = (batch, positions)
    (self.channels, self.epsilon) = (channels, epsilon)
  }

  /// `gain` and `bias` are `[channels]`. `y` may be `x`.
  public func forward(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>, bias: UnsafeBufferPointer<T>,
    into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try check([x.count, y.count], [gain.count, bias.count])
    let done: Bool
    if T.self == Float.self {
      var call = single(x, gain, y)
      call.bias = bias.pointer(Float.self)
      done = ck_response_norm_f32(&call)
    } else {
      var call = double(x, gain, y)
      call.bias = bias.pointer(Double.self)
      done = ck_response_norm_f64(&call)
    }
    if !done { throw memory }
  }

  /// dx overwrites; the gradients of gain and bias go on, over (batch, position) ascending.
  public func gradient(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>,
    gainGradient: UnsafeMutableBufferPointer<T>? = nil,
    biasGradient: UnsafeMutableBufferPointer<T>? = nil
  ) throws(KernelError) {
    try check(
      [x.count, dy.count, dx.count],
      [gain.count, gainGradient?.count ?? channels, biasGradient?.count ?? channels])
    let done: Bool
    if T.self == Float.self {
      var call = single(x, gain, dx)
      call.dy = dy.pointer(Float.self)
      call.gain_gradient = gainGradient?.pointer(Float.self)
      call.bias_gradient = biasGradient?.pointer(Float.self)
      done = ck_response_norm_gradient_f32(&call)
    } else {
      var call = double(x, gain, dx)
      call.dy = dy.pointer(Double.self)
      call.gain_gradient = gainGradient?.pointer(Double.self)
      call.bias_gradient = biasGradient?.pointer(Double.self)
      done = ck_response_norm_gradient_f64(&call)
    }
    if !done { throw memory }
  }

  private var memory: KernelError {
    .memory(kernel: "response norm", bytes: 4 * batch * channels * MemoryLayout<T>.size)
  }

  private func single(
    _ x: UnsafeBufferPointer<T>, _ gain: UnsafeBufferPointer<T>,
    _ out: UnsafeMutableBufferPointer<T>
  ) -> ck_response_norm_call_f32 {
    var call = ck_response_norm_call_f32()
    call.x = x.pointer(Float.self)
    call.gain = gain.pointer(Float.self)
    call.out = out.pointer(Float.self)
    call.epsilon = Float(epsilon)
    (call.batch, call.positions, call.channels) = (batch, positions, channels)
    return call
  }

  private func double(
    _ x: UnsafeBufferPointer<T>, _ gain: UnsafeBufferPointer<T>,
    _ out: UnsafeMutableBufferPointer<T>
  ) -> ck_response_norm_call_f64 {
    var call = ck_response_norm_call_f64()
    call.x = x.pointer(Double.self)
    call.gain = gain.pointer(Double.self)
    call.out = out.pointer(Double.self)
    call.epsilon = Double(epsilon)
    (call.batch, call.positions, call.channels) = (batch, positions, channels)
    return call
  }

  private func check(_ values: [Int], _ parameters: [Int]) throws(KernelError) {
    let count = try KernelError.extent("response norm", batch, positions, channels)
    for found in values { try KernelError.check("response norm", "values", found, count) }
    for found in parameters { try KernelError.check("response norm", "gains", found, channels) }
  }
}
