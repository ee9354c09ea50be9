import Kernels

extension LlamaNetwork {
  /// The mean loss of a batch in nats a token, and the gradients of all parameters.
  ///
  /// Chains over (batch, position) ascending; the embedding's two uses have a buffer each, added in
  /// reverse order of use (numerics.md, clause 5). The hand-written counterpart of ``forward(_:)``.
  func lossAndGradients(_ batch: PackedBatch) throws(KernelError) -> Float {
    let state = try states(batch)
    let flow = try gradientFlow(rows: batch.rows)
    let scratch = try flow.scratch(threads: Machine.shares)
    try backwardPanels.pack(parameters)
    try clearGradients()
    let scale = 1 / Float(batch.rows)

    // The head, then the last norm: the gradient now flows along the residual stream.
    let (width, lastGain) = (shape.width, try parameter(table.lastNorm))
    try losses(state, batch, scale: scale) { (rows, slopes, _) throws(KernelError) in
      let normed = try flow.mlpNormed.rows(rows, width)
      try backwardPanels.multiply(slopes, table.embedding, into: normed, rows: rows.count)
      try TrainingKernels.rmsNormSlopes(
        x: state.output.rows(rows, width), gain: lastGain, epsilon: shape.epsilon, dy: normed,
        into: flow.after.rows(rows, width), factors: flow.mlpFactors.view(rows))
    } finish: { (rows, slopes) throws(KernelError) in
      try weightGradients(
        [(table.embedding, try state.normed.rows(rows, width), slopes)], rows: rows.count)
    }
    let loss = Sums.sum(state.losses.values) * scale
    try TrainingKernels.rmsGainGradient(
      x: state.output.view, dy: flow.mlpNormed.view, factors: flow.mlpFactors.view,
      into: gradient(table.lastNorm))

    for (layer, names) in zip(state.layers, table.layers).reversed() {
      try blocks(of: batch.rows, weights: 1, threads: scratch.count) {
        (rows, thread) throws(KernelError) in
        try mlpBackward(layer, names, flow, rows, scratch[thread])
      }
      try attention.gradients(
        queries: layer.query.view, keys: layer.key.view, values: layer.value.view,
        dOut: flow.attended.view, dQueries: flow.query.view, dKeys: flow.key.view,
        dValues: flow.value.view, starts: batch.starts)
      try blocks(of: batch.rows, weights: 1, threads: scratch.count) {
        (rows, thread) throws(KernelError) in
        try attentionBackward(layer, names, batch, flow, rows, scratch[thread])
      }
      try layerGradients(layer, names, flow)
      flow.goDown()
    }
    try TrainingKernels.embeddingGradient(
      flow.after.view, ids: batch.inputs, into: lookUpGradient.view, width: width)
    let embedding = try gradient(table.embedding)
    try SharedWork.blocks(of: embedding.count, size: 1 << 16, operations: 4) {
      (some, _) throws(KernelError) in
      try TrainingKernels.add(
        lookUpGradient.view(some), to: FloatView(rebasing: embedding[some]))
    }
    return loss
  }

  private func clearGradients() throws(KernelError) {
    for buffer in [gradients, lookUpGradient] {
      try SharedWork.blocks(of: buffer.count, size: 1 << 16, operations: 2) {
        (some, _) throws(KernelError) in
        try buffer.view(some).update(repeating: 0)
      }
    }
  }

  /// Some rows' gradient of the stream, from behind the gated MLP to before it, and of what was attended.
  private func mlpBackward(
    _ layer: LlamaActivations.Layer, _ names: LlamaParameterTable.Layer, _ flow: LlamaGradients,
    _ rows: Range<Int>, _ scratch: LlamaGradients.Scratch
  ) throws(KernelError) {
    let (width, mlp, count) = (shape.width, shape.mlp, rows.count)
    let after = try flow.after.rows(rows, width)
    let gated = try scratch.wide.rows(0..<count, mlp)
    try backwardPanels.multiply(after, names.down, into: gated, rows: count)
    let (gate, up) = (try layer.gate.rows(rows, mlp), try layer.up.rows(rows, mlp))
    try TrainingKernels.swigluGradient(gate: gate, up: up, dy: gated)
    let normed = try flow.mlpNormed.rows(rows, width)
    let other = try scratch.other.rows(0..<count, width)
    try backwardPanels.multiply(gate, names.gate, into: normed, rows: count)
    try backwardPanels.multiply(up, names.up, into: other, rows: count)
    let middle = try flow.middle.rows(rows, width)
    try TrainingKernels.rmsNormSlopes(
      x: layer.middle.rows(rows, width), gain: parameter(names.mlpNorm), epsilon: shape.epsilon,
      dy: normed, term: other, residual: after, into: middle, factors: flow.mlpFactors.view(rows))
    try backwardPanels.multiply(
      middle, names.output, into: flow.attended.rows(rows, width), rows: count)
  }

  /// Some rows' gradient of the stream, from behind attention to before the layer.
  private func attentionBackward(
    _ layer: LlamaActivations.Layer, _ names: LlamaParameterTable.Layer, _ batch: PackedBatch,
    _ flow: LlamaGradients, _ rows: Range<Int>, _ scratch: LlamaGradients.Scratch
  ) throws(KernelError) {
    let (width, kv, count) = (shape.width, shape.keyValueWidth, rows.count)
    let (query, key) = (try flow.query.rows(rows, width), try flow.key.rows(rows, kv))
    try attention.rotate(
      query, heads: shape.heads, starts: batch.starts, rows: rows, backward: true)
    try attention.rotate(
      key, heads: shape.keyValueHeads, starts: batch.starts, rows: rows, backward: true)
    let normed = try flow.attentionNormed.rows(rows, width)
    let ofKeys = try scratch.other.rows(0..<count, width)
    let ofValues = try scratch.third.rows(0..<count, width)
    try backwardPanels.multiply(query, names.query, into: normed, rows: count)
    try backwardPanels.multiply(key, names.key, into: ofKeys, rows: count)
    try backwardPanels.multiply(
      flow.value.rows(rows, kv), names.value, into: ofValues, rows: count)
    try TrainingKernels.rmsNormSlopes(
      x: layer.input.rows(rows, width), gain: parameter(names.attentionNorm),
      epsilon: shape.epsilon, dy: normed, term: ofKeys, otherTerm: ofValues,
      residual: flow.middle.rows(rows, width), into: flow.before.rows(rows, width),
      factors: flow.attentionFactors.view(rows))
  }

  /// Adds the gradients of a layer's parameters, which are chains over all rows.
  private func layerGradients(
    _ layer: LlamaActivations.Layer, _ names: LlamaParameterTable.Layer, _ flow: LlamaGradients
  ) throws(KernelError) {
    try TrainingKernels.rmsGainGradient(
      x: layer.middle.view, dy: flow.mlpNormed.view, factors: flow.mlpFactors.view,
      into: gradient(names.mlpNorm))
    try TrainingKernels.rmsGainGradient(
      x: layer.input.view, dy: flow.attentionNormed.view, factors: flow.attentionFactors.view,
      into: gradient(names.attentionNorm))
    try weightGradients(
      [
        (names.down, layer.gated.view, flow.after.view),
        (names.gate, layer.mlpNormed.view, layer.gate.view),
        (names.up, layer.mlpNormed.view, layer.up.view),
        (names.output, layer.attended.view, flow.middle.view),
        (names.query, layer.attentionNormed.view, flow.query.view),
        (names.key, layer.attentionNormed.view, flow.key.view),
        (names.value, layer.attentionNormed.view, flow.value.view),
      ], rows: flow.rows)
  }

  /// Adds dyᵀ · x to the gradients of matrices; threads take some outputs of one at a time.
  private func weightGradients(
    _ products: [(index: Int, x: FloatView, dy: FloatView)], rows: Int
  ) throws(KernelError) {
    /// About as many as keep the threads busy to the end, and enough of them that x is not read too often.
    let most = 192
    var parts: [(product: Int, outputs: Range<Int>)] = []
    var operations = 0.0
    for (number, product) in products.enumerated() {
      let shape = table.tensors[product.index].shape
      let pieces = (shape[0] + most - 1) / most
      for piece in 0..<pieces {
        parts.append((number, shape[0] * piece / pieces..<shape[0] * (piece + 1) / pieces))
      }
      operations += 2 * Double(rows) * Double(shape[0] * shape[1])
    }
    try SharedWork.blocks(
      of: parts.count, size: 1, operations: operations / Double(parts.count)
    ) { (some, _) throws(KernelError) in
      for part in parts[some] {
        let product = products[part.product]
        let shape = table.tensors[product.index].shape
        try TrainingKernels.linearWeightGradient(
          product.dy, x: product.x, into: gradient(product.index), rows: rows, inputs: shape[1],
          outputs: shape[0], some: part.outputs)
      }
    }
  }
}
