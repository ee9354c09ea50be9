import Kernels

extension LlamaNetwork {
  /// The mean loss of a batch in nats a token, and the gradients of all parameters.
  ///
  /// Chains over (batch, position) ascending; the embedding's two uses have a buffer each, added in
  /// reverse order of use (numerics.md, clause 5). The hand-written counterpart of ``forward(_:)``.
  func lossAndGradients(_ batch: PackedBatch) throws(KernelError) -> Float {
    let state = try forward(batch)
    gradients.clear()
    lookUpGradient.clear()
    let scale = 1 / Float(batch.rows)
    try TrainingKernels.crossEntropyGradient(
      logits: state.logits.view, targets: batch.targets, scale: scale, losses: state.losses.view,
      width: shape.vocabulary)
    let loss = Sums.sum(state.losses.values) * scale

    // The head, then the last norm: the gradient now flows along the residual stream.
    let stream = state.residualGradient
    try linearGradients(
      table.embedding, x: state.normed, dy: state.logits, into: state.gradient, state)
    try normGradients(table.lastNorm, x: state.output, dy: state.gradient, into: stream, state)
    for (layer, names) in zip(state.layers, table.layers).reversed() {
      try mlpBackward(layer, names, state)
      try attentionBackward(layer, names, batch, state)
    }
    try TrainingKernels.embeddingGradient(
      stream.view, ids: batch.inputs, into: lookUpGradient.view, width: shape.width)
    try TrainingKernels.add(lookUpGradient.view, to: gradient(table.embedding))
    return loss
  }

  /// Adds to the stream's gradient what reaches it through the gated MLP.
  private func mlpBackward(
    _ layer: LlamaActivations.Layer, _ names: LlamaParameterTable.Layer, _ state: LlamaActivations
  ) throws(KernelError) {
    let stream = state.residualGradient
    try linearGradients(names.down, x: layer.gated, dy: stream, into: state.mlpGradient, state)
    try TrainingKernels.swigluGradient(
      gate: layer.gate.view, up: layer.up.view, dy: state.mlpGradient.view)
    try linearGradients(names.gate, x: layer.mlpNormed, dy: layer.gate, into: state.gradient, state)
    try linearGradients(
      names.up, x: layer.mlpNormed, dy: layer.up, into: state.otherGradient, state)
    try TrainingKernels.add(state.otherGradient.view, to: state.gradient.view)
    try normGradients(
      names.mlpNorm, x: layer.middle, dy: state.gradient, into: state.otherGradient, state)
    try TrainingKernels.add(state.otherGradient.view, to: stream.view)
  }

  /// Adds to the stream's gradient what reaches it through attention.
  private func attentionBackward(
    _ layer: LlamaActivations.Layer, _ names: LlamaParameterTable.Layer, _ batch: PackedBatch,
    _ state: LlamaActivations
  ) throws(KernelError) {
    let stream = state.residualGradient
    try linearGradients(names.output, x: layer.attended, dy: stream, into: state.gradient, state)
    let (dQuery, dKey, dValue) = (state.attentionGradient, state.keyGradient, state.valueGradient)
    try attention.gradients(
      queries: layer.query.view, keys: layer.key.view, values: layer.value.view,
      dOut: state.gradient.view, dQueries: dQuery.view, dKeys: dKey.view, dValues: dValue.view,
      starts: batch.starts)
    try attention.rotate(dQuery.view, heads: shape.heads, starts: batch.starts, backward: true)
    try attention.rotate(
      dKey.view, heads: shape.keyValueHeads, starts: batch.starts, backward: true)
    let normed = layer.attentionNormed
    try linearGradients(names.query, x: normed, dy: dQuery, into: state.gradient, state)
    try linearGradients(names.key, x: normed, dy: dKey, into: state.otherGradient, state)
    try TrainingKernels.add(state.otherGradient.view, to: state.gradient.view)
    try linearGradients(names.value, x: normed, dy: dValue, into: state.otherGradient, state)
    try TrainingKernels.add(state.otherGradient.view, to: state.gradient.view)
    try normGradients(
      names.attentionNorm, x: layer.input, dy: state.gradient, into: state.otherGradient, state)
    try TrainingKernels.add(state.otherGradient.view, to: stream.view)
  }

  /// The gradients of y = x · Wᵀ: W's is added to its buffer, x's is written to `dx`.
  private func linearGradients(
    _ index: Int, x: FloatBuffer, dy: FloatBuffer, into dx: FloatBuffer, _ state: LlamaActivations
  ) throws(KernelError) {
    let tensor = table.tensors[index]
    let (outputs, inputs) = (tensor.shape[0], tensor.shape[1])
    try TrainingKernels.linearWeightGradient(
      dy.view, x: x.view, into: gradient(index), rows: state.rows, inputs: inputs, outputs: outputs)
    try TrainingKernels.linearInputGradient(
      dy.view, weight: parameter(index), into: dx.view, rows: state.rows, inputs: inputs,
      outputs: outputs, panels: state.panels.view)
  }

  private func normGradients(
    _ index: Int, x: FloatBuffer, dy: FloatBuffer, into dx: FloatBuffer, _ state: LlamaActivations
  ) throws(KernelError) {
    try TrainingKernels.rmsNormGradient(
      x: x.view, gain: parameter(index), epsilon: shape.epsilon, dy: dy.view, into: dx.view,
      gainGradient: gradient(index), factors: state.factors.view, rows: state.rows)
  }
}
