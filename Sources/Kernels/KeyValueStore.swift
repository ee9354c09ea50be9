import CKernels

/// The keys and values of one layer's past positions: a ``KeyValueHead`` for each key head.
///
/// Heads may hold different numbers of entries, since pruning and eviction choose for each. A value:
/// a copy goes its own way and shares the pages that neither writes.
public struct KeyValueStore: Sendable {
  public let headWidth: Int
  public private(set) var heads: [KeyValueHead]

  public init(heads: Int, headWidth: Int) {
    self.headWidth = headWidth
    self.heads = (0..<max(heads, 0)).map { _ in KeyValueHead(width: headWidth) }
  }

  /// How many entries the fullest head holds.
  public var count: Int { heads.lazy.map(\.count).max() ?? 0 }

  /// Whether all heads hold the same tokens at the same positions.
  public var isUniform: Bool {
    heads.dropFirst().allSatisfy {
      $0.positions == heads[0].positions && $0.origins == heads[0].origins
    }
  }

  /// The memory of all pages, in bytes; shared ones count in each.
  public var byteCount: Int { heads.reduce(0) { $0 + $1.byteCount } }

  /// Forgets the entries from `count` on, in every head.
  public mutating func truncate(to count: Int) {
    for head in heads.indices { heads[head].truncate(to: count) }
  }

  /// Forgets the entries from each head's own count on.
  public mutating func truncate(to counts: [Int]) {
    for (head, count) in zip(heads.indices, counts) { heads[head].truncate(to: count) }
  }

  /// Keeps some entries of one head, or of all.
  public mutating func compact(_ entries: [Int], head: Int? = nil) throws(KernelError) {
    if let head {
      guard heads.indices.contains(head) else {
        throw .index(
          kernel: "key store", argument: "head", place: 0, index: head, count: heads.count)
      }
      return try heads[head].compact(entries)
    }
    for head in heads.indices { try heads[head].compact(entries) }
  }

  /// Gives the entries of all heads, which then must hold as many, other positions.
  public mutating func renumber(_ positions: [Int32]) throws(KernelError) {
    for head in heads.indices { try heads[head].renumber(positions) }
  }

  /// Appends rows of keys and values, both `[rows, heads, headWidth]`.
  ///
  /// - Parameters:
  ///   - positions: of the rows; the number of entries so far and on, unless given.
  ///   - origins: the rows' tokens; as the positions unless given.
  public mutating func append(
    keys: UnsafeBufferPointer<Float>, values: UnsafeBufferPointer<Float>,
    positions: [Int32]? = nil, origins: [Int32]? = nil
  ) throws(KernelError) {
    let width = heads.count * headWidth
    let rows = width > 0 ? keys.count / width : 0
    try KernelError.check("key store", "keys", keys.count, rows * width)
    try KernelError.check("key store", "values", values.count, rows * width)
    try KernelError.check("key store", "positions", positions?.count ?? rows, rows)
    try KernelError.check("key store", "origins", origins?.count ?? rows, rows)
    guard rows > 0, let k = keys.baseAddress, let v = values.baseAddress else { return }
    for head in heads.indices {
      let held = heads[head].count
      for row in 0..<rows {
        let position = positions?[row] ?? Int32(truncatingIfNeeded: held + row)
        let place = (row * heads.count + head) * headWidth
        try heads[head].append(
          key: k + place, value: v + place, position: position,
          origin: origins?[row] ?? position)
      }
    }
  }

  /// The same of arrays.
  public mutating func append(keys: [Float], values: [Float]) throws(KernelError) {
    try keys.withUnsafeBufferPointer { (keys) throws(KernelError) in
      try values.withUnsafeBufferPointer { (values) throws(KernelError) in
        try append(keys: keys, values: values)
      }
    }
  }

  /// Writes rows of keys and values over the entries from `first` on, in every head.
  public mutating func replace(
    from first: Int, keys: UnsafeBufferPointer<Float>, values: UnsafeBufferPointer<Float>
  ) throws(KernelError) {
    let width = heads.count * headWidth
    let rows = width > 0 ? keys.count / width : 0
    try KernelError.check("key store", "keys", keys.count, rows * width)
    try KernelError.check("key store", "values", values.count, rows * width)
    guard first >= 0, heads.allSatisfy({ first + rows <= $0.count }) else {
      throw .size(kernel: "key store", argument: "entries", needed: first + rows, found: count)
    }
    guard rows > 0, let k = keys.baseAddress, let v = values.baseAddress else { return }
    for head in heads.indices {
      for row in 0..<rows {
        let place = (row * heads.count + head) * headWidth
        try heads[head].replace(first + row, key: k + place, value: v + place)
      }
    }
  }

  /// Causal attention of the last rows of this store: row r of n sees all but the last n - 1 - r
  /// entries of each head.
  ///
  /// - Parameters:
  ///   - queries: `[rows, queryHeads, headWidth]`; `queryHeads` is a multiple of the number of heads,
  ///     and neighbouring query heads share a key head.
  ///   - begins: the first entry that each row sees, `[heads, rows]`; 0 unless given.
  ///   - out: as `queries`.
  public func attend(
    queries: UnsafeBufferPointer<Float>, queryHeads: Int, scale: Float, begins: [Int]? = nil,
    into out: UnsafeMutableBufferPointer<Float>
  ) throws(KernelError) {
    let width = queryHeads * headWidth
    let rows = width > 0 ? queries.count / width : 0
    try KernelError.check("attention", "queries", queries.count, rows * width)
    try KernelError.check("attention", "out", out.count, queries.count)
    guard heads.count > 0, queryHeads % heads.count == 0 else {
      throw .size(kernel: "attention", argument: "heads", needed: heads.count, found: queryHeads)
    }
    guard rows > 0 else { return }
    for (index, head) in heads.enumerated() {
      guard rows <= head.count else {
        throw .size(kernel: "attention", argument: "keys", needed: rows, found: head.count)
      }
      guard let begins else { continue }
      try KernelError.check("attention", "begins", begins.count, heads.count * rows)
      for row in 0..<rows {
        let begin = begins[index * rows + row]
        guard begin >= 0, begin <= head.count - rows + row else {
          throw .nothingVisible(batch: 0, head: index, row: row)
        }
      }
    }
    var call = ck_attention()
    call.queries = queries.baseAddress
    call.out = out.baseAddress
    call.rows = rows
    call.heads = queryHeads
    call.cached_heads = heads.count
    call.head_width = headWidth
    call.scale = scale
    var done = false
    let pageCount = heads.reduce(0) { $0 + $1.pages.count }
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: pageCount) { pages in
      typealias Pages = UnsafePointer<UnsafePointer<Float>?>
      withUnsafeTemporaryAllocation(of: Pages?.self, capacity: heads.count) { perHead in
        withUnsafeTemporaryAllocation(of: Int.self, capacity: heads.count) { first in
          // The pages of all heads one after another, and where each head's begin.
          var next = 0
          for (index, head) in heads.enumerated() {
            first.initializeElement(at: index, to: head.count - rows)
            perHead.initializeElement(at: index, to: pages.baseAddress.map { Pages($0 + next) })
            head.copyAddresses(to: &next, of: pages)
          }
          (begins ?? []).withUnsafeBufferPointer { starts in
            call.pages = UnsafePointer(perHead.baseAddress)
            call.first = UnsafeRawPointer(first.baseAddress)?.assumingMemoryBound(to: Int.self)
            call.begins = begins == nil ? nil : starts.baseAddress
            done = ck_attention_f32(&call)
          }
        }
      }
    }
    withExtendedLifetime(heads) {}
    if !done { throw .memory(kernel: "attention", bytes: count * 4) }
  }

  /// The same of arrays.
  public func attend(
    queries: [Float], queryHeads: Int, scale: Float, into out: inout [Float]
  ) throws(KernelError) {
    try queries.withUnsafeBufferPointer { (queries) throws(KernelError) in
      try out.withUnsafeMutableBufferPointer { (out) throws(KernelError) in
        try attend(queries: queries, queryHeads: queryHeads, scale: scale, into: out)
      }
    }
  }
}
