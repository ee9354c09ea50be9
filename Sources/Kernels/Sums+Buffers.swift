import CKernels

/// As the sums of arrays.
extension Sums {
  public static func sum(_ values: UnsafeBufferPointer<Float>) -> Float {
    values.baseAddress.map { ck_sum_f32($0, values.count) } ?? 0
  }

  public static func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
    values.baseAddress.map { ck_sum_f64($0, values.count) } ?? 0
  }

  public static func squaredDeviations(_ values: UnsafeBufferPointer<Float>, from center: Float)
    -> Float
  {
    values.baseAddress.map { ck_squared_deviations_f32($0, center, values.count) } ?? 0
  }

  public static func squaredDeviations(_ values: UnsafeBufferPointer<Double>, from center: Double)
    -> Double
  {
    values.baseAddress.map { ck_squared_deviations_f64($0, center, values.count) } ?? 0
  }
}
