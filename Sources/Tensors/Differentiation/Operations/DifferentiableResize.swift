import Kernels

extension Resize: LinearKernel {}

extension Variable {
  /// Pictures `[batch, channels, height, width]` in another size; of lines `[batch, channels, length]` the
  /// height is 1.
  ///
  /// - Parameter alignCorners: the centres of the corners stay where they are; only where the method
  ///   interpolates.
  public func resized(
    height: Int = 1, width: Int, method: Resize.Method = .bilinear, alignCorners: Bool = false
  ) throws(TensorError) -> Variable {
    let axes = try PictureAxes(shape, "resize")
    if axes.isLine, height != 1 {
      throw .invalidArgument(
        operation: "resize", reason: "lines \(shape) have no height of \(height)")
    }
    try PictureAxes.checkTables(height: height, width: width)
    let kernel = try KernelCall.checked { () throws(KernelError) in
      try Resize(
        planes: axes.batch * axes.channels, height: axes.height, width: axes.width,
        outputHeight: height, outputWidth: width, method: method, alignCorners: alignCorners)
    }
    return try Self.result(
      of: DifferentiableMap(
        name: "resize", kernel: kernel,
        shape: axes.shape(channels: axes.channels, height: height, width: width)), self)
  }
}
