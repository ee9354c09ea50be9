import Kernels

/// A norm whose scale and shift come from elsewhere, consecutive rows sharing them: the kernels of
/// ``Norms``. Inputs are x, scale and, if there is one, shift.
struct DifferentiableAdaptiveNorm: KernelOperation {
  let isCentered: Bool
  let epsilon: Double

  var name: String { "adaptive norm" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let (x, scale) = (inputs[0], inputs[1])
    let (rows, width) = try KernelCall.rows(x, name)
    let groups = Array(scale.shape.dropLast())
    guard scale.shape.last == width, x.shape.dropLast().starts(with: groups) else {
      throw .shapeMismatch(operation: name, left: x.shape, right: scale.shape)
    }
    if inputs.count > 2, inputs[2].shape != scale.shape {
      throw .shapeMismatch(operation: name, left: scale.shape, right: inputs[2].shape)
    }
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(x.shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let scale = inputs[1], let y = outputs[0] else { return }
      try Norms.adaptive(
        x, scale: scale, shift: inputs.count > 2 ? inputs[2] : nil, epsilon: T(epsilon),
        centered: isCentered, into: y, rows: rows, groups: groups.reduce(1, *), width: width)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let (x, scale) = (pass.inputs[0], pass.inputs[1])
    let (rows, width) = try KernelCall.rows(x, name)
    return try KernelCall.run(
      type, reading: [x, scale, pass.cotangent],
      writing: pass.inputs.indices.map {
        $0 == 0 || pass.needed[$0] ? .init(pass.inputs[$0].shape) : nil
      }
    ) { inputs, outputs in
      guard let x = inputs[0], let s = inputs[1], let dy = inputs[2], let dx = outputs[0] else {
        return
      }
      try Norms.adaptiveGradient(
        x, scale: s, epsilon: T(epsilon), centered: isCentered, dy: dy, into: dx,
        scaleGradient: outputs[1], shiftGradient: outputs.count > 2 ? outputs[2] : nil,
        rows: rows, groups: scale.shape.dropLast().reduce(1, *), width: width)
    }
  }
}

extension Variable {
  /// Layer norm, or RMS norm, of the last axis, times (1 + scale) and with shift added (arXiv 2212.09748).
  ///
  /// - Parameters:
  ///   - scale: `[…, width]` with the first of this tensor's axes: `[batch, width]` for
  ///     `[batch, tokens, width]`.
  ///   - shift: in the shape of `scale`.
  ///   - centered: layer norm.
  public func adaptiveNorm(
    scale: Variable, shift: Variable? = nil, centered: Bool = true, epsilon: Double = 1e-5
  ) throws(TensorError) -> Variable {
    let operation = DifferentiableAdaptiveNorm(isCentered: centered, epsilon: epsilon)
    guard let shift else { return try Self.result(of: operation, self, scale) }
    return try Self.result(of: operation, self, scale, shift)
  }
}
