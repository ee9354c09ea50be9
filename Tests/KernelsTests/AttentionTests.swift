import CKernels
import Testing

@testable import Kernels

@Suite("Attention over visible keys") struct AttentionTests {
  /// A shape with odd extents, 16 lines not being a whole number of rows.
  static func shape(_ numbers: inout TestNumbers) throws -> AttentionShape {
    let shared = 1 + numbers.below(2)
    return try AttentionShape(
      batches: 1 + numbers.below(2), queryRows: 1 + numbers.below(23),
      keyRows: 1 + numbers.below(150), heads: shared * (1 + numbers.below(3)),
      keyValueHeads: shared, width: 1 + numbers.below(40), valueWidth: 1 + numbers.below(40))
  }

  /// Bits with the densities of the extremes too, and a key for each row.
  static func mask(_ shape: AttentionShape, batches: Int, heads: Int, _ numbers: inout TestNumbers)
    throws -> AttentionMask
  {
    let density = [1, 8, 15][numbers.below(3)]
    var visible = (0..<batches * heads * shape.queryRows * shape.keyRows).map { _ in
      numbers.below(16) < density
    }
    for row in 0..<batches * heads * shape.queryRows {
      visible[row * shape.keyRows + numbers.below(shape.keyRows)] = true
    }
    return try AttentionMask(
      batches: batches, heads: heads, queryRows: shape.queryRows, keyRows: shape.keyRows,
      visible: visible)
  }

  static func sees(_ mask: AttentionMask) -> (Int, Int, Int, Int) -> Bool {
    { batch, head, row, key in
      let line = (mask.batches == 1 ? 0 : batch) * mask.heads + (mask.heads == 1 ? 0 : head)
      let word = mask.words[(line * mask.queryRows + row) * mask.wordsPerRow + key / 64]
      return word >> UInt64(key % 64) & 1 == 1
    }
  }

  static func twin<T: TestReal>(_: T.Type, seed: Int) throws {
    var numbers = TestNumbers(seed)
    let shape = try Self.shape(&numbers)
    var trial = AttentionTrial<T>(shape, &numbers, wild: seed % 4 == 3)
    trial.softcap = seed % 3 == 1 ? 1.5 : nil
    if seed % 2 == 1 {
      let (batches, heads) = (seed % 5 < 2, seed % 3 == 0)
      trial.addBias(
        batches: batches ? 1 : shape.batches, heads: heads ? 1 : shape.heads, &numbers)
    }
    if seed % 5 == 0 { trial.dProbabilities = T.draw(shape.matrixCount, &numbers, wild: false) }
    let mask = try Self.mask(
      shape, batches: seed % 2 == 0 ? 1 : shape.batches, heads: seed % 4 < 2 ? 1 : shape.heads,
      &numbers)
    var sees: (Int, Int, Int, Int) -> Bool = { _, _, _, _ in true }
    switch seed % 4 {
    case 0: break
    case 1:
      trial.visibility = .mask(mask)
      sees = Self.sees(mask)
    case 2:
      let offset = shape.keyRows - 1
      trial.visibility = .causal(offset: offset) & .window(before: 9, after: 3, offset: 0)
      sees = { _, _, row, key in key <= row + offset && key >= row - 9 && key <= row + 3 }
      if shape.keyRows < shape.queryRows { trial.visibility = .all }
      if shape.keyRows < shape.queryRows { sees = { _, _, _, _ in true } }
    default:
      let ranges = (0..<shape.batches * shape.queryRows).map { _ in
        let begin = numbers.below(shape.keyRows)
        return begin..<begin + 1 + numbers.below(shape.keyRows - begin)
      }
      trial.visibility = .ranges(ranges)
      sees = { batch, _, row, key in ranges[batch * shape.queryRows + row].contains(key) }
    }
    let found = try trial.run().bits
    let expected = trial.naive(sees).bits
    #expect(found.scores == expected.scores)
    #expect(found.probabilities == expected.probabilities)
    #expect(found.out == expected.out)
    #expect(found.dQueries == expected.dQueries)
    #expect(found.dKeys == expected.dKeys)
    #expect(found.dValues == expected.dValues)
    #expect(found.dBias == expected.dBias)
  }

  @Test("the definition, chain by chain", arguments: 0..<40)
  func definition(seed: Int) throws {
    try Self.twin(Float.self, seed: seed)
    try Self.twin(Double.self, seed: seed)
  }

  @Test("every instance and number of shares gives the reference's bits", arguments: 0..<8)
  func instances(seed: Int) throws {
    var numbers = TestNumbers(seed + 100)
    // Enough work for a split.
    let shape = try AttentionShape(
      batches: 2, queryRows: 9 + numbers.below(12), keyRows: 20 + numbers.below(60), heads: 6,
      keyValueHeads: 3, width: 15 + numbers.below(20), valueWidth: 15 + numbers.below(20))
    var trial = AttentionTrial<Float>(shape, &numbers, wild: seed % 2 == 1)
    if seed > 3 { trial.addBias(batches: 1, heads: seed % 3 == 0 ? 1 : 6, &numbers) }
    trial.softcap = seed % 3 == 0 ? 0.75 : nil
    trial.visibility =
      seed % 4 == 0 ? .all : .mask(try Self.mask(shape, batches: 2, heads: 1, &numbers))
    let single = trial
    try KernelTesting.everywhere("f32") { try single.run().bits }
    var wide = AttentionTrial<Double>(shape, &numbers, wild: seed % 2 == 1)
    wide.visibility = trial.visibility
    wide.softcap = trial.softcap
    let double = wide
    try KernelTesting.everywhere("f64") { try double.run().bits }
  }

  @Test("mask, window, ranges and segments that let the same keys be seen agree to the bit")
  func descriptions() throws {
    var numbers = TestNumbers(7)
    let shape = try AttentionShape(
      queryRows: 37, keyRows: 37, heads: 4, keyValueHeads: 2, width: 20, valueWidth: 24)
    var trial = AttentionTrial<Float>(shape, &numbers)
    let starts = [0, 5, 5, 21, 37]
    func sees(_ row: Int, _ key: Int) -> Bool {
      let start = starts.last { $0 <= row } ?? 0
      return key <= row && key >= row - 6 && key >= start
    }
    let mask = try AttentionMask(
      queryRows: 37, keyRows: 37,
      visible: (0..<37 * 37).map { sees($0 / 37, $0 % 37) })
    let perHead = try AttentionMask(
      heads: 4, queryRows: 37, keyRows: 37, words: mask.words + mask.words + mask.words + mask.words
    )
    let ranges = (0..<37).map { row in
      max(0, row - 6, starts.last { $0 <= row } ?? 0)..<row + 1
    }
    var all: [AttentionTrial<Float>.Results] = []
    for visibility: AttentionVisibility in [
      .segments(starts) & .window(before: 6), .mask(mask), .mask(mask) & .mask(perHead),
      .ranges(ranges), .causal() & .segments(starts) & .window(before: 6, after: 9),
      .mask(perHead) & .causal(),
    ] {
      trial.visibility = visibility
      all.append(try trial.run().bits)
    }
    for results in all { #expect(results == all[0]) }
    trial.visibility = .segments(starts)
    #expect(try trial.run().bits != all[0])
  }

  @Test("masked keys are as good as removed, whatever is in them", arguments: 0..<6)
  func removal(seed: Int) throws {
    var numbers = TestNumbers(seed + 50)
    let shape = try AttentionShape(
      batches: 2, queryRows: 1 + numbers.below(20), keyRows: 90, heads: 4,
      keyValueHeads: 2, width: 16, valueWidth: 48)
    var trial = AttentionTrial<Float>(shape, &numbers)
    let kept = (0..<90).filter { _ in numbers.below(3) > 0 }
    for batch in 0..<2 {
      for key in 0..<90 where !kept.contains(key) {
        for i in 0..<2 * 16 {
          trial.keys[(batch * 90 + key) * 32 + i] = numbers.below(2) == 0 ? .nan : .infinity
        }
        for i in 0..<2 * 48 {
          trial.values[(batch * 90 + key) * 96 + i] = numbers.below(2) == 0 ? .nan : -.infinity
        }
      }
    }
    trial.visibility = .mask(
      try AttentionMask(
        queryRows: shape.queryRows, keyRows: 90,
        visible: (0..<shape.queryRows * 90).map { kept.contains($0 % 90) }))
    let masked = try trial.run()
    func removed(_ x: [Float], _ width: Int) -> [Float] {
      var rest: [Float] = []
      for batch in 0..<2 {
        for key in kept { rest += x[(batch * 90 + key) * width..<(batch * 90 + key + 1) * width] }
      }
      return rest
    }
    var fewer = trial
    fewer.shape = try AttentionShape(
      batches: 2, queryRows: shape.queryRows, keyRows: kept.count, heads: 4, keyValueHeads: 2,
      width: 16, valueWidth: 48)
    fewer.keys = removed(trial.keys, 32)
    fewer.values = removed(trial.values, 96)
    fewer.visibility = .all
    let without = try fewer.run()
    #expect(canonical(masked.out) == canonical(without.out))
    #expect(canonical(masked.dQueries) == canonical(without.dQueries))
    #expect(canonical(removed(masked.dKeys, 32)) == canonical(without.dKeys))
    #expect(canonical(removed(masked.dValues, 96)) == canonical(without.dValues))
    #expect(masked.out.allSatisfy { $0.isFinite })
  }

  @Test("cached, packed and general causal attention are one", arguments: 0..<6)
  func cached(seed: Int) throws {
    var numbers = TestNumbers(seed + 9)
    let (width, rows, first) = ([8, 16, 20, 64][seed % 4], 1 + numbers.below(20), seed * 7)
    let shape = try AttentionShape(
      queryRows: rows, keyRows: first + rows, heads: 6, keyValueHeads: 3, width: width)
    var trial = AttentionTrial<Float>(shape, &numbers)
    trial.visibility = .causal(offset: first)
    let general = try trial.run()
    var store = KeyValueStore(heads: 3, headWidth: width)
    try store.append(keys: trial.keys, values: trial.values)
    var out = trial.queries
    try store.attend(
      queries: trial.queries, queryHeads: 6, scale: Float(trial.scale), into: &out)
    #expect(canonical(out) == canonical(general.out))
  }

  @Test("packed segments are documents alone")
  func segments() throws {
    var numbers = TestNumbers(3)
    let starts = [0, 11, 12, 40]
    let shape = try AttentionShape(queryRows: 40, keyRows: 40, heads: 4, keyValueHeads: 2, width: 8)
    var trial = AttentionTrial<Float>(shape, &numbers)
    trial.visibility = .causal() & .segments(starts)
    let packed = try trial.run()
    for (start, end) in zip(starts, starts.dropFirst()) {
      var alone = trial
      alone.shape = try AttentionShape(
        queryRows: end - start, keyRows: end - start, heads: 4, keyValueHeads: 2, width: 8)
      alone.queries = Array(trial.queries[start * 32..<end * 32])
      alone.keys = Array(trial.keys[start * 16..<end * 16])
      alone.values = Array(trial.values[start * 16..<end * 16])
      alone.dOut = Array(trial.dOut[start * 32..<end * 32])
      alone.visibility = .causal()
      let one = try alone.run()
      #expect(one.out == Array(packed.out[start * 32..<end * 32]))
      #expect(one.dQueries == Array(packed.dQueries[start * 32..<end * 32]))
      #expect(one.dKeys == Array(packed.dKeys[start * 16..<end * 16]))
      #expect(one.dValues == Array(packed.dValues[start * 16..<end * 16]))
    }
    let layer = try SegmentAttention(
      heads: 4, keyValueHeads: 2, headWidth: 8, scale: Float(trial.scale), rotaryBase: 10000,
      positions: 28)
    let buffers = try [trial.queries, trial.keys, trial.values, trial.dOut].map { values in
      let buffer = try FloatBuffer(values.count)
      buffer.values = values
      return buffer
    }
    let results = try [320 * 4, 320 * 4, 160 * 4, 160 * 4].map { try FloatBuffer($0) }
    try layer.attend(
      queries: buffers[0].view, keys: buffers[1].view, values: buffers[2].view,
      into: results[0].view, starts: starts)
    try layer.gradients(
      queries: buffers[0].view, keys: buffers[1].view, values: buffers[2].view,
      dOut: buffers[3].view, dQueries: results[1].view, dKeys: results[2].view,
      dValues: results[3].view, starts: starts)
    #expect(results[0].values == packed.out)
    #expect(results[1].values == packed.dQueries)
    #expect(results[2].values == packed.dKeys)
    #expect(results[3].values == packed.dValues)
  }

  @Test("probabilities sum to one; equal scores are shared alike")
  func identities() throws {
    var numbers = TestNumbers(5)
    let shape = try AttentionShape(queryRows: 18, keyRows: 33, heads: 2, width: 5, valueWidth: 1)
    var trial = AttentionTrial<Double>(shape, &numbers)
    trial.visibility = .causal(offset: 15)
    let results = try trial.run()
    for row in 0..<2 * 18 {
      let sum = results.probabilities[row * 33..<(row + 1) * 33].reduce(0, +)
      #expect(abs(sum - 1) < 1e-14)
    }
    trial.queries = trial.queries.map { _ in 0 }
    let even = try trial.run()
    for row in 0..<18 {
      for key in 0..<33 {
        #expect(
          even.probabilities[row * 33 + key] == (key <= row + 15 ? 1 / Double(row + 16) : 0))
      }
    }
  }

  @Test("a row with nothing to attend to is named")
  func emptyRows() throws {
    func made(_ visibility: AttentionVisibility, batches: Int = 2, keys: Int = 70) throws {
      let shape = try AttentionShape(
        batches: batches, queryRows: 3, keyRows: keys, heads: 4, width: 2)
      _ = try Attention(shape, visibility: visibility, scale: 1)
    }
    #expect(throws: KernelError.nothingVisible(batch: 0, head: 0, row: 0)) {
      try made(.causal(offset: -1))
    }
    #expect(throws: KernelError.nothingVisible(batch: 0, head: 0, row: 2)) {
      try made(.window(before: 0, offset: 68))
    }
    #expect(throws: KernelError.nothingVisible(batch: 0, head: 0, row: 0)) {
      try made(.all, keys: 0)
    }
    var visible = [Bool](repeating: true, count: 2 * 4 * 3 * 70)
    for key in 0..<70 { visible[((1 * 4 + 2) * 3 + 1) * 70 + key] = false }
    let mask = try AttentionMask(batches: 2, heads: 4, queryRows: 3, keyRows: 70, visible: visible)
    #expect(throws: KernelError.nothingVisible(batch: 1, head: 2, row: 1)) { try made(.mask(mask)) }
    // Bits behind the last key are no keys.
    let behind = try AttentionMask(queryRows: 3, keyRows: 70, words: [1, 0, 1, 0, 0, ~0 << 6])
    #expect(throws: KernelError.nothingVisible(batch: 0, head: 0, row: 2)) {
      try made(.mask(behind))
    }
    #expect(throws: KernelError.nothingVisible(batch: 1, head: 0, row: 2)) {
      try made(.ranges([0..<1, 0..<1, 0..<1, 2..<3, 2..<3, 4..<4]))
    }
    #expect(throws: KernelError.nothingVisible(batch: 0, head: 0, row: 1)) {
      try made(.segments([0, 1, 3], keyStarts: [0, 70, 70]))
    }
    try made(.causal(offset: -1), batches: 0)
  }

  @Test("misfits are errors, not crashes")
  func misfits() throws {
    #expect(throws: KernelError.self) {
      try AttentionShape(queryRows: 1, keyRows: 1, heads: 3, keyValueHeads: 2, width: 1)
    }
    #expect(throws: KernelError.self) {
      try AttentionShape(queryRows: -1, keyRows: 1, heads: 1, width: 1)
    }
    #expect(throws: KernelError.self) {
      try AttentionShape(queryRows: .max / 2, keyRows: 9, heads: 1, width: 1)
    }
    #expect(throws: KernelError.self) {
      try AttentionShape(queryRows: 1, keyRows: 1, heads: 1, width: 0)
    }
    let shape = try AttentionShape(queryRows: 2, keyRows: 3, heads: 2, width: 2, valueWidth: 3)
    for visibility: AttentionVisibility in [
      .ranges([0..<1]), .ranges([0..<4, 0..<1]), .ranges([-1..<2, 0..<1]), .segments([0, 3]),
      .segments([0, 2]), .segments([0, 2], keyStarts: [0, 1, 3]), .segments([], keyStarts: []),
      .mask(try AttentionMask(queryRows: 2, keyRows: 2, words: [3, 3])),
      .mask(try AttentionMask(heads: 3, queryRows: 2, keyRows: 3, words: [1, 1, 1, 1, 1, 1])),
    ] {
      #expect(throws: KernelError.self) { try Attention(shape, visibility: visibility, scale: 1) }
    }
    #expect(throws: KernelError.self) { try AttentionMask(queryRows: 2, keyRows: 65, words: [1]) }
    #expect(throws: KernelError.self) { try Attention(shape, scale: 1, softcap: 0) }
    #expect(throws: KernelError.self) { try Attention(shape, scale: 1, softcap: .nan) }
    var numbers = TestNumbers(1)
    let good = AttentionTrial<Float>(shape, &numbers)
    _ = try good.run()
    for change: (inout AttentionTrial<Float>) -> Void in [
      { $0.queries.removeLast() }, { $0.keys.append(0) }, { $0.values = [] },
      { $0.dOut.removeLast() }, { $0.bias = [1] }, { $0.dProbabilities = [1] },
      {
        $0.bias = [Float](repeating: 0, count: 18)
        $0.biasHeads = 3
      },
    ] {
      var bad = good
      change(&bad)
      #expect(throws: KernelError.self) { _ = try bad.run() }
    }
  }

  @Test("empty batches and rows are no work")
  func empty() throws {
    var numbers = TestNumbers(1)
    let none = AttentionTrial<Float>(
      try AttentionShape(batches: 0, queryRows: 2, keyRows: 3, heads: 2, width: 2), &numbers)
    #expect(try none.run().out.isEmpty)
    let rowless = AttentionTrial<Float>(
      try AttentionShape(queryRows: 0, keyRows: 3, heads: 2, width: 2), &numbers)
    #expect(try rowless.run().dKeys == [Float](repeating: 0, count: 12))
  }
}
