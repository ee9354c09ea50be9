import Kernels

extension LlamaNetwork {
  /// How many logits are held at a time; more rows would not make the head faster.
  static let logitsHeld = 1 << 22

  /// The rows whose logits are made at a time, a whole number of blocks.
  private var headRows: Int {
    max(Self.logitsHeld / shape.vocabulary / Self.blockRows, 1) * Self.blockRows
  }

  /// Makes the logits of some rows, and calls `then` with each block's rows, logits and thread.
  func head(
    _ state: LlamaActivations, rows: Range<Int>, into logits: FloatBuffer,
    then: (Range<Int>, FloatView, Int) throws(KernelError) -> Void
  ) throws(KernelError) {
    try blocks(of: rows.count, weights: 1) { (block, thread) throws(KernelError) in
      let some = block.lowerBound + rows.lowerBound..<block.upperBound + rows.lowerBound
      let made = try logits.rows(block, shape.vocabulary)
      try forwardPanels.multiply(
        state.normed.rows(some, shape.width), table.embedding, into: made, rows: some.count)
      try then(some, made, thread)
    }
  }

  /// The losses of all rows in nats, left in the activations; `then` gets each block's rows, the gradients of
  /// its logits times `scale`, and its thread; `finish` gets the rows that were held together, and their gradients.
  func losses(
    _ state: LlamaActivations, _ batch: PackedBatch, scale: Float,
    then: (Range<Int>, FloatView, Int) throws(KernelError) -> Void = { _, _, _ in },
    finish: (Range<Int>, FloatView) throws(KernelError) -> Void = { _, _ in }
  ) throws(KernelError) {
    let vocabulary = shape.vocabulary
    let logits = try state.takeLogits(min(headRows, batch.rows) * vocabulary)
    for start in stride(from: 0, to: batch.rows, by: headRows) {
      let rows = start..<min(start + headRows, batch.rows)
      try head(state, rows: rows, into: logits) { (some, slopes, thread) throws(KernelError) in
        try TrainingKernels.crossEntropyGradient(
          logits: slopes, targets: batch.targets[some], scale: scale,
          losses: state.losses.view(some), width: vocabulary)
        try then(some, slopes, thread)
      }
      try finish(rows, logits.rows(0..<rows.count, vocabulary))
    }
  }
}
