import Kernels

/// log Σ_k exp(a_ik + b_kj): the kernels of ``LogProduct``.
struct DifferentiableLogProduct: KernelOperation {
  var name: String { "log product" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let (a, b) = (inputs[0].shape, inputs[1].shape)
    guard a.count == 2, b.count == 2, a[1] == b[0] else {
      throw .shapeMismatch(operation: name, left: a, right: b)
    }
    let results = try KernelCall.run(type, reading: inputs, writing: [.init([a[0], b[1]])]) {
      inputs, outputs in
      guard let left = inputs[0], let right = inputs[1], let y = outputs[0] else { return }
      try LogProduct.multiply(left, right, into: y, rows: a[0], inner: a[1], columns: b[1])
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let (a, b) = (pass.inputs[0].shape, pass.inputs[1].shape)
    return try KernelCall.run(
      type, reading: pass.inputs + [pass.output, pass.cotangent], writing: [.init(a), .init(b)]
    ) { inputs, outputs in
      guard let left = inputs[0], let right = inputs[1], let y = inputs[2], let dy = inputs[3],
        let da = outputs[0], let db = outputs[1]
      else { return }
      try LogProduct.gradient(
        a: left, b: right, y: y, dy: dy, da: da, db: db, rows: a[0], inner: a[1], columns: b[1])
    }
  }
}

extension Variable {
  /// The matrix product of the log semiring, `[rows, columns]` of `[rows, inner]` and `[inner, columns]`:
  /// log Σ_k exp(a_ik + b_kj), as forward algorithms and alignments have it.
  public func logProduct(_ other: Variable) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableLogProduct(), self, other)
  }
}
