import Kernels

/// Merges a piece's symbols: always the pair of lowest rank, of equal ranks the leftmost.
///
/// Holds the working memory, so that one merger serves many pieces. Short pieces are scanned for
/// the best pair (quadratic, but in a few cache lines); long ones keep their pairs in a heap over
/// a linked list: O(n log n) time, 28 bytes a symbol.
struct BytePairMerger {
  /// Up to how many symbols a piece is scanned.
  static let longestScanned = 48

  private(set) var symbols: UnsafeMutablePointer<Int32>
  private var merges: UnsafeMutablePointer<PairTable.Merge>
  private var capacity: Int

  init() {
    capacity = 256
    symbols = .allocate(capacity: capacity)
    merges = .allocate(capacity: capacity)
  }

  func deallocate() {
    symbols.deallocate()
    merges.deallocate()
  }

  /// Makes room for a piece of `count` symbols; what was in ``symbols`` is lost.
  @inline(__always)
  mutating func reserve(_ count: Int) {
    if count > capacity { grow(count) }
  }

  private mutating func grow(_ count: Int) {
    deallocate()
    capacity = count
    symbols = .allocate(capacity: capacity)
    merges = .allocate(capacity: capacity)
  }

  /// Merges `symbols[0..<count]` in place.
  ///
  /// - Returns: how many symbols are left.
  mutating func merge(count: Int, with pairs: PairTable) throws(Interruption) -> Int {
    if count < 2 { return count }
    if count <= Self.longestScanned { return scan(count: count, with: pairs) }
    return try heap(count: count, with: pairs)
  }

  private func scan(count: Int, with pairs: PairTable) -> Int {
    let (symbols, merges) = (symbols, merges)
    var count = count
    for index in 0..<count - 1 {
      merges[index] = pairs.merge(symbols[index], symbols[index + 1])
    }
    while count > 1 {
      var best = 0
      var lowest = merges[0].rank
      for index in 1..<max(1, count - 1) where merges[index].rank < lowest {
        (best, lowest) = (index, merges[index].rank)
      }
      if merges[best] == PairTable.none { break }
      symbols[best] = merges[best].merged
      count -= 1
      for index in best + 1..<max(best + 1, count) { symbols[index] = symbols[index + 1] }
      for index in best..<max(best, count - 1) { merges[index] = merges[index + 1] }
      if best > 0 { merges[best - 1] = pairs.merge(symbols[best - 1], symbols[best]) }
      if best < count - 1 { merges[best] = pairs.merge(symbols[best], symbols[best + 1]) }
    }
    return count
  }

  private func heap(count: Int, with pairs: PairTable) throws(Interruption) -> Int {
    let (symbols, merges) = (symbols, merges)
    // Symbols are a linked list by position; a symbol that was merged away has no merge.
    let next = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    let previous = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    defer {
      next.deallocate()
      previous.deallocate()
    }
    var queue: [UInt64] = []  // rank, position
    queue.reserveCapacity(count)
    for index in 0..<count {
      next[index] = index + 1 < count ? Int32(index + 1) : -1
      previous[index] = Int32(index) - 1
      merges[index] =
        index + 1 < count ? pairs.merge(symbols[index], symbols[index + 1]) : PairTable.none
      if merges[index] != PairTable.none {
        queue.append(UInt64(merges[index].rank) << 32 | UInt64(index))
      }
    }
    var order = MinimumHeap(queue)
    var steps = 0
    while let entry = order.pop() {
      steps &+= 1
      if steps & 0x3FFF == 0 { try Cancellation.check() }
      let left = Int(entry & 0xFFFF_FFFF)
      // Stale: this pair has been merged away since it was queued.
      guard merges[left] != PairTable.none, merges[left].rank == UInt32(entry >> 32) else {
        continue
      }
      let right = Int(next[left])
      symbols[left] = merges[left].merged
      merges[right] = PairTable.none
      next[left] = next[right]
      if next[right] >= 0 { previous[Int(next[right])] = Int32(left) }

      merges[left] = PairTable.none
      if next[left] >= 0 {
        merges[left] = pairs.merge(symbols[left], symbols[Int(next[left])])
        if merges[left] != PairTable.none {
          order.push(UInt64(merges[left].rank) << 32 | UInt64(left))
        }
      }
      let before = Int(previous[left])
      if before >= 0 {
        merges[before] = pairs.merge(symbols[before], symbols[left])
        if merges[before] != PairTable.none {
          order.push(UInt64(merges[before].rank) << 32 | UInt64(before))
        }
      }
    }
    var left = 0
    var position = 0
    while position >= 0 {
      symbols[left] = symbols[position]
      left += 1
      position = Int(next[position])
    }
    return left
  }
}

/// A binary heap of integers, smallest first.
struct MinimumHeap {
  private var items: [UInt64]

  init(_ items: [UInt64]) {
    self.items = items
    for index in stride(from: items.count / 2 - 1, through: 0, by: -1) { sink(index) }
  }

  var isEmpty: Bool { items.isEmpty }

  mutating func push(_ item: UInt64) {
    items.append(item)
    items.withUnsafeMutableBufferPointer { items in
      var index = items.count - 1
      while index > 0, items[(index - 1) / 2] > item {
        items[index] = items[(index - 1) / 2]
        index = (index - 1) / 2
      }
      items[index] = item
    }
  }

  mutating func pop() -> UInt64? {
    guard let first = items.first else { return nil }
    let last = items.removeLast()
    if !items.isEmpty {
      items[0] = last
      sink(0)
    }
    return first
  }

  private mutating func sink(_ start: Int) {
    items.withUnsafeMutableBufferPointer { items in
      var index = start
      let item = items[index]
      while true {
        var child = 2 * index + 1
        if child >= items.count { break }
        if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
        if items[child] >= item { break }
        items[index] = items[child]
        index = child
      }
      items[index] = item
    }
  }
}
