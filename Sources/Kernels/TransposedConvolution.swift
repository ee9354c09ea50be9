/// Transposed convolution: what gives ``Convolution`` its input's gradient, forward. A gather: each output
/// is one chain of fused multiply-adds over (ky, kx, input channel) ascending, to which the bias is added.
///
/// Shapes: x `[batch, inputChannels, height, width]`, weights `[inputChannels, outputChannels / groups,
/// window.height, window.width]`, y `[batch, outputChannels, outputHeight, outputWidth]` with
/// outputHeight = (height - 1) stride - padding + dilation (window.height - 1) + 1 + extraHeight.
public struct TransposedConvolution: Equatable, Sendable {
  /// The convolution from y to x with the same weights.
  private let convolution: Convolution

  public init(
    batch: Int, groups: Int = 1, inputChannels: Int, outputChannels: Int, height: Int, width: Int,
    window: PictureWindow, extraHeight: Int = 0, extraWidth: Int = 0
  ) throws(KernelError) {
    let name = "transposed convolution"
    let picture = try window.picture(
      name, height: height, width: width, extraHeight: extraHeight, extraWidth: extraWidth)
    convolution = try Convolution(
      name, batch, groups, outputChannels, inputChannels, (picture.height, picture.width), window,
      (height, width))
  }

  public var outputHeight: Int { convolution.height }
  public var outputWidth: Int { convolution.width }
  public var inputCount: Int { convolution.outputCount }
  public var outputCount: Int { convolution.inputCount }
  public var weightCount: Int { convolution.weightCount }

  public func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, weight: UnsafeBufferPointer<T>,
    bias: UnsafeBufferPointer<T>? = nil, into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try convolution.gather("transposed convolution", x, weight: weight, bias: bias, into: y)
  }

  /// dx of dy: the convolution, one chain over (ky, kx, output channel) ascending. It overwrites.
  public func inputGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, weight: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try convolution.forward(dy, weight: weight, into: dx)
  }

  /// The chains over (batch, position of x) ascending go on from what `gradient` holds.
  public func weightGradient<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into gradient: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try convolution.weightGradient(dy, dy: x, into: gradient)
  }

  /// The chains of adds over (batch, position of y) ascending go on from what `gradient` holds.
  public func biasGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into gradient: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try Convolution.channelSums(
      dy, into: gradient, batch: convolution.batch, channels: convolution.inputChannels,
      positions: outputHeight * outputWidth)
  }
}
