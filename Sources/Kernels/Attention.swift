import CKernels

/// Attention of any queries over any keys and values, and its gradients.
///
/// For each row and head over the visible keys ascending: s = scale · (query · key); with a softcap c,
/// s = c tanh(s / c); with a bias, s + bias; p = softmax(s); the result is the sum of p · value. All chains
/// are those of `ck_attend.h`: whatever visibility was described by, the same visible keys give the same
/// bits, and those of ``KeyValueStore`` and ``SegmentAttention`` where they overlap.
///
/// Vaswani et al. 2017; grouped queries: Ainslie et al. 2023; softcap: Gemma 2, 2024.
public struct Attention: Sendable {
  public let shape: AttentionShape
  public let scale: Double
  public let softcap: Double?
  private let visible: AttentionVisibility.Resolved

  /// - Parameters:
  ///   - scale: what scores are multiplied by; rounded to the numbers' type.
  ///   - softcap: above 0.
  /// - Throws: ``KernelError/nothingVisible(batch:head:row:)`` for the first row that sees no key.
  public init(
    _ shape: AttentionShape, visibility: AttentionVisibility = .all, scale: Double,
    softcap: Double? = nil
  ) throws(KernelError) {
    (self.shape, self.scale, self.softcap) = (shape, scale, softcap)
    if let softcap, !(softcap > 0) {
      throw .number(kernel: "attention", argument: "softcap", found: softcap)
    }
    visible = try visibility.resolved(shape)
    var place = [0, 0, 0]
    if call({ ck_attend_find_empty(&$0, &place) }) {
      throw .nothingVisible(batch: place[0], head: place[1], row: place[2])
    }
  }

  /// The result, and on request what it is made of.
  ///
  /// - Parameters:
  ///   - values: not needed where `out` is nil.
  ///   - probabilities: 0 where a row does not see a key.
  ///   - scores: what enters the softmax; -infinity where a row does not see a key.
  public func forward<T: KernelReal>(
    queries: UnsafeBufferPointer<T>, keys: UnsafeBufferPointer<T>,
    values: UnsafeBufferPointer<T>?, bias: AttentionBias<T>? = nil,
    into out: UnsafeMutableBufferPointer<T>?,
    probabilities: UnsafeMutableBufferPointer<T>? = nil,
    scores: UnsafeMutableBufferPointer<T>? = nil
  ) throws(KernelError) {
    try check(queries: queries, keys: keys, bias: bias)
    try check(values: values, result: out?.count, "out")
    try check("probabilities", probabilities?.count, shape.matrixCount)
    try check("scores", scores?.count, shape.matrixCount)
    try run(T.self, ck_attend_f32, ck_attend_f64) { call in
      fill(&call, queries: queries, keys: keys, values: values, bias: bias)
      call.out = raw(out)
      call.probabilities = raw(probabilities)
      call.scores = raw(scores)
    }
  }

  /// The gradients of ``forward(queries:keys:values:bias:into:probabilities:scores:)``; those that are
  /// nil are not computed. They overwrite what their buffers hold.
  ///
  /// - Parameters:
  ///   - dOut: the gradient with regard to the result, if it was used.
  ///   - dProbabilities: that with regard to the returned probabilities, if they were used.
  ///   - dBias: as the bias; shared ones are summed over batches, then heads, ascending.
  public func backward<T: KernelReal>(
    queries: UnsafeBufferPointer<T>, keys: UnsafeBufferPointer<T>,
    values: UnsafeBufferPointer<T>?, bias: AttentionBias<T>? = nil,
    dOut: UnsafeBufferPointer<T>?, dProbabilities: UnsafeBufferPointer<T>? = nil,
    dQueries: UnsafeMutableBufferPointer<T>?, dKeys: UnsafeMutableBufferPointer<T>?,
    dValues: UnsafeMutableBufferPointer<T>?, dBias: UnsafeMutableBufferPointer<T>? = nil
  ) throws(KernelError) {
    try check(queries: queries, keys: keys, bias: bias)
    try check(values: values, result: dOut?.count, "dOut")
    try check("dProbabilities", dProbabilities?.count, shape.matrixCount)
    try check("dQueries", dQueries?.count, shape.queryCount)
    try check("dKeys", dKeys?.count, shape.keyCount)
    try check("dValues", dValues?.count, shape.valueCount)
    try check("dBias", dBias?.count, bias?.values.count ?? 0)
    try run(T.self, ck_attend_gradient_f32, ck_attend_gradient_f64) { call in
      fill(&call, queries: queries, keys: keys, values: values, bias: bias)
      call.out_gradient = raw(dOut)
      call.probability_gradient = raw(dProbabilities)
      call.query_gradient = raw(dQueries)
      call.key_gradient = raw(dKeys)
      call.value_gradient = raw(dValues)
      call.bias_gradient = raw(dBias)
    }
  }

  /// The result of given probabilities, `[batches, heads, queryRows, keyRows]`: sums of p · value over the
  /// visible keys. Those that ``forward(queries:keys:values:bias:into:probabilities:scores:)`` returned
  /// give its bits.
  public func forward<T: KernelReal>(
    probabilities: UnsafeBufferPointer<T>, values: UnsafeBufferPointer<T>,
    into out: UnsafeMutableBufferPointer<T>
  ) throws(KernelError) {
    try check("probabilities", probabilities.count, shape.matrixCount)
    try check(values: values, result: out.count, "out")
    try run(T.self, ck_attend_f32, ck_attend_f64) { call in
      call.given = raw(probabilities)
      call.values = raw(values)
      call.out = raw(out)
    }
  }

  /// The gradients of ``forward(probabilities:values:into:)``; `dProbabilities` is 0 where a row does not
  /// see a key.
  public func backward<T: KernelReal>(
    probabilities: UnsafeBufferPointer<T>, values: UnsafeBufferPointer<T>,
    dOut: UnsafeBufferPointer<T>, dProbabilities: UnsafeMutableBufferPointer<T>?,
    dValues: UnsafeMutableBufferPointer<T>?
  ) throws(KernelError) {
    try check("probabilities", probabilities.count, shape.matrixCount)
    try check(values: values, result: dOut.count, "dOut")
    try check("dProbabilities", dProbabilities?.count, shape.matrixCount)
    try check("dValues", dValues?.count, shape.valueCount)
    try run(T.self, ck_attend_gradient_f32, ck_attend_gradient_f64) { call in
      call.given = raw(probabilities)
      call.values = raw(values)
      call.out_gradient = raw(dOut)
      call.given_gradient = raw(dProbabilities)
      call.value_gradient = raw(dValues)
    }
  }

  private func raw<T>(_ buffer: UnsafeBufferPointer<T>?) -> UnsafeRawPointer? {
    UnsafeRawPointer(buffer?.baseAddress)
  }

  private func raw<T>(_ buffer: UnsafeMutableBufferPointer<T>?) -> UnsafeMutableRawPointer? {
    UnsafeMutableRawPointer(buffer?.baseAddress)
  }

  private func check(_ argument: String, _ found: Int?, _ needed: Int) throws(KernelError) {
    if let found { try KernelError.check("attention", argument, found, needed) }
  }

  private func check<T>(
    queries: UnsafeBufferPointer<T>, keys: UnsafeBufferPointer<T>, bias: AttentionBias<T>?
  ) throws(KernelError) {
    try check("queries", queries.count, shape.queryCount)
    try check("keys", keys.count, shape.keyCount)
    guard let bias else { return }
    if bias.batches != 1 { try check("bias batches", bias.batches, shape.batches) }
    if bias.heads != 1 { try check("bias heads", bias.heads, shape.heads) }
    let needed = try AttentionShape.count(
      bias.batches, bias.heads, shape.queryRows, shape.keyRows)
    try check("bias", bias.values.count, needed)
  }

  private func check<T>(
    values: UnsafeBufferPointer<T>?, result: Int?, _ name: String
  ) throws(KernelError) {
    try check(name, result, shape.resultCount)
    try check("values", values?.count ?? (result == nil ? nil : 0), shape.valueCount)
  }

  private func fill<T>(
    _ call: inout ck_attend, queries: UnsafeBufferPointer<T>, keys: UnsafeBufferPointer<T>,
    values: UnsafeBufferPointer<T>?, bias: AttentionBias<T>?
  ) {
    call.queries = raw(queries)
    call.keys = raw(keys)
    call.values = raw(values)
    guard let bias else { return }
    call.bias = raw(bias.values)
    let matrix = shape.queryRows * shape.keyRows
    call.bias_head_stride = bias.heads == 1 ? 0 : matrix
    call.bias_batch_stride = bias.batches == 1 ? 0 : bias.heads * matrix
  }

  private func run<T: KernelReal>(
    _: T.Type, _ f32: (UnsafeMutablePointer<ck_attend>?) -> Bool,
    _ f64: (UnsafeMutablePointer<ck_attend>?) -> Bool, _ arguments: (inout ck_attend) -> Void
  ) throws(KernelError) {
    let done = call { call in
      arguments(&call)
      return T.self == Float.self ? f32(&call) : f64(&call)
    }
    if !done {
      let row = shape.width + shape.valueWidth + 32
      throw .memory(kernel: "attention", bytes: shape.keyRows * row * MemoryLayout<T>.size)
    }
  }

  /// Runs `body` with the shape and what is visible.
  private func call<Result>(_ body: (inout ck_attend) -> Result) -> Result {
    var call = ck_attend()
    (call.batches, call.query_rows, call.key_rows) = (shape.batches, shape.queryRows, shape.keyRows)
    (call.heads, call.cached_heads) = (shape.heads, shape.keyValueHeads)
    (call.width, call.value_width) = (shape.width, shape.valueWidth)
    (call.scale, call.cap) = (scale, softcap ?? 0)
    return (visible.bounds ?? []).withUnsafeBufferPointer { bounds in
      (visible.mask?.words ?? []).withUnsafeBufferPointer { words in
        if visible.bounds != nil, let first = bounds.baseAddress {
          call.begins = first
          call.ends = first + bounds.count / 2
          call.range_batch_stride = visible.boundsPerBatch ? shape.queryRows : 0
        }
        if let mask = visible.mask {
          let block = shape.queryRows * mask.wordsPerRow
          call.mask = words.baseAddress
          call.mask_words = mask.wordsPerRow
          call.mask_head_stride = mask.heads == 1 ? 0 : block
          call.mask_batch_stride = mask.batches == 1 ? 0 : mask.heads * block
        }
        return body(&call)
      }
    }
  }
}
