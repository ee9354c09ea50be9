extension Tensor {
  /// The same values in another element type.
  ///
  /// Narrower floats are the nearest ones, halves to the even one, by one rounding. Floats become
  /// integers by dropping the fraction; what does not fit is an error, as is NaN. Everything but
  /// zero becomes true.
  public func cast(to target: ElementType) throws(TensorError) -> Tensor {
    if target == elementType { return self }
    return switch target {
    case .f32:
      try .making(shape, of: Float.self) { out throws(TensorError) in
        try convert(into: out) { Float($0) }
      }
    case .f64:
      try .making(shape, of: Double.self) { out throws(TensorError) in
        try convert(into: out) { $0 }
      }
    case .f16:
      try .making(shape, of: Binary16.self) { out throws(TensorError) in
        try convert(into: out) { Binary16($0) }
      }
    case .bf16:
      try .making(shape, of: BFloat16.self) { out throws(TensorError) in
        try convert(into: out) { BFloat16($0) }
      }
    case .bool:
      try .making(shape, of: Bool.self) { out throws(TensorError) in
        try convert(into: out) { $0 != 0 }
      }
    case .i32: try integers(of: Int32.self)
    case .i8: try integers(of: Int8.self)
    case .u8: try integers(of: UInt8.self)
    }
  }

  private func integers<T: FixedWidthInteger & TensorElement>(of type: T.Type)
    throws(TensorError) -> Tensor
  {
    var fits = true
    let result = try Tensor.making(shape, of: type) { out throws(TensorError) in
      try convert(into: out) { value in
        // The comparison is false for NaN.
        if value.magnitude < 0x1p62, let integer = T(exactly: Int(value)) { return integer }
        fits = false
        return 0
      }
    }
    if !fits { throw .overflow(operation: "cast", elementType: type.elementType) }
    return result
  }

  /// Writes the elements as f32, row-major, without looking for a stop.
  func fill(_ out: UnsafeMutablePointer<Float>) {
    if elementType == .f32 { return copyElements(to: out) }
    try? convert(into: out, polls: false) { Float($0) }
  }

  /// Writes the elements as f64, row-major, without looking for a stop.
  func fill(_ out: UnsafeMutablePointer<Double>) {
    if elementType == .f64 { return copyElements(to: out) }
    try? convert(into: out, polls: false) { $0 }
  }

  /// Writes what `body` makes of each element, row-major; f64 holds the elements of all types.
  @inline(__always)
  private func convert<Result>(
    into out: UnsafeMutablePointer<Result>, polls: Bool = true, _ body: (Double) -> Result
  ) throws(TensorError) {
    defer { withExtendedLifetime(buffer) {} }
    let walk = StridedWalk(shape, [strides], polls: polls)
    switch elementType {
    case .f32: try walk.map(pointer(Float.self), into: out) { body(Double($0)) }
    case .f64: try walk.map(pointer(Double.self), into: out) { body($0) }
    case .f16: try walk.map(pointer(Binary16.self), into: out) { body(Double($0.float)) }
    case .bf16: try walk.map(pointer(BFloat16.self), into: out) { body(Double($0.float)) }
    case .i32: try walk.map(pointer(Int32.self), into: out) { body(Double($0)) }
    case .i8: try walk.map(pointer(Int8.self), into: out) { body(Double($0)) }
    case .u8: try walk.map(pointer(UInt8.self), into: out) { body(Double($0)) }
    case .bool: try walk.map(pointer(Bool.self), into: out) { body($0 ? 1 : 0) }
    }
  }
}
