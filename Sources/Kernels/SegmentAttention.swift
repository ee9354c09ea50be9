import CKernels

/// Causal attention inside the segments of a packed batch, its gradients, and rotary positions that
/// start anew in every segment.
///
/// A row sees the rows of its own segment up to itself: packed documents have the bits of documents
/// alone. Query heads that stand together share a key head.
public struct SegmentAttention: Sendable {
  public let heads: Int
  public let keyValueHeads: Int
  public let headWidth: Int
  public let scale: Float
  private let angles: RotaryTable

  /// - Parameter positions: the longest segment.
  public init(
    heads: Int, keyValueHeads: Int, headWidth: Int, scale: Float, rotaryBase: Double, positions: Int
  ) throws(KernelError) {
    guard keyValueHeads > 0, heads % keyValueHeads == 0, headWidth > 0, headWidth % 2 == 0 else {
      throw .size(
        kernel: "segment attention", argument: "heads", needed: keyValueHeads, found: heads)
    }
    (self.heads, self.keyValueHeads, self.headWidth) = (heads, keyValueHeads, headWidth)
    self.scale = scale
    angles = try RotaryTable(base: rotaryBase, pairs: headWidth / 2, positions: positions)
  }

  /// Turns `x` `[rows, heads, headWidth]` by the rows' positions in their segments; `backward` turns
  /// gradients, by the angles' opposites.
  ///
  /// - Parameters:
  ///   - starts: the segments' first rows, and the number of rows.
  ///   - rows: those that `x` holds.
  public func rotate(
    _ x: FloatView, heads: Int, starts: [Int], rows: Range<Int>, backward: Bool = false
  ) throws(KernelError) {
    try check(starts)
    guard rows.lowerBound >= 0, rows.upperBound <= starts.last ?? 0 else {
      throw .size(
        kernel: "rotary", argument: "rows", needed: rows.upperBound, found: starts.last ?? 0)
    }
    let width = heads * headWidth
    try KernelError.check("rotary", "x", x.count, rows.count * width)
    for (start, end) in zip(starts, starts.dropFirst())
    where start < rows.upperBound && end > rows.lowerBound {
      let part = max(start, rows.lowerBound)..<min(end, rows.upperBound)
      let place = (part.lowerBound - rows.lowerBound) * width
      try angles.rotate(
        FloatView(rebasing: x[place..<place + part.count * width]), heads: heads,
        first: part.lowerBound - start, backward: backward)
    }
  }

  /// out = attention of `queries` `[rows, heads, headWidth]` over `keys` and `values`.
  public func attend(
    queries: FloatView, keys: FloatView, values: FloatView, into out: FloatView, starts: [Int]
  ) throws(KernelError) {
    var call = ck_segment_attention()
    try fill(&call, queries, keys, values, starts)
    try KernelError.check("segment attention", "out", out.count, queries.count)
    call.out = out.baseAddress
    try run(&call, starts, ck_segment_attention_f32)
  }

  /// The gradients with regard to queries, keys and values, from that of the result.
  public func gradients(
    queries: FloatView, keys: FloatView, values: FloatView, dOut: FloatView,
    dQueries: FloatView, dKeys: FloatView, dValues: FloatView, starts: [Int]
  ) throws(KernelError) {
    var call = ck_segment_attention()
    try fill(&call, queries, keys, values, starts)
    try KernelError.check("segment attention", "dOut", dOut.count, queries.count)
    try KernelError.check("segment attention", "dQueries", dQueries.count, queries.count)
    try KernelError.check("segment attention", "dKeys", dKeys.count, keys.count)
    try KernelError.check("segment attention", "dValues", dValues.count, keys.count)
    call.out_gradient = UnsafePointer(dOut.baseAddress)
    call.query_gradient = dQueries.baseAddress
    call.key_gradient = dKeys.baseAddress
    call.value_gradient = dValues.baseAddress
    try run(&call, starts, ck_segment_attention_gradient_f32)
  }

  private func check(_ starts: [Int]) throws(KernelError) {
    guard starts.first == 0,
      zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 && $1 - $0 <= angles.positions })
    else {
      throw .size(
        kernel: "segment attention", argument: "starts", needed: angles.positions,
        found: starts.last ?? 0)
    }
  }

  private func fill(
    _ call: inout ck_segment_attention, _ queries: FloatView, _ keys: FloatView,
    _ values: FloatView, _ starts: [Int]
  ) throws(KernelError) {
    try check(starts)
    let rows = starts.last ?? 0
    try KernelError.check("segment attention", "queries", queries.count, rows * heads * headWidth)
    let width = keyValueHeads * headWidth
    try KernelError.check("segment attention", "keys", keys.count, rows * width)
    try KernelError.check("segment attention", "values", values.count, rows * width)
    call.queries = UnsafePointer(queries.baseAddress)
    call.keys = UnsafePointer(keys.baseAddress)
    call.values = UnsafePointer(values.baseAddress)
    (call.heads, call.cached_heads, call.head_width) = (heads, keyValueHeads, headWidth)
    call.scale = scale
  }

  private func run(
    _ call: inout ck_segment_attention, _ starts: [Int],
    _ body: (UnsafeMutablePointer<ck_segment_attention>?) -> Bool
  ) throws(KernelError) {
    if starts.count < 2 || starts.last == 0 { return }
    let done = starts.withUnsafeBufferPointer { starts in
      starts.withMemoryRebound(to: UInt.self) { starts in
        call.starts = UnsafeRawPointer(starts.baseAddress)?.assumingMemoryBound(to: Int.self)
        call.segments = starts.count - 1
        return body(&call)
      }
    }
    if !done { throw .memory(kernel: "segment attention", bytes: angles.positions * headWidth * 8) }
  }
}
