/// f64 products of contiguous matrices, sizes checked: see ``MatrixProduct``.
public enum WideProducts {
  /// `a` `[rows, inputs]` times `b` `[inputs, outputs]`.
  public static func multiply(
    _ a: [Double], _ b: [Double], rows: Int, inputs: Int, outputs: Int
  ) throws(KernelError) -> [Double] {
    try KernelError.check("product", "a", a.count, rows * inputs)
    try KernelError.check("product", "b", b.count, inputs * outputs)
    return try MatrixProduct.multiply(a, b, rows: rows, inner: inputs, columns: outputs)
  }
}
