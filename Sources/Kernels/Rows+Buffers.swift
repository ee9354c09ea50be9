import CKernels

extension Rows {
  /// Softmax of each row of `width`, as of an array; both buffers hold as many values.
  public static func softmax(
    _ x: UnsafeBufferPointer<Float>, width: Int, into y: UnsafeMutableBufferPointer<Float>
  ) throws(KernelError) {
    let rows = width > 0 ? x.count / width : 0
    try KernelError.check("softmax", "x", x.count, rows * width)
    try KernelError.check("softmax", "y", y.count, x.count)
    guard let from = x.baseAddress, let to = y.baseAddress, rows > 0 else { return }
    ck_softmax_f32(from, to, rows, width)
  }
}
