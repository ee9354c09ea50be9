import Kernels
import Tensors

/// A Llama's parameters and their gradients, and the passes over a packed batch.
///
/// The backward pass is written by hand (`LlamaNetwork+Backward.swift`); a later automatic
/// differentiation shall replace it and give the same bits, for which this is the oracle.
final class LlamaNetwork {
  let shape: LlamaShape
  let table: LlamaParameterTable
  let parameters: FloatBuffer
  let gradients: FloatBuffer
  /// The embedding's gradient by its first use, the look-up; the other use is the head.
  let lookUpGradient: FloatBuffer
  let attention: SegmentAttention
  private var activations: LlamaActivations?

  init(_ shape: LlamaShape) throws(TrainingError) {
    try shape.check()
    self.shape = shape
    let table = LlamaParameterTable(shape)
    self.table = table
    (parameters, gradients, lookUpGradient, attention) = try TrainingError.translating {
      () throws(KernelError) in
      (
        try FloatBuffer(table.count), try FloatBuffer(table.count),
        try FloatBuffer(shape.vocabulary * shape.width),
        try SegmentAttention(
          heads: shape.heads, keyValueHeads: shape.keyValueHeads, headWidth: shape.headWidth,
          scale: shape.scale, rotaryBase: shape.rotaryBase, positions: shape.context)
      )
    }
  }

  /// The memory for a number of rows; that of the last call is used again if it fits.
  func activations(rows: Int) throws(KernelError) -> LlamaActivations {
    if let activations, activations.rows == rows { return activations }
    activations = nil
    let fresh = try LlamaActivations(shape, rows: rows)
    activations = fresh
    return fresh
  }

  func parameter(_ index: Int) throws(KernelError) -> FloatView {
    try parameters.view(table.tensors[index].range)
  }

  func gradient(_ index: Int) throws(KernelError) -> FloatView {
    try gradients.view(table.tensors[index].range)
  }

  /// The logits of a batch, `[rows, vocabulary]`, left in the activations.
  ///
  /// The same kernels in the same order as inference, so the same bits.
  func forward(_ batch: PackedBatch) throws(KernelError) -> LlamaActivations {
    let state = try activations(rows: batch.rows)
    let (rows, width, epsilon) = (batch.rows, shape.width, shape.epsilon)
    var residual = state.layers.first?.input.view ?? state.output.view
    try TrainingKernels.embed(
      batch.inputs, table: parameter(table.embedding), width: width, into: residual)
    for (index, (layer, names)) in zip(state.layers, table.layers).enumerated() {
      try TrainingKernels.rmsNorm(
        residual, gain: parameter(names.attentionNorm), epsilon: epsilon,
        into: layer.attentionNormed.view, rows: rows)
      try linear(names.query, layer.attentionNormed, into: layer.query, state)
      try linear(names.key, layer.attentionNormed, into: layer.key, state)
      try linear(names.value, layer.attentionNormed, into: layer.value, state)
      try attention.rotate(layer.query.view, heads: shape.heads, starts: batch.starts)
      try attention.rotate(layer.key.view, heads: shape.keyValueHeads, starts: batch.starts)
      try attention.attend(
        queries: layer.query.view, keys: layer.key.view, values: layer.value.view,
        into: layer.attended.view, starts: batch.starts)
      try linear(names.output, layer.attended, into: layer.middle, state)
      // The sum is the same in either order of its two terms.
      try TrainingKernels.add(residual, to: layer.middle.view)
      try TrainingKernels.rmsNorm(
        layer.middle.view, gain: parameter(names.mlpNorm), epsilon: epsilon,
        into: layer.mlpNormed.view, rows: rows)
      try linear(names.gate, layer.mlpNormed, into: layer.gate, state)
      try linear(names.up, layer.mlpNormed, into: layer.up, state)
      try TrainingKernels.swiglu(
        gate: layer.gate.view, up: layer.up.view, into: layer.gated.view)
      let next = index + 1 < state.layers.count ? state.layers[index + 1].input : state.output
      try linear(names.down, layer.gated, into: next, state)
      residual = next.view
      try TrainingKernels.add(layer.middle.view, to: residual)
    }
    try TrainingKernels.rmsNorm(
      residual, gain: parameter(table.lastNorm), epsilon: epsilon, into: state.normed.view,
      rows: rows)
    try linear(table.embedding, state.normed, into: state.logits, state)
    return state
  }

  /// y = x · Wᵀ of the parameter at `index`.
  private func linear(
    _ index: Int, _ x: FloatBuffer, into y: FloatBuffer, _ state: LlamaActivations
  ) throws(KernelError) {
    let tensor = table.tensors[index]
    try TrainingKernels.linear(
      x.view, weight: parameter(index), into: y.view, rows: state.rows, inputs: tensor.shape[1],
      outputs: tensor.shape[0], panels: state.panels.view)
  }
}
