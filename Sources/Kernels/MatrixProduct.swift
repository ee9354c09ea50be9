import CKernels

/// Products of matrices as they stand in memory: batches, any strides, f32 and f64.
///
/// Each output is one chain of fused multiply-adds over the inner axis ascending, from +0, ending
/// with + 0.0 (docs of ``PackedMatrix``, which is the faster choice for weights used again and again).
public enum MatrixProduct {
  /// The extents of `batches` products `[rows, inner]` · `[inner, columns]`.
  public struct Extents: Equatable, Sendable {
    public var batches: Int
    public var rows: Int
    public var inner: Int
    public var columns: Int

    public init(batches: Int = 1, rows: Int, inner: Int, columns: Int) {
      (self.batches, self.rows, self.inner, self.columns) = (batches, rows, inner, columns)
    }
  }

  /// c = a · b; with `accumulating`, the chains go on from what c holds, so that the parts of a
  /// long inner axis, multiplied one after the other, give the bits of the whole.
  ///
  /// - Parameters:
  ///   - a: `[batches, rows, inner]`, laid out as `aLayout` says.
  ///   - b: `[batches, inner, columns]`.
  ///   - c: `[batches, rows, columns]`, whose elements have a place each; not in a's or b's memory.
  ///   - extents: an empty inner axis gives zeros, or c as it is when accumulating.
  /// - Throws: ``KernelError/size(kernel:argument:needed:found:)`` where something stands outside.
  public static func multiply<Real: KernelReal>(
    _ a: UnsafeBufferPointer<Real>, _ aLayout: MatrixLayout,
    _ b: UnsafeBufferPointer<Real>, _ bLayout: MatrixLayout,
    into c: UnsafeMutableBufferPointer<Real>, _ cLayout: MatrixLayout,
    _ extents: Extents, accumulating: Bool = false
  ) throws(KernelError) {
    let (batches, rows) = (extents.batches, extents.rows)
    let (inner, columns) = (extents.inner, extents.columns)
    for extent in [batches, rows, inner, columns] where extent < 0 {
      throw .size(kernel: "product", argument: "extents", needed: 0, found: extent)
    }
    if batches == 0 || rows == 0 || columns == 0 { return }
    try cLayout.check("c", c.count, batches: batches, rows: rows, columns: columns)
    try cLayout.checkDistinct("c", batches: batches, rows: rows, columns: columns)
    if inner > 0 {
      try aLayout.check("a", a.count, batches: batches, rows: rows, columns: inner)
      try bLayout.check("b", b.count, batches: batches, rows: inner, columns: columns)
    }
    guard let to = c.baseAddress else { return }
    // Without an inner axis nothing is read: any address does.
    let left = UnsafeRawPointer(a.baseAddress ?? UnsafePointer(to))
    let right = UnsafeRawPointer(b.baseAddress ?? UnsafePointer(to))
    let result = UnsafeMutableRawPointer(to)
    // Addresses are made where elements are read, so that they stand inside the buffers.
    let (aOffset, bOffset) = inner > 0 ? (aLayout.offset, bLayout.offset) : (0, 0)
    if Real.self == Float.self {
      var product = ck_strided_product_f32(
        a: left.assumingMemoryBound(to: Float.self) + aOffset,
        b: right.assumingMemoryBound(to: Float.self) + bOffset,
        c: result.assumingMemoryBound(to: Float.self) + cLayout.offset,
        batches: batches, rows: rows, k: inner, columns: columns,
        a_batch: aLayout.batch, a_row: aLayout.row, a_k: aLayout.column,
        b_batch: bLayout.batch, b_k: bLayout.row, b_column: bLayout.column,
        c_batch: cLayout.batch, c_row: cLayout.row, c_column: cLayout.column,
        accumulates: accumulating)
      ck_multiply_f32(&product)
    } else {
      var product = ck_strided_product_f64(
        a: left.assumingMemoryBound(to: Double.self) + aOffset,
        b: right.assumingMemoryBound(to: Double.self) + bOffset,
        c: result.assumingMemoryBound(to: Double.self) + cLayout.offset,
        batches: batches, rows: rows, k: inner, columns: columns,
        a_batch: aLayout.batch, a_row: aLayout.row, a_k: aLayout.column,
        b_batch: bLayout.batch, b_k: bLayout.row, b_column: bLayout.column,
        c_batch: cLayout.batch, c_row: cLayout.row, c_column: cLayout.column,
        accumulates: accumulating)
      ck_multiply_f64(&product)
    }
  }

  /// The product of two contiguous matrices, for small uses.
  public static func multiply<Real: KernelReal>(
    _ a: [Real], _ b: [Real], rows: Int, inner: Int, columns: Int
  ) throws(KernelError) -> [Real] {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    if overflow || count < 0 { throw .memory(kernel: "product", bytes: Int.max) }
    var c = [Real](repeating: 0, count: count)
    try a.withUnsafeBufferPointer { (a) throws(KernelError) in
      try b.withUnsafeBufferPointer { (b) throws(KernelError) in
        try c.withUnsafeMutableBufferPointer { (c) throws(KernelError) in
          try multiply(
            a, MatrixLayout(row: inner), b, MatrixLayout(row: columns), into: c,
            MatrixLayout(row: columns), Extents(rows: rows, inner: inner, columns: columns))
        }
      }
    }
    return c
  }
}
