import Kernels

/// RMS norm or layer norm of the last axis: the kernels of ``Norms``. Gradients of gain and bias are
/// chains over rows that go on from their buffers.
struct DifferentiableNorm: KernelOperation {
  /// Layer norm, else RMS norm.
  let isCentered: Bool
  let epsilon: Double
  let gainOffset: Double
  /// Which inputs follow x.
  let hasGain: Bool
  let hasBias: Bool

  var name: String { isCentered ? "layer norm" : "RMS norm" }

  func continuesChain(ofInput index: Int) -> Bool { index > 0 }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let x = inputs[0]
    let (rows, width) = try KernelCall.rows(x, name)
    for parameter in inputs.dropFirst() where parameter.shape != [width] {
      throw .shapeMismatch(operation: name, left: x.shape, right: parameter.shape)
    }
    let results = try KernelCall.run(
      type, reading: [x, hasGain ? inputs[1] : nil, hasBias ? inputs.last : nil],
      writing: [.init(x.shape)]
    ) { inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      if isCentered {
        try Norms.layer(
          x, gain: inputs[1], bias: inputs[2], epsilon: T(epsilon), into: y, rows: rows,
          width: width)
      } else {
        try Norms.rms(
          x, gain: inputs[1], epsilon: T(epsilon), gainOffset: T(gainOffset), into: y, rows: rows,
          width: width)
      }
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let x = pass.inputs[0]
    let (rows, width) = try KernelCall.rows(x, name)
    let (gain, bias) = (1, hasGain ? 2 : 1)
    let results = try KernelCall.run(
      type, reading: [x, hasGain ? pass.inputs[gain] : nil, pass.cotangent],
      writing: [
        .init(x.shape),
        hasGain && pass.needed[gain] ? .init([width], from: pass.buffers[gain]) : nil,
        hasBias && pass.needed[bias] ? .init([width], from: pass.buffers[bias]) : nil,
      ]
    ) { inputs, outputs in
      guard let x = inputs[0], let dy = inputs[2], let dx = outputs[0] else { return }
      if isCentered {
        try Norms.layerGradient(
          x, gain: inputs[1], epsilon: T(epsilon), dy: dy, into: dx, gainGradient: outputs[1],
          biasGradient: outputs[2], rows: rows, width: width)
      } else {
        try Norms.rmsGradient(
          x, gain: inputs[1], epsilon: T(epsilon), gainOffset: T(gainOffset), dy: dy, into: dx,
          gainGradient: outputs[1], rows: rows, width: width)
      }
    }
    return [results[0]] + (hasGain ? [results[1]] : []) + (hasBias ? [results[2]] : [])
  }
}

extension Variable {
  /// x / sqrt(mean of x² + ε) · (gain + offset) along the last axis (arXiv 1910.07467).
  public func rmsNorm(gain: Variable? = nil, epsilon: Double = 1e-5, gainOffset: Double = 0)
    throws(TensorError) -> Variable
  {
    let operation = DifferentiableNorm(
      isCentered: false, epsilon: epsilon, gainOffset: gainOffset, hasGain: gain != nil,
      hasBias: false)
    guard let gain else { return try Self.result(of: operation, self) }
    return try Self.result(of: operation, self, gain)
  }

  /// (x - mean) / sqrt(variance + ε) · gain + bias along the last axis (arXiv 1607.06450).
  public func layerNorm(gain: Variable? = nil, bias: Variable? = nil, epsilon: Double = 1e-5)
    throws(TensorError) -> Variable
  {
    let operation = DifferentiableNorm(
      isCentered: true, epsilon: epsilon, gainOffset: 0, hasGain: gain != nil, hasBias: bias != nil)
    switch (gain, bias) {
    case (nil, nil): return try Self.result(of: operation, self)
    case (let gain?, nil): return try Self.result(of: operation, self, gain)
    case (nil, let bias?): return try Self.result(of: operation, self, bias)
    case (let gain?, let bias?): return try Self.result(of: operation, self, gain, bias)
    }
  }
}
