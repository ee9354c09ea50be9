import Glibc

/// Checked arithmetic on shapes: extents, strides, broadcasting.
enum Shape {
  static let maximumRank = 8

  /// The number of elements of a shape that a file or a person gave.
  static func count(_ shape: [Int]) throws(TensorError) -> Int {
    if shape.count > maximumRank {
      throw .invalidShape(shape: shape, reason: "the rank is above \(maximumRank)")
    }
    if let negative = shape.first(where: { $0 < 0 }) {
      throw .invalidShape(shape: shape, reason: "\(negative) is negative")
    }
    guard let count = product(shape) else {
      throw .invalidShape(shape: shape, reason: "its number of elements overflows")
    }
    return count
  }

  /// As ``count(_:)``, for a tensor about to be made: it must also fit the machine's memory.
  static func count(_ shape: [Int], of elementType: ElementType) throws(TensorError) -> Int {
    let count = try count(shape)
    let (bytes, overflow) = count.multipliedReportingOverflow(by: elementType.byteCount)
    if overflow {
      throw .invalidShape(shape: shape, reason: "its number of bytes overflows")
    }
    // Asking the system costs more than a small tensor does.
    if bytes > 1 << 26 {
      let (available, _) = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(
        by: sysconf(Int32(_SC_PAGESIZE)))
      if bytes > available {
        throw .memory(shape: shape, needed: bytes, available: available)
      }
    }
    return count
  }

  static func describedCount(_ shape: [Int]) -> String {
    product(shape).map(String.init) ?? "more than \(Int.max)"
  }

  private static func product(_ shape: [Int]) -> Int? {
    // A zero anywhere makes the tensor empty, whatever the other extents multiply to.
    if shape.contains(0) { return 0 }
    var count = 1
    for extent in shape {
      let (next, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      count = next
    }
    return count
  }

  /// How far apart neighbours along each axis lie, row-major.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] &* max(shape[axis + 1], 1)
    }
    return strides
  }

  /// The shape that both operands are repeated to: extents are matched from the last, and an
  /// extent of 1 goes with any.
  static func broadcast(_ left: [Int], _ right: [Int], operation: String)
    throws(TensorError) -> [Int]
  {
    if left == right { return left }
    let rank = max(left.count, right.count)
    var shape = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let a = axis + left.count - rank >= 0 ? left[axis + left.count - rank] : 1
      let b = axis + right.count - rank >= 0 ? right[axis + right.count - rank] : 1
      guard a == b || a == 1 || b == 1 else {
        throw .shapeMismatch(operation: operation, left: left, right: right)
      }
      shape[axis] = a == 1 ? b : a
    }
    return shape
  }

  /// The strides of `shape` as seen from a shape that it is repeated to: 0 along repeated axes.
  static func strides(_ shape: [Int], repeatedTo target: [Int]) -> [Int] {
    let own = strides(shape)
    return target.indices.map { axis in
      let source = axis + shape.count - target.count
      return source < 0 || shape[source] == 1 ? 0 : own[source]
    }
  }

  /// The axis counted from the front; negative ones count from the end.
  static func axis(_ axis: Int, of shape: [Int]) throws(TensorError) -> Int {
    let resolved = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(resolved) else {
      throw .axisOutOfRange(axis: axis, shape: shape)
    }
    return resolved
  }

  /// Calls `body` with the offsets of each run along the last axis, for several operands at once.
  ///
  /// - Parameter strides: one stride list an operand, all of `shape`'s rank.
  /// - Parameter body: gets the offset of each operand's run.
  static func forEachRow(
    _ shape: [Int], _ strides: [[Int]], _ body: (UnsafeBufferPointer<Int>) -> Void
  ) {
    if shape.contains(0) { return }
    let outer = Array(shape.dropLast())
    var index = [Int](repeating: 0, count: outer.count)
    var offsets = [Int](repeating: 0, count: strides.count)
    while true {
      offsets.withUnsafeBufferPointer(body)
      var axis = outer.count - 1
      while axis >= 0 {
        index[axis] += 1
        for operand in strides.indices { offsets[operand] += strides[operand][axis] }
        if index[axis] < outer[axis] { break }
        for operand in strides.indices {
          offsets[operand] -= strides[operand][axis] * outer[axis]
        }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
