import Kernels

/// Global response norm of `[batch, …, channels]`; inputs are x, gain and bias. The kernels of
/// ``ResponseNorm``.
struct DifferentiableResponseNorm: KernelOperation {
  let epsilon: Double

  var name: String { "response norm" }

  func continuesChain(ofInput index: Int) -> Bool { index > 0 }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let norm = try kernel(inputs[0].shape, type)
    for parameter in inputs.dropFirst() where parameter.shape != [norm.channels] {
      throw .shapeMismatch(operation: name, left: inputs[0].shape, right: parameter.shape)
    }
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(inputs[0].shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let gain = inputs[1], let bias = inputs[2], let y = outputs[0]
      else { return }
      try norm.forward(x, gain: gain, bias: bias, into: y)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let x = pass.inputs[0]
    let norm = try kernel(x.shape, type)
    return try KernelCall.run(
      type, reading: [x, pass.inputs[1], pass.cotangent],
      writing: [
        .init(x.shape),
        pass.needed[1] ? .init([norm.channels], from: pass.buffers[1]) : nil,
        pass.needed[2] ? .init([norm.channels], from: pass.buffers[2]) : nil,
      ]
    ) { inputs, outputs in
      guard let x = inputs[0], let gain = inputs[1], let dy = inputs[2], let dx = outputs[0]
      else { return }
      try norm.gradient(
        x, gain: gain, dy: dy, into: dx, gainGradient: outputs[1], biasGradient: outputs[2])
    }
  }

  private func kernel<T: DifferentiableElement>(_ shape: [Int], _ type: T.Type)
    throws(TensorError) -> ResponseNorm<T>
  {
    guard shape.count > 1 else {
      throw .invalidArgument(operation: name, reason: "\(shape) is not [batch, …, channels]")
    }
    return ResponseNorm(
      batch: shape[0], positions: shape.dropFirst().dropLast().reduce(1, *),
      channels: shape[shape.count - 1], epsilon: T(epsilon))
  }
}

extension Variable {
  /// gain · (x · n) + bias + x of `[batch, …, channels]`, where n is each channel's length over all
  /// positions, divided by the mean length + ε (arXiv 2301.00808).
  ///
  /// - Parameter gain: `[channels]`; `bias` alike.
  public func responseNorm(gain: Variable, bias: Variable, epsilon: Double = 1e-6)
    throws(TensorError) -> Variable
  {
    try Self.result(of: DifferentiableResponseNorm(epsilon: epsilon), self, gain, bias)
  }
}
