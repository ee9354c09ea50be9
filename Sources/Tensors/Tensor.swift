/// An array of numbers with a shape: contiguous, row-major, a value.
///
/// Copies share their elements until one of them changes. Rank 0 holds one element; an extent of
/// 0 makes a tensor without elements. The rank is at most 8.
public struct Tensor: Sendable {
  /// The extent of each axis, outermost first.
  public let shape: [Int]
  let storage: TensorStorage

  /// The caller has checked that `storage` has as many elements as `shape`.
  init(unchecked storage: TensorStorage, shape: [Int]) {
    self.shape = shape
    self.storage = storage
  }

  init(_ storage: TensorStorage, shape: [Int]) throws(TensorError) {
    guard try Shape.count(shape) == storage.count else {
      throw .elementCount(shape: shape, found: storage.count)
    }
    self.init(unchecked: storage, shape: shape)
  }

  /// A tensor of the given values in row-major order.
  public init(_ values: [Float], shape: [Int]) throws(TensorError) {
    try self.init(.f32(values), shape: shape)
  }

  public init(_ values: [Double], shape: [Int]) throws(TensorError) {
    try self.init(.f64(values), shape: shape)
  }

  public init(_ values: [Int32], shape: [Int]) throws(TensorError) {
    try self.init(.i32(values), shape: shape)
  }

  public init(_ values: [UInt8], shape: [Int]) throws(TensorError) {
    try self.init(.u8(values), shape: shape)
  }

  public init(_ values: [Bool], shape: [Int]) throws(TensorError) {
    try self.init(.bool(values), shape: shape)
  }

  /// A tensor of rank 1.
  public init(_ values: [Float]) { self.init(unchecked: .f32(values), shape: [values.count]) }
  public init(_ values: [Double]) { self.init(unchecked: .f64(values), shape: [values.count]) }
  public init(_ values: [Int32]) { self.init(unchecked: .i32(values), shape: [values.count]) }
  public init(_ values: [UInt8]) { self.init(unchecked: .u8(values), shape: [values.count]) }
  public init(_ values: [Bool]) { self.init(unchecked: .bool(values), shape: [values.count]) }

  /// A tensor of zeros (false).
  public static func zeros(_ shape: [Int], _ elementType: ElementType = .f32)
    throws(TensorError) -> Tensor
  {
    try full(shape, .int(0), elementType)
  }

  /// A tensor whose elements all have the same value, converted as ``cast(to:)`` does.
  public static func full(_ shape: [Int], _ value: TensorScalar, _ elementType: ElementType)
    throws(TensorError) -> Tensor
  {
    let count = try Shape.count(shape, of: elementType)
    let one = try TensorStorage(value, as: elementType, operation: "full")
    return Tensor(unchecked: one.repeated(count), shape: shape)
  }

  public var elementType: ElementType { storage.elementType }
  /// The number of elements.
  public var count: Int { storage.count }
  /// The number of axes.
  public var rank: Int { shape.count }

  /// The elements as f32, row-major; f64 values are rounded.
  public var floats: [Float] { storage.floats }
  /// The elements as f64, row-major; always exact.
  public var doubles: [Double] { storage.doubles }
  /// The elements as i32; nil where one is not an integer that fits.
  public var int32s: [Int32]? { storage.int32s }
  /// The elements as truth values; nil unless the type is bool.
  public var bools: [Bool]? { if case .bool(let values) = storage { values } else { nil } }

  /// The element at a row-major position, `0..<count`.
  public func scalar(at flatIndex: Int) throws(TensorError) -> TensorScalar {
    guard flatIndex >= 0 && flatIndex < count else {
      throw .indexOutOfRange(index: flatIndex, axis: 0, shape: shape)
    }
    return storage.scalar(at: flatIndex)
  }
}

extension Tensor: Equatable {
  /// Same shape, same element type, same bits; all NaNs count as one.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    left.shape == right.shape && left.storage.hasSameBits(as: right.storage)
  }
}
