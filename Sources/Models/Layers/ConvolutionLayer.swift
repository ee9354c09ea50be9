import Kernels
import Tensors

/// A convolution of pictures `[batch, channels, height, width]` or lines `[batch, channels, length]`, as
/// ``Variable/convolved(_:bias:window:groups:)`` has it.
public struct ConvolutionLayer: Layer, Equatable {
  public let inputs: Int
  public let outputs: Int
  public let window: PictureWindow
  /// Lines, else pictures.
  public let isLine: Bool
  public let groups: Int
  public let hasBias: Bool
  /// The adjoint, which makes pictures larger.
  public let isTransposed: Bool

  /// - Throws: ``ModelError/layer(name:reason:)`` for groups that do not divide the channels.
  public init(
    _ inputs: Int, _ outputs: Int, window: PictureWindow, isLine: Bool = false, groups: Int = 1,
    hasBias: Bool = true, isTransposed: Bool = false
  ) throws(ModelError) {
    try SizeChecks.check(
      layer: "convolution",
      [
        "inputs": inputs, "outputs": outputs, "height": window.height, "width": window.width,
        "groups": groups,
      ])
    guard inputs % groups == 0, outputs % groups == 0, !isLine || window.height == 1 else {
      throw .layer(
        name: "convolution",
        reason: "\(groups) groups of \(inputs) to \(outputs) channels by \(window.height) rows")
    }
    (self.inputs, self.outputs, self.window, self.isLine) = (inputs, outputs, window, isLine)
    (self.groups, self.hasBias, self.isTransposed) = (groups, hasBias, isTransposed)
  }

  /// Pictures by a square window.
  public static func picture(
    _ inputs: Int, _ outputs: Int, size: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1,
    hasBias: Bool = true, isTransposed: Bool = false
  ) throws(ModelError) -> ConvolutionLayer {
    try ConvolutionLayer(
      inputs, outputs,
      window: PictureWindow(height: size, width: size, stride: stride, padding: padding),
      groups: groups, hasBias: hasBias, isTransposed: isTransposed)
  }

  /// Lines, where a place sees itself and what is before it.
  public static func causalLine(
    _ inputs: Int, _ outputs: Int, size: Int, groups: Int = 1, hasBias: Bool = true
  ) throws(ModelError) -> ConvolutionLayer {
    try ConvolutionLayer(
      inputs, outputs, window: .line(size, before: max(size, 1) - 1), isLine: true, groups: groups,
      hasBias: hasBias)
  }

  public var ownParameters: [LayerParameter] {
    let size = isLine ? [window.width] : [window.height, window.width]
    let channels =
      isTransposed ? [inputs, outputs / groups] : [outputs, inputs / groups]
    let reach = inputs / groups * window.height
    let inputs = reach.multipliedReportingOverflow(by: window.width)
    return [
      LayerParameter(
        "weight", channels + size, .scaled(inputs: inputs.overflow ? reach : inputs.partialValue))
    ] + (hasBias ? [LayerParameter("bias", [outputs], .zeros)] : [])
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let weight = try pass.parameter("weight")
    let bias = hasBias ? try pass.parameter("bias") : nil
    return isTransposed
      ? try x.convolvedTransposed(weight, bias: bias, window: window, groups: groups)
      : try x.convolved(weight, bias: bias, window: window, groups: groups)
  }
}
