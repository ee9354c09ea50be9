import Kernels

/// Σ (x - c)² of every row and code: kernels of ``NearestCode``. The codes' gradient goes on from its
/// buffer, rows ascending.
struct DifferentiableDistances: KernelOperation {
  var name: String { "squared distances" }

  func continuesChain(ofInput index: Int) -> Bool { index == 1 }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    Evaluation(try Tensor.distances(.squared, inputs[0], inputs[1], type))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let (x, codes) = (pass.inputs[0].shape, pass.inputs[1].shape)
    return try KernelCall.run(
      type, reading: pass.inputs + [pass.cotangent],
      writing: [.init(x), .init(codes, from: pass.buffers[1])]
    ) { inputs, outputs in
      guard let rows = inputs[0], let others = inputs[1], let dy = inputs[2],
        let dx = outputs[0], let gradient = outputs[1]
      else { return }
      try NearestCode.squaredGradient(
        rows, codes: others, dy: dy, dx: dx, codeGradient: gradient, rows: x[0], count: codes[0],
        width: x[1])
    }
  }
}

extension Variable {
  /// Σ (x - c)² of each row of `[rows, width]` and each of the codes `[count, width]`: `[rows, count]`.
  public func squaredDistances(to codes: Variable) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableDistances(), self, codes)
  }
}
