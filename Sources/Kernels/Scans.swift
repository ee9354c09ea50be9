import CKernels

/// Running results along the axis of `[outer, axis, inner]`: each line is one chain, places ascending,
/// gradients descending (orders: ck_scans.h).
public enum Scans {
  /// y_t = y_{t-1} + x_t.
  public static func sum<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int,
    inner: Int
  ) throws(KernelError) {
    try check("cumulative sum", [("x", x.count), ("y", y.count)], outer, axis, inner)
    if T.self == Float.self {
      ck_cumulative_sum_f32(x.pointer(Float.self), y.pointer(Float.self), outer, axis, inner)
    } else {
      ck_cumulative_sum_f64(x.pointer(Double.self), y.pointer(Double.self), outer, axis, inner)
    }
  }

  /// dx_t = dx_{t+1} + dy_t.
  public static func sumGradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int,
    inner: Int
  ) throws(KernelError) {
    try check("cumulative sum gradient", [("dy", dy.count), ("dx", dx.count)], outer, axis, inner)
    if T.self == Float.self {
      ck_cumulative_sum_gradient_f32(
        dy.pointer(Float.self), dx.pointer(Float.self), outer, axis, inner)
    } else {
      ck_cumulative_sum_gradient_f64(
        dy.pointer(Double.self), dx.pointer(Double.self), outer, axis, inner)
    }
  }

  /// y_t = y_{t-1} · x_t.
  public static func product<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int,
    inner: Int
  ) throws(KernelError) {
    try check("cumulative product", [("x", x.count), ("y", y.count)], outer, axis, inner)
    if T.self == Float.self {
      ck_cumulative_product_f32(x.pointer(Float.self), y.pointer(Float.self), outer, axis, inner)
    } else {
      ck_cumulative_product_f64(x.pointer(Double.self), y.pointer(Double.self), outer, axis, inner)
    }
  }

  /// dx of ``product(_:into:outer:axis:inner:)``, without division, so right for zeros too.
  public static func productGradient<T: KernelReal>(
    x: UnsafeBufferPointer<T>, y: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int, inner: Int
  ) throws(KernelError) {
    try check(
      "cumulative product gradient",
      [("x", x.count), ("y", y.count), ("dy", dy.count), ("dx", dx.count)], outer, axis, inner)
    if T.self == Float.self {
      ck_cumulative_product_gradient_f32(
        x.pointer(Float.self), y.pointer(Float.self), dy.pointer(Float.self),
        dx.pointer(Float.self), outer, axis, inner)
    } else {
      ck_cumulative_product_gradient_f64(
        x.pointer(Double.self), y.pointer(Double.self), dy.pointer(Double.self),
        dx.pointer(Double.self), outer, axis, inner)
    }
  }

  /// y_t = log(exp x_0 + … + exp x_t), by a running maximum.
  public static func logSum<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int,
    inner: Int
  ) throws(KernelError) {
    try check("cumulative log-sum-exp", [("x", x.count), ("y", y.count)], outer, axis, inner)
    if T.self == Float.self {
      ck_cumulative_log_sum_f32(x.pointer(Float.self), y.pointer(Float.self), outer, axis, inner)
    } else {
      ck_cumulative_log_sum_f64(x.pointer(Double.self), y.pointer(Double.self), outer, axis, inner)
    }
  }

  /// dx of ``logSum(_:into:outer:axis:inner:)``; 0 where y is -∞.
  public static func logSumGradient<T: KernelReal>(
    x: UnsafeBufferPointer<T>, y: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into dx: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int, inner: Int
  ) throws(KernelError) {
    try check(
      "cumulative log-sum-exp gradient",
      [("x", x.count), ("y", y.count), ("dy", dy.count), ("dx", dx.count)], outer, axis, inner)
    if T.self == Float.self {
      ck_cumulative_log_sum_gradient_f32(
        x.pointer(Float.self), y.pointer(Float.self), dy.pointer(Float.self),
        dx.pointer(Float.self), outer, axis, inner)
    } else {
      ck_cumulative_log_sum_gradient_f64(
        x.pointer(Double.self), y.pointer(Double.self), dy.pointer(Double.self),
        dx.pointer(Double.self), outer, axis, inner)
    }
  }

  /// h_t = a_t · h_{t-1} + b_t, fused, from `initial` `[outer, inner]` or 0.
  public static func recurrence<T: KernelReal>(
    a: UnsafeBufferPointer<T>, b: UnsafeBufferPointer<T>, initial: UnsafeBufferPointer<T>? = nil,
    into h: UnsafeMutableBufferPointer<T>, outer: Int, axis: Int, inner: Int
  ) throws(KernelError) {
    let name = "recurrence"
    try check(name, [("a", a.count), ("b", b.count), ("h", h.count)], outer, axis, inner)
    if let initial { try check(name, [("initial", initial.count)], outer, 1, inner) }
    if T.self == Float.self {
      ck_recurrence_f32(
        a.pointer(Float.self), b.pointer(Float.self), initial?.pointer(Float.self),
        h.pointer(Float.self), outer, axis, inner)
    } else {
      ck_recurrence_f64(
        a.pointer(Double.self), b.pointer(Double.self), initial?.pointer(Double.self),
        h.pointer(Double.self), outer, axis, inner)
    }
  }

  /// da, db and, if asked for, the gradient of `initial`.
  public static func recurrenceGradient<T: KernelReal>(
    a: UnsafeBufferPointer<T>, h: UnsafeBufferPointer<T>, initial: UnsafeBufferPointer<T>? = nil,
    dh: UnsafeBufferPointer<T>, da: UnsafeMutableBufferPointer<T>,
    db: UnsafeMutableBufferPointer<T>, initialGradient: UnsafeMutableBufferPointer<T>? = nil,
    outer: Int, axis: Int, inner: Int
  ) throws(KernelError) {
    let name = "recurrence gradient"
    try check(
      name,
      [("a", a.count), ("h", h.count), ("dh", dh.count), ("da", da.count), ("db", db.count)],
      outer, axis, inner)
    if let initial { try check(name, [("initial", initial.count)], outer, 1, inner) }
    if let initialGradient {
      try check(name, [("initial gradient", initialGradient.count)], outer, 1, inner)
    }
    if T.self == Float.self {
      ck_recurrence_gradient_f32(
        a.pointer(Float.self), h.pointer(Float.self), initial?.pointer(Float.self),
        dh.pointer(Float.self), da.pointer(Float.self), db.pointer(Float.self),
        initialGradient?.pointer(Float.self), outer, axis, inner)
    } else {
      ck_recurrence_gradient_f64(
        a.pointer(Double.self), h.pointer(Double.self), initial?.pointer(Double.self),
        dh.pointer(Double.self), da.pointer(Double.self), db.pointer(Double.self),
        initialGradient?.pointer(Double.self), outer, axis, inner)
    }
  }

  private static func check(
    _ kernel: String, _ arguments: [(String, Int)], _ outer: Int, _ axis: Int, _ inner: Int
  ) throws(KernelError) {
    let count = try KernelError.extent(kernel, outer, axis, inner)
    for (argument, found) in arguments {
      try KernelError.check(kernel, argument, found, count)
    }
  }
}
