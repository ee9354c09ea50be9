import CKernels

/// Matrix products in memory that the caller owns, by the definition of ``PackedMatrix``: the right
/// operand is packed into panels, then multiplied as often as wanted.
public enum PanelProducts {
  /// How many values the panels of `[inputs, outputs]` take.
  public static func panelCount(inputs: Int, outputs: Int, of _: Float.Type)
    throws(KernelError) -> Int
  {
    try PanelLayout.count(inputs: inputs, outputs: outputs, width: Int(CK_PANEL_F32))
  }

  public static func panelCount(inputs: Int, outputs: Int, of _: Double.Type)
    throws(KernelError) -> Int
  {
    try PanelLayout.count(inputs: inputs, outputs: outputs, width: Int(CK_PANEL_F64))
  }

  /// Packs an operand whose element (i, j) stands at `i * inputStride + j * outputStride`; the
  /// caller has checked that all of them can be read. Strides are not negative.
  public static func pack(
    _ values: UnsafePointer<Float>, inputs: Int, outputs: Int, inputStride: Int, outputStride: Int,
    into panels: UnsafeMutableBufferPointer<Float>
  ) throws(KernelError) {
    let count = try panelCount(inputs: inputs, outputs: outputs, of: Float.self)
    try check(panels.count, count, min(inputStride, outputStride))
    guard let to = panels.baseAddress, count > 0 else { return }
    ck_pack_panels_f32(values, inputs, outputs, inputStride, outputStride, to)
  }

  public static func pack(
    _ values: UnsafePointer<Double>, inputs: Int, outputs: Int, inputStride: Int, outputStride: Int,
    into panels: UnsafeMutableBufferPointer<Double>
  ) throws(KernelError) {
    let count = try panelCount(inputs: inputs, outputs: outputs, of: Double.self)
    try check(panels.count, count, min(inputStride, outputStride))
    guard let to = panels.baseAddress, count > 0 else { return }
    ck_pack_panels_f64(values, inputs, outputs, inputStride, outputStride, to)
  }

  /// `x` `[rows, inputs]`, row-major, times a packed operand: `[rows, outputs]`. The caller has
  /// checked that `x` and `out` hold as many.
  public static func multiply(
    _ x: UnsafePointer<Float>, panels: UnsafeBufferPointer<Float>, rows: Int, inputs: Int,
    outputs: Int, into out: UnsafeMutablePointer<Float>
  ) throws(KernelError) {
    try check(panels.count, panelCount(inputs: inputs, outputs: outputs, of: Float.self), 0)
    guard let from = panels.baseAddress, rows > 0, outputs > 0 else { return }
    ck_gemm_f32(x, from, out, rows, inputs, outputs)
  }

  public static func multiply(
    _ x: UnsafePointer<Double>, panels: UnsafeBufferPointer<Double>, rows: Int, inputs: Int,
    outputs: Int, into out: UnsafeMutablePointer<Double>
  ) throws(KernelError) {
    try check(panels.count, panelCount(inputs: inputs, outputs: outputs, of: Double.self), 0)
    guard let from = panels.baseAddress, rows > 0, outputs > 0 else { return }
    ck_gemm_f64(x, from, out, rows, inputs, outputs)
  }

  private static func check(_ found: Int, _ needed: Int, _ stride: Int) throws(KernelError) {
    if found < needed || stride < 0 {
      throw .size(kernel: "product", argument: "panels", needed: needed, found: found)
    }
  }
}
