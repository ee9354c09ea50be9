import CKernels

/// Discrete Fourier transforms of length `n`, of any factors (orders: ck_fourier.h).
///
/// The tables are made once; any number of threads may use them. A line's result does not depend on what
/// is transformed beside it.
public struct FourierTransform<T: KernelReal>: Sendable {
  public let n: Int
  private let tables: Tables

  /// - Throws: for n < 1 or above 2⁴⁰, or where memory cannot be had.
  public init(_ n: Int) throws(KernelError) {
    let name = "Fourier transform"
    if n < 1 || n > 1 << 40 {
      throw .value(kernel: name, argument: "n", allowed: "from 1 to 2^40, not \(n)")
    }
    guard let tables = Tables(n) else {
      throw .memory(kernel: name, bytes: 2 * n * MemoryLayout<T>.stride)
    }
    self.n = n
    self.tables = tables
  }

  /// The complex numbers of a real line's spectrum.
  public var bins: Int { n / 2 + 1 }

  /// The operation on every line of x `[outer, length, inner]`, or with a last axis of 2 if it is complex;
  /// lengths of both: ``FourierOperation/input(_:)``, ``FourierOperation/output(_:)``.
  public func apply(
    _ operation: FourierOperation, _ x: UnsafeBufferPointer<T>,
    into y: UnsafeMutableBufferPointer<T>, outer: Int, inner: Int = 1
  ) throws(KernelError) {
    let name = "Fourier transform"
    let (input, output) = (operation.input(n), operation.output(n))
    let read = try KernelError.extent(name, outer, input.length, inner, input.parts)
    let written = try KernelError.extent(name, outer, output.length, inner, output.parts)
    try KernelError.check(name, "x", x.count, read)
    try KernelError.check(name, "y", y.count, written)
    let kind = ck_fourier_operation(rawValue: operation.rawValue)
    let done =
      T.self == Float.self
      ? ck_fourier_f32(
        tables.pointer, kind, x.pointer(Float.self), y.pointer(Float.self), outer, inner)
      : ck_fourier_f64(
        tables.pointer, kind, x.pointer(Double.self), y.pointer(Double.self), outer, inner)
    if !done { throw .memory(kernel: name, bytes: 8 * n * MemoryLayout<T>.stride) }
  }

  // Written in init only.
  private final class Tables: @unchecked Sendable {
    let pointer: OpaquePointer

    init?(_ n: Int) {
      let made = T.self == Float.self ? ck_fourier_make_f32(n) : ck_fourier_make_f64(n)
      guard let made else { return nil }
      pointer = made
    }

    deinit {
      if T.self == Float.self { ck_fourier_free_f32(pointer) } else { ck_fourier_free_f64(pointer) }
    }
  }
}
