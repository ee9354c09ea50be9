import Tensors

/// A tensor that a layer declares: what it is called, how large it is, what it begins with.
public struct LayerParameter: Sendable, Equatable {
  /// Inside the layer, such as `weight`; with full stops between the names of layers.
  public var name: String
  public var shape: [Int]
  public var initial: LayerInitialization
  /// Whether gradients move it; others move by ``LayerPass/update(_:with:)`` alone.
  public var isTrained: Bool

  public init(
    _ name: String, _ shape: [Int], _ initial: LayerInitialization, isTrained: Bool = true
  ) {
    (self.name, self.shape, self.initial) = (name, shape, initial)
    self.isTrained = isTrained
  }

  /// The number of its numbers; sizes of layers are checked, so that it does not overflow.
  public var count: Int { shape.reduce(1, &*) }

  /// The value that training begins with.
  ///
  /// - Throws: ``ModelError/tensor(_:)`` for a shape that cannot be, and for values that are not as many.
  public func value(_ stream: RandomStream, _ elementType: ElementType = .f32)
    throws(ModelError) -> Tensor
  {
    do throws(TensorError) {
      switch initial {
      case .constant(let number): return try .full(shape, .float(number), elementType)
      case .normal(let deviation):
        return try .normal(shape, deviation: deviation, elementType, stream: stream)
      case .uniform(let bound):
        return try .uniform(shape, from: -bound, to: bound, elementType, stream: stream)
      case .values(let numbers): return try Tensor(numbers, shape: shape).cast(to: elementType)
      }
    } catch { throw ModelError(cause: error) }
  }
}

/// What a parameter begins with.
public enum LayerInitialization: Sendable, Equatable {
  case constant(Double)
  /// N(0, deviation²).
  case normal(deviation: Double)
  /// Evenly from -bound to bound.
  case uniform(bound: Double)
  /// As many as the shape has, row-major.
  case values([Double])

  public static let zeros = constant(0)
  public static let ones = constant(1)

  /// N(0, 1 / inputs), which keeps the size of what goes through (Y. LeCun and others, 1998).
  public static func scaled(inputs: Int) -> LayerInitialization {
    .normal(deviation: 1 / Double(max(inputs, 1)).squareRoot())
  }
}
