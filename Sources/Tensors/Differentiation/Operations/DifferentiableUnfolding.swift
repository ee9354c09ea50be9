import Kernels

/// Pictures as columns of windows, and back: each is the other's gradient.
private struct UnfoldingMap: LinearKernel {
  let kernel: Unfolding
  let folds: Bool

  func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    if folds { try kernel.fold(x, into: y) } else { try kernel.unfold(x, into: y) }
  }

  func gradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    if folds { try kernel.unfold(dy, into: dx) } else { try kernel.fold(dy, into: dx) }
  }
}

extension Variable {
  /// The windows of pictures `[batch, channels, height, width]` (or of lines) as columns:
  /// `[batch, channels · window's places, windows]`, +0 where they are padding.
  public func unfolded(_ window: PictureWindow) throws(TensorError) -> Variable {
    let axes = try PictureAxes(shape, "unfold")
    let kernel = try KernelCall.checked { () throws(KernelError) in
      try Unfolding(
        planes: axes.batch * axes.channels, height: axes.height, width: axes.width, window: window)
    }
    return try Self.result(
      of: DifferentiableMap(
        name: "unfold", kernel: UnfoldingMap(kernel: kernel, folds: false),
        shape: [
          axes.batch, axes.channels * window.height * window.width,
          kernel.outputHeight * kernel.outputWidth,
        ]), self)
  }

  /// Columns `[batch, channels · window's places, windows]` added up to pictures
  /// `[batch, channels, height, width]`: the adjoint of ``unfolded(_:)``.
  public func folded(_ window: PictureWindow, height: Int, width: Int) throws(TensorError)
    -> Variable
  {
    let (taps, overflow) = window.height.multipliedReportingOverflow(by: window.width)
    guard rank == 3, !overflow, taps > 0, shape[1] % taps == 0 else {
      throw .invalidArgument(
        operation: "fold", reason: "\(shape) are no columns of \(window.height) x \(window.width)")
    }
    let channels = shape[1] / taps
    let kernel = try KernelCall.checked { () throws(KernelError) in
      try Unfolding(
        planes: shape[0] * channels, height: height, width: width, window: window)
    }
    guard kernel.outputHeight * kernel.outputWidth == shape[2] else {
      throw .invalidArgument(
        operation: "fold",
        reason: "a picture of \(height) x \(width) has "
          + "\(kernel.outputHeight * kernel.outputWidth) windows, not \(shape[2])")
    }
    return try Self.result(
      of: DifferentiableMap(
        name: "fold", kernel: UnfoldingMap(kernel: kernel, folds: true),
        shape: [shape[0], channels, height, width]), self)
  }
}
