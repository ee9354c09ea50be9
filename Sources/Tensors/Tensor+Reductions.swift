import Kernels

/// What many elements are brought down to.
public enum Reduction: String, Sendable, CaseIterable {
  case sum, mean, min, max, argmax, any, all
  /// The standard deviation over n (not n - 1).
  case std
}

extension Tensor {
  /// Brings the whole tensor (a result of rank 0) or one axis down to a value.
  ///
  /// Sums of floats go in the order of the numeric contract, on the logical shape, so that a view
  /// gives the bits of its copy; sums of integers are exact. `sum`, `min` and `max` keep the element
  /// type (sums of bool and u8 give i32; f16 and bf16 count as f32, i8 as i32), `mean` and `std` of
  /// integers give f32, `argmax` gives i32 (the lowest index of the largest value), `any` and `all`
  /// need bool.
  ///
  /// - Throws: ``TensorError/empty(operation:shape:)`` where no elements have no value,
  ///   ``TensorError/notANumber(operation:)`` for `argmax` of a NaN.
  /// - Complexity: O(elements).
  public func reduced(_ reduction: Reduction, axis: Int? = nil) throws(TensorError) -> Tensor {
    guard let wanted = axis else { return try reshaped([count]).reduced(reduction, axis: 0) }
    let axis = try Shape.axis(wanted, of: shape)
    var resultShape = shape
    resultShape.remove(at: axis)
    let resultCount = try Shape.count(resultShape)
    if shape[axis] == 0, resultCount > 0, ![.sum, .any, .all].contains(reduction) {
      throw .empty(operation: reduction.rawValue, shape: shape)
    }
    if reduction == .argmax, shape[axis] > Int(Int32.max) {
      throw .overflow(operation: "argmax", elementType: .i32)
    }
    if reduction == .any || reduction == .all, elementType != .bool {
      throw .elementType(
        operation: reduction.rawValue, found: elementType, needed: "truth values")
    }
    let rows = try ReductionRows(
      permuted(shape.indices.filter { $0 != axis } + [axis]).cast(to: elementType.computing))
    switch elementType.computing {
    case .f64: return try Self.reals(reduction, rows, Double.self)
    case .i32: return try Self.integers(reduction, rows, Int32.self)
    case .u8: return try Self.integers(reduction, rows, UInt8.self)
    case .bool:
      switch reduction {
      case .any: return try rows.map(Bool.self) { $0.contains(true) }
      case .all: return try rows.map(Bool.self) { !$0.contains(false) }
      default:
        let bytes = try ReductionRows(rows.tensor.cast(to: .u8))
        let result = try Self.integers(reduction, bytes, UInt8.self)
        return result.elementType == .u8 ? try result.cast(to: .bool) : result
      }
    default: return try Self.reals(reduction, rows, Float.self)
    }
  }

  private static func reals<T: RealElement>(
    _ reduction: Reduction, _ rows: ReductionRows, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    switch reduction {
    case .mean: return try rows.map(type) { T.sum($0) / T($0.count) }
    case .std:
      return try rows.map(type) {
        let mean = T.sum($0) / T($0.count)
        return (T.squaredDeviations($0, from: mean) / T($0.count)).squareRoot()
      }
    case .min: return try rows.map(type) { extreme($0) { $0 < $1 } }
    case .max: return try rows.map(type) { extreme($0) { $0 > $1 } }
    case .argmax:
      var isOrdered = true
      let result = try rows.map(type) { row in
        if row.contains(where: \.isNaN) { isOrdered = false }
        return firstLargest(row)
      }
      if !isOrdered { throw .notANumber(operation: "argmax") }
      return result
    default: return try rows.map(type) { T.sum($0) }
    }
  }

  /// The element that none is before; a NaN wins over all.
  @inline(__always)
  private static func extreme<T: RealElement>(
    _ row: UnsafeBufferPointer<T>, _ isBefore: (T, T) -> Bool
  ) -> T {
    guard var best = row.first else { return .nan }
    for value in row where value.isNaN || isBefore(value, best) {
      best = value
      if value.isNaN { break }
    }
    return best
  }

  private static func firstLargest<T: Comparable>(_ row: UnsafeBufferPointer<T>) -> Int32 {
    var best = 0
    for index in row.indices where row[index] > row[best] { best = index }
    return Int32(truncatingIfNeeded: best)
  }

  private static func integers<T: FixedWidthInteger & TensorElement>(
    _ reduction: Reduction, _ rows: ReductionRows, _ type: T.Type
  ) throws(TensorError) -> Tensor {
    switch reduction {
    case .mean:
      return try rows.map(type) {
        Float(Double($0.reduce(0) { $0 &+ Int($1) }) / Double($0.count))
      }
    case .std:
      let wide = try ReductionRows(rows.tensor.cast(to: .f64))
      return try reals(.std, wide, Double.self).cast(to: .f32)
    case .min: return try rows.map(type) { $0.min() ?? 0 }
    case .max: return try rows.map(type) { $0.max() ?? 0 }
    case .argmax: return try rows.map(type) { firstLargest($0) }
    default:
      var fits = true
      // 2³¹ values of 2³¹ still fit 64 bits.
      let result = try rows.map(type) { row in
        let sum = row.reduce(0) { $0 &+ Int($1) }
        if Int32(exactly: sum) == nil { fits = false }
        return Int32(truncatingIfNeeded: sum)
      }
      if !fits { throw .overflow(operation: "sum", elementType: .i32) }
      return result
    }
  }
}

/// A tensor as rows along its last axis, each of which stands in memory as one piece.
struct ReductionRows {
  let tensor: Tensor

  init(_ tensor: Tensor) throws(TensorError) {
    let last = tensor.rank - 1
    let isWhole = tensor.strides[last] == 1 || tensor.shape[last] <= 1
    self.tensor = isWhole ? tensor : try tensor.copied()
  }

  /// What `body` makes of each row, in the shape without the last axis.
  @inline(__always)
  func map<Element: TensorElement, Result: TensorElement>(
    _: Element.Type, _ body: (UnsafeBufferPointer<Element>) -> Result
  ) throws(TensorError) -> Tensor {
    defer { withExtendedLifetime(tensor) {} }
    let shape = Array(tensor.shape.dropLast())
    let width = tensor.shape[shape.count]
    let walk = StridedWalk(shape, [Array(tensor.strides.dropLast())])
    let (first, step) = (tensor.pointer(Element.self), walk.step(0))
    // Rows count as many elements, so that a stop is seen in time.
    let most = max(1, (1 << 20) / max(width, 1))
    return try .making(shape, of: Result.self) { out throws(TensorError) in
      var (to, walked) = (out, 0)
      try walk.forEachRun { (offsets, count) throws(TensorError) in
        for i in 0..<count {
          let row = UnsafeBufferPointer(start: first + offsets[0] + i &* step, count: width)
          to.initialize(to: body(row))
          to += 1
          walked += 1
          if walked % most == 0 { try StridedWalk.poll() }
        }
      }
    }
  }
}
