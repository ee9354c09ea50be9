import Kernels

/// The axes of pictures `[batch, channels, height, width]`, or of lines `[batch, channels, length]`, whose
/// height counts as 1.
struct PictureAxes {
  let batch: Int
  let channels: Int
  let height: Int
  let width: Int
  let isLine: Bool

  init(_ shape: [Int], _ operation: String) throws(TensorError) {
    guard shape.count == 3 || shape.count == 4 else {
      throw .invalidArgument(
        operation: operation,
        reason: "\(shape) is neither [batch, channels, length] nor [batch, channels, height, width]"
      )
    }
    isLine = shape.count == 3
    (batch, channels) = (shape[0], shape[1])
    (height, width) = (isLine ? 1 : shape[2], shape[shape.count - 1])
  }

  /// In any other size, with the axes that there are.
  func shape(channels: Int, height: Int, width: Int) -> [Int] {
    [batch, channels] + (isLine ? [width] : [height, width])
  }

  /// Refuses places for which the kernels' tables, in Swift's own memory, could not be held.
  static func checkTables(height: Int, width: Int) throws(TensorError) {
    for extent in [height, width] { try Shape.check([max(extent, 0), 16], of: .f64) }
  }

  /// A window of the same size, step and padding along each axis that there is.
  func window(size: Int, stride: Int, padding: Int, dilation: Int = 1) -> PictureWindow {
    window(height: isLine ? 1 : size, width: size, stride, padding, dilation)
  }

  func window(height: Int, width: Int, _ stride: Int, _ padding: Int, _ dilation: Int)
    -> PictureWindow
  {
    isLine
      ? .line(width, stride: stride, before: padding, after: padding, dilation: dilation)
      : PictureWindow(
        height: height, width: width, stride: stride, padding: padding, dilation: dilation)
  }
}
