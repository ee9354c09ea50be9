extension Tensor {
  /// The same values in another element type.
  ///
  /// Floats become integers by dropping the fraction; what does not fit is an error, as is NaN.
  /// Everything but zero becomes true.
  public func cast(to target: ElementType) throws(TensorError) -> Tensor {
    if target == elementType { return self }
    let converted: TensorStorage
    switch target {
    case .f32: converted = .f32(storage.floats)
    case .f64: converted = .f64(storage.doubles)
    case .i32: converted = .i32(try integers())
    case .u8: converted = .u8(try integers())
    case .bool: converted = .bool(storage.doubles.map { $0 != 0 })
    }
    return Tensor(unchecked: converted, shape: shape)
  }

  private func integers<T: FixedWidthInteger>() throws(TensorError) -> [T] {
    var result: [T] = []
    result.reserveCapacity(count)
    for value in storage.doubles {
      // The comparison is false for NaN.
      guard value.magnitude < 0x1p62, let integer = T(exactly: Int(value)) else {
        throw .overflow(operation: "cast", elementType: T.self == UInt8.self ? .u8 : .i32)
      }
      result.append(integer)
    }
    return result
  }
}
