import CKernels

/// Activations in 8 bits, as products with quantised weights take them: blocks of 32 with a scale of
/// their own (numerics contract, clause 7; `ck_blocks.h`).
///
/// Several matrices can be multiplied with the same rows.
public final class QuantizedRows: QuantizedActivations, @unchecked Sendable {
  public let rows: Int
  public let width: Int
  // Written in init only.
  public let memory: QuantizedMemory

  /// - Parameters:
  ///   - x: `[rows, width]`
  ///   - width: a multiple of 32.
  /// - Throws: ``KernelError/size(kernel:argument:needed:found:)``, ``KernelError/memory(kernel:bytes:)``.
  public init(_ x: UnsafeBufferPointer<Float>, width: Int) throws(KernelError) {
    rows = try QuantizedMemory.rows(x.count, width: width)
    self.width = width
    memory = try QuantizedMemory(count: x.count)
    memory.fill(x)
  }

  deinit { memory.release() }
}

/// Activations in 8 bits whose memory is used again and again, by one thread at a time.
public final class QuantizedScratch: QuantizedActivations {
  public private(set) var rows = 0
  public private(set) var width = 0
  public private(set) var memory: QuantizedMemory

  /// - Parameter capacity: so many numbers need no more memory later.
  public init(capacity: Int = 0) throws(KernelError) {
    memory = try QuantizedMemory(count: capacity)
  }

  deinit { memory.release() }

  /// Quantises `x` `[rows, width]` in place of what was held before.
  ///
  /// - Throws: as ``QuantizedRows/init(_:width:)``.
  public func quantize(_ x: UnsafeBufferPointer<Float>, width: Int) throws(KernelError) {
    let rows = try QuantizedMemory.rows(x.count, width: width)
    if x.count > memory.count {
      let larger = try QuantizedMemory(count: x.count)
      memory.release()
      memory = larger
    }
    (self.rows, self.width) = (rows, width)
    memory.fill(x)
  }
}

/// Where 8-bit activations, their scales and their sums stand.
public struct QuantizedMemory {
  /// How many numbers there is room for.
  let count: Int
  let numbers: UnsafeMutablePointer<Int8>
  let scales: UnsafeMutablePointer<Float>
  let sums: UnsafeMutablePointer<Int32>

  /// One piece of memory for all three: the largest alignment first.
  init(count: Int) throws(KernelError) {
    // Bytes, a scale for 32 and two sums: 44 bytes for 32 numbers, each part at a line.
    let blocks = max(count, 0) / 32 + 1
    let (_, overflow) = blocks.multipliedReportingOverflow(by: 128)
    guard count >= 0, !overflow else { throw .memory(kernel: "quantized rows", bytes: Int.max) }
    let lines = (blocks * 32 + 63) / 64 * 64
    let scaleBytes = (blocks * 4 + 63) / 64 * 64
    let memory = try AlignedMemory.allocate(
      UInt8.self, lines + scaleBytes + blocks * 8, for: "quantized rows")
    let raw = UnsafeMutableRawPointer(memory)
    numbers = raw.bindMemory(to: Int8.self, capacity: lines)
    scales = (raw + lines).bindMemory(to: Float.self, capacity: blocks)
    sums = (raw + lines + scaleBytes).bindMemory(to: Int32.self, capacity: 2 * blocks)
    self.count = blocks * 32
  }

  func release() { AlignedMemory.release(numbers) }

  func fill(_ x: UnsafeBufferPointer<Float>) {
    if let from = x.baseAddress { ck_quantize_activations(from, x.count, numbers, scales, sums) }
  }

  /// How many rows of `width` numbers `count` numbers are.
  static func rows(_ count: Int, width: Int) throws(KernelError) -> Int {
    guard width > 0, width % 32 == 0 else {
      throw .value(kernel: "quantized rows", argument: "width", allowed: "as a multiple of 32")
    }
    let rows = count / width
    try KernelError.check("quantized rows", "x", count, rows * width)
    return rows
  }
}
