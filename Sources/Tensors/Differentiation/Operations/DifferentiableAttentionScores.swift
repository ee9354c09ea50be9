import Kernels

/// What enters attention's softmax, without a bias: -infinity where a row does not see a key.
struct DifferentiableAttentionScores: DifferentiableOperation {
  let attention: Attention

  var name: String { "attention scores" }
  private var shape: AttentionShape { attention.shape }

  func forward(_ inputs: [Tensor]) throws(TensorError) -> Evaluation {
    try Tensor.checkReals(inputs, operation: name)
    return inputs[0].elementType == .f64
      ? try evaluated(inputs, Double.self) : try evaluated(inputs, Float.self)
  }

  private func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let results = try KernelCall.run(
      type, reading: inputs,
      writing: [.init([shape.batches, shape.heads, shape.queryRows, shape.keyRows])]
    ) { inputs, outputs in
      guard let q = inputs[0], let k = inputs[1] else { return }
      try attention.forward(
        queries: q, keys: k, values: nil, into: nil, probabilities: nil, scores: outputs[0])
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func backward(_ pass: BackwardPass) throws(TensorError) -> [Tensor?] {
    let slopes = try slopes(pass)
    let (q, k) = (pass.inputs[0], pass.inputs[1])
    let group = shape.heads / max(shape.keyValueHeads, 1)
    // [batches, key heads, lines of the group, keys]
    let lines = try slopes.reshaped([
      shape.batches, shape.keyValueHeads, group * shape.queryRows, shape.keyRows,
    ])
    let keys = try k.reshaped([shape.batches, shape.keyRows, shape.keyValueHeads, shape.width])
      .transposed([0, 2, 1, 3])
    let queries = try q.reshaped([
      shape.batches, shape.queryRows, shape.keyValueHeads, group, shape.width,
    ]).transposed([0, 2, 3, 1, 4])
    let dQueries = try lines.matmul(keys).reshaped([
      shape.batches, shape.keyValueHeads, group, shape.queryRows, shape.width,
    ]).transposed([0, 3, 1, 2, 4]).reshaped(q.shape)
    let dKeys = try lines.transposed([0, 1, 3, 2]).matmul(
      queries.reshaped([
        shape.batches, shape.keyValueHeads, group * shape.queryRows, shape.width,
      ])
    ).transposed([0, 2, 1, 3]).reshaped(k.shape)
    return [dQueries, dKeys]
  }

  /// The gradient with regard to the products of queries and keys; 0 where a row sees no key.
  private func slopes(_ pass: BackwardPass) throws(TensorError) -> Tensor {
    let scores = pass.output
    let type = scores.elementType
    let unseen = try Tensor.apply(.equal, scores, .full([], .float(-.infinity), type))
    let zero = try Tensor.full([], .float(0), type)
    var slopes = try Tensor.apply(
      .multiply, pass.cotangent, .full([], .float(attention.scale), type))
    if let cap = attention.softcap {
      let bent = try Tensor.apply(.divide, scores, .full([], .float(cap), type))
      let square = try Tensor.apply(.multiply, bent, bent)
      let bend = try Tensor.apply(.subtract, .full([], .float(1), type), square)
      slopes = try Tensor.apply(.multiply, slopes, bend)
    }
    return try Tensor.choose(unseen, zero, slopes)
  }
}

extension Variable {
  /// What enters attention's softmax, `[batch, heads, rows, key rows]`: the products of queries and keys,
  /// scaled and capped; -infinity where a row does not see a key.
  ///
  /// - Parameters: as of ``attention(queries:keys:values:visibility:scale:softcap:bias:)``.
  public static func attentionScores(
    queries: Variable, keys: Variable, visibility: AttentionVisibility = .all,
    scale: Double? = nil, softcap: Double? = nil
  ) throws(TensorError) -> Variable {
    let kernel = try kernel(queries, keys, keys, visibility, scale, softcap, nil)
    return try result(of: DifferentiableAttentionScores(attention: kernel), queries, keys)
  }

  /// Attention that starts from scores `[batch, heads, rows, key rows]`: softmax over the visible keys, then
  /// the values `[batch, key rows, key heads, width]`. Scores of
  /// ``attentionScores(queries:keys:visibility:scale:softcap:)`` give the bits of attention.
  ///
  /// - Returns: the result `[batch, rows, heads, width]`, and the probabilities.
  public static func attention(
    scores: Variable, values: Variable, visibility: AttentionVisibility = .all
  ) throws(TensorError) -> (result: Variable, probabilities: Variable) {
    let (s, v) = (scores.shape, values.shape)
    guard s.count == 4, v.count == 4, s[0] == v[0], s[3] == v[1], v[2] > 0 else {
      throw .shapeMismatch(operation: "attention", left: s, right: v)
    }
    // Products of zeros are +0, and +0 + s is s: the kernel's own softmax of these scores.
    let type = scores.elementType
    let queries = Variable(constant: try .zeros([s[0], s[2], s[1], v[3]], type))
    let keys = Variable(constant: try .zeros(v, type))
    return try attentionWithProbabilities(
      queries: queries, keys: keys, values: values, visibility: visibility, scale: 1, bias: scores)
  }
}
