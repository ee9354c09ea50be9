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
  // Written in init only; 64-byte aligned.
  private let panels: UnsafeMutablePointer<UInt16>

  /// Packs numbers of any strides: element (i, j) stands at `i * inputStride + j * outputStride`.
  public init(
    _ values: UnsafeBufferPointer<UInt16>, format: HalfFormat, inputs: Int, outputs: Int,
    inputStride: Int, outputStride: Int
  ) throws(KernelError) {
    try PanelLayout.check(
      values.count, inputs: inputs, outputs: outputs, inputStride, outputStride)
    panels = try Self.room(inputs, outputs)
    (self.format, self.inputs, self.outputs) = (format, inputs, outputs)
    if let source = values.baseAddress {
      ck_pack_panels_half(source, inputs, outputs, inputStride, outputStride, panels)
    }
  }

  /// Packs f32 numbers, each rounded to the nearest of `format`, ties to even.
  public init(
    rounding values: UnsafeBufferPointer<Float>, to format: HalfFormat, inputs: Int, outputs: Int,
    inputStride: Int, outputStride: Int
  ) throws(KernelError) {
    try PanelLayout.check(
      values.count, inputs: inputs, outputs: outputs, inputStride, outputStride)
    panels = try Self.room(inputs, outputs)
    (self.format, self.inputs, self.outputs) = (format, inputs, outputs)
    if let source = values.baseAddress {
      ck_pack_narrow_panels(
        format.code, source, inputs, outputs, inputStride, outputStride, panels)
    }
  }

  private static func room(_ inputs: Int, _ outputs: Int) throws(KernelError)
    -> UnsafeMutablePointer<UInt16>
  {
    let count = try PanelLayout.count(inputs: inputs, outputs: outputs, width: Int(CK_PANEL_F32))
    return try AlignedMemory.allocate(UInt16.self, count, for: "packed matrix of halves")
  }

  deinit { AlignedMemory.release(panels) }

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
