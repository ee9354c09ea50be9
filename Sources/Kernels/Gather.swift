import CKernels

/// Elements by index, of tensors taken as `[outer, axis, inner]`; indices are i32 in `0..<axis`.
///
/// What is added up is one chain of adds an element, picks ascending, that goes on from the buffer.
/// An index out of range is an error with its place, and nothing is written.
public enum Gather {
  /// y `[tokens, width]` = rows of `table` `[count, width]`, by ids `[tokens]`.
  public static func rows<T: KernelReal>(
    of table: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>,
    into y: UnsafeMutableBufferPointer<T>, count: Int, width: Int
  ) throws(KernelError) {
    try select(table, ids: ids, into: y, outer: 1, axis: count, inner: width)
  }

  /// gradient[ids[t]] += dy[t], tokens ascending.
  public static func rowsGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>,
    into gradient: UnsafeMutableBufferPointer<T>, count: Int, width: Int
  ) throws(KernelError) {
    try selectGradient(dy, ids: ids, into: gradient, outer: 1, axis: count, inner: width)
  }

  /// y[o, p, i] = x[o, ids[p], i], with ids `[picks]`.
  public static func select<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>,
    into y: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int, inner: Int
  ) throws(KernelError) {
    let name = "select"
    try check(name, "x", x.count, outer, axis, inner)
    try check(name, "y", y.count, outer, ids.count, inner)
    try KernelError.check(name, "ids", ids, below: axis)
    if T.self == Float.self {
      ck_select_f32(
        x.pointer(Float.self), ids.baseAddress, y.pointer(Float.self), outer, axis, ids.count,
        inner)
    } else {
      ck_select_f64(
        x.pointer(Double.self), ids.baseAddress, y.pointer(Double.self), outer, axis, ids.count,
        inner)
    }
  }

  /// dx[o, ids[p], i] += dy[o, p, i], p ascending.
  public static func selectGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, ids: UnsafeBufferPointer<Int32>,
    into dx: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int, inner: Int
  ) throws(KernelError) {
    let name = "select gradient"
    try check(name, "dy", dy.count, outer, ids.count, inner)
    try check(name, "dx", dx.count, outer, axis, inner)
    try KernelError.check(name, "ids", ids, below: axis)
    if T.self == Float.self {
      ck_select_gradient_f32(
        dy.pointer(Float.self), ids.baseAddress, dx.pointer(Float.self), outer, axis, ids.count,
        inner)
    } else {
      ck_select_gradient_f64(
        dy.pointer(Double.self), ids.baseAddress, dx.pointer(Double.self), outer, axis, ids.count,
        inner)
    }
  }

  /// y[o, p, i] = x[o, indices[o, p, i], i]; the gradient is ``scatterAdd(_:indices:into:outer:axis:picks:inner:)``.
  public static func gather<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, indices: UnsafeBufferPointer<Int32>,
    into y: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int, picks: Int, inner: Int
  ) throws(KernelError) {
    try check("gather", "x", x.count, outer, axis, inner)
    try check("gather", "y", y.count, outer, picks, inner)
    try check("gather", indices, outer, axis, picks, inner)
    if T.self == Float.self {
      ck_gather_f32(
        x.pointer(Float.self), indices.baseAddress, y.pointer(Float.self), outer, axis, picks,
        inner)
    } else {
      ck_gather_f64(
        x.pointer(Double.self), indices.baseAddress, y.pointer(Double.self), outer, axis, picks,
        inner)
    }
  }

  /// y[o, indices[o, p, i], i] += x[o, p, i], p ascending; the gradient is
  /// ``gather(_:indices:into:outer:axis:picks:inner:)``.
  public static func scatterAdd<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, indices: UnsafeBufferPointer<Int32>,
    into y: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int, picks: Int, inner: Int
  ) throws(KernelError) {
    try check("scatter-add", "x", x.count, outer, picks, inner)
    try check("scatter-add", "y", y.count, outer, axis, inner)
    try check("scatter-add", indices, outer, axis, picks, inner)
    if T.self == Float.self {
      ck_scatter_add_f32(
        x.pointer(Float.self), indices.baseAddress, y.pointer(Float.self), outer, axis, picks,
        inner)
    } else {
      ck_scatter_add_f64(
        x.pointer(Double.self), indices.baseAddress, y.pointer(Double.self), outer, axis, picks,
        inner)
    }
  }

  /// y[o, indices[o, p, i], i] = x[o, p, i], p ascending: of several the last stays.
  public static func scatter<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, indices: UnsafeBufferPointer<Int32>,
    into y: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int, picks: Int, inner: Int
  ) throws(KernelError) {
    try check("scatter", "x", x.count, outer, picks, inner)
    try check("scatter", "y", y.count, outer, axis, inner)
    try check("scatter", indices, outer, axis, picks, inner)
    if T.self == Float.self {
      ck_scatter_f32(
        x.pointer(Float.self), indices.baseAddress, y.pointer(Float.self), outer, axis, picks,
        inner)
    } else {
      ck_scatter_f64(
        x.pointer(Double.self), indices.baseAddress, y.pointer(Double.self), outer, axis, picks,
        inner)
    }
  }

  /// dx[o, p, i] = dy of the element where p stayed, else 0; dy becomes the gradient of what was in y
  /// before: 0 where it was replaced.
  public static func scatterGradient<T: KernelReal>(
    _ dy: UnsafeMutableBufferPointer<T>, indices: UnsafeBufferPointer<Int32>,
    into dx: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int, picks: Int, inner: Int
  ) throws(KernelError) {
    try check("scatter gradient", "dx", dx.count, outer, picks, inner)
    try check("scatter gradient", "dy", dy.count, outer, axis, inner)
    try check("scatter gradient", indices, outer, axis, picks, inner)
    if T.self == Float.self {
      ck_scatter_gradient_f32(
        dy.pointer(Float.self), indices.baseAddress, dx.pointer(Float.self), outer, axis, picks,
        inner)
    } else {
      ck_scatter_gradient_f64(
        dy.pointer(Double.self), indices.baseAddress, dx.pointer(Double.self), outer, axis, picks,
        inner)
    }
  }

  private static func check(
    _ kernel: String, _ argument: String, _ found: Int, _ outer: Int, _ middle: Int, _ inner: Int
  ) throws(KernelError) {
    try KernelError.check(
      kernel, argument, found, KernelError.extent(kernel, outer, middle, inner))
  }

  private static func check(
    _ kernel: String, _ indices: UnsafeBufferPointer<Int32>, _ outer: Int, _ axis: Int,
    _ picks: Int, _ inner: Int
  ) throws(KernelError) {
    try check(kernel, "indices", indices.count, outer, picks, inner)
    try KernelError.check(kernel, "indices", indices, below: axis)
  }
}
