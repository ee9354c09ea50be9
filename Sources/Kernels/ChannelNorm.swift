import CKernels

/// Norms of `[batch, channels, positions]` over groups of channels (group norm; instance norm with a
/// group for each channel) or over the batch (batch norm), in f32 or f64, with gradients.
///
/// factor = 1 / √(variance + ε), y = (x - mean) · factor · gain + bias, in two passes in the order of
/// ``Sums`` over (channel, position) or (batch, position). Input gradients overwrite; those of gains
/// and biases are chains over (batch, position) ascending that go on from what the buffer holds.
public struct ChannelNorm<T: KernelReal>: Sendable {
  public enum Kind: Sendable, Equatable {
    /// Y. Wu, K. He, arXiv 1803.08494: as many means as `batch` · the number of groups.
    case group(Int)
    /// S. Ioffe, C. Szegedy, arXiv 1502.03167: as many means as channels.
    case batch
    /// Batch norm at inference: means and variances are given and stay.
    case running
  }

  public var kind: Kind
  public var batch: Int
  public var channels: Int
  public var positions: Int
  public var epsilon: T

  public init(_ kind: Kind, batch: Int, channels: Int, positions: Int, epsilon: T) {
    (self.kind, self.batch, self.channels) = (kind, batch, channels)
    (self.positions, self.epsilon) = (positions, epsilon)
  }

  /// `y` may be `x`.
  ///
  /// - Parameters:
  ///   - gain: `[channels]`, or nil for none; so is `bias`.
  ///   - means: `[batch, groups]` or `[channels]`: written for the gradient; in `running`, read.
  ///   - variances: likewise; they divide by the number of values.
  public func forward(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>?, bias: UnsafeBufferPointer<T>?,
    means: UnsafeMutableBufferPointer<T>, variances: UnsafeMutableBufferPointer<T>,
    into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    let groups = try check(
      "channel norm", x.count, [("y", y.count)], [("gain", gain?.count), ("bias", bias?.count)],
      [("means", means.count), ("variances", variances.count)])
    if T.self == Float.self {
      var call = single(x, gain, means, variances, y, groups)
      call.bias = bias?.pointer(Float.self)
      ck_channel_norm_f32(&call)
    } else {
      var call = double(x, gain, means, variances, y, groups)
      call.bias = bias?.pointer(Double.self)
      ck_channel_norm_f64(&call)
    }
  }

  /// - Parameter means: what the forward call gave, as `variances`; in `running`, what it was given.
  public func gradient(
    _ x: UnsafeBufferPointer<T>, gain: UnsafeBufferPointer<T>?,
    means: UnsafeMutableBufferPointer<T>, variances: UnsafeMutableBufferPointer<T>,
    dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>,
    gainGradient: UnsafeMutableBufferPointer<T>? = nil,
    biasGradient: UnsafeMutableBufferPointer<T>? = nil
  ) throws(KernelError) {
    let groups = try check(
      "channel norm gradient", x.count, [("dy", dy.count), ("dx", dx.count)],
      [
        ("gain", gain?.count), ("gainGradient", gainGradient?.count),
        ("biasGradient", biasGradient?.count),
      ], [("means", means.count), ("variances", variances.count)])
    if T.self == Float.self {
      var call = single(x, gain, means, variances, dx, groups)
      call.dy = dy.pointer(Float.self)
      call.gain_gradient = gainGradient?.pointer(Float.self)
      call.bias_gradient = biasGradient?.pointer(Float.self)
      ck_channel_norm_gradient_f32(&call)
    } else {
      var call = double(x, gain, means, variances, dx, groups)
      call.dy = dy.pointer(Double.self)
      call.gain_gradient = gainGradient?.pointer(Double.self)
      call.bias_gradient = biasGradient?.pointer(Double.self)
      ck_channel_norm_gradient_f64(&call)
    }
  }

  /// running += (new - running) · momentum, after a training batch; the variance takes the
  /// unbiased one, variance · (n / (n - 1)), n = batch · positions; with n = 1, the variance itself.
  public func updateRunning(
    means: UnsafeMutableBufferPointer<T>, variances: UnsafeMutableBufferPointer<T>,
    from batchMeans: UnsafeBufferPointer<T>, _ batchVariances: UnsafeBufferPointer<T>, momentum: T
  ) throws(KernelError) {
    let kernel = "running statistics"
    try KernelError.check(kernel, "means", means.count, channels)
    try KernelError.check(kernel, "variances", variances.count, channels)
    try KernelError.check(kernel, "batchMeans", batchMeans.count, channels)
    try KernelError.check(kernel, "batchVariances", batchVariances.count, channels)
    let count = T(try KernelError.extent(kernel, batch, positions))
    let correction = count > 1 ? count / (count - 1) : 1
    for channel in 0..<channels {
      means[channel] += (batchMeans[channel] - means[channel]) * momentum
      let unbiased = batchVariances[channel] * correction
      variances[channel] += (unbiased - variances[channel]) * momentum
    }
  }

  private func single(
    _ x: UnsafeBufferPointer<T>, _ gain: UnsafeBufferPointer<T>?,
    _ means: UnsafeMutableBufferPointer<T>, _ variances: UnsafeMutableBufferPointer<T>,
    _ out: UnsafeMutableBufferPointer<T>, _ groups: Int
  ) -> ck_channel_norm_call_f32 {
    var call = ck_channel_norm_call_f32()
    call.x = x.pointer(Float.self)
    call.gain = gain?.pointer(Float.self)
    call.means = means.pointer(Float.self)
    call.variances = variances.pointer(Float.self)
    call.out = out.pointer(Float.self)
    (call.batch, call.channels, call.positions) = (batch, channels, positions)
    (call.epsilon, call.groups, call.fixed) = (Float(epsilon), groups, kind == .running)
    return call
  }

  private func double(
    _ x: UnsafeBufferPointer<T>, _ gain: UnsafeBufferPointer<T>?,
    _ means: UnsafeMutableBufferPointer<T>, _ variances: UnsafeMutableBufferPointer<T>,
    _ out: UnsafeMutableBufferPointer<T>, _ groups: Int
  ) -> ck_channel_norm_call_f64 {
    var call = ck_channel_norm_call_f64()
    call.x = x.pointer(Double.self)
    call.gain = gain?.pointer(Double.self)
    call.means = means.pointer(Double.self)
    call.variances = variances.pointer(Double.self)
    call.out = out.pointer(Double.self)
    (call.batch, call.channels, call.positions) = (batch, channels, positions)
    (call.epsilon, call.groups, call.fixed) = (Double(epsilon), groups, kind == .running)
    return call
  }

  /// The number of groups as C takes it.
  private func check(
    _ kernel: String, _ x: Int, _ others: [(name: String, count: Int)],
    _ parameters: [(name: String, count: Int?)], _ statistics: [(name: String, count: Int)]
  ) throws(KernelError) -> Int {
    let count = try KernelError.extent(kernel, batch, channels, positions)
    var (groups, sets) = (0, channels)
    if case .group(let number) = kind {
      guard number > 0, channels % number == 0 else {
        throw .value(
          kernel: kernel, argument: "groups", allowed: "to divide the \(channels) channels")
      }
      groups = number
      sets = try KernelError.extent(kernel, batch, number)
    }
    try KernelError.check(kernel, "x", x, count)
    for (name, found) in others { try KernelError.check(kernel, name, found, count) }
    for (name, found) in statistics { try KernelError.check(kernel, name, found, sets) }
    for (name, found) in parameters {
      if let found { try KernelError.check(kernel, name, found, channels) }
    }
    return groups
  }
}
