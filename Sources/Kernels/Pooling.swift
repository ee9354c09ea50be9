import CKernels

/// The largest of each window of x `[planes, height, width]`; padding is absent.
///
/// Ties go to the lowest place (-0 ties with +0), and the first NaN of a window wins (orders:
/// ck_convolution.h, ck_pooling.h).
public struct MaximumPooling: Equatable, Sendable {
  private let windows: Unfolding

  /// - Throws: ``KernelError`` also where a window has nothing but padding.
  public init(planes: Int, height: Int, width: Int, window: PictureWindow) throws(KernelError) {
    windows = try Unfolding(planes: planes, height: height, width: width, window: window)
    let seesAll =
      Self.sees(
        height, places: windows.outputHeight, size: window.height, stride: window.strideY,
        padding: window.top, dilation: window.dilationY)
      && Self.sees(
        width, places: windows.outputWidth, size: window.width, stride: window.strideX,
        padding: window.left, dilation: window.dilationX)
    if !seesAll {
      throw .value(
        kernel: "max pool", argument: "padding", allowed: "such that every window has a value")
    }
  }

  public var outputHeight: Int { windows.outputHeight }
  public var outputWidth: Int { windows.outputWidth }
  public var inputCount: Int { windows.pictureCount }
  public var outputCount: Int { windows.planes * outputHeight * outputWidth }

  /// y and `places`, the index of each in its plane, are `[planes, outputHeight, outputWidth]`.
  public func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>,
    places: UnsafeMutableBufferPointer<Int32>
  ) throws(KernelError) {
    let name = "max pool"
    try KernelError.check(name, "x", x.count, inputCount)
    try KernelError.check(name, "y", y.count, outputCount)
    try KernelError.check(name, "places", places.count, outputCount)
    var call = windows.call
    let done =
      T.self == Float.self
      ? ck_max_pool_f32(
        &call, x.pointer(Float.self), y.pointer(Float.self), places.baseAddress)
      : ck_max_pool_f64(
        &call, x.pointer(Double.self), y.pointer(Double.self), places.baseAddress)
    if !done { throw windows.memory(name) }
  }

  /// dx at each of `places` is the chain of adds of dy there, places of y ascending. It overwrites.
  public func gradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, places: UnsafeBufferPointer<Int32>,
    into dx: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    let name = "max pool gradient"
    try KernelError.check(name, "dy", dy.count, outputCount)
    try KernelError.check(name, "places", places.count, outputCount)
    try KernelError.check(name, "dx", dx.count, inputCount)
    let plane = windows.height * windows.width
    try KernelError.check(name, "places", places, below: plane)
    if T.self == Float.self {
      ck_scatter_planes_f32(
        dy.pointer(Float.self), places.baseAddress, dx.pointer(Float.self), windows.planes,
        outputHeight * outputWidth, plane)
    } else {
      ck_scatter_planes_f64(
        dy.pointer(Double.self), places.baseAddress, dx.pointer(Double.self), windows.planes,
        outputHeight * outputWidth, plane)
    }
  }

  /// Every place of the window along one axis has a tap in `0..<extent`.
  private static func sees(
    _ extent: Int, places: Int, size: Int, stride: Int, padding: Int, dilation: Int
  ) -> Bool {
    (0..<places).allSatisfy { place in
      let start = place * stride - padding
      // The first tap that is not before the picture.
      let tap = start >= 0 ? 0 : (dilation - 1 - start) / dilation
      return tap < size && start + tap * dilation < extent
    }
  }
}

/// The mean of each window of x `[planes, height, width]`: a chain of adds over the window's rows and
/// columns ascending, divided by their number (orders: ck_pooling.h).
public struct AveragePooling: Equatable, Sendable {
  public let planes: Int
  public let height: Int
  public let width: Int
  public let outputHeight: Int
  public let outputWidth: Int
  /// Bounds of each window along the axes.
  private let rows: [Int32]
  private let columns: [Int32]
  /// What sums are divided by, or 0 for the places that a window has.
  private let divisor: Int

  /// - Parameter countingPadding: sums are divided by the window's size, rather than by how many of
  ///   its places are in the picture.
  /// - Throws: ``KernelError`` also for a dilated window, and where a window has nothing to average.
  public init(
    planes: Int, height: Int, width: Int, window: PictureWindow, countingPadding: Bool = true
  ) throws(KernelError) {
    let name = "average pool"
    if window.dilationY != 1 || window.dilationX != 1 {
      throw .value(kernel: name, argument: "dilation", allowed: "to be 1")
    }
    let output = try window.places(name, height: height, width: width)
    try self.init(
      name, planes, (height, width), (output.height, output.width),
      countingPadding ? window.height * window.width : 0,
      rows: {
        let start = $0 * window.strideY - window.top
        return (start, start + window.height)
      },
      columns: {
        let start = $0 * window.strideX - window.left
        return (start, start + window.width)
      })
  }

  /// Windows that divide the picture as evenly as can be: from ⌊o · height / outputHeight⌋ to
  /// ⌈(o + 1) · height / outputHeight⌉, columns alike.
  public static func adaptive(
    planes: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int
  ) throws(KernelError) -> AveragePooling {
    let name = "adaptive average pool"
    for extent in [height, width, outputHeight, outputWidth]
    where extent < 1 || extent > PictureWindow.limit {
      throw .value(
        kernel: name, argument: "extents", allowed: "from 1 to \(PictureWindow.limit)")
    }
    return try AveragePooling(
      name, planes, (height, width), (outputHeight, outputWidth), 0,
      rows: { ($0 * height / outputHeight, (($0 + 1) * height - 1) / outputHeight + 1) },
      columns: { ($0 * width / outputWidth, (($0 + 1) * width - 1) / outputWidth + 1) })
  }

  private init(
    _ kernel: String, _ planes: Int, _ picture: (Int, Int), _ output: (Int, Int), _ divisor: Int,
    rows: (Int) -> (Int, Int), columns: (Int) -> (Int, Int)
  ) throws(KernelError) {
    (self.planes, self.divisor) = (planes, divisor)
    (height, width) = picture
    (outputHeight, outputWidth) = output
    _ = try KernelError.extent(kernel, planes, height, width, 8)
    _ = try KernelError.extent(kernel, planes, outputHeight, outputWidth, 8)
    self.rows = Self.bounds(outputHeight, within: height, rows)
    self.columns = Self.bounds(outputWidth, within: width, columns)
    for bounds in [self.rows, self.columns] where divisor == 0 {
      for low in stride(from: 0, to: bounds.count, by: 2) where bounds[low] == bounds[low + 1] {
        throw .value(
          kernel: kernel, argument: "padding", allowed: "such that every window has a value")
      }
    }
  }

  private static func bounds(_ places: Int, within extent: Int, _ range: (Int) -> (Int, Int))
    -> [Int32]
  {
    (0..<places).flatMap { place in
      let (start, end) = range(place)
      let low = min(max(start, 0), extent)
      return [Int32(low), Int32(max(low, min(end, extent)))]
    }
  }

  public var inputCount: Int { planes * height * width }
  public var outputCount: Int { planes * outputHeight * outputWidth }

  public func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check("average pool", "x", x.count, inputCount)
    try KernelError.check("average pool", "y", y.count, outputCount)
    withCall { call in
      if T.self == Float.self {
        ck_average_f32(call, x.pointer(Float.self), y.pointer(Float.self))
      } else {
        ck_average_f64(call, x.pointer(Double.self), y.pointer(Double.self))
      }
    }
  }

  /// dx is the chain of adds of dy / divisor over the windows that hold it, ascending. It overwrites.
  public func gradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check("average pool gradient", "dy", dy.count, outputCount)
    try KernelError.check("average pool gradient", "dx", dx.count, inputCount)
    withCall { call in
      if T.self == Float.self {
        ck_average_gradient_f32(call, dy.pointer(Float.self), dx.pointer(Float.self))
      } else {
        ck_average_gradient_f64(call, dy.pointer(Double.self), dx.pointer(Double.self))
      }
    }
  }

  private func withCall(_ body: (UnsafePointer<ck_averages>) -> Void) {
    rows.withUnsafeBufferPointer { rows in
      columns.withUnsafeBufferPointer { columns in
        var call = ck_averages(
          planes: planes, height: height, width: width, out_height: outputHeight,
          out_width: outputWidth, rows: rows.baseAddress, columns: columns.baseAddress,
          divisor: divisor)
        withUnsafePointer(to: &call, body)
      }
    }
  }
}
