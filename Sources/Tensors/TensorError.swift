import Files
import Kernels

/// What a tensor operation refuses, apart from its wording.
public enum TensorError: DescribedError, InterruptibleError, Equatable {
  /// Two shapes that an operation cannot bring together.
  case shapeMismatch(operation: String, left: [Int], right: [Int])
  /// A shape that asks for another number of values than there are.
  case elementCount(shape: [Int], found: Int)
  /// A negative extent, a rank above eight, or a product that overflows.
  case invalidShape(shape: [Int], reason: String)
  /// More memory than is free.
  case memory(shape: [Int], needed: Int, available: Int)
  /// An element type that an operation is not defined for.
  case elementType(operation: String, found: ElementType, needed: String)
  case indexOutOfRange(index: Int, axis: Int, shape: [Int])
  case tooManyIndexes(count: Int, shape: [Int])
  case axisOutOfRange(axis: Int, shape: [Int])
  /// An integer result that the element type cannot hold.
  case overflow(operation: String, elementType: ElementType)
  case divisionByZero(operation: String)
  /// A reduction of no elements that has no value, such as `max`.
  case empty(operation: String, shape: [Int])
  /// What a kernel refused.
  case kernel(KernelError)
  /// A NaN where an order is needed.
  case notANumber(operation: String)
  /// Operation arguments outside their range.
  case invalidArgument(operation: String, reason: String)
  /// A contraction's pattern that cannot be read; columns count from 1.
  case malformedPattern(pattern: String, column: Int, reason: String)
  /// A file that is not what it should be.
  case malformed(path: String, byte: Int, reason: String)
  /// The work was stopped; whoever shows errors should show the interruption instead.
  case interrupted(Interruption)

  public var code: String {
    switch self {
    case .shapeMismatch: "E0210"
    case .elementCount: "E0211"
    case .invalidShape, .memory: "E0212"
    case .elementType: "E0213"
    case .indexOutOfRange, .tooManyIndexes: "E0214"
    case .axisOutOfRange: "E0215"
    case .overflow, .divisionByZero: "E0216"
    case .empty, .notANumber, .invalidArgument, .malformedPattern: "E0217"
    case .kernel(let error): error.code
    case .malformed: "E0218"
    case .interrupted: "E0219"
    }
  }

  public var message: String {
    switch self {
    case .shapeMismatch(let operation, let left, let right):
      "the shapes \(left) and \(right) do not go together in \(operation)"
    case .elementCount(let shape, let found):
      "the shape \(shape) needs \(Shape.describedCount(shape)) values, there are \(found)"
    case .invalidShape(let shape, let reason): "\(shape) is not a shape: \(reason)"
    case .memory(let shape, let needed, _):
      "a tensor of shape \(shape) needs \(needed) bytes, more than is free"
    case .elementType(let operation, let found, let needed):
      "\(operation) needs \(needed), not \(found.rawValue)"
    case .indexOutOfRange(let index, let axis, let shape):
      "the index \(index) is outside axis \(axis) of the shape \(shape)"
    case .tooManyIndexes(let count, let shape):
      "\(count) indexes are too many for the shape \(shape)"
    case .axisOutOfRange(let axis, let shape): "the shape \(shape) has no axis \(axis)"
    case .overflow(let operation, let elementType):
      "a result of \(operation) does not fit \(elementType.rawValue)"
    case .divisionByZero(let operation): "\(operation) of an integer by zero"
    case .empty(let operation, let shape):
      "\(operation) of no elements has no value (the shape is \(shape))"
    case .kernel(let error): error.message
    case .notANumber(let operation): "\(operation) met a NaN"
    case .invalidArgument(let operation, let reason): "\(operation): \(reason)"
    case .malformedPattern(let pattern, let column, let reason):
      "'\(pattern)', column \(column): \(reason)"
    case .malformed(let path, let byte, let reason): "'\(path)', byte \(byte): \(reason)"
    case .interrupted: "interrupted"
    }
  }

  public var machineDetail: String? {
    if case .memory(_, _, let available) = self { "\(available) bytes are free" } else { nil }
  }

  public var hint: String? {
    switch self {
    case .overflow: "cast to f32 or f64 first"
    default: nil
    }
  }

  public var interruption: Interruption? {
    if case .interrupted(let reason) = self { reason } else { nil }
  }
}
