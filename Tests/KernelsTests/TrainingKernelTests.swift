import Synchronization
import Testing

@testable import Kernels

/// The kernels of training against their definitions, written as loops.
@Suite("Kernels of training") struct TrainingKernelTests {
  /// As ``KernelTesting``'s, with memory that lives as long as a call of `body`.
  static func everywhere<Bits: Equatable & Sendable>(
    _ what: String = "", _ body: (RowMemory) throws -> Bits
  ) throws -> Bits {
    try KernelTesting.everywhere(what) { try using(body) }
  }

  static func using<R>(_ body: (RowMemory) throws -> R) rethrows -> R {
    let memory = RowMemory()
    defer { memory.free() }
    return try body(memory)
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
      let found = try Self.everywhere("\(rows) x \(width)") { memory in
        let (logits, sums) = (memory.output(x), memory.zeros(rows))
        try TrainingKernels.crossEntropyGradient(
          logits: logits, targets: targets, scale: 0.3, losses: sums, width: width)
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
      let found = try Self.everywhere("\(rows) x \(width)") { memory in
        let gradient = memory.output(start)
        try TrainingKernels.rmsGainGradient(
          x: memory.output(x), dy: memory.output(dy), factors: memory.output(factors),
          into: gradient)
        return KernelTesting.bits(gradient.values)
      }
      #expect(found == KernelTesting.bits(wanted.map { $0 + 0 }))
    }
  }

  @Test("norms with sums beside them are the norms and the sums", arguments: [1, 15, 16, 70, 2100])
  func normsWithSums(width: Int) throws {
    let rows = 11
    var numbers = TestNumbers(width)
    func drawn() -> [Float] { numbers.floats(rows * width) }
    let (x, dy, term, other, residual) = (drawn(), drawn(), drawn(), drawn(), drawn())
    let gain = numbers.floats(width)
    let sum = zip(x, residual).map { $0 + $1 }
    let normed = try KernelTesting.everywhere {
      try RowMemory.made(rows * width) { memory, y throws(KernelError) in
        try Norms.rms(
          memory.input(sum), gain: memory.input(gain), epsilon: 1e-5, into: y, rows: rows,
          width: width)
      }
    }
    let both = try Self.everywhere { memory in
      let (found, y) = (memory.output(x), memory.zeros(rows * width))
      for part in [0..<3, 3..<4, 4..<rows] {
        try TrainingKernels.addRMSNorm(
          memory.output(residual).rows(part, width), to: found.rows(part, width),
          gain: memory.output(gain), epsilon: 1e-5, into: y.rows(part, width))
      }
      return [found.values, y.values]
    }
    #expect(both == [sum, normed])

    for terms in 0...2 {
      var slope = dy
      if terms > 0 { slope = zip(slope, term).map { $0 + $1 } }
      if terms > 1 { slope = zip(slope, other).map { $0 + $1 } }
      let plain = try KernelTesting.everywhere {
        try RowMemory.made(rows * width) { memory, dx throws(KernelError) in
          try Norms.rmsGradient(
            memory.input(x), gain: memory.input(gain), epsilon: 1e-5, dy: memory.input(slope),
            into: dx, rows: rows, width: width)
        }
      }
      for adds in [false, true] {
        let found = try Self.everywhere { memory in
          let (dx, factors) = (memory.zeros(rows * width), memory.zeros(rows))
          let slopes = memory.output(dy)
          for part in [0..<3, 3..<4, 4..<rows] {
            try TrainingKernels.rmsNormSlopes(
              x: memory.output(x).rows(part, width), gain: memory.output(gain), epsilon: 1e-5,
              dy: slopes.rows(part, width),
              term: terms > 0 ? memory.output(term).rows(part, width) : nil,
              otherTerm: terms > 1 ? memory.output(other).rows(part, width) : nil,
              residual: adds ? memory.output(residual).rows(part, width) : nil,
              into: dx.rows(part, width), factors: factors.rows(part, 1))
          }
          return [dx.values, slopes.values]
        }
        #expect(found == [adds ? zip(plain, residual).map { $0 + $1 } : plain, slope])
      }
    }
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
      let found = try Self.everywhere("\(rows) x \(width)") { memory in
        let gradient = memory.output(start)
        try TrainingKernels.embeddingGradient(
          memory.output(dy), ids: ids, into: gradient, width: width)
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
      let found = try Self.everywhere("\(count)") { memory in
        let all = (memory.output(p), memory.output(m), memory.output(v))
        try TrainingKernels.adamW(
          step, gradient: memory.output(g), parameters: all.0, first: all.1,
          second: all.2)
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
    func run(_ memory: RowMemory, _ some: Range<Int>, _ starts: [Int]) throws -> [[Float]] {
      func part(_ values: [Float], _ width: Int) -> FloatView {
        memory.output(Array(values[some.lowerBound * width..<some.upperBound * width]))
      }
      let (queries, keys, values) = (part(q, wide), part(k, narrow), part(v, narrow))
      let made = (
        memory.zeros(queries.count), memory.zeros(queries.count),
        memory.zeros(keys.count), memory.zeros(keys.count)
      )
      try attention.attend(
        queries: queries, keys: keys, values: values, into: made.0,
        starts: starts)
      try attention.gradients(
        queries: queries, keys: keys, values: values, dOut: part(dOut, wide),
        dQueries: made.1, dKeys: made.2, dValues: made.3, starts: starts)
      return [made.0.values, made.1.values, made.2.values, made.3.values]
    }

    var alone: [[Float]] = [[], [], [], []]
    for (start, end) in zip(starts, starts.dropFirst()) where start < end {
      for (index, values) in try Self.using({ try run($0, start..<end, [0, end - start]) })
        .enumerated()
      {
        alone[index] += values
      }
    }
    let together = try Self.everywhere { try run($0, 0..<rows, starts) }
    #expect(together == alone)
  }

  @Test("positions of some rows are those of all rows")
  func rotation() throws {
    let (heads, width, starts) = (3, 4, [0, 5, 6, 20])
    let attention = try SegmentAttention(
      heads: heads, keyValueHeads: 1, headWidth: width, scale: 1, rotaryBase: 50, positions: 14)
    var numbers = TestNumbers(8)
    let x = numbers.floats(20 * heads * width)
    let memory = RowMemory()
    defer { memory.free() }
    let whole = memory.output(x)
    try attention.rotate(whole, heads: heads, starts: starts, rows: 0..<20)
    let parts = memory.output(x)
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
      try attention.rotate(parts, heads: heads, starts: starts, rows: 0..<21)
    }
  }

  @Test("blocks cover all things once, on threads that are numbered, and an error comes out")
  func blocks() throws {
    for (count, size) in [(1, 1), (10, 3), (100, 7), (5, 9)] {
      for shares in [1, 2, 3] {
        let seen = Mutex([Int](repeating: 0, count: count))
        try Machine.with(variant: Machine.variant, shares: shares) {
          try SharedWork.blocks(of: count, size: size, operations: 1e6) { (block, thread) in
            if block.count > size || thread < 0 || thread >= shares { return }
            seen.withLock { for index in block { $0[index] += 1 } }
          }
        }
        #expect(seen.withLock { $0 } == [Int](repeating: 1, count: count))
      }
    }
    #expect(throws: KernelError.memory(kernel: "test", bytes: 7)) {
      try SharedWork.blocks(of: 9, size: 2, operations: 1) { (block, _) throws(KernelError) in
        if block.contains(4) { throw .memory(kernel: "test", bytes: 7) }
      }
    }
  }
}

extension RowMemory {
  func zeros(_ count: Int) -> FloatView { output([Float](repeating: 0, count: count)) }
}

extension FloatView {
  var values: [Float] { Array(self) }

  func rows(_ rows: Range<Int>, _ width: Int) -> FloatView {
    FloatView(rebasing: self[rows.lowerBound * width..<rows.upperBound * width])
  }
}
