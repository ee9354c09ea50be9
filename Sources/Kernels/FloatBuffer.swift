/// Numbers that kernels read and write in place: a checked stretch of a ``FloatBuffer``.
public typealias FloatView = UnsafeMutableBufferPointer<Float>

/// Memory for f32 numbers that is made once and used again in every step: zero at first, aligned
/// to 64 bytes.
///
/// Views of it are valid as long as the buffer lives. One owner at a time may use it.
public final class FloatBuffer {
  /// All of it.
  public let view: FloatView

  /// - Throws: ``KernelError/memory(kernel:bytes:)`` for a size that cannot be.
  public init(_ count: Int) throws(KernelError) {
    let (bytes, overflow) = max(count, 1).multipliedReportingOverflow(by: 4)
    if count < 0 || overflow || bytes > 1 << 40 {
      throw .memory(kernel: "training buffer", bytes: overflow ? Int.max : bytes)
    }
    let memory = try AlignedMemory.allocate(Float.self, count, for: "training buffer")
    memory.initialize(repeating: 0, count: max(count, 1))
    view = FloatView(start: memory, count: count)
  }

  deinit { AlignedMemory.release(view.baseAddress) }

  public var count: Int { view.count }

  /// A copy of the numbers.
  public var values: [Float] {
    get { Array(view) }
    set {
      for (index, value) in newValue.prefix(count).enumerated() { view[index] = value }
    }
  }

  /// The numbers of `range`, which lies inside the buffer.
  public func view(_ range: Range<Int>) throws(KernelError) -> FloatView {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw .size(
        kernel: "training buffer", argument: "range", needed: range.upperBound, found: count)
    }
    return FloatView(rebasing: view[range])
  }

  /// Some rows of `[…, width]`.
  public func rows(_ rows: Range<Int>, _ width: Int) throws(KernelError) -> FloatView {
    try view(rows.lowerBound * width..<rows.upperBound * width)
  }

  public func clear() { view.update(repeating: 0) }
}
