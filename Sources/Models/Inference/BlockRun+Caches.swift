import Kernels
import Synchronization

extension BlockRun {
  /// Changes the stream; the caches take the rows' keys and values.
  func run(
    positions: [Int32], origins: [Int32], sequences: [Range<Int>], caches: inout [KeyValueCache]
  ) throws(KernelError) {
    try run { () throws(KernelError) in
      for (index, range) in sequences.enumerated() where !range.isEmpty {
        try store(
          range, Array(positions[range]), Array(origins[range]), &caches[index].layers[layer])
      }
      try attend(positions, sequences, caches)
    }
  }

  private func part(_ x: FloatView, _ range: Range<Int>, _ width: Int) -> FloatView {
    FloatView(rebasing: x[range.lowerBound * width..<range.upperBound * width])
  }

  private func store(
    _ range: Range<Int>, _ positions: [Int32], _ origins: [Int32], _ store: inout KeyValueStore
  ) throws(KernelError) {
    let width = attention.keyWidth
    try store.append(
      keys: UnsafeBufferPointer(part(buffers.key, range, width)),
      values: UnsafeBufferPointer(part(buffers.value, range, width)), positions: positions,
      origins: origins)
  }

  /// Each sequence's rows over what its cache holds, themselves among it; several at once.
  private func attend(
    _ positions: [Int32], _ sequences: [Range<Int>], _ caches: [KeyValueCache]
  ) throws(KernelError) {
    let width = attention.queryWidth
    // Each sequence writes its own rows.
    nonisolated(unsafe) let (run, query, attended) = (self, buffers.query, buffers.attended)
    let failure = Mutex<KernelError?>(nil)
    @Sendable func one(_ index: Int) {
      let range = sequences[index]
      if range.isEmpty { return }
      let store = caches[index].layers[run.layer]
      do throws(KernelError) {
        try store.attend(
          queries: UnsafeBufferPointer(run.part(query, range, width)),
          queryHeads: run.attention.heads, scale: Float(run.attention.scale),
          begins: run.begins(store, Array(positions[range])),
          into: run.part(attended, range, width))
      } catch { failure.withLock { $0 = $0 ?? error } }
    }
    if sequences.count == 1 {
      one(0)
    } else {
      let keys = caches.map { $0.count }.reduce(rows, +)
      SharedWork.run(
        sequences.count,
        operations: 4 * Double(keys * width * rows) / Double(sequences.count * sequences.count),
        one)
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  /// The first entry that each row sees, `[key heads, rows]`; nil: all see from entry 0 on.
  private func begins(_ store: KeyValueStore, _ positions: [Int32]) -> [Int]? {
    guard let window = attention.window else { return nil }
    return store.heads.flatMap { head in
      positions.map { head.first(from: Int($0) - window + 1) }
    }
  }
}
