import Testing

@testable import Kernels

@Suite("Sums, means and maxima by segment") struct SegmentsTests {
  @Test("they are those of plain loops", arguments: 0..<8)
  func loops(seed: Int) throws {
    var numbers = TestNumbers(seed)
    let rows = seed == 0 ? 900 : numbers.below(60)
    let (segments, width) = (1 + numbers.below(9), seed == 0 ? 200 : 1 + numbers.below(140))
    let x = seed % 2 == 0 ? numbers.wild(rows * width) : numbers.floats(rows * width)
    let ids = numbers.indices(rows, below: segments)
    var sums = [Float](repeating: 0, count: segments * width)
    var (maxima, winners) = (sums, [Int32](repeating: -1, count: sums.count))
    var counts = [Int](repeating: 0, count: segments)
    for row in 0..<rows {
      counts[Int(ids[row])] += 1
      for i in 0..<width {
        let (value, place) = (x[row * width + i], Int(ids[row]) * width + i)
        sums[place] += value
        if winners[place] < 0 || value > maxima[place] || (value.isNaN && !maxima[place].isNaN) {
          (maxima[place], winners[place]) = (value, Int32(row))
        }
      }
    }
    for place in winners.indices where winners[place] < 0 { maxima[place] = 7 }
    let means = sums.indices.map {
      counts[$0 / width] == 0 ? 7 : sums[$0] / Float(counts[$0 / width])
    }
    let (memory, idMemory) = (TestMemory(x), TestMemory(ids))
    let found = try KernelTesting.everywhere {
      let sum = try written(sums.count, over: Float(3)) {
        try Segments.sum(
          memory.view, ids: idMemory.view, into: $0, segments: segments, width: width)
      }
      let mean = try written(sums.count, over: Float(3)) {
        try Segments.mean(
          memory.view, ids: idMemory.view, empty: 7, into: $0, segments: segments, width: width)
      }
      let winner = TestMemory(sums.count, Int32(3))
      let maximum = try written(sums.count, over: Float(3)) {
        try Segments.max(
          memory.view, ids: idMemory.view, empty: 7, into: $0, winners: winner.mutable,
          segments: segments, width: width)
      }
      return [sum, mean, maximum].map(canonical) + [winner.values.map { UInt32(bitPattern: $0) }]
    }
    #expect(
      found == [sums, means, maxima].map(canonical) + [winners.map { UInt32(bitPattern: $0) }])
  }

  @Test("f64 gradients are slopes", arguments: 0..<3)
  func gradients(seed: Int) throws {
    var numbers = TestNumbers(seed)
    let (rows, segments, width) = (9, 3, 4)
    let x = numbers.doubles(rows * width)
    let ids = TestMemory([0, 1, 2] + numbers.indices(rows - 3, below: segments))
    let weights = TestMemory(numbers.doubles(segments * width))
    let winners = TestMemory(segments * width, Int32(0))
    typealias Run = (UnsafeBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) throws -> Void
    let kinds: [(forward: Run, backward: Run)] = [
      (
        { try Segments.sum($0, ids: ids.view, into: $1, segments: segments, width: width) },
        { try Segments.sumGradient($0, ids: ids.view, into: $1, segments: segments, width: width) }
      ),
      (
        { try Segments.mean($0, ids: ids.view, into: $1, segments: segments, width: width) },
        { try Segments.meanGradient($0, ids: ids.view, into: $1, segments: segments, width: width) }
      ),
      (
        {
          try Segments.max(
            $0, ids: ids.view, into: $1, winners: winners.mutable, segments: segments,
            width: width)
        },
        {
          try Segments.maxGradient(
            $0, ids: ids.view, winners: winners.view, into: $1, segments: segments, width: width)
        }
      ),
    ]
    for (forward, backward) in kinds {
      func loss(_ x: [Double]) throws -> Double {
        let memory = TestMemory(x)
        let y = try written(segments * width, over: Double.nan) { try forward(memory.view, $0) }
        return zip(y, weights.values).reduce(0) { $0 + $1.0 * $1.1 }
      }
      _ = try loss(x)
      let dx = try written(rows * width, over: Double.nan) { try backward(weights.view, $0) }
      #expect(try KernelTesting.gradientError(dx, at: x, loss: loss) < 1e-6)
    }
  }

  @Test("offsets become ids; what is out of order or empty is an error")
  func offsets() throws {
    #expect(try Segments.ids(offsets: [0, 2, 2, 5], rows: 5) == [0, 0, 2, 2, 2])
    #expect(try Segments.ids(offsets: [0], rows: 0) == [])
    for wrong in [[], [1, 5], [0, 4], [0, 6, 5], [0, -1, 5]] as [[Int]] {
      #expect(throws: KernelError.self) { try Segments.ids(offsets: wrong, rows: 5) }
    }
    let (x, ids) = (TestMemory<Float>([1, 2]), TestMemory<Int32>([0, 2]))
    let y = TestMemory(3, Float(0))
    #expect(
      throws: KernelError.size(
        kernel: "segment mean", argument: "segment 1", needed: 1, found: 0)
    ) { try Segments.mean(x.view, ids: ids.view, into: y.mutable, segments: 3, width: 1) }
    #expect(
      throws: KernelError.index(
        kernel: "segment sum", argument: "ids", place: 1, index: 2, count: 2)
    ) {
      try Segments.sum(
        x.view, ids: ids.view, into: .init(rebasing: y.mutable[0..<2]), segments: 2, width: 1)
    }
    try Segments.sum(x.view, ids: ids.view, into: y.mutable, segments: 3, width: 1)
    #expect(y.values == [1, 0, 2])
  }
}
