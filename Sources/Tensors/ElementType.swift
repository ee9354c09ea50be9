/// What a tensor's elements are.
public enum ElementType: String, Sendable, CaseIterable {
  case f32, f64, i32, u8, bool

  /// The bytes that one element takes.
  public var byteCount: Int {
    switch self {
    case .f64: 8
    case .f32, .i32: 4
    case .u8, .bool: 1
    }
  }

  public var isFloatingPoint: Bool { self == .f32 || self == .f64 }

  /// The narrowest type that both operands go into: bool, u8, i32, f32, f64 in this order.
  static func common(_ left: ElementType, _ right: ElementType) -> ElementType {
    left.breadth >= right.breadth ? left : right
  }

  private var breadth: Int {
    switch self {
    case .bool: 0
    case .u8: 1
    case .i32: 2
    case .f32: 3
    case .f64: 4
    }
  }
}

/// One number of the language: what a scalar operand is, and what one element is read as.
public enum TensorScalar: Sendable, Equatable {
  case int(Int)
  case float(Double)
  case bool(Bool)

  /// The value as a floating-point number; true is 1.
  public var double: Double {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    case .bool(let value): value ? 1 : 0
    }
  }
}
