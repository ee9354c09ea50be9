import CKernels

/// Where the stored entries of a sparse matrix `[rows, columns]` are: row r has those of
/// `starts[r]..<starts[r + 1]`, in any order.
public struct SparsePattern: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  public let starts: [Int]
  /// The column of each entry.
  public let entries: [Int32]

  /// - Throws: ``KernelError/index(kernel:argument:place:index:count:)`` for starts out of order and
  ///   columns out of range.
  public init(columns: Int, starts: [Int], entries: [Int32]) throws(KernelError) {
    let name = "sparse matrix"
    guard let first = starts.first, let last = starts.last, first == 0 else {
      throw .size(kernel: name, argument: "starts", needed: 0, found: starts.first ?? -1)
    }
    for (place, (low, high)) in zip(starts, starts.dropFirst()).enumerated() where low > high {
      throw .index(
        kernel: name, argument: "starts", place: place + 1, index: high, count: entries.count + 1)
    }
    try KernelError.check(name, "entries", entries.count, last)
    if let place = entries.firstIndex(where: { $0 < 0 || Int($0) >= columns }) {
      throw .index(
        kernel: name, argument: "columns", place: place, index: Int(entries[place]),
        count: columns)
    }
    (rows, self.columns) = (starts.count - 1, columns)
    (self.starts, self.entries) = (starts, entries)
  }
}

/// Products of a sparse matrix with a dense one: chains over stored entries (orders: ck_sparse.h).
public enum SparseProduct {
  /// y `[rows, width]` = sparse · dense, with dense `[columns, width]`.
  public static func multiply<T: KernelReal>(
    _ pattern: SparsePattern, values: UnsafeBufferPointer<T>, dense: UnsafeBufferPointer<T>,
    into y: UnsafeMutableBufferPointer<T>, width: Int
  ) throws(KernelError) {
    let name = "sparse product"
    try KernelError.check(name, "values", values.count, pattern.entries.count)
    try check(name, "dense", dense.count, pattern.columns, width)
    try check(name, "y", y.count, pattern.rows, width)
    pattern.withPointers { starts, columns in
      if T.self == Float.self {
        ck_sparse_product_f32(
          starts, columns, values.pointer(Float.self), dense.pointer(Float.self),
          y.pointer(Float.self), pattern.rows, width)
      } else {
        ck_sparse_product_f64(
          starts, columns, values.pointer(Double.self), dense.pointer(Double.self),
          y.pointer(Double.self), pattern.rows, width)
      }
    }
  }

  /// The gradient of each entry: dy[row] · dense[column], one chain over the width.
  public static func valuesGradient<T: KernelReal>(
    _ pattern: SparsePattern, dense: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into gradient: UnsafeMutableBufferPointer<T>, width: Int
  ) throws(KernelError) {
    let name = "sparse values gradient"
    try KernelError.check(name, "gradient", gradient.count, pattern.entries.count)
    try check(name, "dense", dense.count, pattern.columns, width)
    try check(name, "dy", dy.count, pattern.rows, width)
    pattern.withPointers { starts, columns in
      if T.self == Float.self {
        ck_sparse_values_gradient_f32(
          starts, columns, dense.pointer(Float.self), dy.pointer(Float.self),
          gradient.pointer(Float.self), pattern.rows, width)
      } else {
        ck_sparse_values_gradient_f64(
          starts, columns, dense.pointer(Double.self), dy.pointer(Double.self),
          gradient.pointer(Double.self), pattern.rows, width)
      }
    }
  }

  /// gradient `[columns, width]` += sparseᵀ · dy, entries ascending.
  public static func denseGradient<T: KernelReal>(
    _ pattern: SparsePattern, values: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    into gradient: UnsafeMutableBufferPointer<T>, width: Int
  ) throws(KernelError) {
    let name = "sparse dense gradient"
    try KernelError.check(name, "values", values.count, pattern.entries.count)
    try check(name, "gradient", gradient.count, pattern.columns, width)
    try check(name, "dy", dy.count, pattern.rows, width)
    pattern.withPointers { starts, columns in
      if T.self == Float.self {
        ck_sparse_dense_gradient_f32(
          starts, columns, values.pointer(Float.self), dy.pointer(Float.self),
          gradient.pointer(Float.self), pattern.rows, pattern.columns, width)
      } else {
        ck_sparse_dense_gradient_f64(
          starts, columns, values.pointer(Double.self), dy.pointer(Double.self),
          gradient.pointer(Double.self), pattern.rows, pattern.columns, width)
      }
    }
  }

  private static func check(
    _ kernel: String, _ argument: String, _ found: Int, _ rows: Int, _ width: Int
  ) throws(KernelError) {
    try KernelError.check(kernel, argument, found, KernelError.extent(kernel, rows, width))
  }
}

extension SparsePattern {
  fileprivate func withPointers(_ body: (UnsafePointer<Int>?, UnsafePointer<Int32>?) -> Void) {
    starts.withUnsafeBufferPointer { starts in
      entries.withUnsafeBufferPointer { body(starts.baseAddress, $0.baseAddress) }
    }
  }
}
