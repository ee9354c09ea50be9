import Kernels
import Tensors

/// A Llama's parameters and their gradients, and the passes over a packed batch.
///
/// What concerns rows alone goes by blocks of rows that threads take from one another, several kernels
/// one after the other, so that a block's numbers stay in a core's cache; only attention and the
/// gradients of parameters see all rows. No cut changes a bit.
///
/// The backward pass is written by hand (`LlamaNetwork+Backward.swift`); a later automatic
/// differentiation shall replace it and give the same bits, for which this is the oracle.
final class LlamaNetwork {
  /// Rows of a block: whole tiles of products, of a size that stays in a second-level cache.
  static let blockRows = 192

  let shape: LlamaShape
  let table: LlamaParameterTable
  let parameters: FloatBuffer
  let gradients: FloatBuffer
  /// The embedding's gradient by its first use, the look-up; the other use is the head.
  let lookUpGradient: FloatBuffer
  let attention: SegmentAttention
  let forwardPanels: LlamaPanels
  let backwardPanels: LlamaPanels
  private var activations: LlamaActivations?
  private var flow: LlamaGradients?

  init(_ shape: LlamaShape) throws(TrainingError) {
    try shape.check()
    self.shape = shape
    let table = LlamaParameterTable(shape)
    self.table = table
    (parameters, gradients, lookUpGradient) = try TrainingError.translating {
      () throws(KernelError) in
      (
        try FloatBuffer(table.count), try FloatBuffer(table.count),
        try FloatBuffer(shape.vocabulary * shape.width)
      )
    }
    (attention, forwardPanels, backwardPanels) = try TrainingError.translating {
      () throws(KernelError) in
      (
        try SegmentAttention(
          heads: shape.heads, keyValueHeads: shape.keyValueHeads, headWidth: shape.headWidth,
          scale: shape.scale, rotaryBase: shape.rotaryBase, positions: shape.context),
        try LlamaPanels(table, .forward), try LlamaPanels(table, .backward)
      )
    }
  }

  /// The memory for a number of rows; that of the last call is used again if it fits.
  private func activations(rows: Int) throws(KernelError) -> LlamaActivations {
    if let activations, activations.rows == rows { return activations }
    activations = nil
    let fresh = try LlamaActivations(shape, rows: rows)
    activations = fresh
    return fresh
  }

  /// The same for the backward pass.
  func gradientFlow(rows: Int) throws(KernelError) -> LlamaGradients {
    if let flow, flow.rows == rows { return flow }
    flow = nil
    let fresh = try LlamaGradients(shape, rows: rows)
    flow = fresh
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
    let state = try states(batch)
    let logits = try state.takeLogits(batch.rows * shape.vocabulary)
    try head(state, rows: 0..<batch.rows, into: logits) { (_, _, _) throws(KernelError) in }
    return state
  }

  /// The forward pass up to the last norm.
  func states(_ batch: PackedBatch) throws(KernelError) -> LlamaActivations {
    let state = try activations(rows: batch.rows)
    try forwardPanels.pack(parameters)
    let embedding = try parameter(table.embedding)
    let first = state.layers.first?.input ?? state.output
    try blocks(of: batch.rows, weights: 1) { (rows, _) throws(KernelError) in
      let stream = try first.rows(rows, shape.width)
      try TrainingKernels.embed(
        batch.inputs[rows], table: embedding, width: shape.width, into: stream)
      let (gain, normed) = try nextNorm(0, state, rows)
      try TrainingKernels.rmsNorm(
        stream, gain: gain, epsilon: shape.epsilon, into: normed, rows: rows.count)
      try enterLayer(0, state, batch, rows)
    }
    for (index, layer) in state.layers.enumerated() {
      try attention.attend(
        queries: layer.query.view, keys: layer.key.view, values: layer.value.view,
        into: layer.attended.view, starts: batch.starts)
      try blocks(of: batch.rows, weights: 1) { (rows, _) throws(KernelError) in
        try leaveLayer(index, state, rows)
        try enterLayer(index + 1, state, batch, rows)
      }
    }
    return state
  }

  /// Runs `body` on blocks of rows, each computed by one thread.
  ///
  /// - Parameters:
  ///   - weights: about the share of a layer's weights that a row is multiplied by.
  ///   - threads: the most to use.
  func blocks(
    of rows: Int, weights: Double, threads: Int? = nil,
    _ body: (Range<Int>, Int) throws(KernelError) -> Void
  ) throws(KernelError) {
    let layer = Double(2 * shape.width * (2 * shape.width + 3 * shape.mlp))
    try SharedWork.blocks(
      of: rows, size: Self.blockRows, operations: max(weights * layer, 100),
      threads: threads, body)
  }

  /// The gain of the norm before a layer, or behind the last one, and what it makes of some rows.
  private func nextNorm(_ index: Int, _ state: LlamaActivations, _ rows: Range<Int>)
    throws(KernelError) -> (gain: FloatView, normed: FloatView)
  {
    guard index < state.layers.count else {
      return (try parameter(table.lastNorm), try state.normed.rows(rows, shape.width))
    }
    return (
      try parameter(table.layers[index].attentionNorm),
      try state.layers[index].attentionNormed.rows(rows, shape.width)
    )
  }

  /// Some rows from a layer's first norm to queries, keys and values; nothing behind the last layer.
  private func enterLayer(
    _ index: Int, _ state: LlamaActivations, _ batch: PackedBatch, _ rows: Range<Int>
  ) throws(KernelError) {
    guard index < state.layers.count else { return }
    let (width, kv) = (shape.width, shape.keyValueWidth)
    let (layer, names) = (state.layers[index], table.layers[index])
    let normed = try layer.attentionNormed.rows(rows, width)
    let query = try layer.query.rows(rows, width)
    let key = try layer.key.rows(rows, kv)
    try forwardPanels.multiply(normed, names.query, into: query, rows: rows.count)
    try forwardPanels.multiply(normed, names.key, into: key, rows: rows.count)
    try forwardPanels.multiply(
      normed, names.value, into: layer.value.rows(rows, kv), rows: rows.count)
    try attention.rotate(query, heads: shape.heads, starts: batch.starts, rows: rows)
    try attention.rotate(key, heads: shape.keyValueHeads, starts: batch.starts, rows: rows)
  }

  /// Some rows from what was attended to the residual stream behind the layer, and its norm.
  private func leaveLayer(_ index: Int, _ state: LlamaActivations, _ rows: Range<Int>)
    throws(KernelError)
  {
    let (layer, names, width) = (state.layers[index], table.layers[index], shape.width)
    let middle = try layer.middle.rows(rows, width)
    try forwardPanels.multiply(
      layer.attended.rows(rows, width), names.output, into: middle, rows: rows.count)
    let normed = try layer.mlpNormed.rows(rows, width)
    // The sum is the same in either order of its two terms.
    try TrainingKernels.addRMSNorm(
      layer.input.rows(rows, width), to: middle, gain: parameter(names.mlpNorm),
      epsilon: shape.epsilon, into: normed)
    let gate = try layer.gate.rows(rows, shape.mlp)
    let up = try layer.up.rows(rows, shape.mlp)
    let gated = try layer.gated.rows(rows, shape.mlp)
    try forwardPanels.multiply(normed, names.gate, into: gate, rows: rows.count)
    try forwardPanels.multiply(normed, names.up, into: up, rows: rows.count)
    try TrainingKernels.swiglu(gate: gate, up: up, into: gated)
    let next = index + 1 < state.layers.count ? state.layers[index + 1].input : state.output
    let out = try next.rows(rows, width)
    try forwardPanels.multiply(gated, names.down, into: out, rows: rows.count)
    let (gain, nextNormed) = try nextNorm(index + 1, state, rows)
    try TrainingKernels.addRMSNorm(
      middle, to: out, gain: gain, epsilon: shape.epsilon, into: nextNormed)
  }
}
