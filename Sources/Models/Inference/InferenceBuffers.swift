import Kernels

/// What a pass of so many rows keeps between its steps.
final class InferenceBuffers {
  /// The most numbers that a row of each buffer has.
  struct Widths: Sendable {
    var stream = 0
    var query = 0
    var key = 0
    var hidden = 0

    /// In the order of the buffers.
    fileprivate var all: [Int] {
      [stream, stream, query, key, key, max(query, stream), stream, hidden, hidden]
    }
  }

  let rows: Int
  private let widths: Widths
  /// For rows of 8 bits.
  let room: QuantizedScratch
  private let memory: FloatBuffer
  let stream, normed, query, key, value, attended, change, gate, up: FloatView

  /// - Throws: ``KernelError/memory(kernel:bytes:)``.
  convenience init(rows: Int, widths: Widths) throws(KernelError) {
    let sizes = widths.all
    // Each begins at a cache line of its own.
    var starts: [Int] = []
    var total = 0
    for size in sizes {
      starts.append(total)
      let (count, wraps) = rows.multipliedReportingOverflow(by: size)
      let (next, overflow) = total.addingReportingOverflow((count / 16 &+ 1) &* 16)
      if wraps || overflow { throw .memory(kernel: "inference", bytes: Int.max) }
      total = next
    }
    let memory = try FloatBuffer(total)
    self.init(
      memory, try QuantizedScratch(), rows: rows, widths: widths,
      views: zip(starts, sizes).map { FloatView(rebasing: memory.view[$0..<$0 + rows * $1]) })
  }

  private init(
    _ memory: FloatBuffer, _ room: QuantizedScratch, rows: Int, widths: Widths, views: [FloatView]
  ) {
    (self.memory, self.room, self.rows, self.widths) = (memory, room, rows, widths)
    (stream, normed, query) = (views[0], views[1], views[2])
    (key, value, attended) = (views[3], views[4], views[5])
    (change, gate, up) = (views[6], views[7], views[8])
  }

  /// The first `count` rows of the same memory; there are as many.
  func first(_ count: Int) -> InferenceBuffers {
    let views = [stream, normed, query, key, value, attended, change, gate, up]
    return InferenceBuffers(
      memory, room, rows: count, widths: widths,
      views: zip(views, widths.all).map { FloatView(rebasing: $0[..<(count * $1)]) })
  }
}
