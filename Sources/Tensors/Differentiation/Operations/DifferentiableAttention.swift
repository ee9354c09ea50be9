import Kernels

/// Attention: the kernel of ``Attention``, with its probabilities as a second output on request.
struct DifferentiableAttention: KernelOperation {
  let attention: Attention
  let givesProbabilities: Bool

  var name: String { "attention" }
  private var shape: AttentionShape { attention.shape }
  private var matrix: [Int] { [shape.batches, shape.heads, shape.queryRows, shape.keyRows] }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let result = Array(inputs[0].shape.dropLast()) + [shape.valueWidth]
    let results = try KernelCall.run(
      type, reading: inputs, writing: [.init(result), givesProbabilities ? .init(matrix) : nil]
    ) { buffers, outputs in
      guard let q = buffers[0], let k = buffers[1] else { return }
      try attention.forward(
        queries: q, keys: k, values: buffers[2], bias: bias(inputs, buffers), into: outputs[0],
        probabilities: outputs[1])
    }
    return Evaluation(outputs: results.compactMap { $0 })
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    let cotangents = givesProbabilities ? pass.cotangents : pass.cotangents + [nil]
    return try KernelCall.run(
      type, reading: pass.inputs + cotangents,
      writing: zip(pass.inputs, pass.needed).map { $1 ? .init($0.shape) : nil }
    ) { buffers, outputs in
      guard let q = buffers[0], let k = buffers[1] else { return }
      let count = pass.inputs.count
      try attention.backward(
        queries: q, keys: k, values: buffers[2], bias: bias(pass.inputs, buffers),
        dOut: buffers[count], dProbabilities: buffers[count + 1], dQueries: outputs[0],
        dKeys: outputs[1], dValues: outputs[2], dBias: count > 3 ? outputs[3] : nil)
    }
  }

  private func bias<T: DifferentiableElement>(
    _ inputs: [Tensor], _ buffers: [UnsafeBufferPointer<T>?]
  ) -> AttentionBias<T>? {
    guard inputs.count > 3, let values = buffers[3] else { return nil }
    let outer = [1, 1] + inputs[3].shape.dropLast(2)
    return AttentionBias(
      values, batches: outer[outer.count - 2], heads: outer[outer.count - 1])
  }
}

/// Values weighted by given probabilities.
struct DifferentiableMixing: KernelOperation {
  let attention: Attention

  var name: String { "attention" }

  func evaluated<T: DifferentiableElement>(_ inputs: [Tensor], _ type: T.Type)
    throws(TensorError) -> Evaluation
  {
    let shape = attention.shape
    let result = [shape.batches, shape.queryRows, shape.heads, shape.valueWidth]
    let results = try KernelCall.run(type, reading: inputs, writing: [.init(result)]) {
      inputs, outputs in
      guard let p = inputs[0], let v = inputs[1], let out = outputs[0] else { return }
      try attention.forward(probabilities: p, values: v, into: out)
    }
    return Evaluation(try KernelCall.first(results, name))
  }

  func gradients<T: DifferentiableElement>(_ pass: BackwardPass, _ type: T.Type)
    throws(TensorError) -> [Tensor?]
  {
    try KernelCall.run(
      type, reading: pass.inputs + [pass.cotangent],
      writing: zip(pass.inputs, pass.needed).map { $1 ? .init($0.shape) : nil }
    ) { inputs, outputs in
      guard let p = inputs[0], let v = inputs[1], let dOut = inputs[2] else { return }
      try attention.backward(
        probabilities: p, values: v, dOut: dOut, dProbabilities: outputs[0], dValues: outputs[1])
    }
  }
}

extension Variable {
  /// softmax(scale · queries · keysᵀ + bias) · values over the visible keys: `[…, rows, heads, value width]`.
  ///
  /// - Parameters:
  ///   - queries: `[rows, heads, width]` or `[batch, rows, heads, width]`; keys and values alike, with key
  ///     rows and key heads (which divide the heads).
  ///   - scale: 1 / sqrt(width) unless given.
  ///   - bias: `[rows, key rows]`, with heads and batch (or 1) in front.
  public static func attention(
    queries: Variable, keys: Variable, values: Variable, visibility: AttentionVisibility = .all,
    scale: Double? = nil, softcap: Double? = nil, bias: Variable? = nil
  ) throws(TensorError) -> Variable {
    let operation = DifferentiableAttention(
      attention: try kernel(queries, keys, values, visibility, scale, softcap, bias),
      givesProbabilities: false)
    guard let bias else { return try result(of: operation, queries, keys, values) }
    return try result(of: operation, queries, keys, values, bias)
  }

  /// As ``attention(queries:keys:values:visibility:scale:softcap:bias:)``, and the probabilities
  /// `[batch, heads, rows, key rows]`, which have gradients too.
  public static func attentionWithProbabilities(
    queries: Variable, keys: Variable, values: Variable, visibility: AttentionVisibility = .all,
    scale: Double? = nil, softcap: Double? = nil, bias: Variable? = nil
  ) throws(TensorError) -> (result: Variable, probabilities: Variable) {
    let operation = DifferentiableAttention(
      attention: try kernel(queries, keys, values, visibility, scale, softcap, bias),
      givesProbabilities: true)
    let results = try results(of: operation, [queries, keys, values] + (bias.map { [$0] } ?? []))
    return (results[0], results[1])
  }

  /// Values `[batch, key rows, key heads, width]` weighted by probabilities `[batch, heads, rows, key rows]`:
  /// `[batch, rows, heads, width]`.
  public static func attention(
    probabilities: Variable, values: Variable, visibility: AttentionVisibility = .all
  ) throws(TensorError) -> Variable {
    let (p, v) = (probabilities.shape, values.shape)
    guard p.count == 4, v.count == 4, p[0] == v[0], p[3] == v[1] else {
      throw .shapeMismatch(operation: "attention", left: p, right: v)
    }
    let attention: Attention
    do {
      attention = try Attention(
        AttentionShape(
          batches: p[0], queryRows: p[2], keyRows: p[3], heads: p[1], keyValueHeads: v[2],
          width: 1, valueWidth: v[3]), visibility: visibility, scale: 1)
    } catch { throw TensorError(cause: error) }
    return try result(of: DifferentiableMixing(attention: attention), probabilities, values)
  }

  static func kernel(
    _ queries: Variable, _ keys: Variable, _ values: Variable, _ visibility: AttentionVisibility,
    _ scale: Double?, _ softcap: Double?, _ bias: Variable?
  ) throws(TensorError) -> Attention {
    let (q, k, v) = (queries.shape, keys.shape, values.shape)
    guard q.count == 3 || q.count == 4, k.count == q.count else {
      throw .shapeMismatch(operation: "attention", left: q, right: k)
    }
    let last = q.count - 1
    guard k[last] == q[last], k.first == q.first || q.count == 3 else {
      throw .shapeMismatch(operation: "attention", left: q, right: k)
    }
    guard v.count == k.count, v.dropLast().elementsEqual(k.dropLast()) else {
      throw .shapeMismatch(operation: "attention", left: k, right: v)
    }
    if let bias {
      let matrix = [q[last - 2], k[last - 2]]
      guard (2...4).contains(bias.rank), Array(bias.shape.suffix(2)) == matrix else {
        throw .shapeMismatch(operation: "attention's bias", left: matrix, right: bias.shape)
      }
    }
    do {
      let shape = try AttentionShape(
        batches: q.count == 4 ? q[0] : 1, queryRows: q[last - 2], keyRows: k[last - 2],
        heads: q[last - 1], keyValueHeads: k[last - 1], width: q[last], valueWidth: v[last])
      return try Attention(
        shape, visibility: visibility, scale: scale ?? 1 / Double(q[last]).squareRoot(),
        softcap: softcap)
    } catch { throw TensorError(cause: error) }
  }
}
