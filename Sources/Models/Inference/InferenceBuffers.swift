import Kernels

/// What a pass of so many rows keeps between its steps.
final class InferenceBuffers {
  /// The most numbers that a row of each buffer has.
  struct Widths: Sendable {
    var stream = 0
    var query = 0
    var key = 0
    var hidden = 0
  }

  let rows: Int
  /// For rows of 8 bits.
  let room: QuantizedScratch
  private let memory: FloatBuffer
  let stream, normed, query, key, value, attended, change, gate, up: FloatView

  /// - Throws: ``KernelError/memory(kernel:bytes:)``.
  init(rows: Int, widths: Widths) throws(KernelError) {
    self.rows = rows
    room = try QuantizedScratch()
    let sizes = [
      widths.stream, widths.stream, widths.query, widths.key, widths.key,
      max(widths.query, widths.stream),
      widths.stream, widths.hidden, widths.hidden,
    ]
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
    self.memory = memory
    func view(_ index: Int) -> FloatView {
      FloatView(rebasing: memory.view[starts[index]..<starts[index] + rows * sizes[index]])
    }
    (stream, normed, query) = (view(0), view(1), view(2))
    (key, value, attended) = (view(3), view(4), view(5))
    (change, gate, up) = (view(6), view(7), view(8))
  }
}
