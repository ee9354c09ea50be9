import CKernels

/// What slides over a picture: the extents, steps and padding of a kernel in two dimensions. In one, the
/// height is 1 and so are its steps.
public struct PictureWindow: Equatable, Sendable {
  public var height: Int
  public var width: Int
  public var strideY = 1
  public var strideX = 1
  public var dilationY = 1
  public var dilationX = 1
  /// How many absent places there are on each side.
  public var top = 0
  public var bottom = 0
  public var left = 0
  public var right = 0

  public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

  /// The same stride, dilation and padding on all sides.
  public init(height: Int, width: Int, stride: Int, padding: Int = 0, dilation: Int = 1) {
    self.init(height: height, width: width)
    (strideY, strideX, dilationY, dilationX) = (stride, stride, dilation, dilation)
    (top, bottom, left, right) = (padding, padding, padding, padding)
  }

  /// The window of one dimension.
  public static func line(
    _ width: Int, stride: Int = 1, before: Int = 0, after: Int = 0, dilation: Int = 1
  ) -> PictureWindow {
    var window = PictureWindow(height: 1, width: width)
    (window.strideX, window.dilationX) = (stride, dilation)
    (window.left, window.right) = (before, after)
    return window
  }

  /// How many places it has on a picture: (extent + padding - dilation (size - 1) - 1) / stride + 1.
  public func places(_ kernel: String, height: Int, width: Int) throws(KernelError) -> (
    height: Int, width: Int
  ) {
    try check(kernel)
    return (
      try Self.places(
        kernel, "height with padding", height, top + bottom, (self.height - 1) * dilationY + 1,
        strideY),
      try Self.places(
        kernel, "width with padding", width, left + right, (self.width - 1) * dilationX + 1,
        strideX)
    )
  }

  /// The picture of which `height` by `width` places were taken, as small as can be, and `extra` larger.
  func picture(_ kernel: String, height: Int, width: Int, extraHeight: Int, extraWidth: Int)
    throws(KernelError) -> (height: Int, width: Int)
  {
    try check(kernel)
    return (
      try Self.picture(
        kernel, "height", height, top + bottom, (self.height - 1) * dilationY + 1, strideY,
        extraHeight),
      try Self.picture(
        kernel, "width", width, left + right, (self.width - 1) * dilationX + 1, strideX, extraWidth)
    )
  }

  /// Planes are indexed by 32 bits, and no sum of these numbers overflows.
  static let limit = Int(Int32.max)

  private func check(_ kernel: String) throws(KernelError) {
    let steps = [height, width, strideY, strideX, dilationY, dilationX]
    for step in steps where step < 1 || step > Self.limit {
      throw .value(
        kernel: kernel, argument: "window", allowed: "with sizes and steps from 1 to \(Self.limit)")
    }
    for pad in [top, bottom, left, right] where pad < 0 || pad > Self.limit {
      throw .value(kernel: kernel, argument: "padding", allowed: "from 0 to \(Self.limit)")
    }
  }

  private static func places(
    _ kernel: String, _ axis: String, _ extent: Int, _ padding: Int, _ span: Int, _ stride: Int
  ) throws(KernelError) -> Int {
    if extent < 0 || extent > limit {
      throw .size(kernel: kernel, argument: "extents", needed: 0, found: extent)
    }
    if extent + padding < span {
      throw .size(kernel: kernel, argument: axis, needed: span, found: extent + padding)
    }
    let places = (extent + padding - span) / stride + 1
    if places > limit {
      throw .value(kernel: kernel, argument: "padding", allowed: "for at most \(limit) places")
    }
    return places
  }

  private static func picture(
    _ kernel: String, _ axis: String, _ places: Int, _ padding: Int, _ span: Int, _ stride: Int,
    _ extra: Int
  ) throws(KernelError) -> Int {
    if places < 1 || places > limit {
      throw .value(kernel: kernel, argument: axis, allowed: "from 1 to \(limit)")
    }
    // Else the window had a place more.
    if extra < 0 || extra >= stride {
      throw .value(
        kernel: kernel, argument: "extra \(axis)", allowed: "from 0 to below the stride \(stride)")
    }
    let (reach, overflow) = ((places - 1) * stride).addingReportingOverflow(span + extra)
    if overflow || reach < padding || reach - padding > limit {
      throw .value(kernel: kernel, argument: axis, allowed: "such that a picture is left")
    }
    return reach - padding
  }

  func call(batch: Int, groups: Int, inputs: Int, outputs: Int, from: (Int, Int), to: (Int, Int))
    -> ck_convolution
  {
    ck_convolution(
      batch: batch, groups: groups, in_channels: inputs, out_channels: outputs, height: from.0,
      width: from.1, out_height: to.0, out_width: to.1, kernel_height: height,
      kernel_width: width, stride_y: strideY, stride_x: strideX, pad_top: top, pad_left: left,
      dilation_y: dilationY, dilation_x: dilationX)
  }
}
