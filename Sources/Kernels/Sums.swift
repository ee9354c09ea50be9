import CKernels

/// Sums in one fixed order: blocks of 1,024, 16 lanes in a block, block values in a balanced tree.
public enum Sums {
  public static func sum(_ values: [Float]) -> Float {
    values.withUnsafeBufferPointer { $0.baseAddress.map { ck_sum_f32($0, values.count) } ?? 0 }
  }

  public static func sum(_ values: [Double]) -> Double {
    values.withUnsafeBufferPointer { $0.baseAddress.map { ck_sum_f64($0, values.count) } ?? 0 }
  }

  /// The sum of (x - center)².
  public static func squaredDeviations(_ values: [Float], from center: Float) -> Float {
    values.withUnsafeBufferPointer {
      $0.baseAddress.map { ck_squared_deviations_f32($0, center, values.count) } ?? 0
    }
  }

  public static func squaredDeviations(_ values: [Double], from center: Double) -> Double {
    values.withUnsafeBufferPointer {
      $0.baseAddress.map { ck_squared_deviations_f64($0, center, values.count) } ?? 0
    }
  }

  public static func dot(_ a: [Float], _ b: [Float]) throws(KernelError) -> Float {
    try KernelError.check("dot", "b", b.count, a.count)
    return a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
        return ck_dot_f32(x, y, a.count)
      }
    }
  }
}
