import Kernels

/// Merging of many symbols at once: pairs wait in a heap by rank and place, over a linked list.
enum QueuedMerge {
  /// Writes the symbols that are left, and how many each was made of.
  ///
  /// - Returns: how many are left.
  /// - Complexity: O(n log n) time, 32 bytes a symbol.
  static func merge(
    _ source: UnsafePointer<Int32>, count: Int, with pairs: PairTable,
    to symbols: UnsafeMutablePointer<Int32>, spans: UnsafeMutablePointer<Int32>
  ) throws(Interruption) -> Int {
    // A symbol that was merged away has no merge.
    let next = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    let previous = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    let merges = UnsafeMutablePointer<PairTable.Merge>.allocate(capacity: count)
    defer {
      next.deallocate()
      previous.deallocate()
      merges.deallocate()
    }
    symbols.update(from: source, count: count)
    var queue: [UInt64] = []  // rank, position
    queue.reserveCapacity(count)
    for index in 0..<count {
      next[index] = Int32(index + 1)
      previous[index] = Int32(index) - 1
      merges[index] =
        index + 1 < count ? pairs.merge(symbols[index], symbols[index + 1]) : PairTable.none
      if merges[index] != PairTable.none {
        queue.append(UInt64(merges[index].rank) << 32 | UInt64(index))
      }
    }
    var order = MinimumHeap(queue)
    func look(_ left: Int, _ right: Int) {
      merges[left] = pairs.merge(symbols[left], symbols[right])
      if merges[left] != PairTable.none {
        order.push(UInt64(merges[left].rank) << 32 | UInt64(left))
      }
    }
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
      let after = Int(next[right])
      symbols[left] = merges[left].merged
      merges[left] = PairTable.none
      merges[right] = PairTable.none
      next[left] = Int32(after)
      if after < count {
        previous[after] = Int32(left)
        look(left, after)
      }
      if previous[left] >= 0 { look(Int(previous[left]), left) }
    }
    var written = 0
    var position = 0
    while position < count {
      symbols[written] = symbols[position]
      spans[written] = next[position] - Int32(position)
      written += 1
      position = Int(next[position])
    }
    return written
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
