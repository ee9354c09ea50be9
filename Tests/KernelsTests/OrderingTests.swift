import Testing

@testable import Kernels

@Suite("Order along rows") struct OrderingTests {
  /// The order by comparing and stable sorting.
  func twin<T: Comparable>(_ x: [T], descending: Bool) -> [Int] {
    x.indices.sorted { x[$0] == x[$1] ? $0 < $1 : descending ? x[$0] > x[$1] : x[$0] < x[$1] }
  }

  func check<T: OrderedNumber>(
    _ x: [T], filler: T, k: Int, rows: Int, width: Int, descending: Bool,
    bits: @Sendable ([T]) -> [UInt64]
  ) throws {
    let memory = TestMemory(x)
    let found = try KernelTesting.everywhere("\(T.self), \(k) of \(width)") {
      let (values, indices) = (TestMemory(rows * k, filler), TestMemory(rows * k, Int32(-9)))
      if k == width {
        try Ordering.sort(
          memory.view, descending: descending, values: values.mutable, indices: indices.mutable,
          rows: rows, width: width)
      } else {
        try Ordering.top(
          k, of: memory.view, largest: descending, values: values.mutable,
          indices: indices.mutable, rows: rows, width: width)
      }
      let (last, lastIndex) = (TestMemory(rows, filler), TestMemory(rows, Int32(-9)))
      try Ordering.kth(
        k, of: memory.view, largest: descending, values: last.mutable,
        indices: lastIndex.mutable, rows: rows, width: width)
      let ends = (0..<rows).map { $0 * k + k - 1 }
      #expect(lastIndex.values == ends.map { indices.values[$0] })
      #expect(bits(last.values) == bits(ends.map { values.values[$0] }))
      return [bits(values.values), indices.values.map { UInt64($0) }]
    }
    for row in 0..<rows {
      let values = Array(x[row * width..<(row + 1) * width])
      let expected = twin(values, descending: descending).prefix(k)
      #expect(found[1][row * k..<(row + 1) * k].map { Int($0) } == Array(expected))
      #expect(Array(found[0][row * k..<(row + 1) * k]) == bits(expected.map { values[$0] }))
    }
  }

  @Test("sort, top-k and k-th value are a stable sort's", arguments: 0..<12)
  func orders(seed: Int) throws {
    var numbers = TestNumbers(seed)
    let (rows, width) = (1 + numbers.below(4), [1, 2, 17, 49, 300, 1500, 2600][seed % 7])
    for k in Set([1, min(3, width), 1 + numbers.below(width), width]) {
      let descending = numbers.below(2) == 0
      let x = seed % 3 == 0 ? numbers.ties(rows * width) : numbers.floats(rows * width)
      try check(x, filler: .nan, k: k, rows: rows, width: width, descending: descending) {
        $0.map { UInt64($0.bitPattern) }
      }
      let wide = seed % 3 == 0 ? x.map { Double($0) } : numbers.doubles(rows * width)
      try check(wide, filler: .nan, k: k, rows: rows, width: width, descending: descending) {
        $0.map(\.bitPattern)
      }
      let whole =
        seed % 3 == 0
        ? numbers.indices(rows * width, below: 5)
        : x.map { Int32(bitPattern: $0.bitPattern) &* 77 }
      try check(whole, filler: -9, k: k, rows: rows, width: width, descending: descending) {
        $0.map { UInt64(UInt32(bitPattern: $0)) }
      }
    }
  }

  @Test("values that always beat those before them, and many rows on several shares")
  func worstCases() throws {
    let rising = (0..<20_000).map { Float($0 - 10_000) }
    for descending in [true, false] {
      try check(rising, filler: .nan, k: 7, rows: 5, width: 4_000, descending: descending) {
        $0.map { UInt64($0.bitPattern) }
      }
    }
    var numbers = TestNumbers(5)
    let many = numbers.floats(60 * 2_500)
    try check(many, filler: .nan, k: 3, rows: 60, width: 2_500, descending: true) {
      $0.map { UInt64($0.bitPattern) }
    }
  }

  @Test("a NaN is an error that names the first row that has one, wherever it is")
  func notANumber() throws {
    var numbers = TestNumbers(1)
    for place in [0, 1_999, 1_100, 40] {
      var x = numbers.floats(60 * 2_000)
      x[31 * 2_000 + place] = .nan
      x[44 * 2_000] = -.nan
      let (memory, wide) = (TestMemory(x), TestMemory(x.map { Double($0) }))
      let failures = try KernelTesting.everywhere {
        var found: [KernelError] = []
        do {
          try Ordering.top(2, of: memory.view, rows: 60, width: 2_000)
        } catch let error as KernelError { found.append(error) }
        do {
          try Ordering.sort(wide.view, rows: 60, width: 2_000)
        } catch let error as KernelError { found.append(error) }
        return found.map(\.message)
      }
      #expect(
        failures == [
          KernelError.notANumber(kernel: "top-k", row: 31).message,
          KernelError.notANumber(kernel: "sort", row: 31).message,
        ])
    }
  }

  @Test("gradients go back to where values came from")
  func gradient() throws {
    let x = TestMemory([3.0, 1, 2, 5, -1, 5])
    let indices = TestMemory([Int32](repeating: 0, count: 4))
    try Ordering.top(2, of: x.view, indices: indices.mutable, rows: 2, width: 3)
    #expect(indices.values == [0, 2, 0, 2])
    let dy = TestMemory([0.5, 0.25, -1, 4])
    let dx = try written(6, over: Double.nan) {
      try Ordering.gradient(dy.view, indices: indices.view, into: $0, k: 2, rows: 2, width: 3)
    }
    #expect(dx == [0.5, 0, 0.25, -1, 0, 4])
    let (bad, kept) = (TestMemory<Int32>([0, 1, 2, 3]), TestMemory([7.0, 7, 7, 7, 7, 7]))
    #expect(
      throws: KernelError.index(
        kernel: "order gradient", argument: "indices", place: 3, index: 3, count: 3)
    ) {
      try Ordering.gradient(
        dy.view, indices: bad.view, into: kept.mutable, k: 2, rows: 2, width: 3)
    }
    #expect(kept.values == [7, 7, 7, 7, 7, 7])
  }

  @Test("masks keep where the bit is 1", arguments: [1, 63, 64, 65, 200])
  func masks(width: Int) throws {
    var numbers = TestNumbers(width)
    let (rows, words) = (3, (width + 63) / 64)
    let x = numbers.wild(rows * width)
    let mask = (0..<rows * words).map { _ in numbers.bits() }
    for shared in [false, true] {
      let bits = shared ? Array(mask.prefix(words)) : mask
      let expected = x.indices.map { place in
        let (row, i) = (place / width, place % width)
        let word = bits[(shared ? 0 : row * words) + i / 64]
        return word >> UInt64(i % 64) & 1 == 1 ? x[place] : -.infinity
      }
      let (memory, maskMemory) = (TestMemory(x), TestMemory(bits))
      let wide = TestMemory(x.map { Double($0) })
      let found = try KernelTesting.everywhere {
        let y = try written(rows * width, over: Float(7)) {
          try Ordering.applyMask(
            memory.view, mask: maskMemory.view, fill: -.infinity, into: $0, rows: rows,
            width: width)
        }
        let z = try written(rows * width, over: 7.0) {
          try Ordering.applyMask(
            wide.view, mask: maskMemory.view, fill: -.infinity, into: $0, rows: rows, width: width)
        }
        #expect(canonical(z.map { Float($0) }) == canonical(y))
        return canonical(y)
      }
      #expect(found == canonical(expected))
    }
  }

  @Test("misfits are errors, nothing is nothing")
  func misfits() throws {
    let x = TestMemory<Float>([1, 2, 3, 4])
    let short = TestMemory<Float>([0])
    #expect(throws: KernelError.size(kernel: "top-k", argument: "k", needed: 2, found: 3)) {
      try Ordering.top(3, of: x.view, rows: 2, width: 2)
    }
    #expect(throws: KernelError.self) { try Ordering.kth(0, of: x.view, rows: 2, width: 2) }
    #expect(throws: KernelError.size(kernel: "sort", argument: "x", needed: 6, found: 4)) {
      try Ordering.sort(x.view, rows: 2, width: 3)
    }
    #expect(throws: KernelError.size(kernel: "sort", argument: "values", needed: 4, found: 1)) {
      try Ordering.sort(x.view, values: short.mutable, rows: 2, width: 2)
    }
    #expect(throws: KernelError.self) { try Ordering.sort(x.view, rows: -2, width: -2) }
    #expect(throws: KernelError.self) { try Ordering.sort(x.view, rows: .max, width: 2) }
    let nothing = TestMemory<Float>([])
    try Ordering.sort(nothing.view, rows: 0, width: 5)
    try Ordering.sort(nothing.view, rows: 5, width: 0)
  }
}
