/// Rows of a table by ids: an embedding.
///
/// The table's gradient adds each token's cotangent to its row, tokens ascending, as a chain that goes on
/// from the buffer (plain adds; rows without a token get +0).
struct DifferentiableGather: DifferentiableOperation {
  /// i32, any shape.
  let ids: Tensor

  var name: String { "gathering rows" }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    let table = inputs[0]
    guard table.rank == 2 else {
      throw .invalidArgument(operation: name, reason: "the table's shape is \(table.shape)")
    }
    guard ids.elementType == .i32 else {
      throw .elementType(operation: name, found: ids.elementType, needed: "ids of i32")
    }
    let rows = table.shape[0]
    try ids.reading(Int32.self) { ids in
      for id in ids where id < 0 || Int(id) >= rows {
        throw TensorError.indexOutOfRange(index: Int(id), axis: 0, shape: table.shape)
      }
    }
    return Evaluation(
      table.elementType == .f64
        ? try gathered(table, Double.self) : try gathered(table, Float.self))
  }

  private func gathered<T: DifferentiableElement>(_ table: Tensor, _ type: T.Type)
    throws(TensorError) -> Tensor
  {
    let width = table.shape[1]
    return try Tensor.filled(ids.shape + [width], type) { out in
      try table.reading(type) { table in
        try ids.reading(Int32.self) { ids in
          guard let to = out.baseAddress, let from = table.baseAddress else { return }
          for (token, id) in ids.enumerated() {
            (to + token * width).update(from: from + Int(id) * width, count: width)
          }
        }
      }
    }
  }

  func continuesChain(ofInput index: Int) -> Bool { true }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    [
      pass.cotangent.elementType == .f64
        ? try scattered(pass, Double.self) : try scattered(pass, Float.self)
    ]
  }

  private func scattered<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> Tensor
  {
    let width = pass.inputs[0].shape[1]
    return try Tensor.filled(pass.inputs[0].shape, type) { out in
      try pass.buffers[0]?.reading(type) { _ = out.update(from: $0) }
      try pass.cotangent.reading(type) { g in
        try ids.reading(Int32.self) { ids in
          for (token, id) in ids.enumerated() {
            let (to, from) = (Int(id) * width, token * width)
            for i in 0..<width { out[to + i] = out[to + i] + g[from + i] }
          }
        }
      }
    }
  }
}

/// What a model is given for its tokens. Gradients go to embeddings and mixtures.
public enum TokenInput {
  /// Ids of i32, `[tokens]` or `[batch, tokens]`.
  case ids(Tensor)
  /// `[…, width]`, used as they are.
  case embeddings(Variable)
  /// Weights of all tokens of the vocabulary, `[…, vocabulary]`.
  case mixture(Variable)

  /// The embeddings `[…, width]` by a table `[vocabulary, width]`.
  public func embedded(by table: Variable) throws(TensorError) -> Variable {
    switch self {
    case .ids(let ids): return try table.rows(ids)
    case .embeddings(let embeddings):
      guard table.rank == 2, embeddings.rank > 0,
        embeddings.shape[embeddings.rank - 1] == table.shape[1]
      else {
        throw .shapeMismatch(
          operation: "an embedding", left: embeddings.shape, right: table.shape)
      }
      return embeddings
    case .mixture(let weights): return try weights.matmul(table)
    }
  }
}

extension Variable {
  /// Rows of a table `[rows, width]` by ids of i32: `[ids' axes…, width]`.
  public func rows(_ ids: Tensor) throws(TensorError) -> Variable {
    try Self.result(of: DifferentiableGather(ids: ids), self)
  }
}
