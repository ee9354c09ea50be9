import CKernels

/// Windows of pictures as columns, and back.
///
/// Shapes: x `[planes, height, width]`, where planes are batch · channels, and columns `[planes,
/// window.height · window.width, outputHeight · outputWidth]`. The gradient of `unfold` is `fold`, and
/// the other way round.
public struct Unfolding: Equatable, Sendable {
  public let planes: Int
  public let height: Int
  public let width: Int
  public let window: PictureWindow
  public let outputHeight: Int
  public let outputWidth: Int

  public init(planes: Int, height: Int, width: Int, window: PictureWindow) throws(KernelError) {
    let name = "unfold"
    (self.planes, self.height, self.width, self.window) = (planes, height, width, window)
    (outputHeight, outputWidth) = try window.places(name, height: height, width: width)
    for plane in [height * width, outputHeight * outputWidth] where plane > PictureWindow.limit {
      throw .value(kernel: name, argument: "extents", allowed: "of less than 2^31 a plane")
    }
    _ = try KernelError.extent(name, planes, height, width, 8)
    _ = try KernelError.extent(
      name, planes, window.height, window.width, outputHeight, outputWidth, 8)
  }

  public var pictureCount: Int { planes * height * width }
  public var columnCount: Int {
    planes * window.height * window.width * outputHeight * outputWidth
  }

  /// The taps of every place of the window; +0 where they are padding.
  public func unfold<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into columns: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check("unfold", "x", x.count, pictureCount)
    try KernelError.check("unfold", "columns", columns.count, columnCount)
    var call = call
    let done =
      T.self == Float.self
      ? ck_unfold_f32(&call, x.pointer(Float.self), columns.pointer(Float.self))
      : ck_unfold_f64(&call, x.pointer(Double.self), columns.pointer(Double.self))
    if !done { throw memory("unfold") }
  }

  /// Each element is the chain of adds over (ky, kx) ascending of what `unfold` takes from it.
  public func fold<T: KernelReal>(
    _ columns: UnsafeBufferPointer<T>, into x: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check("fold", "columns", columns.count, columnCount)
    try KernelError.check("fold", "x", x.count, pictureCount)
    var call = call
    let done =
      T.self == Float.self
      ? ck_fold_f32(&call, columns.pointer(Float.self), x.pointer(Float.self))
      : ck_fold_f64(&call, columns.pointer(Double.self), x.pointer(Double.self))
    if !done { throw memory("fold") }
  }

  var call: ck_convolution {
    window.call(
      batch: planes, groups: 1, inputs: 1, outputs: 1, from: (height, width),
      to: (outputHeight, outputWidth))
  }

  /// The table of taps.
  func memory(_ kernel: String) -> KernelError {
    let (bytes, overflow) = (window.height * window.width).multipliedReportingOverflow(
      by: 5 * max(height * width, outputHeight * outputWidth))
    return .memory(kernel: kernel, bytes: overflow ? Int.max : bytes)
  }
}
