import CKernels

/// Convolution in two dimensions, and in one with a height of 1: each output is one chain of fused
/// multiply-adds over (ky, kx, channel) ascending, to which the bias is added. Padding is absent
/// rather than zero (orders: ck_convolution.h).
///
/// Shapes: x `[batch, inputChannels, height, width]`, weights `[outputChannels, inputChannels / groups,
/// window.height, window.width]`, bias `[outputChannels]`, y `[batch, outputChannels, outputHeight,
/// outputWidth]`. With as many groups as channels it is depthwise. What is written stands in nobody
/// else's memory.
public struct Convolution: Equatable, Sendable {
  public let batch: Int
  public let groups: Int
  public let inputChannels: Int
  public let outputChannels: Int
  public let height: Int
  public let width: Int
  public let window: PictureWindow
  public let outputHeight: Int
  public let outputWidth: Int

  /// - Throws: ``KernelError`` where channels do not divide into groups, the window is larger than
  ///   the padded picture, or sizes are too large.
  public init(
    batch: Int, groups: Int = 1, inputChannels: Int, outputChannels: Int, height: Int, width: Int,
    window: PictureWindow
  ) throws(KernelError) {
    let output = try window.places("convolution", height: height, width: width)
    try self.init(
      "convolution", batch, groups, inputChannels, outputChannels, (height, width), window,
      (output.height, output.width))
  }

  init(
    _ kernel: String, _ batch: Int, _ groups: Int, _ inputs: Int, _ outputs: Int,
    _ picture: (Int, Int), _ window: PictureWindow, _ output: (Int, Int)
  ) throws(KernelError) {
    if groups < 1 || inputs < 0 || outputs < 0 || inputs % groups != 0 || outputs % groups != 0 {
      throw .value(
        kernel: kernel, argument: "groups",
        allowed: "to divide \(inputs) and \(outputs) channels, not \(groups)")
    }
    (self.batch, self.groups, self.window) = (batch, groups, window)
    (inputChannels, outputChannels) = (inputs, outputs)
    (height, width) = picture
    (outputHeight, outputWidth) = output
    for plane in [try KernelError.extent(kernel, height, width), outputHeight * outputWidth]
    where plane > PictureWindow.limit {
      throw .value(kernel: kernel, argument: "extents", allowed: "of less than 2^31 a plane")
    }
    // Nothing that is counted in bytes may overflow.
    _ = try KernelError.extent(kernel, batch, inputs, height, width, 8)
    _ = try KernelError.extent(kernel, batch, outputs, outputHeight, outputWidth, 8)
    _ = try KernelError.extent(kernel, inputs / groups, outputs, window.height, window.width, 8)
  }

  public var inputCount: Int { batch * inputChannels * height * width }
  public var outputCount: Int { batch * outputChannels * outputHeight * outputWidth }
  public var weightCount: Int {
    outputChannels * (inputChannels / groups) * window.height * window.width
  }

  public func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, weight: UnsafeBufferPointer<T>,
    bias: UnsafeBufferPointer<T>? = nil, into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    let name = "convolution"
    try KernelError.check(name, "x", x.count, inputCount)
    try KernelError.check(name, "weight", weight.count, weightCount)
    try KernelError.check(name, "bias", bias?.count ?? outputChannels, outputChannels)
    try KernelError.check(name, "y", y.count, outputCount)
    var call = call
    let done =
      T.self == Float.self
      ? ck_convolve_f32(
        &call, x.pointer(Float.self), weight.pointer(Float.self), bias?.pointer(Float.self),
        y.pointer(Float.self))
      : ck_convolve_f64(
        &call, x.pointer(Double.self), weight.pointer(Double.self), bias?.pointer(Double.self),
        y.pointer(Double.self))
    if !done { throw memory(name) }
  }

  /// dx of dy: a gather, one chain over (ky, kx, output channel) ascending. It overwrites.
  public func inputGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, weight: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try gather("convolution gradient", dy, weight: weight, bias: nil, into: dx)
  }

  /// The chains over (batch, oy, ox) ascending go on from what `gradient` holds.
  public func weightGradient<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into gradient: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    let name = "convolution weight gradient"
    try KernelError.check(name, "x", x.count, inputCount)
    try KernelError.check(name, "dy", dy.count, outputCount)
    try KernelError.check(name, "gradient", gradient.count, weightCount)
    var call = call
    let done =
      T.self == Float.self
      ? ck_convolve_weights_f32(
        &call, x.pointer(Float.self), dy.pointer(Float.self), gradient.pointer(Float.self))
      : ck_convolve_weights_f64(
        &call, x.pointer(Double.self), dy.pointer(Double.self), gradient.pointer(Double.self))
    if !done { throw memory(name) }
  }

  /// The chains of adds over (batch, oy, ox) ascending go on from what `gradient` holds.
  public func biasGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into gradient: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try Self.channelSums(
      dy, into: gradient, batch: batch, channels: outputChannels,
      positions: outputHeight * outputWidth)
  }

  /// gradient `[channels]` += dy `[batch, channels, positions]`.
  static func channelSums<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into gradient: UnsafeMutableBufferPointer<T>, batch: Int,
    channels: Int, positions: Int
  ) throws(KernelError) {
    let name = "convolution bias gradient"
    try KernelError.check(
      name, "dy", dy.count, KernelError.extent(name, batch, channels, positions))
    try KernelError.check(name, "gradient", gradient.count, channels)
    if T.self == Float.self {
      ck_channel_sums_f32(
        dy.pointer(Float.self), gradient.pointer(Float.self), batch, channels, positions)
    } else {
      ck_channel_sums_f64(
        dy.pointer(Double.self), gradient.pointer(Double.self), batch, channels, positions)
    }
  }

  func gather<T: KernelReal>(
    _ name: String, _ dy: UnsafeBufferPointer<T>, weight: UnsafeBufferPointer<T>,
    bias: UnsafeBufferPointer<T>?, into dx: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check(name, "dy", dy.count, outputCount)
    try KernelError.check(name, "weight", weight.count, weightCount)
    try KernelError.check(name, "bias", bias?.count ?? inputChannels, inputChannels)
    try KernelError.check(name, "dx", dx.count, inputCount)
    var call = call
    let done =
      T.self == Float.self
      ? ck_convolve_back_f32(
        &call, dy.pointer(Float.self), weight.pointer(Float.self), bias?.pointer(Float.self),
        dx.pointer(Float.self))
      : ck_convolve_back_f64(
        &call, dy.pointer(Double.self), weight.pointer(Double.self), bias?.pointer(Double.self),
        dx.pointer(Double.self))
    if !done { throw memory(name) }
  }

  private var call: ck_convolution {
    window.call(
      batch: batch, groups: groups, inputs: inputChannels / groups,
      outputs: outputChannels / groups, from: (height, width), to: (outputHeight, outputWidth))
  }

  /// The table of taps.
  private func memory(_ kernel: String) -> KernelError {
    let (bytes, overflow) = (window.height * window.width).multipliedReportingOverflow(
      by: 5 * max(height * width, outputHeight * outputWidth))
    return .memory(kernel: kernel, bytes: overflow ? Int.max : bytes)
  }
}
