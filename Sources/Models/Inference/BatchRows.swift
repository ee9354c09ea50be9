import Kernels

/// Rows of a batch on their way through the network: what one thread, or all of them together, work on.
final class BatchRows {
  /// Rows of a pass: where they stand, and which of them are scored.
  struct Pass {
    var ids: [Int32] = []
    var places: [KeyValueArena.Place] = []
    /// The rows that scores are wanted of, ascending.
    var scored: [Int] = []

    mutating func removeAll() {
      ids.removeAll(keepingCapacity: true)
      places.removeAll(keepingCapacity: true)
      scored.removeAll(keepingCapacity: true)
    }
  }

  private let plan: InferencePlan
  private let embedding: TokenEmbedding
  private let head: TokenScores
  private let whole: InferenceBuffers
  /// The part of the buffers that the last pass took.
  private var buffers: InferenceBuffers
  /// Of the rows that were begun, for each of the plan's rotations.
  private var angles: [RotaryAngles<Float>] = []

  init(plan: InferencePlan, embedding: TokenEmbedding, head: TokenScores, rows: Int)
    throws(KernelError)
  {
    (self.plan, self.embedding, self.head) = (plan, embedding, head)
    whole = try InferenceBuffers(rows: rows, widths: plan.widths)
    buffers = whole
  }

  /// Looks some rows of a pass up.
  ///
  /// - Parameter range: not empty, and not more rows than there are buffers for.
  func begin(_ pass: Pass, _ range: Range<Int>) throws(KernelError) {
    if buffers.rows != range.count { buffers = whole.first(range.count) }
    let positions = pass.places[range].map { Int32(truncatingIfNeeded: $0.entry) }
    try embedding.look(
      up: pass.ids[range], positions: positions, into: buffers.stream, width: plan.width)
    angles = try plan.angles(positions)
  }

  /// Takes the rows that were begun through a block; the layer's arena takes their keys and values.
  func run(_ layer: Int, _ pass: Pass, _ range: Range<Int>, _ arena: KeyValueArena)
    throws(KernelError)
  {
    let run = plan.block(layer, buffers, angles)
    try run.run { () throws(KernelError) in try attend(run, pass, range, arena) }
  }

  /// The scores behind the last block.
  ///
  /// - Parameters:
  ///   - scored: which of the pass's scored rows, all of them in `range`.
  ///   - scores: `[scored, vocabulary]`
  func score(_ scored: ArraySlice<Int>, of range: Range<Int>, into scores: FloatView)
    throws(KernelError)
  {
    if scored.isEmpty { return }
    let width = plan.width
    // The rows that are scored, one after another.
    for (to, row) in scored.enumerated() {
      let from = (row - range.lowerBound) * width
      _ = FloatView(rebasing: buffers.normed[to * width..<(to + 1) * width])
        .update(fromContentsOf: buffers.stream[from..<from + width])
    }
    try head.score(
      FloatView(rebasing: buffers.normed[..<(scored.count * width)]), into: scores,
      rows: scored.count, width: width, room: buffers.room)
  }

  /// Keeps the rows' keys and values, and attends to them and what was there.
  private func attend(_ run: BlockRun, _ pass: Pass, _ range: Range<Int>, _ arena: KeyValueArena)
    throws(KernelError)
  {
    let attention = run.attention
    try pass.places.withUnsafeBufferPointer { (places) throws(KernelError) in
      let places = UnsafeBufferPointer(rebasing: places[range])
      try arena.store(
        keys: UnsafeBufferPointer(run.view(buffers.key, attention.keyWidth)),
        values: UnsafeBufferPointer(run.view(buffers.value, attention.keyWidth)), at: places)
      try arena.attend(
        queries: UnsafeBufferPointer(run.view(buffers.query, attention.queryWidth)),
        queryHeads: attention.heads, scale: Float(attention.scale), window: attention.window,
        at: places, first: range.lowerBound, into: run.view(buffers.attended, attention.queryWidth))
    }
  }
}
