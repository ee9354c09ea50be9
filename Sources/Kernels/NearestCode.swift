import CKernels

/// How far two rows of numbers are from one another.
public enum CodeDistance: Int32, Sendable, CaseIterable {
  /// Σ (x - c)²: the smallest is nearest.
  case squared
  /// x · c: the largest is nearest.
  case dot
  /// x · c / (|x| |c|), 0 where a length is 0: the largest is nearest.
  case cosine
}

/// Distances between the rows of x `[rows, width]` and of codes `[count, width]`; each is one chain over
/// the width (orders: ck_nearest.h).
public enum NearestCode {
  /// y `[rows, count]`.
  public static func distances<T: KernelReal>(
    _ distance: CodeDistance, _ x: UnsafeBufferPointer<T>, codes: UnsafeBufferPointer<T>,
    into y: UnsafeMutableBufferPointer<T>, rows: Int, count: Int, width: Int
  ) throws(KernelError) {
    try check("distances", x.count, codes.count, y.count, rows, count, width)
    let done =
      T.self == Float.self
      ? ck_distances_f32(
        distance.rawValue, x.pointer(Float.self), codes.pointer(Float.self),
        y.pointer(Float.self), rows, count, width)
      : ck_distances_f64(
        distance.rawValue, x.pointer(Double.self), codes.pointer(Double.self),
        y.pointer(Double.self), rows, count, width)
    if !done { throw memory("distances", T.self, count, width) }
  }

  /// The n nearest codes of each row, nearest first, and their distances, both `[rows, n]`; either may
  /// be left out. The lowest index among equals.
  ///
  /// - Throws: ``KernelError/notANumber(kernel:row:)`` for a distance that is NaN.
  public static func nearest<T: KernelReal>(
    _ n: Int = 1, by distance: CodeDistance, _ x: UnsafeBufferPointer<T>,
    codes: UnsafeBufferPointer<T>, indices: UnsafeMutableBufferPointer<Int32>? = nil,
    distances: UnsafeMutableBufferPointer<T>? = nil, rows: Int, count: Int, width: Int
  ) throws(KernelError) {
    let name = "nearest code"
    if n < 1 || n > count || count > Int(Int32.max) {
      throw .size(kernel: name, argument: "n", needed: count, found: n)
    }
    let kept = try KernelError.extent(name, rows, n)
    try check(name, x.count, codes.count, nil, rows, count, width)
    if let indices { try KernelError.check(name, "indices", indices.count, kept) }
    if let distances { try KernelError.check(name, "distances", distances.count, kept) }
    let result =
      T.self == Float.self
      ? ck_nearest_f32(
        distance.rawValue, x.pointer(Float.self), codes.pointer(Float.self),
        distances?.pointer(Float.self), indices?.baseAddress, n, rows, count, width)
      : ck_nearest_f64(
        distance.rawValue, x.pointer(Double.self), codes.pointer(Double.self),
        distances?.pointer(Double.self), indices?.baseAddress, n, rows, count, width)
    if result == Int64(CK_NO_MEMORY) { throw memory(name, T.self, count, width) }
    if result >= 0 { throw .notANumber(kernel: name, row: Int(result)) }
  }

  /// The gradients of squared distances from dy `[rows, count]`: dx is overwritten, that of the codes
  /// goes on from its buffer, rows ascending.
  public static func squaredGradient<T: KernelReal>(
    _ x: UnsafeBufferPointer<T>, codes: UnsafeBufferPointer<T>, dy: UnsafeBufferPointer<T>,
    dx: UnsafeMutableBufferPointer<T>, codeGradient: UnsafeMutableBufferPointer<T>, rows: Int,
    count: Int, width: Int
  ) throws(KernelError) {
    let name = "distances gradient"
    try check(name, x.count, codes.count, dy.count, rows, count, width)
    try KernelError.check(name, "dx", dx.count, x.count)
    try KernelError.check(name, "code gradient", codeGradient.count, codes.count)
    if T.self == Float.self {
      ck_squared_distances_gradient_f32(
        x.pointer(Float.self), codes.pointer(Float.self), dy.pointer(Float.self),
        dx.pointer(Float.self), codeGradient.pointer(Float.self), rows, count, width)
    } else {
      ck_squared_distances_gradient_f64(
        x.pointer(Double.self), codes.pointer(Double.self), dy.pointer(Double.self),
        dx.pointer(Double.self), codeGradient.pointer(Double.self), rows, count, width)
    }
  }

  /// y `[rows, count]` = the number of bits in which rows of x `[rows, words]` and codes
  /// `[count, words]` differ.
  public static func hamming(
    _ x: UnsafeBufferPointer<UInt64>, codes: UnsafeBufferPointer<UInt64>,
    into y: UnsafeMutableBufferPointer<Int32>, rows: Int, count: Int, words: Int
  ) throws(KernelError) {
    if words >= 1 << 25 {
      throw .size(kernel: "Hamming distances", argument: "words", needed: 1 << 25, found: words)
    }
    try check("Hamming distances", x.count, codes.count, y.count, rows, count, words)
    ck_hamming_distances(x.baseAddress, codes.baseAddress, y.baseAddress, rows, count, words)
  }

  private static func check(
    _ kernel: String, _ x: Int, _ codes: Int, _ y: Int?, _ rows: Int, _ count: Int, _ width: Int
  ) throws(KernelError) {
    try KernelError.check(kernel, "x", x, KernelError.extent(kernel, rows, width))
    try KernelError.check(kernel, "codes", codes, KernelError.extent(kernel, count, width))
    if let y { try KernelError.check(kernel, "y", y, KernelError.extent(kernel, rows, count)) }
  }

  private static func memory<T>(_ kernel: String, _: T.Type, _ count: Int, _ width: Int)
    -> KernelError
  {
    .memory(kernel: kernel, bytes: (count + 16) &* (width + 1) &* MemoryLayout<T>.size)
  }
}
