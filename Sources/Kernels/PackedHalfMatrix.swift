import CKernels

/// The right operand of f32 matrix products, kept as 16-bit numbers in panels of 32 columns.
///
/// Products have the bits of a ``PackedMatrix`` of the widened numbers; one row streams half the
/// bytes.
public final class PackedHalfMatrix: @unchecked Sendable {
  public let format: HalfFormat
  /// The contracted extent.
  public let inputs: Int
  /// The columns of the product.
  public let outputs: Int
  // 64-byte aligned; written in init only.
  private let panels: UnsafePointer<UInt16>
  /// Who keeps the panels, where they are not this matrix's own.
  private let owner: AnyObject?

  /// Raised when packed bytes get another order.
  public static let layout = 1

  /// Packs numbers of any strides: element (i, j) stands at `i * inputStride + j * outputStride`.
  public init(
    _ values: UnsafeBufferPointer<UInt16>, format: HalfFormat, inputs: Int, outputs: Int,
    inputStride: Int, outputStride: Int
  ) throws(KernelError) {
    try PanelLayout.check(
      values.count, inputs: inputs, outputs: outputs, inputStride, outputStride)
    let room = try Self.room(inputs, outputs)
    (panels, owner) = (UnsafePointer(room), nil)
    (self.format, self.inputs, self.outputs) = (format, inputs, outputs)
    if let source = values.baseAddress {
      ck_pack_panels_half(source, inputs, outputs, inputStride, outputStride, room)
    }
  }

  /// Packs f32 numbers, each rounded to the nearest of `format`, ties to even.
  public init(
    rounding values: UnsafeBufferPointer<Float>, to format: HalfFormat, inputs: Int, outputs: Int,
    inputStride: Int, outputStride: Int
  ) throws(KernelError) {
    try PanelLayout.check(
      values.count, inputs: inputs, outputs: outputs, inputStride, outputStride)
    let room = try Self.room(inputs, outputs)
    (panels, owner) = (UnsafePointer(room), nil)
    (self.format, self.inputs, self.outputs) = (format, inputs, outputs)
    if let source = values.baseAddress {
      ck_pack_narrow_panels(
        format.code, source, inputs, outputs, inputStride, outputStride, room)
    }
  }

  private static func room(_ inputs: Int, _ outputs: Int) throws(KernelError)
    -> UnsafeMutablePointer<UInt16>
  {
    let count = try PanelLayout.count(inputs: inputs, outputs: outputs, width: Int(CK_PANEL_F32))
    return try AlignedMemory.allocate(UInt16.self, count, for: "packed matrix of halves")
  }

  deinit {
    if owner == nil { AlignedMemory.release(UnsafeMutableRawPointer(mutating: panels)) }
  }

  // MARK: Packed bytes

  /// Whether somebody else keeps the panels, such as a mapped file.
  public var isMapped: Bool { owner != nil }

  /// Panels that were packed before, which `owner` keeps where they are, such as in a mapped file.
  ///
  /// - Throws: ``KernelError`` where they are too few, or not at a multiple of 64 bytes.
  public init(
    packed: UnsafeRawBufferPointer, owner: AnyObject, format: HalfFormat, inputs: Int, outputs: Int
  ) throws(KernelError) {
    let needed = Self.packedByteCount(inputs: inputs, outputs: outputs) ?? Int.max
    try KernelError.check("packed matrix", "bytes", packed.count, needed)
    guard let start = packed.baseAddress, Int(bitPattern: start) % 64 == 0 else {
      throw .value(kernel: "packed matrix", argument: "bytes", allowed: "at a multiple of 64")
    }
    panels = UnsafePointer(start.assumingMemoryBound(to: UInt16.self))
    self.owner = owner
    (self.format, self.inputs, self.outputs) = (format, inputs, outputs)
  }

  /// The bytes of the panels; nil for extents that no memory holds.
  public static func packedByteCount(inputs: Int, outputs: Int) -> Int? {
    guard inputs >= 0, outputs >= 0,
      let count = try? PanelLayout.count(inputs: inputs, outputs: outputs, width: Int(CK_PANEL_F32))
    else { return nil }
    return count * MemoryLayout<UInt16>.size
  }

  /// The panels as they lie in memory.
  public func withPackedBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    let count = Self.packedByteCount(inputs: inputs, outputs: outputs) ?? 0
    return try body(UnsafeRawBufferPointer(start: panels, count: count))
  }

  /// All numbers as they were packed, widened: `[outputs, inputs]`.
  public var weight: [Float] {
    [Float](unsafeUninitializedCapacity: outputs * inputs) { out, count in
      for output in 0..<outputs {
        widen(output, into: FloatView(rebasing: out[output * inputs..<(output + 1) * inputs]))
      }
      count = outputs * inputs
    }
  }

  /// One row of the weights, `[inputs]`: an embedding look-up.
  public func copyOutput(_ output: Int, into row: UnsafeMutableBufferPointer<Float>)
    throws(KernelError)
  {
    try PanelLayout.checkRow(row.count, output, inputs: inputs, outputs: outputs)
    widen(output, into: row)
  }

  private func widen(_ output: Int, into row: FloatView) {
    let width = Int(CK_PANEL_F32)
    let panel = panels + output / width * width * inputs + output % width
    guard let to = row.baseAddress else { return }
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: max(inputs, 1)) { halves in
      guard let from = halves.baseAddress else { return }
      for input in 0..<inputs { halves[input] = panel[input * width] }
      ck_widen_half(format.code, from, to, inputs)
    }
  }

  /// The product of `x` `[rows, inputs]` with this matrix: `[rows, outputs]`.
  public func multiply(
    _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>, rows: Int
  ) throws(KernelError) {
    try PanelLayout.checkProduct(x.count, y.count, rows: rows, inputs: inputs, outputs: outputs)
    guard let to = y.baseAddress else { return }
    // Without inputs nothing is read: any address does.
    let from = x.baseAddress ?? UnsafePointer(to)
    ck_gemm_half(format.code, from, panels, to, rows, inputs, outputs)
  }
}
