import Kernels

/// Parts along an axis by ids, as rows of a table: an embedding. The kernels of ``Gather``.
///
/// The gradient adds each part's cotangent to where it came from, ids ascending, as a chain that goes on
/// from the buffer (parts without an id get +0).
struct DifferentiableSelection: KernelOperation {
  /// i32, any shape.
  let ids: Tensor
  let axis: Int

  var name: String { "gathering rows" }

  func continuesChain(ofInput index: Int) -> Bool { true }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let shape = inputs[0].shape
    try Self.check(ids, along: axis, of: shape, name)
    let (outer, axis, inner) = KernelCall.axes(shape, around: axis)
    let result = shape[..<self.axis] + ids.shape + shape[(self.axis + 1)...]
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(Array(result))]) {
      inputs, outputs in
      guard let x = inputs[0], let y = outputs[0] else { return }
      try ids.withElements(of: Int32.self) { ids in
        try Gather.select(x, ids: ids, into: y, outer: outer, axis: axis, inner: inner)
      }
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let shape = pass.inputs[0].shape
    let (outer, axis, inner) = KernelCall.axes(shape, around: axis)
    return try KernelCall.run(
      type, reading: [pass.cotangent], writing: [.init(shape, from: pass.buffers[0])]
    ) { inputs, outputs in
      guard let dy = inputs[0], let dx = outputs[0] else { return }
      try ids.withElements(of: Int32.self) { ids in
        try Gather.selectGradient(dy, ids: ids, into: dx, outer: outer, axis: axis, inner: inner)
      }
    }
  }

  /// Refuses what is no id of a place along the axis.
  static func check(_ ids: Tensor, along axis: Int, of shape: [Int], _ operation: String)
    throws(TensorError)
  {
    guard ids.elementType == .i32 else {
      throw .elementType(operation: operation, found: ids.elementType, needed: "ids of i32")
    }
    try ids.reading(Int32.self) { values in
      for id in values where id < 0 || Int(id) >= shape[axis] {
        throw TensorError.indexOutOfRange(index: Int(id), axis: axis, shape: shape)
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
    guard rank == 2 else {
      throw .invalidArgument(operation: "gathering rows", reason: "the table's shape is \(shape)")
    }
    return try selected(ids, axis: 0)
  }

  /// Parts along an axis by ids of i32, whose axes stand in that axis' place.
  public func selected(_ ids: Tensor, axis: Int) throws(TensorError) -> Variable {
    let axis = try value.resolved([axis])[0]
    return try Self.result(of: DifferentiableSelection(ids: ids, axis: axis), self)
  }
}
