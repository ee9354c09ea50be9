import CKernels

extension KernelBenchmark {
  /// Attention and scans.
  static let sequences: [KernelBenchmark] =
    [
      attention(rows: 512, past: 0, heads: 8, width: 64),
      attention(rows: 1, past: 4095, heads: 8, width: 64),
      attention(rows: 512, past: 0, heads: 8, width: 64, backward: true),
      cachedAttention(past: 4095, heads: 8, width: 64),
      selectiveScan(length: 512, channels: 256, states: 16, backward: false),
      selectiveScan(length: 512, channels: 256, states: 16, backward: true),
    ] + scans(axis: 4096, inner: 64)

  /// Causal attention of `rows` new positions after `past` ones; one row reads all keys and values.
  static func attention(
    rows: Int, past: Int, heads: Int, width: Int, backward: Bool = false
  ) -> KernelBenchmark {
    let keys = past + rows
    let pairs = rows * past + rows * (rows + 1) / 2
    let (wide, narrow) = (rows * heads * width, keys * heads * width)
    // Scores and results; backward scores again and the gradients of four products.
    return prepared(
      backward ? "attention gradient f32" : "attention f32",
      "\(rows) of \(keys), \(heads) x \(width)",
      [wide, narrow, narrow, wide] + (backward ? [wide, narrow, narrow] : []),
      operations: (backward ? 10 : 4) * Double(pairs * heads * width),
      limit: rows == 1 ? .bandwidth : .arithmetic(lanes: 1)
    ) { o in
      let shape = try AttentionShape(queryRows: rows, keyRows: keys, heads: heads, width: width)
      let attention = try Attention(shape, visibility: .causal(offset: past), scale: 0.125)
      if backward {
        return {
          try attention.backward(
            queries: read(o[0]), keys: read(o[1]), values: read(o[2]), dOut: read(o[3]),
            dQueries: o[4], dKeys: o[5], dValues: o[6])
        }
      }
      return {
        try attention.forward(
          queries: read(o[0]), keys: read(o[1]), values: read(o[2]), into: o[3])
      }
    }
  }

  /// One new position, as decoding does it: keys stand in groups.
  private static func cachedAttention(past: Int, heads: Int, width: Int) -> KernelBenchmark {
    let count = (past + 1) * heads * width
    return KernelBenchmark(
      name: "cached attention f32", size: "1 of \(past + 1), \(heads) x \(width)",
      operations: 4 * Double(count), bytes: 8 * (count + heads * width), limit: .bandwidth
    ) {
      var store = KeyValueStore(heads: heads, headWidth: width)
      try store.append(keys: numbers(count), values: numbers(count))
      let queries = numbers(heads * width)
      var out = queries
      return { [store] in
        try store.attend(queries: queries, queryHeads: heads, scale: 0.125, into: &out)
      }
    }
  }

  private static func scans(axis: Int, inner: Int) -> [KernelBenchmark] {
    let (count, size) = (axis * inner, "\(axis) x \(inner)")
    return [
      work("cumulative sum f32", size, [count, count]) { o in
        ck_cumulative_sum_f32(o[0].baseAddress, o[1].baseAddress, 1, axis, inner)
      },
      work("cumulative log-sum-exp f32", size, [count, count]) { o in
        ck_cumulative_log_sum_f32(o[0].baseAddress, o[1].baseAddress, 1, axis, inner)
      },
      work("recurrence f32", size, [count, count, count], operations: 2 * Double(count)) { o in
        ck_recurrence_f32(o[0].baseAddress, o[1].baseAddress, nil, o[2].baseAddress, 1, axis, inner)
      },
    ]
  }

  /// For each place, channel and state: exp(delta A), its product with the state, u B, two multiply-adds;
  /// backward the same again and the chains of the gradients.
  private static func selectiveScan(
    length: Int, channels: Int, states: Int, backward: Bool
  ) -> KernelBenchmark {
    let (wide, narrow) = (length * channels, length * states)
    let (rates, kept) = (channels * states, channels * states)
    return work(
      backward ? "selective scan gradient f32" : "selective scan f32",
      "\(length) x \(channels) x \(states)",
      [wide, wide, rates, narrow, narrow, kept, wide]
        + (backward ? [wide, wide, rates, narrow, narrow] : []),
      operations: (backward ? 20 : 7) * Double(wide * states), limit: .arithmetic(lanes: 1)
    ) { o in
      let scan = SelectiveScan(
        x: read(o[0]), delta: read(o[1]), a: read(o[2]), b: read(o[3]), c: read(o[4]),
        sequences: 1, length: length, channels: channels, states: states)
      if backward {
        try scan.gradient(
          dy: read(o[6]), state: read(o[5]),
          into: .init(x: o[7], delta: o[8], a: o[9], b: o[10], c: o[11]))
      } else {
        // States that grow would soon be infinite.
        o[5].update(repeating: 0)
        try scan.run(state: o[5], into: o[6])
      }
    }
  }
}
