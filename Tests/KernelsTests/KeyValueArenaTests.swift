import Testing

@testable import Kernels

/// Rows of several sequences in one call against a store for each, to the bit.
@Suite("Arenas of keys and values") struct KeyValueArenaTests {
  private func numbers(_ count: Int, _ seed: UInt64) -> [Float] {
    var state = seed &* 2 &+ 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-30
    }
  }

  @Test(
    "attention has the bits of stores, whatever the lengths, windows, groups and widths",
    arguments: [(1, 16, 5), (1, 32, 4), (2, 16, 3), (1, 20, 4), (4, 64, 1), (1, 8, 5), (9, 16, 2)])
  func attention(group: Int, width: Int, heads: Int) throws {
    let lengths = [1, 17, 40, 16, 33]
    let (keyWidth, queryWidth) = (heads * width, heads * group * width)
    for window in [nil, 5, 20] {
      for variant in Machine.variants {
        for shares in [1, 3] {
          try Machine.with(variant: variant, shares: shares) {
            let arena = try KeyValueArena(
              slots: lengths.count, heads: heads, headWidth: width, entries: 40,
              rows: lengths.count)
            var places: [KeyValueArena.Place] = []
            var queries: [Float] = []
            var expected: [Float] = []
            for (slot, length) in lengths.enumerated() {
              let keys = numbers(length * keyWidth, UInt64(slot))
              let values = numbers(length * keyWidth, UInt64(100 + slot))
              let own = (0..<length).map { KeyValueArena.Place(slot: slot, entry: $0) }
              try keys.withUnsafeBufferPointer { keys in
                try values.withUnsafeBufferPointer { values in
                  try own.withUnsafeBufferPointer {
                    try arena.store(keys: keys, values: values, at: $0)
                  }
                }
              }
              var store = KeyValueStore(heads: heads, headWidth: width)
              try store.append(keys: keys, values: values)
              let query = numbers(queryWidth, UInt64(200 + slot))
              var out = [Float](repeating: 0, count: queryWidth)
              let begin = window.map { max(length - $0, 0) } ?? 0
              try query.withUnsafeBufferPointer { query in
                try out.withUnsafeMutableBufferPointer {
                  try store.attend(
                    queries: query, queryHeads: heads * group, scale: 0.3,
                    begins: [Int](repeating: begin, count: heads), into: $0)
                }
              }
              places.append(.init(slot: slot, entry: length - 1))
              queries += query
              expected += out
            }
            var out = [Float](repeating: 0, count: queries.count)
            try queries.withUnsafeBufferPointer { queries in
              try places.withUnsafeBufferPointer { places in
                try out.withUnsafeMutableBufferPointer {
                  try arena.attend(
                    queries: queries, queryHeads: heads * group, scale: 0.3, window: window,
                    at: places, into: $0)
                }
              }
            }
            #expect(out.map(\.bitPattern) == expected.map(\.bitPattern))
          }
        }
      }
    }
  }

  @Test("places that are not there are refused")
  func refusals() throws {
    let arena = try KeyValueArena(slots: 2, heads: 1, headWidth: 4, entries: 16, rows: 2)
    let row: [Float] = [1, 2, 3, 4]
    for place in [(-1, 0), (2, 0), (0, 16), (0, -1)] {
      let places = [KeyValueArena.Place(slot: place.0, entry: place.1)]
      #expect(throws: KernelError.self) {
        try row.withUnsafeBufferPointer { row in
          try places.withUnsafeBufferPointer { try arena.store(keys: row, values: row, at: $0) }
        }
      }
    }
    #expect(throws: KernelError.self) { try arena.copy(0, to: 2, entries: 1) }
    #expect(throws: KernelError.self) { try arena.copy(0, to: 1, entries: 17) }
    var store = KeyValueStore(heads: 1, headWidth: 8)
    #expect(throws: KernelError.self) { try arena.take(store, into: 0) }
    store = KeyValueStore(heads: 1, headWidth: 4)
    for _ in 0..<17 { try store.append(keys: row, values: row) }
    #expect(throws: KernelError.self) { try arena.take(store, into: 0) }
    #expect(throws: KernelError.self) {
      _ = try KeyValueArena(slots: Int.max, heads: 2, headWidth: 4, entries: 16, rows: 2)
    }
  }
}
