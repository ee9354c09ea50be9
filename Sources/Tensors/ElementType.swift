/// What a tensor's elements are.
///
/// f16 and bf16 are kept so and computed in f32; i8 is kept so and computed in i32.
public enum ElementType: String, Sendable, CaseIterable {
  case f32, f64, f16, bf16, i32, i8, u8, bool

  /// The bytes that one element takes.
  public var byteCount: Int {
    switch self {
    case .f64: 8
    case .f32, .i32: 4
    case .f16, .bf16: 2
    case .i8, .u8, .bool: 1
    }
  }

  public var isFloatingPoint: Bool {
    switch self {
    case .f32, .f64, .f16, .bf16: true
    case .i32, .i8, .u8, .bool: false
    }
  }

  /// The type that operations compute in and give.
  public var computing: ElementType {
    switch self {
    case .f16, .bf16: .f32
    case .i8: .i32
    case .f32, .f64, .i32, .u8, .bool: self
    }
  }

  /// The narrowest type that both operands go into, for operations that only move elements: equal
  /// types stay, bool goes into each, and other mixtures meet in the broader of u8, i32, f32, f64.
  static func common(_ left: ElementType, _ right: ElementType) -> ElementType {
    if left == right || right == .bool { return left }
    if left == .bool { return right }
    let (a, b) = (left.computing, right.computing)
    return a.breadth >= b.breadth ? a : b
  }

  private var breadth: Int {
    switch self {
    case .bool: 0
    case .u8, .i8: 1
    case .i32: 2
    case .f16, .bf16, .f32: 3
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
