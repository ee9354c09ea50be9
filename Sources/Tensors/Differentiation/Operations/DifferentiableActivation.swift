import Kernels

/// An activation, or a gate f(gate) · up where a second input comes: the kernels of ``Activation``.
struct DifferentiableActivation: KernelOperation {
  let activation: Activation

  var name: String { "\(activation)" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    if inputs.count > 1, inputs[0].shape != inputs[1].shape {
      throw .shapeMismatch(operation: name, left: inputs[0].shape, right: inputs[1].shape)
    }
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(inputs[0].shape)]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      if inputs.count > 1, let up = inputs[1] {
        try activation.gated(gate: x, up: up, into: y)
      } else {
        try activation.forward(x, into: y)
      }
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let isGate = pass.inputs.count > 1
    let shape = KernelCall.Output(pass.output.shape)
    return try KernelCall.run(
      type, reading: [pass.cotangent] + pass.inputs, writing: isGate ? [shape, shape] : [shape]
    ) { inputs, outputs in
      guard let dy = inputs[0], let x = inputs[1], let dx = outputs[0] else { return }
      if isGate, let up = inputs[2], let upGradient = outputs[1] {
        try activation.gatedGradient(
          gate: x, up: up, dy: dy, gateGradient: dx, upGradient: upGradient)
      } else {
        try activation.gradient(x, dy: dy, into: dx)
      }
    }
  }
}

extension Variable {
  /// An activation, element by element: `x.activated(.silu)`.
  public func activated(_ activation: Activation) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableActivation(activation: activation), self)
  }

  /// f(self) · up, in one kernel: `gate.gated(.silu, up)` is SwiGLU (arXiv 2002.05202).
  public func gated(_ activation: Activation, _ up: Variable) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableActivation(activation: activation), self, up)
  }
}
