import Kernels

/// One block's way over rows in buffers, wherever their keys and values are kept.
struct BlockRun {
  let block: InferenceBlock
  let layer: Int
  let buffers: InferenceBuffers
  let rows: Int
  let width: Int
  let angles: (RotaryAngles<Float>, RotaryPairing)?

  var attention: AttentionDescription { block.description.attention }

  /// Changes the stream.
  ///
  /// - Parameter attend: keeps the rows' keys and values, and fills ``InferenceBuffers/attended``.
  func run(attend: () throws(KernelError) -> Void) throws(KernelError) {
    try normed(buffers.stream, block.attentionNorm)
    try project()
    try attend()
    let attended = view(buffers.attended, attention.queryWidth)
    if isSimple, block.output.adds {
      try block.output.multiply(
        UnsafeBufferPointer(attended), into: [buffers.stream], rows: rows, room: buffers.room,
        adding: true)
      return try feedForward(into: buffers.stream)
    }
    try block.output.multiply(
      UnsafeBufferPointer(attended), into: [buffers.change], rows: rows, room: buffers.room)
    try normed(block.attentionOutputNorm)
    if block.description.arrangement == .parallel {
      // x + (attention + feed-forward): the first sum waits in the attention's own buffer, which is as
      // wide as the stream at least.
      try parallel(keeping: view(buffers.attended, width))
      return
    }
    try add(buffers.change, to: buffers.stream)
    try feedForward(into: buffers.stream)
  }

  /// Two sums with nothing between a product and its sum.
  private var isSimple: Bool {
    block.description.arrangement == .sequential && block.attentionOutputNorm == nil
  }

  private func parallel(keeping first: FloatView) throws(KernelError) {
    _ = first.update(fromContentsOf: buffers.change)
    try feedForward(into: first)
    try add(first, to: buffers.stream)
  }

  // MARK: Attention

  /// Queries, keys and values of the normed rows, normed and turned.
  private func project() throws(KernelError) {
    let query = view(buffers.query, attention.queryWidth)
    let key = view(buffers.key, attention.keyWidth)
    let value = view(buffers.value, attention.keyWidth)
    try block.projections.multiply(
      UnsafeBufferPointer(buffers.normed), into: [query, key, value], rows: rows,
      room: buffers.room)
    var isPerHead = true
    if case .full = attention.queryKeyNorm { isPerHead = false }
    for (x, norm, heads) in [
      (query, block.queryNorm, attention.heads), (key, block.keyNorm, attention.keyValueHeads),
    ] {
      let (count, width) =
        isPerHead ? (heads, attention.headWidth) : (1, heads * attention.headWidth)
      try norm?.apply(x, into: x, rows: rows * count, width: width)
      guard let (angles, pairing) = angles else { continue }
      try angles.rotate(
        UnsafeBufferPointer(x), into: x, heads: heads, headWidth: attention.headWidth,
        pairing: pairing)
    }
  }

  // MARK: Feed-forward

  /// Adds the feed-forward part of the stream to `sum`.
  private func feedForward(into sum: FloatView) throws(KernelError) {
    let description = block.description.feedForward
    try normed(buffers.stream, block.feedForwardInputNorm)
    let hidden = view(buffers.gate, description.width)
    let up = view(buffers.up, description.width)
    try block.entrance.multiply(
      UnsafeBufferPointer(buffers.normed), into: description.isGated ? [hidden, up] : [hidden],
      rows: rows, room: buffers.room)
    if description.isGated {
      try block.activation.gated(
        gate: UnsafeBufferPointer(hidden), up: UnsafeBufferPointer(up), into: hidden)
    } else {
      try block.activation.forward(UnsafeBufferPointer(hidden), into: hidden)
    }
    let adds = block.feedForwardOutputNorm == nil && block.exit.adds
    try block.exit.multiply(
      UnsafeBufferPointer(hidden), into: [adds ? sum : buffers.change], rows: rows,
      room: buffers.room, adding: adds)
    if adds { return }
    try normed(block.feedForwardOutputNorm)
    try add(buffers.change, to: sum)
  }

  // MARK: Small parts

  func view(_ x: FloatView, _ width: Int) -> FloatView {
    FloatView(rebasing: x[..<(rows * width)])
  }

  /// The norm of rows, or they themselves, into `normed`.
  private func normed(_ x: FloatView, _ norm: InferenceBlock.Norm?) throws(KernelError) {
    guard let norm else {
      _ = buffers.normed.update(fromContentsOf: x)
      return
    }
    try norm.apply(x, into: buffers.normed, rows: rows, width: width)
  }

  /// The norm of `change`, where there is one, in place.
  private func normed(_ norm: InferenceBlock.Norm?) throws(KernelError) {
    try norm?.apply(buffers.change, into: buffers.change, rows: rows, width: width)
  }

  private func add(_ x: FloatView, to y: FloatView) throws(KernelError) {
    try TrainingKernels.add(x, to: y)
  }
}
