import CKernels

/// The right operand of matrix products, kept in blocks of a quantised format: `[outputs, inputs]`.
///
/// The blocks of 16 rows stand side by side (`ck_packed.h`), so that products read them once from
/// beginning to end; nothing is lost, and there is no second copy. Products take 8-bit activations.
/// That is another model than f32 products with the dequantised weights, with answers of its own that
/// depend on neither threads nor the number of rows.
public final class QuantizedMatrix: @unchecked Sendable {
  /// Raised when the packed form changes: part of the key of whatever keeps ``withPackedBytes(_:)``.
  public static let layout = Int(CK_PACKED_LAYOUT)

  public let format: BlockFormat
  /// The contracted extent, a multiple of the format's block.
  public let inputs: Int
  /// The columns of the product.
  public let outputs: Int
  /// The bytes of the blocks.
  public let byteCount: Int
  /// The bytes of the packed form.
  public let packedByteCount: Int
  // Not written after init; 64-byte aligned.
  let packed: UnsafePointer<UInt8>
  /// Whose memory it is; nil where it is this matrix's own.
  private let owner: AnyObject?

  /// Packs the blocks of a matrix, row after row, on all shares.
  ///
  /// - Throws: ``KernelError`` where rows are no whole blocks, or the bytes not just these blocks.
  public init(
    bytes: UnsafeRawBufferPointer, format: BlockFormat, inputs: Int, outputs: Int
  ) throws(KernelError) {
    let extent = try PackedExtent(format, inputs: inputs, outputs: outputs)
    try KernelError.check("quantized matrix", "bytes", bytes.count, extent.bytes)
    let memory = try AlignedMemory.allocate(
      UInt8.self, extent.packedBytes, for: "quantized matrix")
    (self.format, self.inputs, self.outputs) = (format, inputs, outputs)
    (byteCount, packedByteCount) = (extent.bytes, extent.packedBytes)
    (packed, owner) = (UnsafePointer(memory), nil)
    if let from = bytes.bindMemory(to: UInt8.self).baseAddress {
      ck_pack_blocks(format.code, from, inputs, outputs, memory)
    }
  }

  /// A matrix whose packed form stands in memory of someone else, such as a mapped file.
  ///
  /// - Parameters:
  ///   - packed: what ``withPackedBytes(_:)`` gave for the same format and extents, aligned to 64 bytes.
  ///   - owner: is kept as long as this matrix, and keeps the memory meanwhile.
  /// - Throws: ``KernelError`` where the extents are no matrix's, or the bytes not just as many, or
  ///   not aligned.
  public init(
    packed: UnsafeRawBufferPointer, owner: AnyObject, format: BlockFormat, inputs: Int, outputs: Int
  ) throws(KernelError) {
    let extent = try PackedExtent(format, inputs: inputs, outputs: outputs)
    try KernelError.check("quantized matrix", "packed bytes", packed.count, extent.packedBytes)
    guard let start = packed.bindMemory(to: UInt8.self).baseAddress,
      Int(bitPattern: start) % Int(CK_PACKED_LINE) == 0
    else {
      throw .value(
        kernel: "quantized matrix", argument: "packed bytes", allowed: "at a multiple of 64")
    }
    (self.format, self.inputs, self.outputs) = (format, inputs, outputs)
    (byteCount, packedByteCount) = (extent.bytes, extent.packedBytes)
    (self.packed, self.owner) = (start, owner)
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

  /// Whether somebody else keeps the bytes, such as a mapped file.
  public var isMapped: Bool { owner != nil }

  deinit {
    if owner == nil { AlignedMemory.release(UnsafeMutableRawPointer(mutating: packed)) }
  }

  /// The bytes of the packed form of such a matrix; nil where there is no such matrix.
  public static func packedByteCount(format: BlockFormat, inputs: Int, outputs: Int) -> Int? {
    try? PackedExtent(format, inputs: inputs, outputs: outputs).packedBytes
  }

  /// The packed form, to be kept and mapped again.
  public func withPackedBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(self) {
      try body(UnsafeRawBufferPointer(start: packed, count: packedByteCount))
    }
  }

  /// The product of `x` `[rows, inputs]` with this matrix: `[rows, outputs]`. The rows are quantised
  /// first.
  public func multiply(
    _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>
  ) throws(KernelError) {
    try multiply(QuantizedRows(x, width: inputs), into: y)
  }

  /// The product of rows that are quantised already.
  ///
  /// - Parameter adding: the product is added to what `y` holds, by one addition more.
  public func multiply(
    _ x: QuantizedRows, into y: UnsafeMutableBufferPointer<Float>, adding: Bool = false
  ) throws(KernelError) {
    try x.multiply(QuantizedProduct(self, into: y, adding: adding))
  }
}

/// The sizes of a matrix of blocks, checked.
struct PackedExtent {
  let bytes: Int
  let packedBytes: Int

  init(_ format: BlockFormat, inputs: Int, outputs: Int) throws(KernelError) {
    guard inputs > 0, inputs % format.length == 0 else {
      throw .value(
        kernel: "quantized matrix", argument: "inputs",
        allowed: "as a multiple of \(format.length), not \(inputs)")
    }
    guard outputs >= 0, let row = format.byteCount(of: inputs) else {
      throw .value(kernel: "quantized matrix", argument: "outputs", allowed: "of 0 or more")
    }
    let rows = Int(CK_PACKED_ROWS)
    let groups = outputs / rows + (outputs % rows > 0 ? 1 : 0)
    let (bytes, overflow) = row.multipliedReportingOverflow(by: outputs)
    // A group takes less than 16 rows of 16 bits a number.
    let (bound, tooMany) = inputs.multipliedReportingOverflow(by: 4 * rows)
    guard !overflow, !tooMany, bound > 0 else {
      throw .memory(kernel: "quantized matrix", bytes: Int.max)
    }
    let group = Int(ck_packed_group_bytes(format.code, inputs))
    let (packedBytes, large) = group.multipliedReportingOverflow(by: groups)
    if large { throw .memory(kernel: "quantized matrix", bytes: Int.max) }
    (self.bytes, self.packedBytes) = (bytes, packedBytes)
  }
}
