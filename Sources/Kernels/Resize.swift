import CKernels

/// Other sizes of x `[planes, height, width]`; in one dimension the height is 1 before and after.
///
/// Weights are computed in f64 and rounded once to the type of the numbers; a tap of weight 0 is absent.
/// What a row of x gives is one chain of fused multiply-adds, and so is y over the rows (orders: ck_pooling.h).
/// With pixels as areas, output o is at (o + ½) · height / outputHeight - ½; with aligned corners, at
/// o · (height - 1) / (outputHeight - 1).
public struct Resize: Equatable, Sendable {
  public enum Method: Sendable, CaseIterable {
    /// The element at ⌊o · height / outputHeight⌋, as it is.
    case nearest
    /// The mean of the elements that an output covers, as adaptive average pooling.
    case area
    /// Between two neighbours along each axis; outside of their centres, the nearest.
    case bilinear
    /// Cubic convolution of four neighbours along each axis, a = -0.75 (R. Keys, 1981); the border goes on
    /// with its own value.
    case bicubic
  }

  /// For each output, the elements along one axis and their weights.
  struct Taps: Equatable, Sendable {
    var count: Int
    var places: [Int32] = []
    var weights: [Double] = []
  }

  public let planes: Int
  public let height: Int
  public let width: Int
  public let outputHeight: Int
  public let outputWidth: Int
  private let rows: Taps
  private let columns: Taps
  private let averages: AveragePooling?

  /// - Throws: ``KernelError`` for empty pictures, and for aligned corners where nothing is interpolated.
  public init(
    planes: Int, height: Int, width: Int, outputHeight: Int, outputWidth: Int, method: Method,
    alignCorners: Bool = false
  ) throws(KernelError) {
    (self.planes, self.height, self.width) = (planes, height, width)
    (self.outputHeight, self.outputWidth) = (outputHeight, outputWidth)
    for extent in [height, width, outputHeight, outputWidth]
    where extent < 1 || extent > PictureWindow.limit {
      throw .value(
        kernel: "resize", argument: "extents", allowed: "from 1 to \(PictureWindow.limit)")
    }
    if alignCorners && (method == .nearest || method == .area) {
      throw .value(
        kernel: "resize", argument: "alignCorners", allowed: "only where it interpolates")
    }
    _ = try KernelError.extent("resize", planes, height, width, 8)
    _ = try KernelError.extent("resize", planes, outputHeight, outputWidth, 8)
    if method == .area {
      averages = try .adaptive(
        planes: planes, height: height, width: width, outputHeight: outputHeight,
        outputWidth: outputWidth)
      (rows, columns) = (Taps(count: 0), Taps(count: 0))
    } else {
      averages = nil
      rows = Self.taps(height, outputHeight, method, alignCorners)
      columns = Self.taps(width, outputWidth, method, alignCorners)
    }
  }

  public var inputCount: Int { planes * height * width }
  public var outputCount: Int { planes * outputHeight * outputWidth }

  public func forward<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check("resize", "x", x.count, inputCount)
    try KernelError.check("resize", "y", y.count, outputCount)
    if let averages { return try averages.forward(x, into: y) }
    if T.self == Float.self {
      withSingle { ck_resample_f32($0, x.pointer(Float.self), y.pointer(Float.self)) }
    } else {
      withDouble { ck_resample_f64($0, x.pointer(Double.self), y.pointer(Double.self)) }
    }
  }

  /// dx of dy, over (place of y, row tap, column tap) ascending. It overwrites.
  public func gradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try KernelError.check("resize gradient", "dy", dy.count, outputCount)
    try KernelError.check("resize gradient", "dx", dx.count, inputCount)
    if let averages { return try averages.gradient(dy, into: dx) }
    if T.self == Float.self {
      withSingle { ck_resample_gradient_f32($0, dy.pointer(Float.self), dx.pointer(Float.self)) }
    } else {
      withDouble {
        ck_resample_gradient_f64($0, dy.pointer(Double.self), dx.pointer(Double.self))
      }
    }
  }

  static func taps(_ extent: Int, _ outputs: Int, _ method: Method, _ alignCorners: Bool) -> Taps {
    var taps = Taps(count: method == .bicubic ? 4 : method == .bilinear ? 2 : 1)
    for output in 0..<outputs {
      if method == .nearest {
        taps.places.append(Int32(output * extent / outputs))
        taps.weights.append(1)
        continue
      }
      var place = position(of: output, extent, outputs, alignCorners)
      if method == .bilinear { place = min(max(place, 0), Double(extent - 1)) }
      let start = place.rounded(.down)
      let weights =
        method == .bilinear ? [1 - (place - start), place - start] : cubicWeights(place - start)
      let first = Int(start) - (method == .bicubic ? 1 : 0)
      for (offset, weight) in weights.enumerated() {
        taps.places.append(Int32(min(max(first + offset, 0), extent - 1)))
        taps.weights.append(weight)
      }
    }
    return taps
  }

  private static func position(
    of output: Int, _ extent: Int, _ outputs: Int, _ alignCorners: Bool
  ) -> Double {
    if !alignCorners {
      return (Double(output) + 0.5) * Double(extent) / Double(outputs) - 0.5
    }
    return outputs == 1 ? 0 : Double(output) * Double(extent - 1) / Double(outputs - 1)
  }

  /// Of the elements at -1, 0, 1 and 2 for a point `t` after 0.
  private static func cubicWeights(_ t: Double) -> [Double] {
    let a = -0.75
    func near(_ x: Double) -> Double { ((a + 2) * x - (a + 3)) * x * x + 1 }
    func far(_ x: Double) -> Double { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return [far(1 + t), near(t), near(1 - t), far(2 - t)]
  }

  private func withSingle(_ body: (UnsafePointer<ck_resampling_f32>) -> Void) {
    let rowWeights = rows.weights.map(Float.init)
    let columnWeights = columns.weights.map(Float.init)
    rows.places.withUnsafeBufferPointer { rowPlaces in
      columns.places.withUnsafeBufferPointer { columnPlaces in
        rowWeights.withUnsafeBufferPointer { rowWeights in
          columnWeights.withUnsafeBufferPointer { columnWeights in
            var call = ck_resampling_f32(
              planes: planes, height: height, width: width, out_height: outputHeight,
              out_width: outputWidth, row_taps: rows.count, column_taps: columns.count,
              row_places: rowPlaces.baseAddress, column_places: columnPlaces.baseAddress,
              row_weights: rowWeights.baseAddress, column_weights: columnWeights.baseAddress)
            withUnsafePointer(to: &call, body)
          }
        }
      }
    }
  }

  private func withDouble(_ body: (UnsafePointer<ck_resampling_f64>) -> Void) {
    rows.places.withUnsafeBufferPointer { rowPlaces in
      columns.places.withUnsafeBufferPointer { columnPlaces in
        rows.weights.withUnsafeBufferPointer { rowWeights in
          columns.weights.withUnsafeBufferPointer { columnWeights in
            var call = ck_resampling_f64(
              planes: planes, height: height, width: width, out_height: outputHeight,
              out_width: outputWidth, row_taps: rows.count, column_taps: columns.count,
              row_places: rowPlaces.baseAddress, column_places: columnPlaces.baseAddress,
              row_weights: rowWeights.baseAddress, column_weights: columnWeights.baseAddress)
            withUnsafePointer(to: &call, body)
          }
        }
      }
    }
  }
}
