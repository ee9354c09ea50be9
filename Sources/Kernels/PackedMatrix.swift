import CKernels

/// The right operand of f32 matrix products, kept in panels of 32 columns.
///
/// Packed once, then used for one row (a decode step) as for many: both give the same bits, each
/// output being one chain of fused multiply-adds over the contracted axis.
public final class PackedMatrix: @unchecked Sendable {
  /// The contracted extent.
  public let inputs: Int
  /// The columns of the product.
  public let outputs: Int
  // Written in init only; 64-byte aligned.
  private let panels: UnsafeMutablePointer<Float>

  /// Packs an operand of any strides: element (i, j) stands at `i * inputStride + j * outputStride`.
  ///
  /// A weight `[outputs, inputs]`, used as x · Wᵀ, has the strides 1 and `inputs`; a matrix
  /// `[inputs, outputs]` has `outputs` and 1.
  public init(
    _ values: UnsafeBufferPointer<Float>, inputs: Int, outputs: Int, inputStride: Int,
    outputStride: Int
  ) throws(KernelError) {
    try PanelLayout.check(
      values.count, inputs: inputs, outputs: outputs, inputStride, outputStride)
    let count = try PanelLayout.count(inputs: inputs, outputs: outputs, width: Int(CK_PANEL_F32))
    self.inputs = inputs
    self.outputs = outputs
    panels = try AlignedMemory.allocate(Float.self, count, for: "packed matrix")
    if let source = values.baseAddress {
      ck_pack_panels_f32(source, inputs, outputs, inputStride, outputStride, panels)
    }
  }

  /// Packs a weight `[outputs, inputs]` for x · Wᵀ.
  public static func packing(weight: [Float], outputs: Int, inputs: Int) throws(KernelError)
    -> PackedMatrix
  {
    try weight.withUnsafeBufferPointer { (values) throws(KernelError) in
      try PackedMatrix(
        values, inputs: inputs, outputs: outputs, inputStride: 1, outputStride: inputs)
    }
  }

  deinit { AlignedMemory.release(panels) }

  /// The weight `[outputs, inputs]` again, as it was before it was packed.
  public var weight: [Float] {
    let width = Int(CK_PANEL_F32)
    return [Float](unsafeUninitializedCapacity: inputs * outputs) { values, count in
      for output in 0..<outputs {
        let panel = panels + output / width * width * inputs + output % width
        for input in 0..<inputs { values[output * inputs + input] = panel[input * width] }
      }
      count = inputs * outputs
    }
  }

  /// One row of the weight `[outputs, inputs]`, as a look-up in a table of embeddings.
  public func copyOutput(_ output: Int, into row: UnsafeMutableBufferPointer<Float>)
    throws(KernelError)
  {
    try PanelLayout.checkRow(row.count, output, inputs: inputs, outputs: outputs)
    let width = Int(CK_PANEL_F32)
    let panel = panels + output / width * width * inputs + output % width
    for input in 0..<inputs { row[input] = panel[input * width] }
  }

  /// The product of `x` `[rows, inputs]` with this matrix: `[rows, outputs]`.
  public func multiply(_ x: [Float], into y: inout [Float]) throws(KernelError) {
    let rows = inputs > 0 ? x.count / inputs : (outputs > 0 ? y.count / outputs : 0)
    try x.withUnsafeBufferPointer { (x) throws(KernelError) in
      try y.withUnsafeMutableBufferPointer { (y) throws(KernelError) in
        try multiply(x, into: y, rows: rows)
      }
    }
  }

  /// The product of `x` `[rows, inputs]` with this matrix: `[rows, outputs]`.
  public func multiply(
    _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>, rows: Int
  ) throws(KernelError) {
    try PanelLayout.checkProduct(x.count, y.count, rows: rows, inputs: inputs, outputs: outputs)
    guard let to = y.baseAddress else { return }
    // Without inputs nothing is read: any address does.
    ck_gemm_f32(x.baseAddress ?? UnsafePointer(panels), panels, to, rows, inputs, outputs)
  }
}
