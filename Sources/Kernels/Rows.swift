import CKernels

/// Kernels that go row by row over `[rows, width]`.
public enum Rows {
  /// y = x / sqrt(mean(x²) + ε) · gain, per row of `gain.count`.
  public static func rmsNorm(
    _ x: [Float], gain: [Float], epsilon: Float, into y: inout [Float]
  ) throws(KernelError) {
    let rows = gain.isEmpty ? 0 : x.count / gain.count
    try KernelError.check("RMS norm", "x", x.count, rows * gain.count)
    try KernelError.check("RMS norm", "y", y.count, x.count)
    x.withUnsafeBufferPointer { x in
      gain.withUnsafeBufferPointer { gain in
        y.withUnsafeMutableBufferPointer { y in
          guard let x = x.baseAddress, let g = gain.baseAddress, let y = y.baseAddress else {
            return
          }
          ck_rms_norm_f32(x, g, epsilon, y, rows, gain.count)
        }
      }
    }
  }

  /// Softmax of each row of `width`: e = exp(x - max), p = e · (1 / sum).
  public static func softmax(_ x: [Float], width: Int) throws(KernelError) -> [Float] {
    let rows = width > 0 ? x.count / width : 0
    try KernelError.check("softmax", "x", x.count, rows * width)
    return [Float](unsafeUninitializedCapacity: x.count) { out, count in
      x.withUnsafeBufferPointer {
        if let from = $0.baseAddress, let to = out.baseAddress {
          ck_softmax_f32(from, to, rows, width)
        }
      }
      count = x.count
    }
  }

  /// -log softmax(row)[target] of one row of logits, in nats.
  ///
  /// - Parameter row: which row of `logits` `[rows, width]`.
  public static func negativeLogLikelihood(
    _ logits: [Float], row: Int, width: Int, target: Int
  ) throws(KernelError) -> Float {
    guard width > 0, row >= 0, row < logits.count / width else {
      throw .size(kernel: "cross-entropy", argument: "logits", needed: width, found: logits.count)
    }
    guard target >= 0 && target < width else {
      throw .size(kernel: "cross-entropy", argument: "target", needed: width, found: target)
    }
    return logits.withUnsafeBufferPointer {
      $0.baseAddress.map { ck_nll_f32($0 + row * width, width, target) } ?? 0
    }
  }

  /// The lowest index of the largest value; nil where there is a NaN or nothing.
  public static func argmax(_ values: ArraySlice<Float>) -> Int? {
    values.withUnsafeBufferPointer {
      guard let from = $0.baseAddress else { return nil }
      let index = ck_argmax_f32(from, $0.count)
      return index < 0 ? nil : Int(index)
    }
  }

  /// gate becomes gate · sigmoid(gate) · up.
  public static func swiglu(gate: inout [Float], up: [Float]) throws(KernelError) {
    try KernelError.check("SwiGLU", "up", up.count, gate.count)
    gate.withUnsafeMutableBufferPointer { gate in
      up.withUnsafeBufferPointer { up in
        guard let g = gate.baseAddress, let u = up.baseAddress else { return }
        ck_swiglu_f32(g, u, g, gate.count)
      }
    }
  }

  /// x becomes x + y.
  public static func add(_ y: [Float], to x: inout [Float]) throws(KernelError) {
    try KernelError.check("add", "y", y.count, x.count)
    x.withUnsafeMutableBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        guard let a = x.baseAddress, let b = y.baseAddress else { return }
        ck_add_f32(a, b, a, x.count)
      }
    }
  }
}
