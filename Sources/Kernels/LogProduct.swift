import CKernels

/// The matrix product of the log semiring: y_ij = log Σ_k exp(a_ik + b_kj).
public enum LogProduct {
  /// y `[rows, columns]` of a `[rows, inner]`, b `[inner, columns]`: the largest term first, then the
  /// chain of exp(term - largest), k ascending. -∞ where inner is 0.
  public static func multiply<T: KernelReal>(
    _ a: UnsafeBufferPointer<T>, _ b: UnsafeBufferPointer<T>,
    into y: UnsafeMutableBufferPointer<T>, rows: Int, inner: Int, columns: Int
  ) throws(KernelError) {
    try check("log product", [a.count], [b.count], [y.count], rows, inner, columns)
    if T.self == Float.self {
      ck_log_product_f32(
        a.pointer(Float.self), b.pointer(Float.self), y.pointer(Float.self), rows, inner, columns)
    } else {
      ck_log_product_f64(
        a.pointer(Double.self), b.pointer(Double.self), y.pointer(Double.self), rows, inner,
        columns)
    }
  }

  /// da and db, which are overwritten; nothing flows where y is -∞.
  public static func gradient<T: KernelReal>(
    a: UnsafeBufferPointer<T>, b: UnsafeBufferPointer<T>, y: UnsafeBufferPointer<T>,
    dy: UnsafeBufferPointer<T>, da: UnsafeMutableBufferPointer<T>,
    db: UnsafeMutableBufferPointer<T>, rows: Int, inner: Int, columns: Int
  ) throws(KernelError) {
    try check(
      "log product gradient", [a.count, da.count], [b.count, db.count], [y.count, dy.count], rows,
      inner, columns)
    if T.self == Float.self {
      ck_log_product_gradient_f32(
        a.pointer(Float.self), b.pointer(Float.self), y.pointer(Float.self),
        dy.pointer(Float.self), da.pointer(Float.self), db.pointer(Float.self), rows, inner,
        columns)
    } else {
      ck_log_product_gradient_f64(
        a.pointer(Double.self), b.pointer(Double.self), y.pointer(Double.self),
        dy.pointer(Double.self), da.pointer(Double.self), db.pointer(Double.self), rows, inner,
        columns)
    }
  }

  private static func check(
    _ kernel: String, _ a: [Int], _ b: [Int], _ y: [Int], _ rows: Int, _ inner: Int,
    _ columns: Int
  ) throws(KernelError) {
    let sizes = [
      ("a", a, try KernelError.extent(kernel, rows, inner)),
      ("b", b, try KernelError.extent(kernel, inner, columns)),
      ("y", y, try KernelError.extent(kernel, rows, columns)),
    ]
    for (argument, found, needed) in sizes {
      for count in found { try KernelError.check(kernel, argument, count, needed) }
    }
  }
}
