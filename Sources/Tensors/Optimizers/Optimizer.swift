import Kernels

/// Moves parameters by their gradients. A value: a copy goes on by itself, with the same bits.
///
/// Parameters, gradients and moments are all of f32 or all of f64. Each operation is rounded on its own,
/// in the order that the optimizer states, unless it says "fma".
public protocol Optimizer: Sendable {
  /// What the next step depends on beside the settings; saving and restoring it changes no bit.
  var state: OptimizerState { get set }

  /// One step.
  ///
  /// - Parameters:
  ///   - gradients: one a parameter; nil leaves the parameter and its moments as they are.
  ///   - rate: the learning rate of this step.
  ///   - gradientScale: what gradients are multiplied by first (``GradientNorm/scale(limit:)``).
  /// - Throws: before anything is changed, for shapes or types that do not fit.
  mutating func step(
    _ parameters: inout [Tensor], gradients: [Tensor?], rate: Double, gradientScale: Double
  ) throws(TensorError)
}

extension Optimizer {
  public mutating func step(_ parameters: inout [Tensor], gradients: [Tensor?], rate: Double)
    throws(TensorError)
  {
    try step(&parameters, gradients: gradients, rate: rate, gradientScale: 1)
  }
}

/// How an optimizer goes over its parameters.
enum OptimizerStep {
  /// Moments below this become 0, so that they do not end as subnormals.
  static let smallestMoment = 0x1p-100

  /// Does a step for each parameter with a gradient; if one throws, nothing has changed.
  ///
  /// - Parameters:
  ///   - slots: the names of the moments, each of the parameter's shape and +0 at first.
  ///   - body: gets a parameter's place, the gradient, and [parameter, moments…]; gives the same after the step.
  static func run(
    _ name: String, _ parameters: inout [Tensor], _ gradients: [Tensor?],
    _ state: inout OptimizerState, slots: [String],
    _ body: (Int, Tensor, [Tensor]) throws(TensorError) -> [Tensor]
  ) throws(TensorError) {
    try check(name, parameters, gradients)
    var (moved, next) = (parameters, state)
    for slot in slots {
      var tensors = next.slots[slot] ?? []
      if tensors.isEmpty {
        for parameter in parameters {
          tensors.append(try .zeros(parameter.shape, parameter.elementType))
        }
      }
      try check(name, tensors, parameters)
      next.slots[slot] = tensors
    }
    for (index, gradient) in gradients.enumerated() {
      guard let gradient else { continue }
      do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
      let before = [moved[index]] + slots.compactMap { next.slots[$0]?[index] }
      let after = try body(index, gradient, before)
      moved[index] = after[0]
      for (slot, tensor) in zip(slots, after.dropFirst()) { next.slots[slot]?[index] = tensor }
    }
    next.step += 1
    (parameters, state) = (moved, next)
  }

  /// Two lists of tensors that agree one by one.
  static func check(_ name: String, _ parameters: [Tensor], _ others: [Tensor?])
    throws(TensorError)
  {
    guard parameters.count == others.count else {
      throw .invalidArgument(
        operation: name, reason: "\(others.count) tensors for \(parameters.count) parameters")
    }
    for (parameter, other) in zip(parameters, others) {
      guard let other else { continue }
      try Tensor.checkReals([parameter, other], operation: name)
      guard parameter.shape == other.shape else {
        throw .shapeMismatch(operation: name, left: parameter.shape, right: other.shape)
      }
    }
  }

  /// Copies of tensors of one shape and type, which `body` changes.
  static func rewriting<T: DifferentiableElement>(
    _ tensors: [Tensor], _ type: T.Type,
    _ body: ([UnsafeMutableBufferPointer<T>]) throws -> Void
  ) throws(TensorError) -> [Tensor] {
    var written: [Tensor] = []
    func open(_ buffers: [UnsafeMutableBufferPointer<T>]) throws {
      guard buffers.count < tensors.count else { return try body(buffers) }
      let tensor = tensors[buffers.count]
      written.append(
        try Tensor(shape: tensor.shape, of: type) { out in
          try tensor.withElements(of: type) { _ = out.update(from: $0) }
          try open(buffers + [out])
        })
    }
    do { try open([]) } catch { throw TensorError(cause: error) }
    // The innermost was finished first.
    return written.reversed()
  }

  /// Zero in place of a moment too small to matter.
  @inline(__always)
  static func kept<T: DifferentiableElement>(_ moment: T) -> T {
    moment.magnitude < T(smallestMoment) ? 0 : moment
  }
}

/// The norm of all gradients together: the root of the sum, tensor by tensor, of sums of squares in the
/// order of sums.h.
public struct GradientNorm: Sendable, Equatable {
  public let value: Double
  /// Of which type it was computed in.
  private let isWide: Bool

  public init(_ gradients: [Tensor?]) throws(TensorError) {
    let tensors = gradients.compactMap { $0 }
    try Tensor.checkReals(tensors, operation: "the gradients' norm")
    isWide = tensors.first?.elementType == .f64
    value =
      isWide ? try Self.norm(tensors, Double.self) : Double(try Self.norm(tensors, Float.self))
  }

  private static func norm<T: DifferentiableElement>(_ tensors: [Tensor], _ type: T.Type)
    throws(TensorError) -> T
  {
    var squares: T = 0
    for tensor in tensors {
      squares += try tensor.reading(type) { T.orderedSquares(Array($0)) }
    }
    return squares.squareRoot()
  }

  /// What to multiply gradients by so that their norm is at most `limit`: limit / norm, or 1.
  public func scale(limit: Double) -> Double {
    guard value > limit else { return 1 }
    return isWide ? limit / value : Double(Float(limit) / Float(value))
  }
}
