import CKernels

/// f64 products: the same definition as ``PackedMatrix``, packed for one use.
public enum WideProducts {
  /// `a` `[rows, inputs]` times `b` `[inputs, outputs]`.
  public static func multiply(
    _ a: [Double], _ b: [Double], rows: Int, inputs: Int, outputs: Int
  ) throws(KernelError) -> [Double] {
    try KernelError.check("product", "a", a.count, rows * inputs)
    try KernelError.check("product", "b", b.count, inputs * outputs)
    let count = try PanelLayout.count(inputs: inputs, outputs: outputs, width: Int(CK_PANEL_F64))
    var panels = [Double](repeating: 0, count: max(count, 1))
    var result = [Double](repeating: 0, count: rows * outputs)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        panels.withUnsafeMutableBufferPointer { panels in
          result.withUnsafeMutableBufferPointer { result in
            guard let a = a.baseAddress, let b = b.baseAddress, let panels = panels.baseAddress,
              let result = result.baseAddress
            else { return }
            ck_pack_panels_f64(b, inputs, outputs, outputs, 1, panels)
            ck_gemm_f64(a, panels, result, rows, inputs, outputs)
          }
        }
      }
    }
    return result
  }
}
