import Testing

@testable import Kernels

/// The kernels of training against their definitions, written as loops.
@Suite("Kernels of training") struct TrainingKernelTests {
  static func buffer(_ values: [Float]) throws(KernelError) -> FloatBuffer {
    let buffer = try FloatBuffer(values.count)
    buffer.values = values
    return buffer
  }

  @Test("cross-entropy's gradient is (softmax - one) times the scale, its loss that of inference")
  func crossEntropy() throws {
    for (rows, width) in [(1, 1), (7, 5), (8, 16), (19, 1100), (33, 37)] {
      var numbers = TestNumbers(rows)
      let x = numbers.floats(rows * width).map { $0 * 9 }
      let targets = (0..<rows).map { _ in Int32(numbers.below(width)) }
      var expected = try Rows.softmax(x, width: width)
      for row in 0..<rows { expected[row * width + Int(targets[row])] -= 1 }
      var losses: [Float] = []
      for row in 0..<rows {
        losses.append(
          try Rows.negativeLogLikelihood(x, row: row, width: width, target: Int(targets[row])))
      }
      let wanted = KernelTesting.bits(expected.map { $0 * 0.3 } + losses)
      let found = try KernelTesting.everywhere("\(rows) x \(width)") {
        let (logits, sums) = (try Self.buffer(x), try FloatBuffer(rows))
        try TrainingKernels.crossEntropyGradient(
          logits: logits.view, targets: targets, scale: 0.3, losses: sums.view, width: width)
        return KernelTesting.bits(logits.values + sums.values)
      }
      #expect(found == wanted)
    }
  }

  @Test("a gain's gradient is a chain over rows that goes on from the buffer")
  func gains() throws {
    for (rows, width) in [(1, 1), (5, 15), (9, 16), (13, 63), (40, 64), (21, 203)] {
      var numbers = TestNumbers(width)
      let (x, dy) = (numbers.floats(rows * width), numbers.floats(rows * width))
      let (factors, start) = (numbers.floats(rows), numbers.floats(width))
      var wanted = start
      for row in 0..<rows {
        for i in 0..<width {
          wanted[i].addProduct(dy[row * width + i], x[row * width + i] * factors[row])
        }
      }
      let found = try KernelTesting.everywhere("\(rows) x \(width)") {
        let gradient = try Self.buffer(start)
        try TrainingKernels.rmsGainGradient(
          x: Self.buffer(x).view, dy: Self.buffer(dy).view, factors: Self.buffer(factors).view,
          into: gradient.view)
        return KernelTesting.bits(gradient.values)
      }
      #expect(found == KernelTesting.bits(wanted.map { $0 + 0 }))
    }
  }

  @Test("a norm's gradient in two parts is that of the whole")
  func normParts() throws {
    let (rows, width) = (11, 70)
    var numbers = TestNumbers(3)
    let (x, dy) = (numbers.floats(rows * width), numbers.floats(rows * width))
    let gain = numbers.floats(width)
    let whole = try KernelTesting.everywhere {
      try RowMemory.made(rows * width) { memory, dx throws(KernelError) in
        try Norms.rmsGradient(
          memory.input(x), gain: memory.input(gain), epsilon: 1e-5, dy: memory.input(dy), into: dx,
          rows: rows, width: width)
      }
    }
    let parts = try KernelTesting.everywhere {
      let (dx, factors) = (try FloatBuffer(rows * width), try FloatBuffer(rows))
      for part in [0..<3, 3..<4, 4..<rows] {
        try TrainingKernels.rmsNormSlopes(
          x: Self.buffer(x).rows(part, width), gain: Self.buffer(gain).view, epsilon: 1e-5,
          dy: Self.buffer(dy).rows(part, width), into: dx.rows(part, width),
          factors: factors.view(part))
      }
      return dx.values
    }
    #expect(parts == whole)
  }

  @Test("rows of the embedding's gradient are sums over rows ascending")
  func embedding() throws {
    for (rows, width) in [(1, 1), (30, 7), (50, 33), (20, 64)] {
      var numbers = TestNumbers(rows)
      let (dy, start) = (numbers.floats(rows * width), numbers.floats(5 * width))
      let ids = (0..<rows).map { _ in Int32(numbers.below(5)) }
      var wanted = start
      for (row, id) in ids.enumerated() {
        for i in 0..<width { wanted[Int(id) * width + i] += dy[row * width + i] }
      }
      let found = try KernelTesting.everywhere("\(rows) x \(width)") {
        let gradient = try Self.buffer(start)
        try TrainingKernels.embeddingGradient(
          Self.buffer(dy).view, ids: ids, into: gradient.view, width: width)
        return gradient.values
      }
      #expect(found == wanted)
    }
  }

  @Test("AdamW's step, with moments that become 0")
  func adamW() throws {
    var step = TrainingKernels.AdamWStep(
      rate: 0.01, firstDecay: 0.9, secondDecay: 0.99, firstCorrection: 1.7, secondCorrection: 3.1,
      epsilon: 1e-8, weightDecay: 0.1, gradientScale: 0.7)
    for count in [1, 15, 16, 1003] {
      step.weightDecay = count == 16 ? 0 : 0.1
      var numbers = TestNumbers(count)
      let (g, p) = (numbers.floats(count).map { $0 < -0.8 ? 0x1p-110 : $0 }, numbers.floats(count))
      let (m, v) = (g.map { $0 == 0x1p-110 ? 0 : $0 * 0.3 }, g.map { $0 * $0 })
      var wanted: (p: [Float], m: [Float], v: [Float]) = (p, m, v)
      for i in 0..<count {
        let slope = g[i] * step.gradientScale
        var first = step.firstDecay * m[i]
        first.addProduct(1 - step.firstDecay, slope)
        var second = step.secondDecay * v[i]
        second.addProduct((1 - step.secondDecay) * slope, slope)
        if abs(first) < 0x1p-100 { first = 0 }
        if second < 0x1p-100 { second = 0 }
        let size = (second * step.secondCorrection).squareRoot() + step.epsilon
        var change = (first * step.firstCorrection) / size
        change.addProduct(step.weightDecay, p[i])
        wanted.p[i].addProduct(-step.rate, change)
        (wanted.m[i], wanted.v[i]) = (first, second)
      }
      let found = try KernelTesting.everywhere("\(count)") {
        let all = (try Self.buffer(p), try Self.buffer(m), try Self.buffer(v))
        try TrainingKernels.adamW(
          step, gradient: Self.buffer(g).view, parameters: all.0.view, first: all.1.view,
          second: all.2.view)
        return KernelTesting.bits(all.0.values + all.1.values + all.2.values)
      }
      #expect(found == KernelTesting.bits(wanted.p + wanted.m + wanted.v))
    }
  }

  @Test(
    "windows of attention have the bits of each segment alone",
    arguments: [[64, 64, 64], [100, 28, 1, 127], [64, 65, 63], [30, 34, 64, 10, 54, 0, 64]])
  func windows(lengths: [Int]) throws {
    let (heads, kept, width) = (4, 2, 6)
    let attention = try SegmentAttention(
      heads: heads, keyValueHeads: kept, headWidth: width, scale: 0.4, rotaryBase: 100,
      positions: 128)
    let rows = lengths.reduce(0, +)
    let starts = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    var numbers = TestNumbers(rows)
    let (wide, narrow) = (heads * width, kept * width)
    let (q, k) = (numbers.floats(rows * wide), numbers.floats(rows * narrow))
    let (v, dOut) = (numbers.floats(rows * narrow), numbers.floats(rows * wide))

    /// Results and gradients of some rows.
    func run(_ some: Range<Int>, _ starts: [Int]) throws(KernelError) -> [[Float]] {
      func part(_ values: [Float], _ width: Int) throws(KernelError) -> FloatBuffer {
        try Self.buffer(Array(values[some.lowerBound * width..<some.upperBound * width]))
      }
      let (queries, keys, values) = (try part(q, wide), try part(k, narrow), try part(v, narrow))
      let made = (
        try FloatBuffer(queries.count), try FloatBuffer(queries.count),
        try FloatBuffer(keys.count), try FloatBuffer(keys.count)
      )
      try attention.attend(
        queries: queries.view, keys: keys.view, values: values.view, into: made.0.view,
        starts: starts)
      try attention.gradients(
        queries: queries.view, keys: keys.view, values: values.view, dOut: part(dOut, wide).view,
        dQueries: made.1.view, dKeys: made.2.view, dValues: made.3.view, starts: starts)
      return [made.0.values, made.1.values, made.2.values, made.3.values]
    }

    var alone: [[Float]] = [[], [], [], []]
    for (start, end) in zip(starts, starts.dropFirst()) where start < end {
      for (index, values) in try run(start..<end, [0, end - start]).enumerated() {
        alone[index] += values
      }
    }
    let together = try KernelTesting.everywhere { try run(0..<rows, starts) }
    #expect(together == alone)
  }

  @Test("positions of some rows are those of all rows")
  func rotation() throws {
    let (heads, width, starts) = (3, 4, [0, 5, 6, 20])
    let attention = try SegmentAttention(
      heads: heads, keyValueHeads: 1, headWidth: width, scale: 1, rotaryBase: 50, positions: 14)
    var numbers = TestNumbers(8)
    let x = numbers.floats(20 * heads * width)
    let whole = try Self.buffer(x)
    try attention.rotate(whole.view, heads: heads, starts: starts, rows: 0..<20)
    let parts = try Self.buffer(x)
    for rows in [0..<3, 3..<5, 5..<13, 13..<20] {
      try attention.rotate(
        parts.rows(rows, heads * width), heads: heads, starts: starts, rows: rows)
    }
    #expect(parts.values == whole.values)
    for rows in [0..<20] {
      try attention.rotate(
        parts.rows(rows, heads * width), heads: heads, starts: starts, rows: rows, backward: true)
    }
    #expect(zip(parts.values, x).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(throws: KernelError.self) {
      try attention.rotate(parts.view, heads: heads, starts: starts, rows: 0..<21)
    }
  }

  @Test("blocks cover all things once, on threads that are numbered, and an error comes out")
  func blocks() throws {
    for (count, size) in [(1, 1), (10, 3), (100, 7), (5, 9)] {
      for shares in [1, 2, 3] {
        let seen = try FloatBuffer(count)
        _ = try Machine.with(variant: Machine.variant, shares: shares) {
          try SharedWork.blocks(of: count, size: size, operations: 1e6) { (block, thread) in
            if block.count > size || thread < 0 || thread >= shares { return }
            for index in block { seen.view[index] += 1 }
          }
        }
        #expect(seen.values == [Float](repeating: 1, count: count))
      }
    }
    #expect(throws: KernelError.memory(kernel: "test", bytes: 7)) {
      try SharedWork.blocks(of: 9, size: 2, operations: 1) { (block, _) throws(KernelError) in
        if block.contains(4) { throw .memory(kernel: "test", bytes: 7) }
      }
    }
  }
}
