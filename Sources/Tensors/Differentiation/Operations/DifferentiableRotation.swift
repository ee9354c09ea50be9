import Kernels

/// Rotary positions: heads turned by their rows' angles, the kernels of ``RotaryAngles``.
struct DifferentiableRotation<T: DifferentiableElement>: DifferentiableOperation {
  let angles: RotaryAngles<T>
  let pairing: RotaryPairing
  let first: Int

  var name: String { "rotary positions" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    Evaluation(try turned(inputs[0], backward: false))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    [try turned(pass.cotangent, backward: true)]
  }

  private func turned(_ x: Tensor, backward: Bool) throws(TensorError) -> Tensor {
    let (heads, width) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let results = try KernelCall.run(T.self, reading: [x], writing: [.init(x.shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      if backward {
        try angles.gradient(
          x, into: y, heads: heads, headWidth: width, first: first, pairing: pairing)
      } else {
        try angles.rotate(
          x, into: y, heads: heads, headWidth: width, first: first, pairing: pairing)
      }
    }
    return try KernelCall.first(results, name)
  }
}

extension Variable {
  /// Heads `[…, tokens, heads, width]` turned by their positions.
  ///
  /// - Parameters:
  ///   - positions: one a token, or one for each token of each batch.
  ///   - first: where in a head the values that turn begin.
  public func rotated(
    _ frequencies: RotaryFrequencies, positions: RotaryPositions, pairing: RotaryPairing = .halves,
    first: Int = 0
  ) throws(TensorError) -> Variable {
    try Tensor.checkReals([value], operation: "rotary positions")
    guard rank >= 3 else {
      throw .invalidArgument(
        operation: "rotary positions", reason: "\(shape) is not […, tokens, heads, width]")
    }
    let (rows, tokens) = (shape.dropLast(2).reduce(1, *), shape[rank - 3])
    let repeats = positions.count == tokens && tokens > 0 ? rows / tokens : 1
    let all: RotaryPositions =
      switch positions {
      case .whole(let values): .whole((0..<repeats).flatMap { _ in values })
      case .real(let values): .real((0..<repeats).flatMap { _ in values })
      }
    guard all.count == rows else {
      throw .invalidArgument(
        operation: "rotary positions",
        reason: "\(positions.count) positions for the shape \(shape)")
    }
    return elementType == .f64
      ? try turned(frequencies, all, pairing, first, Double.self)
      : try turned(frequencies, all, pairing, first, Float.self)
  }

  /// Heads `[…, tokens, heads, width]` of f32 turned by angles at hand, one row of them for each token
  /// of each batch.
  public func rotated(
    by angles: RotaryAngles<Float>, pairing: RotaryPairing = .halves, first: Int = 0
  ) throws(TensorError) -> Variable {
    guard elementType == .f32, rank >= 3, shape.dropLast(2).reduce(1, *) == angles.rows else {
      throw .invalidArgument(
        operation: "rotary positions",
        reason: "\(shape) of \(elementType) is not \(angles.rows) tokens of heads in f32")
    }
    return try Self.result(
      of: DifferentiableRotation(angles: angles, pairing: pairing, first: first), self)
  }

  private func turned<T: DifferentiableElement>(
    _ frequencies: RotaryFrequencies, _ positions: RotaryPositions, _ pairing: RotaryPairing,
    _ first: Int, _ type: T.Type
  ) throws(TensorError) -> Variable {
    let angles: RotaryAngles<T>
    do { angles = try RotaryAngles(frequencies, positions: positions) } catch {
      throw TensorError(cause: error)
    }
    return try Self.result(
      of: DifferentiableRotation(angles: angles, pairing: pairing, first: first), self)
  }
}
