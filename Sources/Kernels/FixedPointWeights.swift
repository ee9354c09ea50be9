import CKernels

/// Weights as whole multiples of 2⁻⁴⁰, whose sum is exact in any order.
public struct FixedPointWeights: Sendable, Equatable {
  public let values: [UInt64]
  public let total: UInt64

  /// Rounds non-negative weights of at most 1 each to multiples of 2⁻⁴⁰, halves to the even one.
  ///
  /// A weight that is NaN or negative counts as 0, one above 1 as 1. Up to 2²² weights are taken, so
  /// that the sum fits 62 bits; those after them count as 0.
  public init(_ weights: [Float]) {
    self = weights.withUnsafeBufferPointer { FixedPointWeights(of: $0) }
  }

  /// As ``init(_:)``, of weights that a kernel left in a buffer.
  public init<T: KernelReal>(of weights: UnsafeBufferPointer<T>) {
    var total: UInt64 = 0
    values = [UInt64](unsafeUninitializedCapacity: weights.count) { fixed, count in
      total =
        T.self == Float.self
        ? ck_fixed_weights_f32(weights.pointer(Float.self), fixed.baseAddress, weights.count)
        : ck_fixed_weights_f64(weights.pointer(Double.self), fixed.baseAddress, weights.count)
      count = weights.count
    }
    self.total = total
  }

  /// The index whose stretch of `0..<total` holds a point, stretches laid out by index; nil beyond.
  public func index(at point: UInt64) -> Int? {
    var remaining = point
    for (index, weight) in values.enumerated() {
      if remaining < weight { return index }
      remaining -= weight
    }
    return nil
  }
}

/// Repeated draws by the same weights, each O(log count); drawn ones may be taken out.
///
/// A Fenwick tree (P. Fenwick, 1994) over exact sums, so it finds what
/// ``FixedPointWeights/index(at:)`` finds.
public struct WeightedDrawing: Sendable {
  /// The sum of the weights that are left.
  public private(set) var total: UInt64
  private var weights: [UInt64]
  // Node n (from 1) holds the sum of the weights n - lowest bit of n ..< n.
  private var sums: [UInt64]

  public init(_ weights: FixedPointWeights) {
    (self.weights, total) = (weights.values, weights.total)
    sums = [0] + weights.values
    for node in sums.indices.dropFirst() {
      let parent = node + (node & -node)
      if parent < sums.count { sums[parent] += sums[node] }
    }
  }

  /// The index whose stretch of `0..<total` holds a point; nil beyond.
  public func index(at point: UInt64) -> Int? {
    guard point < total else { return nil }
    var (node, remaining) = (0, point)
    var step = 1 << (Int.bitWidth - 1 - weights.count.leadingZeroBitCount)
    while step > 0 {
      let next = node + step
      if next < sums.count, sums[next] <= remaining {
        node = next
        remaining -= sums[next]
      }
      step >>= 1
    }
    return node
  }

  /// Its weight becomes 0.
  public mutating func remove(_ index: Int) {
    guard weights.indices.contains(index) else { return }
    let weight = weights[index]
    weights[index] = 0
    total -= weight
    var node = index + 1
    while node < sums.count {
      sums[node] -= weight
      node += node & -node
    }
  }
}
