import Kernels

/// Memory for one call's buffers, given back by `free`.
final class RowMemory {
  private var blocks: [UnsafeMutableRawPointer] = []

  func free() {
    for block in blocks { block.deallocate() }
    blocks = []
  }

  func output<T>(_ values: [T]) -> UnsafeMutableBufferPointer<T> {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
    memory.initialize(from: values, count: values.count)
    blocks.append(memory)
    return UnsafeMutableBufferPointer(start: memory, count: values.count)
  }

  func input<T>(_ values: [T]) -> UnsafeBufferPointer<T> { UnsafeBufferPointer(output(values)) }

  /// What `body` writes into `count` values that were NaN; inputs live as long as the call.
  static func made<T: KernelReal, E>(
    _ count: Int, of type: T.Type = T.self,
    _ body: (RowMemory, UnsafeMutableBufferPointer<T>) throws(E) -> Void
  ) throws(E) -> [T] {
    let memory = RowMemory()
    defer { memory.free() }
    let out = memory.output([T](repeating: .nan, count: count))
    try body(memory, out)
    return Array(out)
  }
}

extension KernelReal {
  static func exp(_ values: [Self]) -> [Self] {
    values.map { value in
      if let single = value as? Float { return Self(ElementaryFunction.exp([single])[0]) }
      return Self(ElementaryFunction.exp(Double(value)))
    }
  }

  static func log(_ value: Self) -> Self { Self(ElementaryFunction.log(Double(value))) }

  /// Bits, all NaNs as one.
  var comparable: UInt64 {
    if let single = self as? Float { return UInt64(KernelTesting.bits([single])[0]) }
    return KernelTesting.bits([Double(self)])[0]
  }

  /// The order of sums.h.
  static func sum(_ values: [Self]) -> Self {
    var level = stride(from: 0, to: values.count, by: 1024).map { start in
      var lanes = [Self](repeating: 0, count: 16)
      for i in start..<Swift.min(start + 1024, values.count) {
        lanes[(i - start) % 16] += values[i]
      }
      return fold(lanes)
    }
    while level.count > 1 {
      let pairs = (0..<level.count / 2).map { level[2 * $0] + level[2 * $0 + 1] }
      level = level.count % 2 == 1 ? pairs + [level[level.count - 1]] : pairs
    }
    return level.first ?? 0
  }

  /// The order of sums.h for products, which are fused.
  static func dot(_ a: [Self], _ b: [Self]) -> Self {
    var level = stride(from: 0, to: a.count, by: 1024).map { start in
      var lanes = [Self](repeating: 0, count: 16)
      for i in start..<Swift.min(start + 1024, a.count) {
        lanes[(i - start) % 16].addProduct(a[i], b[i])
      }
      return fold(lanes)
    }
    while level.count > 1 {
      let pairs = (0..<level.count / 2).map { level[2 * $0] + level[2 * $0 + 1] }
      level = level.count % 2 == 1 ? pairs + [level[level.count - 1]] : pairs
    }
    return level.first ?? 0
  }

  private static func fold(_ values: [Self]) -> Self {
    var lanes = values
    while lanes.count > 1 {
      let half = lanes.count / 2
      lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
    }
    return lanes[0]
  }
}

extension TestNumbers {
  mutating func reals<T: KernelReal>(_ count: Int, of type: T.Type = T.self) -> [T] {
    floats(count).map { T($0) * (MemoryLayout<T>.size == 8 ? T(1.0) + T(0x1p-40) : 1) }
  }

  /// Zeros of both signs, subnormals, infinities and NaN among ordinary numbers.
  mutating func wildReals<T: KernelReal>(_ count: Int, of type: T.Type = T.self) -> [T] {
    wild(count).map { T($0) }
  }
}

extension KernelTesting {
  /// The largest difference relative to the largest magnitude.
  static func distance(_ a: [Float], _ b: [Double]) -> Double {
    let size = b.map(abs).max() ?? 0
    return zip(a, b).map { abs(Double($0) - $1) }.max().map { $0 / Swift.max(size, 1e-3) } ?? 0
  }

  static func comparable<T: KernelReal>(_ values: [T]) -> [UInt64] { values.map(\.comparable) }
}
