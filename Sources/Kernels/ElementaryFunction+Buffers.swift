import CKernels

extension ElementaryFunction {
  /// As calling it with an array, for as many values as both buffers hold.
  public func map(_ values: UnsafeBufferPointer<Float>, into out: UnsafeMutableBufferPointer<Float>)
  {
    guard let from = values.baseAddress, let to = out.baseAddress else { return }
    ck_map_f32(rawValue, from, to, min(values.count, out.count))
  }

  public func map(
    _ values: UnsafeBufferPointer<Double>, into out: UnsafeMutableBufferPointer<Double>
  ) {
    guard let from = values.baseAddress, let to = out.baseAddress else { return }
    ck_map_f64(rawValue, from, to, min(values.count, out.count))
  }
}
