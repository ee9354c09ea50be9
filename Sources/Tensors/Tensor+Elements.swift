/// What a tensor's elements can be in memory.
public protocol TensorElement: Sendable {
  static var elementType: ElementType { get }
}
extension Float: TensorElement { public static var elementType: ElementType { .f32 } }
extension Double: TensorElement { public static var elementType: ElementType { .f64 } }
extension Int32: TensorElement { public static var elementType: ElementType { .i32 } }
extension UInt8: TensorElement { public static var elementType: ElementType { .u8 } }
extension Bool: TensorElement { public static var elementType: ElementType { .bool } }

extension Tensor {
  /// Gives `body` the elements in row-major order.
  ///
  /// - Throws: ``TensorError/elementType(operation:found:needed:)`` where the tensor has another type,
  ///   and what `body` throws.
  public func withElements<Element: TensorElement, Result>(
    of type: Element.Type, _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) throws -> Result {
    func run<Own>(_ values: [Own]) throws -> Result? {
      guard let values = values as? [Element] else { return nil }
      return try values.withUnsafeBufferPointer(body)
    }
    let result: Result? =
      switch storage {
      case .f32(let values): try run(values)
      case .f64(let values): try run(values)
      case .i32(let values): try run(values)
      case .u8(let values): try run(values)
      case .bool(let values): try run(values)
      }
    guard let result else {
      throw TensorError.elementType(
        operation: "elements", found: elementType, needed: type.elementType.rawValue)
    }
    return result
  }

  /// A tensor whose elements `body` writes, all of them, in row-major order; they are zero before.
  public init<Element: TensorElement>(
    shape: [Int], of type: Element.Type,
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> Void
  ) throws {
    let zeros = try Tensor.zeros(shape, type.elementType)
    func filled<Own>(_ values: [Own]) throws -> [Own] {
      var values = values
      try values.withUnsafeMutableBufferPointer { buffer in
        try buffer.withMemoryRebound(to: Element.self, body)
      }
      return values
    }
    let storage: TensorStorage =
      switch zeros.storage {
      case .f32(let values): .f32(try filled(values))
      case .f64(let values): .f64(try filled(values))
      case .i32(let values): .i32(try filled(values))
      case .u8(let values): .u8(try filled(values))
      case .bool(let values): .bool(try filled(values))
      }
    self.init(unchecked: storage, shape: shape)
  }
}
