import CKernels
import Glibc

/// The right operand of matrix products, kept in blocks of a quantised format: `[outputs, inputs]`.
///
/// Products take 8-bit activations. That is another model than f32 products with the dequantised
/// weights, with answers of its own that depend on neither threads nor the number of rows.
public final class QuantizedMatrix: @unchecked Sendable {
  public let format: BlockFormat
  /// The contracted extent, a multiple of the format's block.
  public let inputs: Int
  /// The columns of the product.
  public let outputs: Int
  /// The bytes of the blocks.
  public let byteCount: Int
  // Written in init only; 64-byte aligned.
  private let blocks: UnsafeMutablePointer<UInt8>

  /// Copies the blocks of a matrix, row after row.
  ///
  /// - Throws: ``KernelError`` where rows are no whole blocks, or the bytes not just these blocks.
  public init(
    bytes: UnsafeRawBufferPointer, format: BlockFormat, inputs: Int, outputs: Int
  ) throws(KernelError) {
    guard inputs > 0, inputs % format.length == 0 else {
      throw .value(
        kernel: "quantized matrix", argument: "inputs",
        allowed: "as a multiple of \(format.length), not \(inputs)")
    }
    guard outputs >= 0, let row = format.byteCount(of: inputs) else {
      throw .value(kernel: "quantized matrix", argument: "outputs", allowed: "of 0 or more")
    }
    let (needed, overflow) = row.multipliedReportingOverflow(by: outputs)
    try KernelError.check("quantized matrix", "bytes", bytes.count, overflow ? Int.max : needed)
    blocks = try AlignedMemory.allocate(UInt8.self, needed, for: "quantized matrix")
    (self.format, self.inputs, self.outputs) = (format, inputs, outputs)
    byteCount = needed
    if let from = bytes.baseAddress { memcpy(blocks, from, needed) }
  }

  /// A matrix from blocks in an array.
  public static func copying(
    _ bytes: [UInt8], format: BlockFormat, inputs: Int, outputs: Int
  ) throws(KernelError) -> QuantizedMatrix {
    try bytes.withUnsafeBufferPointer { (bytes) throws(KernelError) in
      try QuantizedMatrix(
        bytes: UnsafeRawBufferPointer(bytes), format: format, inputs: inputs, outputs: outputs)
    }
  }

  deinit { AlignedMemory.release(blocks) }

  /// The product of `x` `[rows, inputs]` with this matrix: `[rows, outputs]`. The rows are quantised
  /// first.
  public func multiply(
    _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>
  ) throws(KernelError) {
    try multiply(QuantizedRows(x, width: inputs), into: y)
  }

  /// The product of rows that are quantised already.
  public func multiply(
    _ x: QuantizedRows, into y: UnsafeMutableBufferPointer<Float>
  ) throws(KernelError) {
    try KernelError.check("quantized product", "x", x.width, inputs)
    let (needed, overflow) = x.rows.multipliedReportingOverflow(by: outputs)
    try KernelError.check("quantized product", "y", y.count, overflow ? Int.max : needed)
    guard let to = y.baseAddress else { return }
    var product = ck_block_product(
      format: format.code, blocks: blocks, q: x.numbers, scales: x.scales, sums: x.sums, y: to,
      rows: x.rows, inputs: inputs, outputs: outputs)
    ck_multiply_blocks(&product)
  }

  /// All numbers `[outputs, inputs]`, as ggml's own dequantisers give them.
  public func dequantized() throws(KernelError) -> [Float] {
    try format.dequantizing(UnsafeRawBufferPointer(start: blocks, count: byteCount))
  }

  /// The numbers of one row `[inputs]`: an embedding look-up.
  public func row(_ index: Int) throws(KernelError) -> [Float] {
    guard index >= 0, index < outputs else {
      throw .index(
        kernel: "quantized matrix", argument: "row", place: 0, index: index, count: outputs)
    }
    let length = byteCount / outputs
    return try format.dequantizing(
      UnsafeRawBufferPointer(start: blocks + index * length, count: length))
  }

  /// A matrix of some rows, in this order, with the same blocks.
  public func choosing(_ rows: [Int]) throws(KernelError) -> QuantizedMatrix {
    let length = outputs > 0 ? byteCount / outputs : 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows.count * length)
    for (place, row) in rows.enumerated() {
      guard row >= 0, row < outputs else {
        throw .index(
          kernel: "quantized matrix", argument: "rows", place: place, index: row, count: outputs)
      }
      bytes.append(contentsOf: UnsafeBufferPointer(start: blocks + row * length, count: length))
    }
    return try .copying(bytes, format: format, inputs: inputs, outputs: rows.count)
  }
}
