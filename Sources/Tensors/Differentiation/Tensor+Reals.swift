import Kernels

/// The element types that gradients go through.
protocol DifferentiableElement: KernelReal, OrderedNumber, TensorElement {
  /// The sum in the order of sums.h.
  static func orderedSum(_ values: [Self]) -> Self
  /// The sum of squares in the order of sums.h.
  static func orderedSquares(_ values: [Self]) -> Self
}

extension Float: DifferentiableElement {
  static func orderedSum(_ values: [Float]) -> Float { Sums.sum(values) }
  static func orderedSquares(_ values: [Float]) -> Float {
    Sums.squaredDeviations(values, from: 0)
  }
}

extension Double: DifferentiableElement {
  static func orderedSum(_ values: [Double]) -> Double { Sums.sum(values) }
  static func orderedSquares(_ values: [Double]) -> Double {
    Sums.squaredDeviations(values, from: 0)
  }
}

/// What operations are built of: arithmetic of whole tensors, and their elements with typed errors.
extension Tensor {
  func plus(_ other: Tensor) throws(TensorError) -> Tensor { try .apply(.add, self, other) }
  func plus(_ number: Double) throws(TensorError) -> Tensor {
    try .apply(.add, .tensor(self), .scalar(.float(number)))
  }
  func minus(_ other: Tensor) throws(TensorError) -> Tensor { try .apply(.subtract, self, other) }
  func minus(_ number: Double) throws(TensorError) -> Tensor { try plus(-number) }
  func times(_ other: Tensor) throws(TensorError) -> Tensor { try .apply(.multiply, self, other) }
  func times(_ number: Double) throws(TensorError) -> Tensor {
    try .apply(.multiply, .tensor(self), .scalar(.float(number)))
  }
  func over(_ other: Tensor) throws(TensorError) -> Tensor { try .apply(.divide, self, other) }
  func over(_ number: Double) throws(TensorError) -> Tensor {
    try .apply(.divide, .tensor(self), .scalar(.float(number)))
  }
  func negated() throws(TensorError) -> Tensor { try .apply(.negate, self) }

  /// True where the comparison with a number holds.
  func compared(_ comparison: BinaryOperation, _ number: Double) throws(TensorError) -> Tensor {
    try .apply(comparison, .tensor(self), .scalar(.float(number)))
  }

  /// The elements where the condition holds, +0 elsewhere; the condition has this shape.
  func kept(where condition: Tensor) throws(TensorError) -> Tensor {
    try .choose(condition, self, .zeros([], elementType))
  }

  /// The elements in row-major order, for `body` to read.
  func reading<Element: TensorElement, Result>(
    _ type: Element.Type, _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) throws(TensorError) -> Result {
    do { return try withElements(of: type, body) } catch { throw TensorError(cause: error) }
  }

  /// A tensor whose elements, zero before, `body` writes.
  static func filled<Element: TensorElement>(
    _ shape: [Int], _ type: Element.Type,
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> Void
  ) throws(TensorError) -> Tensor {
    do { return try Tensor(shape: shape, of: type, body) } catch {
      throw TensorError(cause: error)
    }
  }

  /// Refuses tensors that gradients do not go through, and two of different types.
  static func checkReals(_ tensors: [Tensor], operation: String) throws(TensorError) {
    guard let first = tensors.first else { return }
    guard first.elementType == .f32 || first.elementType == .f64 else {
      throw .elementType(operation: operation, found: first.elementType, needed: "f32 or f64")
    }
    for tensor in tensors where tensor.elementType != first.elementType {
      throw .elementType(
        operation: operation, found: tensor.elementType,
        needed: "\(first.elementType.rawValue) as its other operand (cast it first)")
    }
  }

  /// The extents with the axes taken out, or brought down to 1.
  func extents(without axes: [Int], keeping: Bool) -> [Int] {
    keeping
      ? shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
      : shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
  }

  /// The axes counted from the front, each once and ascending; nil stands for all.
  func resolved(_ axes: [Int]?) throws(TensorError) -> [Int] {
    guard let axes else { return Array(shape.indices) }
    var result: Set<Int> = []
    for axis in axes {
      let resolved = axis < 0 ? axis + rank : axis
      guard shape.indices.contains(resolved), result.insert(resolved).inserted else {
        throw .axisOutOfRange(axis: axis, shape: shape)
      }
    }
    return result.sorted()
  }
}

extension TensorError {
  /// Whatever a kernel or a body threw, as a tensor error.
  init(cause: any Error) {
    switch cause {
    case let error as TensorError: self = error
    case let error as KernelError: self = .kernel(error)
    case let reason as Interruption: self = .interrupted(reason)
    default: self = .invalidArgument(operation: "a kernel", reason: "\(cause)")
    }
  }
}
