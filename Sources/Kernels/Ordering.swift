import CKernels

/// What ``Ordering`` puts in order.
public protocol OrderedNumber: Comparable, Sendable {}
extension Float: OrderedNumber {}
extension Double: OrderedNumber {}
extension Int32: OrderedNumber {}

/// Order along the rows of `[rows, width]`.
///
/// -0 and +0 are equal; of equal values the one with the lowest index comes first, ascending and
/// descending. A NaN is an error. Results keep the bits of the values.
public enum Ordering {
  /// Each row in order: its values and the indices they had, both `[rows, width]`; either may be left
  /// out (sort, argsort).
  ///
  /// - Complexity: O(rows · width), by a radix sort.
  public static func sort<T: OrderedNumber>(
    _ x: UnsafeBufferPointer<T>, descending: Bool = false,
    values: UnsafeMutableBufferPointer<T>? = nil,
    indices: UnsafeMutableBufferPointer<Int32>? = nil, rows: Int, width: Int
  ) throws(KernelError) {
    try order(
      "sort", x, descending, values, indices, k: width, results: width, rows, width,
      f32: ck_top_f32, f64: ck_top_f64, i32: ck_top_i32)
  }

  /// The first `k` of each row's order: its largest values, or its smallest, `[rows, k]`.
  ///
  /// - Complexity: about one pass over each row while k is far below the width.
  public static func top<T: OrderedNumber>(
    _ k: Int, of x: UnsafeBufferPointer<T>, largest: Bool = true,
    values: UnsafeMutableBufferPointer<T>? = nil,
    indices: UnsafeMutableBufferPointer<Int32>? = nil, rows: Int, width: Int
  ) throws(KernelError) {
    try checkRank("top-k", k, width)
    try order(
      "top-k", x, largest, values, indices, k: k, results: k, rows, width, f32: ck_top_f32,
      f64: ck_top_f64, i32: ck_top_i32)
  }

  /// The k-th value of each row's order and its index, `[rows]`; k = 1 is the smallest (or largest).
  public static func kth<T: OrderedNumber>(
    _ k: Int, of x: UnsafeBufferPointer<T>, largest: Bool = false,
    values: UnsafeMutableBufferPointer<T>? = nil,
    indices: UnsafeMutableBufferPointer<Int32>? = nil, rows: Int, width: Int
  ) throws(KernelError) {
    try checkRank("k-th value", k, width)
    try order(
      "k-th value", x, largest, values, indices, k: k, results: 1, rows, width, f32: ck_kth_f32,
      f64: ck_kth_f64, i32: ck_kth_i32)
  }

  /// The gradient of any of them: dx `[rows, width]` is 0, and dx[r, indices[r, j]] += dy[r, j], j
  /// ascending. `indices` and dy are `[rows, k]`.
  public static func gradient<T: KernelReal>(
    _ dy: UnsafeBufferPointer<T>, indices: UnsafeBufferPointer<Int32>,
    into dx: UnsafeMutableBufferPointer<T>, k: Int, rows: Int, width: Int
  ) throws(KernelError) {
    let name = "order gradient"
    try KernelError.check(name, "dy", dy.count, KernelError.extent(name, rows, k))
    try KernelError.check(name, "dx", dx.count, KernelError.extent(name, rows, width))
    try KernelError.check(name, "indices", indices.count, dy.count)
    try KernelError.check(name, "indices", indices, below: width)
    dx.update(repeating: 0)
    try Gather.scatterAdd(
      dy, indices: indices, into: dx, outer: rows, axis: width, picks: k, inner: 1)
  }

  /// y = x where the element's bit is 1, else `fill`; the gradient is the same of dy with fill 0.
  ///
  /// - Parameter mask: ⌈width / 64⌉ words, for each row or once for all; element i of a row is bit
  ///   i mod 64 of word i / 64.
  public static func applyMask<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, mask: UnsafeBufferPointer<UInt64>, fill: T,
    into y: UnsafeMutableBufferPointer<T>, rows: Int, width: Int
  ) throws(KernelError) {
    let count = try KernelError.extent("mask", rows, width)
    let words = width / 64 + (width % 64 == 0 ? 0 : 1)
    let shared = mask.count == words
    try KernelError.check("mask", "x", x.count, count)
    try KernelError.check("mask", "y", y.count, count)
    if !shared { try KernelError.check("mask", "mask", mask.count, rows * words) }
    if count == 0 { return }
    if T.self == Float.self {
      ck_mask_f32(
        x.pointer(Float.self), mask.baseAddress, shared, Float(fill), y.pointer(Float.self), rows,
        width)
    } else {
      ck_mask_f64(
        x.pointer(Double.self), mask.baseAddress, shared, Double(fill), y.pointer(Double.self),
        rows, width)
    }
  }

  private static func checkRank(_ kernel: String, _ k: Int, _ width: Int) throws(KernelError) {
    if k < 1 || k > width {
      throw .size(kernel: kernel, argument: "k", needed: width, found: k)
    }
  }

  private typealias Call<T> = (
    UnsafePointer<T>?, Bool, UnsafeMutablePointer<T>?, UnsafeMutablePointer<Int32>?, Int, Int, Int
  ) -> Int64

  private static func order<T: OrderedNumber>(
    _ kernel: String, _ x: UnsafeBufferPointer<T>, _ descending: Bool,
    _ values: UnsafeMutableBufferPointer<T>?, _ indices: UnsafeMutableBufferPointer<Int32>?,
    k: Int, results: Int, _ rows: Int, _ width: Int, f32: Call<Float>, f64: Call<Double>,
    i32: Call<Int32>
  ) throws(KernelError) {
    try KernelError.check(kernel, "x", x.count, KernelError.extent(kernel, rows, width))
    if width > Int(Int32.max) {
      throw .size(kernel: kernel, argument: "width", needed: Int(Int32.max), found: width)
    }
    if let values { try KernelError.check(kernel, "values", values.count, rows * results) }
    if let indices { try KernelError.check(kernel, "indices", indices.count, rows * results) }
    func run<N>(_ call: Call<N>) -> Int64 {
      call(
        x.pointer(N.self), descending, values?.pointer(N.self), indices?.baseAddress, k, rows,
        width)
    }
    let result =
      T.self == Float.self ? run(f32) : T.self == Double.self ? run(f64) : run(i32)
    if result == Int64(CK_NO_MEMORY) { throw .memory(kernel: kernel, bytes: k * 32) }
    if result >= 0 { throw .notANumber(kernel: kernel, row: Int(result)) }
  }
}
