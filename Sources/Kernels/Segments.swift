import CKernels

/// Sums, means and maxima of the rows of x `[rows, width]` by segment, `[segments, width]`.
///
/// `ids` `[rows]` says which segment a row belongs to, in any order; ``ids(offsets:rows:)`` makes them
/// from the bounds of sorted segments. Sums are chains of adds from +0, rows ascending.
public enum Segments {
  /// The ids of segments that lie one after the other: segment s has the rows
  /// `offsets[s]..<offsets[s + 1]`.
  public static func ids(offsets: [Int], rows: Int) throws(KernelError) -> [Int32] {
    guard let first = offsets.first, let last = offsets.last, first == 0, last == rows else {
      throw .size(
        kernel: "segments", argument: "offsets", needed: rows, found: offsets.last ?? 0)
    }
    if offsets.count - 1 > Int(Int32.max) {
      throw .size(
        kernel: "segments", argument: "offsets", needed: Int(Int32.max), found: offsets.count)
    }
    for (place, (low, high)) in zip(offsets, offsets.dropFirst()).enumerated() where low > high {
      throw .index(
        kernel: "segments", argument: "offsets", place: place + 1, index: high, count: rows + 1)
    }
    var ids: [Int32] = []
    ids.reserveCapacity(rows)
    for segment in 0..<offsets.count - 1 {
      ids += repeatElement(Int32(segment), count: offsets[segment + 1] - offsets[segment])
    }
    return ids
  }

  /// y = sums; 0 for a segment without rows.
  public static func sum<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>,
    into y: UnsafeMutableBufferPointer<T>, segments: Int, width: Int
  ) throws(KernelError) {
    try check("segment sum", x.count, ids, y.count, segments, width)
    sum(x, ids, nil, T.zero, y, segments, width)
  }

  /// dx[r] = dy[ids[r]].
  public static func sumGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>,
    into dx: UnsafeMutableBufferPointer<T>, segments: Int, width: Int
  ) throws(KernelError) {
    try check("segment sum gradient", dx.count, ids, dy.count, segments, width)
    sumGradient(dy, ids, nil, dx, width)
  }

  /// y = sum / number of rows.
  ///
  /// - Parameter empty: the mean of no rows; nil makes a segment without rows an error.
  public static func mean<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>, empty: T? = nil,
    into y: UnsafeMutableBufferPointer<T>, segments: Int, width: Int
  ) throws(KernelError) {
    try check("segment mean", x.count, ids, y.count, segments, width)
    let counts = counts(ids, segments)
    try checkFilled("segment mean", counts, empty == nil)
    counts.withUnsafeBufferPointer { sum(x, ids, $0.baseAddress, empty ?? 0, y, segments, width) }
  }

  /// dx[r] = dy[ids[r]] / number of rows.
  public static func meanGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>,
    into dx: UnsafeMutableBufferPointer<T>, segments: Int, width: Int
  ) throws(KernelError) {
    try check("segment mean gradient", dx.count, ids, dy.count, segments, width)
    counts(ids, segments).withUnsafeBufferPointer {
      sumGradient(dy, ids, $0.baseAddress, dx, width)
    }
  }

  /// y = largest values; winners `[segments, width]` = the lowest rows that have them, -1 for no rows.
  /// The first NaN wins.
  ///
  /// - Parameter empty: the maximum of no rows; nil makes a segment without rows an error.
  public static func max<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>, empty: T? = nil,
    into y: UnsafeMutableBufferPointer<T>, winners: UnsafeMutableBufferPointer<Int32>,
    segments: Int, width: Int
  ) throws(KernelError) {
    try check("segment maximum", x.count, ids, y.count, segments, width)
    try KernelError.check("segment maximum", "winners", winners.count, y.count)
    if empty == nil { try checkFilled("segment maximum", counts(ids, segments), true) }
    if T.self == Float.self {
      ck_segment_max_f32(
        x.pointer(Float.self), ids.baseAddress, Float(empty ?? 0), y.pointer(Float.self),
        winners.baseAddress, ids.count, segments, width)
    } else {
      ck_segment_max_f64(
        x.pointer(Double.self), ids.baseAddress, Double(empty ?? 0), y.pointer(Double.self),
        winners.baseAddress, ids.count, segments, width)
    }
  }

  /// dx[r] = dy[ids[r]] where row r won, else 0.
  public static func maxGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>,
    winners: UnsafeBufferPointer<Int32>, into dx: UnsafeMutableBufferPointer<T>, segments: Int,
    width: Int
  ) throws(KernelError) {
    try check("segment maximum gradient", dx.count, ids, dy.count, segments, width)
    try KernelError.check("segment maximum gradient", "winners", winners.count, dy.count)
    if T.self == Float.self {
      ck_segment_max_gradient_f32(
        dy.pointer(Float.self), ids.baseAddress, winners.baseAddress, dx.pointer(Float.self),
        ids.count, width)
    } else {
      ck_segment_max_gradient_f64(
        dy.pointer(Double.self), ids.baseAddress, winners.baseAddress, dx.pointer(Double.self),
        ids.count, width)
    }
  }

  private static func sum<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, _ ids: UnsafeBufferPointer<Int32>,
    _ counts: UnsafePointer<Int32>?, _ empty: T, _ y: UnsafeMutableBufferPointer<T>,
    _ segments: Int, _ width: Int
  ) {
    if T.self == Float.self {
      ck_segment_sum_f32(
        x.pointer(Float.self), ids.baseAddress, counts, Float(empty), y.pointer(Float.self),
        ids.count, segments, width)
    } else {
      ck_segment_sum_f64(
        x.pointer(Double.self), ids.baseAddress, counts, Double(empty), y.pointer(Double.self),
        ids.count, segments, width)
    }
  }

  private static func sumGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, _ ids: UnsafeBufferPointer<Int32>,
    _ counts: UnsafePointer<Int32>?, _ dx: UnsafeMutableBufferPointer<T>, _ width: Int
  ) {
    if T.self == Float.self {
      ck_segment_sum_gradient_f32(
        dy.pointer(Float.self), ids.baseAddress, counts, dx.pointer(Float.self), ids.count, width)
    } else {
      ck_segment_sum_gradient_f64(
        dy.pointer(Double.self), ids.baseAddress, counts, dx.pointer(Double.self), ids.count,
        width)
    }
  }

  private static func counts(_ ids: UnsafeBufferPointer<Int32>, _ segments: Int) -> [Int32] {
    var counts = [Int32](repeating: 0, count: segments)
    for id in ids { counts[Int(id)] += 1 }
    return counts
  }

  private static func checkFilled(_ kernel: String, _ counts: [Int32], _ needed: Bool)
    throws(KernelError)
  {
    if needed, let segment = counts.firstIndex(of: 0) {
      throw .size(kernel: kernel, argument: "segment \(segment)", needed: 1, found: 0)
    }
  }

  private static func check(
    _ kernel: String, _ x: Int, _ ids: UnsafeBufferPointer<Int32>, _ y: Int, _ segments: Int,
    _ width: Int
  ) throws(KernelError) {
    if ids.count > Int(Int32.max) {
      throw .size(kernel: kernel, argument: "ids", needed: Int(Int32.max), found: ids.count)
    }
    try KernelError.check(kernel, "rows", x, KernelError.extent(kernel, ids.count, width))
    try KernelError.check(kernel, "segments", y, KernelError.extent(kernel, segments, width))
    try KernelError.check(kernel, "ids", ids, below: segments)
  }
}
