import CKernels

/// The keys and values of one layer's past positions, in the order that attention reads them.
///
/// Keys stand in groups of 16 positions, `[position / 16][head][width][16]`, so that one vector
/// load takes a component of 16 keys; values are `[position][head][width]`. A value: copies are
/// independent, and share memory until one of them grows.
public struct KeyValueStore: Sendable {
  public let heads: Int
  public let headWidth: Int
  /// How many positions are held.
  public private(set) var count = 0
  private var keys: [Float] = []
  private var values: [Float] = []

  public init(heads: Int, headWidth: Int) { (self.heads, self.headWidth) = (heads, headWidth) }

  /// Forgets the positions from `count` on.
  public mutating func truncate(to count: Int) {
    if count >= self.count || count < 0 { return }
    self.count = count
    values.removeLast(values.count - count * heads * headWidth)
  }

  /// Appends rows of keys and values, both `[rows, heads, headWidth]`.
  public mutating func append(keys newKeys: [Float], values newValues: [Float])
    throws(KernelError)
  {
    let width = heads * headWidth
    let rows = width > 0 ? newKeys.count / width : 0
    try KernelError.check("key store", "keys", newKeys.count, rows * width)
    try KernelError.check("key store", "values", newValues.count, rows * width)
    let group = Int(CK_KEY_GROUP)
    let needed = (count + rows + group - 1) / group * group * width
    if keys.count < needed {
      keys.reserveCapacity(max(needed, keys.capacity < needed ? 2 * keys.count : 0))
      keys.append(contentsOf: repeatElement(0, count: needed - keys.count))
    }
    values.append(contentsOf: newValues)
    newKeys.withUnsafeBufferPointer { from in
      keys.withUnsafeMutableBufferPointer { to in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        ck_store_keys_f32(from, to, count, rows, heads, headWidth)
      }
    }
    count += rows
  }

  /// Causal attention of the last rows of this store: row r of n sees all but the last n - 1 - r.
  ///
  /// - Parameters:
  ///   - queries: `[rows, queryHeads, headWidth]`; `queryHeads` is a multiple of ``heads``, and
  ///     neighbouring query heads share a key head.
  ///   - out: as `queries`.
  public func attend(
    queries: [Float], queryHeads: Int, scale: Float, into out: inout [Float]
  ) throws(KernelError) {
    let width = queryHeads * headWidth
    let rows = width > 0 ? queries.count / width : 0
    try KernelError.check("attention", "queries", queries.count, rows * width)
    try KernelError.check("attention", "out", out.count, queries.count)
    guard heads > 0, queryHeads % heads == 0 else {
      throw .size(kernel: "attention", argument: "heads", needed: heads, found: queryHeads)
    }
    guard rows <= count else {
      throw .size(kernel: "attention", argument: "keys", needed: rows, found: count)
    }
    var done = true
    queries.withUnsafeBufferPointer { queries in
      keys.withUnsafeBufferPointer { keys in
        values.withUnsafeBufferPointer { values in
          out.withUnsafeMutableBufferPointer { out in
            var attention = ck_attention()
            attention.queries = queries.baseAddress
            attention.keys = keys.baseAddress
            attention.values = values.baseAddress
            attention.out = out.baseAddress
            attention.first = count - rows
            attention.rows = rows
            attention.heads = queryHeads
            attention.cached_heads = heads
            attention.head_width = headWidth
            attention.scale = scale
            if rows > 0 { done = ck_attention_f32(&attention) }
          }
        }
      }
    }
    if !done { throw .memory(kernel: "attention", bytes: count * 4) }
  }
}
