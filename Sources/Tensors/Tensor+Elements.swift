/// What a tensor's elements can be in memory.
public protocol TensorElement: Sendable, BitwiseCopyable {
  static var elementType: ElementType { get }
}
extension Float: TensorElement { public static var elementType: ElementType { .f32 } }
extension Double: TensorElement { public static var elementType: ElementType { .f64 } }
extension Binary16: TensorElement { public static var elementType: ElementType { .f16 } }
extension BFloat16: TensorElement { public static var elementType: ElementType { .bf16 } }
extension Int32: TensorElement { public static var elementType: ElementType { .i32 } }
extension Int8: TensorElement { public static var elementType: ElementType { .i8 } }
extension UInt8: TensorElement { public static var elementType: ElementType { .u8 } }
extension Bool: TensorElement { public static var elementType: ElementType { .bool } }

extension Tensor {
  /// Gives `body` the elements in row-major order; copies them only where a view has them in another.
  ///
  /// - Throws: ``TensorError/elementType(operation:found:needed:)`` where the tensor has another type,
  ///   and what `body` throws.
  public func withElements<Element: TensorElement, Result>(
    of type: Element.Type, _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) throws -> Result {
    guard elementType == type.elementType else {
      throw TensorError.elementType(
        operation: "elements", found: elementType, needed: type.elementType.rawValue)
    }
    let whole = try contiguous()
    defer { withExtendedLifetime(whole) {} }
    return try body(UnsafeBufferPointer(start: whole.pointer(type), count: count))
  }

  /// A tensor whose elements `body` writes, all of them, in row-major order; they are zero before.
  public init<Element: TensorElement>(
    shape: [Int], of type: Element.Type,
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> Void
  ) throws {
    self = try .zeros(shape, type.elementType)
    let first = buffer.memory.assumingMemoryBound(to: type)
    try body(UnsafeMutableBufferPointer(start: first, count: count))
  }

  /// A tensor whose elements `body` writes; they are anything before.
  static func making<T: TensorElement>(
    _ shape: [Int], of type: T.Type,
    _ body: (UnsafeMutablePointer<T>) throws(TensorError) -> Void
  ) throws(TensorError) -> Tensor {
    let buffer = try TensorBuffer(type.elementType, shape: shape)
    try body(buffer.memory.assumingMemoryBound(to: type))
    return Tensor(buffer, shape: shape)
  }

  /// The first element's address, as long as the tensor is held; the type is the tensor's own.
  func pointer<T: TensorElement>(_: T.Type) -> UnsafePointer<T> {
    UnsafePointer(buffer.memory.assumingMemoryBound(to: T.self) + offset)
  }
}
