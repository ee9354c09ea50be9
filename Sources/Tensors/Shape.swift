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

  /// As ``count(_:)``, for elements of a type: their bytes can be counted too.
  static func count(_ shape: [Int], of elementType: ElementType) throws(TensorError) -> Int {
    let count = try count(shape)
    if count.multipliedReportingOverflow(by: elementType.byteCount).overflow {
      throw .invalidShape(shape: shape, reason: "its number of bytes overflows")
    }
    return count
  }

  /// Checks that a tensor of this shape could be held in memory.
  static func check(_ shape: [Int], of elementType: ElementType) throws(TensorError) {
    let bytes = try count(shape, of: elementType) * elementType.byteCount
    // Asking the system costs more than a small tensor does.
    if bytes > 1 << 26, case let available = MemoryPool.availableMemory(), bytes > available {
      throw .memory(shape: shape, needed: bytes, available: available)
    }
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

  /// The strides of a tensor as seen from a shape that it is repeated to: 0 along repeated axes.
  static func strides(_ shape: [Int], _ strides: [Int], repeatedTo target: [Int]) -> [Int] {
    target.indices.map { axis in
      let source = axis + shape.count - target.count
      return source < 0 || shape[source] == 1 ? 0 : strides[source]
    }
  }

  /// The strides with which the same elements are seen in another shape of as many elements, in the
  /// same order; nil where they must be moved for it.
  static func strides(_ shape: [Int], _ strides: [Int], reshapedTo target: [Int]) -> [Int]? {
    if shape.contains(0) { return self.strides(target) }
    let axes = shape.indices.filter { shape[$0] != 1 }
    var result = [Int](repeating: 0, count: target.count)
    var (next, axis) = (0, 0)
    while next < axes.count {
      // The smallest groups of old and of new axes that hold equally many elements.
      let (firstOld, firstNew) = (next, axis)
      var (old, new) = (shape[axes[next]], target[axis])
      while old != new {
        if old < new {
          next += 1
          old *= shape[axes[next]]
        } else {
          axis += 1
          new *= target[axis]
        }
      }
      for place in firstOld..<next
      where strides[axes[place]] != strides[axes[place + 1]] &* shape[axes[place + 1]] {
        return nil
      }
      var step = strides[axes[next]]
      for place in (firstNew...axis).reversed() {
        result[place] = step
        step &*= target[place]
      }
      next += 1
      axis += 1
    }
    return result
  }

  /// The axis counted from the front; negative ones count from the end.
  static func axis(_ axis: Int, of shape: [Int]) throws(TensorError) -> Int {
    let resolved = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(resolved) else {
      throw .axisOutOfRange(axis: axis, shape: shape)
    }
    return resolved
  }
}
