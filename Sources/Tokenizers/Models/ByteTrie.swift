/// A set of byte strings, each with a number, that is walked byte by byte.
///
/// Nodes lie in breadth-first order, so a node's children are neighbours, sorted by their bytes;
/// the root's children are found by a table.
struct ByteTrie: Sendable, Equatable {
  /// Node `n`'s children are `starts[n]..<starts[n + 1]`.
  private var starts: [UInt32] = []
  private var labels: [UInt8] = [0]
  /// The number of the string that ends in a node, or −1.
  private var values: [Int32] = [-1]
  /// The root's child for every byte, or 0.
  private var first = [UInt32](repeating: 0, count: 256)

  var isEmpty: Bool { values.count == 1 }
  static let root: UInt32 = 0

  /// - Parameter strings: distinct and not empty.
  init(_ strings: [(bytes: ArraySlice<UInt8>, value: Int32)]) {
    let sorted = strings.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    var queue: [(range: Range<Int>, depth: Int)] = [(0..<sorted.count, 0)]
    var head = 0
    while head < queue.count {
      var (range, depth) = queue[head]
      head += 1
      starts.append(UInt32(values.count))
      if let shortest = range.first, sorted[shortest].bytes.count == depth {
        if depth > 0 { values[head - 1] = sorted[shortest].value }
        range = range.dropFirst()
      }
      var index = range.lowerBound
      while index < range.upperBound {
        let label = Self.byte(sorted[index].bytes, depth)
        var end = index + 1
        while end < range.upperBound, Self.byte(sorted[end].bytes, depth) == label { end += 1 }
        if depth == 0 { first[Int(label)] = UInt32(values.count) }
        labels.append(label)
        values.append(-1)
        queue.append((index..<end, depth + 1))
        index = end
      }
    }
    starts.append(UInt32(values.count))
  }

  private static func byte(_ bytes: ArraySlice<UInt8>, _ depth: Int) -> UInt8 {
    bytes[bytes.startIndex + depth]
  }

  /// The child of `node` for a byte, or ``root`` if there is none.
  @inline(__always)
  func child(_ node: UInt32, _ byte: UInt8) -> UInt32 {
    if node == Self.root { return first[Int(byte)] }
    var low = starts[Int(node)]
    var high = starts[Int(node) + 1]
    while high - low > 8 {
      let middle = (low + high) / 2
      if labels[Int(middle)] <= byte { low = middle } else { high = middle }
    }
    while low < high {
      if labels[Int(low)] == byte { return low }
      low += 1
    }
    return Self.root
  }

  @inline(__always)
  func value(_ node: UInt32) -> Int32 { values[Int(node)] }

  /// The longest string that `text[start...]` begins with, or nil.
  func longestMatch(_ text: UnsafeBufferPointer<UInt8>, from start: Int)
    -> (length: Int, value: Int32)?
  {
    var best: (length: Int, value: Int32)?
    var node = Self.root
    var index = start
    while index < text.count {
      node = child(node, text[index])
      if node == Self.root { break }
      index += 1
      if value(node) >= 0 { best = (index - start, value(node)) }
    }
    return best
  }

  /// All strings that `text[start...]` begins with, the shortest first, and where they end.
  func matches(in text: [UInt8], from start: Int) -> [(value: Int32, end: Int)] {
    var found: [(Int32, Int)] = []
    var node = Self.root
    for end in start..<text.count {
      node = child(node, text[end])
      if node == Self.root { break }
      if value(node) >= 0 { found.append((value(node), end + 1)) }
    }
    return found
  }
}
