import Glibc

/// An array of numbers with a shape: a value, seen through strides.
///
/// Rearranging (``transposed(_:)``, ``indexed(_:)``, ``broadcast(to:)``, ``reshaped(_:)`` where it
/// can) gives views of the same memory; everything else gives tensors whose elements stand one after
/// another, row-major. Nobody sees a change through another tensor. Rank 0 holds one element; an
/// extent of 0 makes a tensor without elements. The rank is at most 8.
public struct Tensor: Sendable {
  /// The extent of each axis, outermost first.
  public let shape: [Int]
  /// How far apart neighbours along each axis stand, in elements; 0 repeats, negative goes back.
  let strides: [Int]
  /// Where the first element stands.
  let offset: Int
  var buffer: TensorBuffer

  /// The caller has checked that all elements lie in the buffer.
  init(viewing buffer: TensorBuffer, shape: [Int], strides: [Int], offset: Int) {
    (self.shape, self.strides, self.offset) = (shape, strides, offset)
    self.buffer = buffer
  }

  /// All of a buffer that was made for the shape, row-major.
  init(_ buffer: TensorBuffer, shape: [Int]) {
    self.init(viewing: buffer, shape: shape, strides: Shape.strides(shape), offset: 0)
  }

  /// A tensor of the given values in row-major order.
  public init(_ values: [Float], shape: [Int]) throws(TensorError) {
    try self.init(copying: values, shape: shape)
  }
  public init(_ values: [Double], shape: [Int]) throws(TensorError) {
    try self.init(copying: values, shape: shape)
  }
  public init(_ values: [Binary16], shape: [Int]) throws(TensorError) {
    try self.init(copying: values, shape: shape)
  }
  public init(_ values: [BFloat16], shape: [Int]) throws(TensorError) {
    try self.init(copying: values, shape: shape)
  }
  public init(_ values: [Int32], shape: [Int]) throws(TensorError) {
    try self.init(copying: values, shape: shape)
  }
  public init(_ values: [Int8], shape: [Int]) throws(TensorError) {
    try self.init(copying: values, shape: shape)
  }
  public init(_ values: [UInt8], shape: [Int]) throws(TensorError) {
    try self.init(copying: values, shape: shape)
  }
  public init(_ values: [Bool], shape: [Int]) throws(TensorError) {
    try self.init(copying: values, shape: shape)
  }

  /// A tensor of rank 1 of values at hand; the initializers with a shape say where memory for them
  /// cannot be had.
  public init(_ values: [Float]) { self.init(copying: values) }
  public init(_ values: [Double]) { self.init(copying: values) }
  public init(_ values: [Binary16]) { self.init(copying: values) }
  public init(_ values: [BFloat16]) { self.init(copying: values) }
  public init(_ values: [Int32]) { self.init(copying: values) }
  public init(_ values: [Int8]) { self.init(copying: values) }
  public init(_ values: [UInt8]) { self.init(copying: values) }
  public init(_ values: [Bool]) { self.init(copying: values) }

  private init<T: TensorElement>(copying values: [T], shape: [Int]) throws(TensorError) {
    guard try Shape.count(shape) == values.count else {
      throw .elementCount(shape: shape, found: values.count)
    }
    self.init(try TensorBuffer(T.elementType, shape: shape), shape: shape)
    fill(from: values)
  }

  private init<T: TensorElement>(copying values: [T]) {
    self.init(TensorBuffer(T.elementType, count: values.count), shape: [values.count])
    fill(from: values)
  }

  private func fill<T>(from values: [T]) {
    values.withUnsafeBytes { bytes in
      if let first = bytes.baseAddress {
        buffer.memory.copyMemory(from: first, byteCount: bytes.count)
      }
    }
  }

  /// A tensor of zeros (false).
  public static func zeros(_ shape: [Int], _ elementType: ElementType = .f32)
    throws(TensorError) -> Tensor
  {
    let buffer = try TensorBuffer(elementType, shape: shape)
    let tensor = Tensor(buffer, shape: shape)
    memset(buffer.memory, 0, tensor.count * elementType.byteCount)
    return tensor
  }

  /// A tensor whose elements all have the same value, converted as ``cast(to:)`` does.
  public static func full(_ shape: [Int], _ value: TensorScalar, _ elementType: ElementType)
    throws(TensorError) -> Tensor
  {
    _ = try Shape.count(shape, of: elementType)
    let one = try Tensor(value, as: elementType, operation: "full")
    return try one.broadcast(to: shape).copied()
  }

  public var elementType: ElementType { buffer.elementType }
  /// The number of elements.
  public var count: Int { shape.contains(0) ? 0 : shape.reduce(1, &*) }
  /// The number of axes.
  public var rank: Int { shape.count }

  /// Whether the elements stand one after another in memory, row-major.
  public var isContiguous: Bool {
    var expected = 1
    for axis in shape.indices.reversed() {
      if shape[axis] == 0 { return true }
      if shape[axis] != 1 && strides[axis] != expected { return false }
      expected &*= shape[axis]
    }
    return true
  }

  /// The elements as f32, row-major; f64 values are rounded.
  public var floats: [Float] { array { out in fill(out) } }
  /// The elements as f64, row-major; always exact.
  public var doubles: [Double] { array { out in fill(out) } }
  /// The elements as i32; nil where one is not an integer that fits.
  public var int32s: [Int32]? {
    if elementType == .i32 { return array { out in copyElements(to: out) } }
    var result: [Int32] = []
    result.reserveCapacity(count)
    for value in doubles {
      guard let integer = Int32(exactly: value) else { return nil }
      result.append(integer)
    }
    return result
  }
  /// The elements as truth values; nil unless the type is bool.
  public var bools: [Bool]? {
    elementType == .bool ? array { out in copyElements(to: out) } : nil
  }

  private func array<T>(_ write: (UnsafeMutablePointer<T>) -> Void) -> [T] {
    let count = count
    return [T](unsafeUninitializedCapacity: count) { out, written in
      if let first = out.baseAddress, count > 0 { write(first) }
      written = count
    }
  }

  /// The element at a row-major position, `0..<count`.
  public func scalar(at flatIndex: Int) throws(TensorError) -> TensorScalar {
    guard flatIndex >= 0 && flatIndex < count else {
      throw .indexOutOfRange(index: flatIndex, axis: 0, shape: shape)
    }
    var (place, rest) = (offset, flatIndex)
    for axis in shape.indices.reversed() {
      place += rest % shape[axis] * strides[axis]
      rest /= shape[axis]
    }
    defer { withExtendedLifetime(buffer) {} }
    let memory = UnsafeRawPointer(buffer.memory)
    func element<T: TensorElement>(_: T.Type) -> T {
      memory.load(fromByteOffset: place * elementType.byteCount, as: T.self)
    }
    switch elementType {
    case .f32: return .float(Double(element(Float.self)))
    case .f64: return .float(element(Double.self))
    case .f16: return .float(Double(element(Binary16.self).float))
    case .bf16: return .float(Double(element(BFloat16.self).float))
    case .i32: return .int(Int(element(Int32.self)))
    case .i8: return .int(Int(element(Int8.self)))
    case .u8: return .int(Int(element(UInt8.self)))
    case .bool: return .bool(element(Bool.self))
    }
  }

  /// One element of the given type, of rank 0.
  init(_ scalar: TensorScalar, as elementType: ElementType, operation: String)
    throws(TensorError)
  {
    let value = scalar.double
    func one<T: TensorElement>(_ value: T) -> Tensor {
      Tensor(viewing: Tensor(copying: [value]).buffer, shape: [], strides: [], offset: 0)
    }
    func integer<T: FixedWidthInteger & TensorElement>(_: T.Type) throws(TensorError) -> Tensor {
      let integer: Int? =
        if case .int(let value) = scalar { value } else {
          value.magnitude < 0x1p62 ? Int(value) : nil
        }
      guard let fitting = integer.flatMap({ T(exactly: $0) }) else {
        throw .overflow(operation: operation, elementType: elementType)
      }
      return one(fitting)
    }
    self =
      switch elementType {
      case .f32: one(Float(value))
      case .f64: one(value)
      case .f16: one(Binary16(value))
      case .bf16: one(BFloat16(value))
      case .i32: try integer(Int32.self)
      case .i8: try integer(Int8.self)
      case .u8: try integer(UInt8.self)
      case .bool: one(value != 0)
      }
  }
}

extension Tensor: Equatable {
  /// Same shape, same element type, same bits; all NaNs count as one.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape, left.elementType == right.elementType else { return false }
    func same<T: TensorElement>(_: T.Type, _ isSame: (T, T) -> Bool) -> Bool {
      defer { withExtendedLifetime((left, right)) {} }
      let (a, b) = (left.pointer(T.self), right.pointer(T.self))
      let walk = StridedWalk(left.shape, [left.strides, right.strides], polls: false)
      let (stepA, stepB) = (walk.step(0), walk.step(1))
      var isEqual = true
      try? walk.forEachRun { offsets, count in
        guard isEqual else { return }
        let (x, y) = (a + offsets[0], b + offsets[1])
        for i in 0..<count where !isSame(x[i &* stepA], y[i &* stepB]) {
          isEqual = false
          return
        }
      }
      return isEqual
    }
    return switch left.elementType {
    case .f32:
      same(Float.self) { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
    case .f64:
      same(Double.self) { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
    case .f16: same(Binary16.self) { $0 == $1 || ($0.float.isNaN && $1.float.isNaN) }
    case .bf16: same(BFloat16.self) { $0 == $1 || ($0.float.isNaN && $1.float.isNaN) }
    case .i32: same(Int32.self, ==)
    case .i8: same(Int8.self, ==)
    case .u8: same(UInt8.self, ==)
    case .bool: same(Bool.self, ==)
    }
  }
}
