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
  /// Sums of floats go in the order of the numeric contract, on the logical shape; sums of integers
  /// are exact. `sum`, `min` and `max` keep the element type (sums of bool and u8 give i32), `mean` and
  /// `std` of integers give f32, `argmax` gives i32 (the lowest index of the largest value), `any` and
  /// `all` need bool.
  ///
  /// - Throws: ``TensorError/empty(operation:shape:)`` where no elements have no value,
  ///   ``TensorError/notANumber(operation:)`` for `argmax` of a NaN.
  /// - Complexity: O(elements).
  public func reduced(_ reduction: Reduction, axis: Int? = nil) throws(TensorError) -> Tensor {
    guard let wanted = axis else {
      let flat = Tensor(unchecked: storage, shape: [count])
      return try flat.reduced(reduction, axis: 0)
    }
    let axis = try Shape.axis(wanted, of: shape)
    let extent = shape[axis]
    var resultShape = shape
    resultShape.remove(at: axis)
    let resultCount = try Shape.count(resultShape)
    if extent == 0, resultCount > 0, ![.sum, .any, .all].contains(reduction) {
      throw .empty(operation: reduction.rawValue, shape: shape)
    }
    // The reduced axis last, so that each result has its elements side by side.
    let rows: Tensor
    if axis == rank - 1 {
      rows = self
    } else {
      rows = try transposed(shape.indices.filter { $0 != axis } + [axis])
    }
    let reduced: TensorStorage
    switch rows.storage {
    case .f32(let values):
      reduced = try Self.reals(reduction, values, extent, resultCount) { .f32($0) }
    case .f64(let values):
      reduced = try Self.reals(reduction, values, extent, resultCount) { .f64($0) }
    case .i32(let values):
      reduced = try Self.integers(reduction, values, extent, resultCount) { .i32($0) }
    case .u8(let values):
      reduced = try Self.integers(reduction, values, extent, resultCount) { .u8($0) }
    case .bool(let values):
      switch reduction {
      case .any:
        reduced = .bool(Self.rows(values, extent, resultCount) { $0.contains(true) })
      case .all:
        reduced = .bool(Self.rows(values, extent, resultCount) { !$0.contains(false) })
      default:
        let bytes = values.map { $0 ? UInt8(1) : 0 }
        let result = try Self.integers(reduction, bytes, extent, resultCount) { .u8($0) }
        if case .u8(let extremes) = result {
          reduced = .bool(extremes.map { $0 != 0 })
        } else {
          reduced = result
        }
      }
    }
    return Tensor(unchecked: reduced, shape: resultShape)
  }

  private static func rows<T, R>(
    _ values: [T], _ extent: Int, _ count: Int, _ body: (ArraySlice<T>) -> R
  ) -> [R] {
    (0..<count).map { body(values[$0 * extent..<($0 + 1) * extent]) }
  }

  private static func reals<T: RealElement>(
    _ reduction: Reduction, _ values: [T], _ extent: Int, _ count: Int,
    _ wrap: ([T]) -> TensorStorage
  ) throws(TensorError) -> TensorStorage {
    switch reduction {
    case .sum: return wrap(rows(values, extent, count) { T.sum(Array($0)) })
    case .mean: return wrap(rows(values, extent, count) { T.sum(Array($0)) / T(extent) })
    case .std:
      return wrap(
        rows(values, extent, count) {
          let row = Array($0)
          let mean = T.sum(row) / T(extent)
          return (T.squaredDeviations(row, from: mean) / T(extent)).squareRoot()
        })
    case .min:
      return wrap(rows(values, extent, count) { extreme($0) { $0 < $1 } })
    case .max:
      return wrap(rows(values, extent, count) { extreme($0) { $0 > $1 } })
    case .argmax:
      if values.contains(where: \.isNaN) { throw .notANumber(operation: "argmax") }
      return .i32(rows(values, extent, count) { Int32(firstLargest($0)) })
    case .any, .all:
      throw .elementType(
        operation: reduction.rawValue, found: wrap([]).elementType, needed: "truth values")
    }
  }

  /// The element that none is before; a NaN wins over all.
  private static func extreme<T: RealElement>(
    _ row: ArraySlice<T>, _ isBefore: (T, T) -> Bool
  ) -> T {
    var best = row[row.startIndex]
    for value in row where value.isNaN || isBefore(value, best) {
      best = value
      if value.isNaN { break }
    }
    return best
  }

  private static func firstLargest<T: Comparable>(_ row: ArraySlice<T>) -> Int {
    var best = row.startIndex
    for index in row.indices where row[index] > row[best] { best = index }
    return best - row.startIndex
  }

  private static func integers<T: FixedWidthInteger>(
    _ reduction: Reduction, _ values: [T], _ extent: Int, _ count: Int,
    _ wrap: ([T]) -> TensorStorage
  ) throws(TensorError) -> TensorStorage {
    switch reduction {
    case .sum:
      // 2^31 values of 2^31 still fit 64 bits.
      var sums: [Int32] = []
      for sum in rows(values, extent, count, { $0.reduce(0) { $0 &+ Int($1) } }) {
        guard let narrow = Int32(exactly: sum) else {
          throw .overflow(operation: "sum", elementType: .i32)
        }
        sums.append(narrow)
      }
      return .i32(sums)
    case .mean:
      return .f32(
        rows(values, extent, count) {
          Float(Double($0.reduce(0) { $0 &+ Int($1) }) / Double(extent))
        })
    case .std:
      let wide = values.map { Double($0) }
      let result = try reals(.std, wide, extent, count) { .f64($0) }
      return .f32(result.floats)
    case .min: return wrap(rows(values, extent, count) { $0.min() ?? 0 })
    case .max: return wrap(rows(values, extent, count) { $0.max() ?? 0 })
    case .argmax: return .i32(rows(values, extent, count) { Int32(firstLargest($0)) })
    case .any, .all:
      throw .elementType(
        operation: reduction.rawValue, found: wrap([]).elementType, needed: "truth values")
    }
  }
}
