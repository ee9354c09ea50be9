import Kernels

/// A weight `[outputs, inputs]` that is used as it is stored, packed or quantised: gradients go through
/// it, none to it.
public protocol FrozenMatrix: Sendable {
  var inputs: Int { get }
  var outputs: Int { get }
  /// y `[rows, outputs]` = x `[rows, inputs]` · Wᵀ.
  func multiply(
    _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>, rows: Int
  ) throws(KernelError)
  /// What the weights mean, `[outputs, inputs]`.
  func weights() throws(KernelError) -> [Float]
  /// One row of the weights, as a look-up in a table of embeddings.
  func copyOutput(_ output: Int, into row: UnsafeMutableBufferPointer<Float>) throws(KernelError)
}

extension PackedMatrix: FrozenMatrix {
  public func weights() throws(KernelError) -> [Float] { weight }
}

extension PackedHalfMatrix: FrozenMatrix {
  public func weights() throws(KernelError) -> [Float] { weight }
}

extension QuantizedMatrix: FrozenMatrix {
  public func multiply(
    _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>, rows: Int
  ) throws(KernelError) {
    try multiply(x, into: y)
  }

  public func weights() throws(KernelError) -> [Float] { try dequantized() }

  public func copyOutput(_ output: Int, into row: UnsafeMutableBufferPointer<Float>)
    throws(KernelError)
  {
    let values = try self.row(output)
    guard row.count == values.count else {
      throw .size(
        kernel: "quantized matrix", argument: "row", needed: values.count, found: row.count)
    }
    _ = row.update(fromContentsOf: values)
  }
}

/// x · Wᵀ with a ``FrozenMatrix``. The way back multiplies with what the weights mean: where
/// activations are rounded to 8 bits, rounding counts as the identity.
struct DifferentiableFrozenProduct: DifferentiableOperation {
  let matrix: any FrozenMatrix

  var name: String { "linear" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    let x = inputs[0]
    try check(x, matrix.inputs)
    let shape = x.shape.dropLast() + [matrix.outputs]
    let rows = x.shape.dropLast().reduce(1, *)
    let results = try KernelCall.run(Float.self, reading: [x], writing: [.init(Array(shape))]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      try matrix.multiply(x, into: y, rows: rows)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    let dy = pass.cotangent
    try check(dy, matrix.outputs)
    let rows = dy.shape.dropLast().reduce(1, *)
    return try KernelCall.run(
      Float.self, reading: [dy], writing: [.init(pass.inputs[0].shape)]
    ) { inputs, outputs in
      guard let dy = inputs[0], let dx = outputs[0] else { return }
      let weights = try matrix.weights()
      let transposed = try weights.withUnsafeBufferPointer { (weights) throws(KernelError) in
        try PackedMatrix(
          weights, inputs: matrix.outputs, outputs: matrix.inputs, inputStride: matrix.inputs,
          outputStride: 1)
      }
      try transposed.multiply(dy, into: dx, rows: rows)
    }
  }

  private func check(_ x: Tensor, _ width: Int) throws(TensorError) {
    guard x.elementType == .f32 else {
      throw .elementType(operation: name, found: x.elementType, needed: "f32")
    }
    guard x.rank > 0, x.shape[x.rank - 1] == width else {
      throw .shapeMismatch(
        operation: name, left: x.shape, right: [matrix.outputs, matrix.inputs])
    }
  }
}

extension Variable {
  /// `[…, inputs]` times the transpose of a weight that no gradient goes to: `[…, outputs]`.
  public func linear(_ matrix: any FrozenMatrix) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableFrozenProduct(matrix: matrix), self)
  }

  /// Rows of a weight by ids of i32 `[ids]`: `[ids, inputs]`, a constant.
  public static func rows(_ ids: Tensor, of matrix: any FrozenMatrix) throws(TensorError)
    -> Variable
  {
    let width = matrix.inputs
    return Variable(
      constant: try ids.reading(Int32.self) { ids in
        for id in ids where id < 0 || Int(id) >= matrix.outputs {
          throw TensorError.indexOutOfRange(
            index: Int(id), axis: 0, shape: [matrix.outputs, width])
        }
        return try Tensor.filled([ids.count, width], Float.self) { out in
          for (row, id) in ids.enumerated() {
            try matrix.copyOutput(
              Int(id),
              into: UnsafeMutableBufferPointer(rebasing: out[row * width..<(row + 1) * width]))
          }
        }
      })
  }
}
