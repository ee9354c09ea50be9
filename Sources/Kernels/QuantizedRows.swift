import CKernels

/// Activations in 8 bits, as products with quantised weights take them: blocks of 32 with a scale of
/// their own (numerics contract, clause 7; `ck_blocks.h`).
///
/// Several matrices can be multiplied with the same rows.
public final class QuantizedRows: @unchecked Sendable {
  public let rows: Int
  public let width: Int
  // Written in init only.
  let numbers: UnsafeMutablePointer<Int8>
  let scales: UnsafeMutablePointer<Float>
  let sums: UnsafeMutablePointer<Int32>

  /// - Parameters:
  ///   - x: `[rows, width]`
  ///   - width: a multiple of 32.
  /// - Throws: ``KernelError/size(kernel:argument:needed:found:)``, ``KernelError/memory(kernel:bytes:)``.
  public init(_ x: UnsafeBufferPointer<Float>, width: Int) throws(KernelError) {
    guard width > 0, width % 32 == 0 else {
      throw .value(kernel: "quantized rows", argument: "width", allowed: "as a multiple of 32")
    }
    rows = x.count / width
    self.width = width
    try KernelError.check("quantized rows", "x", x.count, rows * width)
    numbers = try AlignedMemory.allocate(Int8.self, x.count, for: "quantized rows")
    do throws(KernelError) {
      scales = try AlignedMemory.allocate(Float.self, x.count / 32, for: "quantized rows")
    } catch {
      AlignedMemory.release(numbers)
      throw error
    }
    do throws(KernelError) {
      sums = try AlignedMemory.allocate(Int32.self, x.count / 16, for: "quantized rows")
    } catch {
      AlignedMemory.release(numbers)
      AlignedMemory.release(scales)
      throw error
    }
    if let from = x.baseAddress { ck_quantize_activations(from, x.count, numbers, scales, sums) }
  }

  deinit {
    AlignedMemory.release(numbers)
    AlignedMemory.release(scales)
    AlignedMemory.release(sums)
  }
}
