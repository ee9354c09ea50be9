import Kernels

/// A sparse matrix times a dense one: the kernels of ``SparseProduct``. Inputs are the stored values and
/// the dense matrix, whose gradient goes on from its buffer.
struct DifferentiableSparseProduct: KernelOperation {
  let pattern: SparsePattern

  var name: String { "sparse product" }

  func continuesChain(ofInput index: Int) -> Bool { index == 1 }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    guard inputs[0].shape == [pattern.entries.count] else {
      throw .shapeMismatch(
        operation: name, left: [pattern.entries.count], right: inputs[0].shape)
    }
    guard inputs[1].rank == 2, inputs[1].shape[0] == pattern.columns else {
      throw .shapeMismatch(
        operation: name, left: [pattern.rows, pattern.columns], right: inputs[1].shape)
    }
    let width = inputs[1].shape[1]
    let results = try KernelCall.run(
      type, reading: inputs, writing: [.init([pattern.rows, width])]
    ) { inputs, outputs in
      guard let values = inputs[0], let dense = inputs[1], let y = outputs[0] else { return }
      try SparseProduct.multiply(pattern, values: values, dense: dense, into: y, width: width)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let width = pass.inputs[1].shape[1]
    return try KernelCall.run(
      type, reading: pass.inputs + [pass.cotangent],
      writing: [
        pass.needed[0] ? .init(pass.inputs[0].shape) : nil,
        pass.needed[1] ? .init(pass.inputs[1].shape, from: pass.buffers[1]) : nil,
      ]
    ) { inputs, outputs in
      guard let values = inputs[0], let dense = inputs[1], let dy = inputs[2] else { return }
      if let gradient = outputs[0] {
        try SparseProduct.valuesGradient(
          pattern, dense: dense, dy: dy, into: gradient, width: width)
      }
      if let gradient = outputs[1] {
        try SparseProduct.denseGradient(
          pattern, values: values, dy: dy, into: gradient, width: width)
      }
    }
  }
}

extension Variable {
  /// `[rows, width]` of a sparse matrix `[rows, columns]` and this dense one `[columns, width]`.
  ///
  /// - Parameter values: of the pattern's entries, `[entries]`; they have a gradient too.
  public func multiplied(bySparse pattern: SparsePattern, _ values: Variable)
    throws(TensorError) -> Variable
  {
    try Self.result(of: DifferentiableSparseProduct(pattern: pattern), values, self)
  }
}
