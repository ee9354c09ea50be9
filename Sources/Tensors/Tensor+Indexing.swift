/// What is taken along one axis.
public enum TensorIndex: Sendable, Equatable {
  /// One position; the axis goes away. Negative positions count from the end.
  case at(Int)
  /// `start..<end`; negative ends count from the end, nil is the axis's own end.
  case range(start: Int?, end: Int?)
  /// The whole axis.
  case all
}

extension Tensor {
  /// The part of a tensor that the indexes name; axes without an index are taken whole.
  ///
  /// - Throws: ``TensorError/indexOutOfRange(index:axis:shape:)``. A range must lie inside its axis.
  /// - Complexity: O(elements taken).
  public func indexed(_ indexes: [TensorIndex]) throws(TensorError) -> Tensor {
    let region = try Region(indexes, of: shape)
    return Tensor(unchecked: storage.gathered(region), shape: region.resultShape)
  }

  /// A copy in which the named part has other values, broadcast to its shape and cast to this
  /// tensor's element type.
  public func replacing(at indexes: [TensorIndex], with value: TensorOperand)
    throws(TensorError) -> Tensor
  {
    let region = try Region(indexes, of: shape)
    let target = region.resultShape
    let source: Tensor
    switch value {
    case .tensor(let tensor): source = try tensor.cast(to: elementType)
    case .scalar(let scalar): source = try .full([], scalar, elementType)
    }
    guard try Shape.broadcast(source.shape, target, operation: "an assignment") == target else {
      throw .shapeMismatch(operation: "an assignment", left: target, right: source.shape)
    }
    let offsets = region.offsets
    let sourceStrides = Shape.strides(source.shape, repeatedTo: target)
    let sourceOffsets = Region(extents: target, strides: sourceStrides).offsets
    let replaced: TensorStorage
    switch (storage, source.storage) {
    case (.f32(let old), .f32(let new)): replaced = .f32(put(old, new, offsets, sourceOffsets))
    case (.f64(let old), .f64(let new)): replaced = .f64(put(old, new, offsets, sourceOffsets))
    case (.i32(let old), .i32(let new)): replaced = .i32(put(old, new, offsets, sourceOffsets))
    case (.u8(let old), .u8(let new)): replaced = .u8(put(old, new, offsets, sourceOffsets))
    case (.bool(let old), .bool(let new)): replaced = .bool(put(old, new, offsets, sourceOffsets))
    default:
      throw .elementType(
        operation: "an assignment", found: source.elementType, needed: elementType.rawValue)
    }
    return Tensor(unchecked: replaced, shape: shape)
  }

  private func put<T>(_ old: [T], _ new: [T], _ to: [Int], _ from: [Int]) -> [T] {
    var result = old
    for (target, source) in zip(to, from) { result[target] = new[source] }
    return result
  }
}

/// A box of a tensor's positions: where it starts and how its axes step.
struct Region {
  var start = 0
  var extents: [Int]
  var strides: [Int]
  /// The extents without the axes that one position was taken from.
  var resultShape: [Int]

  init(extents: [Int], strides: [Int]) {
    (self.extents, self.strides, resultShape) = (extents, strides, extents)
  }

  init(_ indexes: [TensorIndex], of shape: [Int]) throws(TensorError) {
    if indexes.count > shape.count {
      throw .tooManyIndexes(count: indexes.count, shape: shape)
    }
    let own = Shape.strides(shape)
    (extents, strides, resultShape) = ([], [], [])
    for axis in shape.indices {
      let extent = shape[axis]
      var (first, length) = (0, extent)
      var keepsAxis = true
      switch axis < indexes.count ? indexes[axis] : .all {
      case .all: break
      case .at(let index):
        first = index < 0 ? index + extent : index
        guard first >= 0 && first < extent else {
          throw .indexOutOfRange(index: index, axis: axis, shape: shape)
        }
        (length, keepsAxis) = (1, false)
      case .range(let from, let to):
        first = try Self.end(from ?? 0, axis, shape)
        let last = try Self.end(to ?? extent, axis, shape)
        length = max(last - first, 0)
      }
      start += length == 0 ? 0 : first * own[axis]
      extents.append(length)
      strides.append(own[axis])
      if keepsAxis { resultShape.append(length) }
    }
  }

  private static func end(_ index: Int, _ axis: Int, _ shape: [Int]) throws(TensorError) -> Int {
    let resolved = index < 0 ? index + shape[axis] : index
    guard resolved >= 0 && resolved <= shape[axis] else {
      throw .indexOutOfRange(index: index, axis: axis, shape: shape)
    }
    return resolved
  }

  var count: Int { extents.contains(0) ? 0 : extents.reduce(1, &*) }

  /// The positions in the tensor's elements, in the region's row-major order.
  var offsets: [Int] {
    var result: [Int] = []
    result.reserveCapacity(count)
    if extents.isEmpty { return [start] }
    let (row, step) = (extents[extents.count - 1], strides[strides.count - 1])
    Shape.forEachRow(extents, [strides]) { offset in
      for i in 0..<row { result.append(start + offset[0] + i * step) }
    }
    return result
  }

  func gather<T>(_ values: [T]) -> [T] {
    if count == 0 { return [] }
    if extents.isEmpty { return [values[start]] }
    let (row, step) = (extents[extents.count - 1], strides[strides.count - 1])
    var result: [T] = []
    result.reserveCapacity(count)
    Shape.forEachRow(extents, [strides]) { offset in
      let first = start + offset[0]
      if step == 1 {
        result.append(contentsOf: values[first..<first + row])
      } else {
        for i in 0..<row { result.append(values[first + i * step]) }
      }
    }
    return result
  }
}

extension TensorStorage {
  func gathered(_ region: Region) -> TensorStorage {
    switch self {
    case .f32(let values): .f32(region.gather(values))
    case .f64(let values): .f64(region.gather(values))
    case .i32(let values): .i32(region.gather(values))
    case .u8(let values): .u8(region.gather(values))
    case .bool(let values): .bool(region.gather(values))
    }
  }
}
