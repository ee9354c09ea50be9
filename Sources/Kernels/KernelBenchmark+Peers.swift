import CKernels

extension KernelBenchmark {
  /// What other libraries have too, at the sizes that `scripts/bench-kernels` compares.
  static let peers: [KernelBenchmark] =
    [16, 24, 32, 48, 64, 96, 128].flatMap { extent in
      [plainProduct(extent, turned: false), plainProduct(extent, turned: true)]
    }
    + [
      halfProduct(rows: 128, inner: 576, columns: 1536),
      halfProduct(rows: 128, inner: 1536, columns: 576),
      halfProduct(rows: 1, inner: 576, columns: 1536),
      halfProduct(rows: 1, inner: 4096, columns: 32_768),
    ] + [(64, 576), (4096, 4096)].flatMap { rowKernels(rows: $0.0, width: $0.1) }
    + [
      attention(rows: 1024, past: 0, heads: 12, width: 64),
      attention(rows: 1024, past: 0, heads: 12, width: 64, backward: true),
      groupedAttention(rows: 1, past: 255), groupedAttention(rows: 1, past: 1023),
      groupedAttention(rows: 128, past: 512),
    ]

  /// A square product whose operands are used as they stand; the right one may be a weight, `[out, in]`.
  private static func plainProduct(_ extent: Int, turned: Bool) -> KernelBenchmark {
    let count = extent * extent
    return work(
      turned ? "product with a weight f32" : "product f32", "\(extent) x \(extent) x \(extent)",
      [count, count, count], operations: 2 * Double(count * extent), limit: .arithmetic(lanes: 1)
    ) { o in
      var call = ck_strided_product_f32()
      (call.a, call.b) = (UnsafePointer(o[0].baseAddress), UnsafePointer(o[1].baseAddress))
      call.c = o[2].baseAddress
      (call.batches, call.rows, call.k, call.columns) = (1, extent, extent, extent)
      (call.a_row, call.a_k, call.c_row, call.c_column) = (extent, 1, extent, 1)
      (call.b_k, call.b_column) = turned ? (1, extent) : (extent, 1)
      ck_multiply_f32(&call)
    }
  }

  /// A product with weights kept as 16-bit numbers.
  private static func halfProduct(rows: Int, inner: Int, columns: Int) -> KernelBenchmark {
    KernelBenchmark(
      name: rows == 1 ? "gemv f16" : "gemm f16", size: "\(rows) x \(inner) x \(columns)",
      operations: 2 * Double(rows * inner * columns),
      bytes: 4 * rows * (inner + columns) + 2 * inner * columns,
      limit: rows == 1 ? .bandwidth : .arithmetic(lanes: 1)
    ) {
      let matrix = try numbers(inner * columns).withUnsafeBufferPointer { weight in
        try PackedHalfMatrix(
          rounding: weight, to: .f16, inputs: inner, outputs: columns, inputStride: 1,
          outputStride: inner)
      }
      let x = numbers(rows * inner)
      var y = [Float](repeating: 0, count: rows * columns)
      return {
        try x.withUnsafeBufferPointer { x in
          try y.withUnsafeMutableBufferPointer { try matrix.multiply(x, into: $0, rows: rows) }
        }
      }
    }
  }

  private static func rowKernels(rows: Int, width: Int) -> [KernelBenchmark] {
    let (count, size) = (rows * width, "\(rows) x \(width)")
    return [
      work("softmax f32", size, [count, count]) { o in
        ck_softmax_f32(o[0].baseAddress, o[1].baseAddress, rows, width)
      },
      work("rms norm f32", size, [count, width, count]) { o in
        ck_rms_norm_f32(o[0].baseAddress, o[1].baseAddress, 1e-5, o[2].baseAddress, rows, width)
      },
      work("layer norm f32", size, [count, width, width, count]) { o in
        try Norms.layer(
          read(o[0]), gain: read(o[1]), bias: read(o[2]), epsilon: 1e-5, into: o[3], rows: rows,
          width: width)
      },
      work("gelu f32", size, [count, count]) { o in
        try Activation.gelu.forward(read(o[0]), into: o[1])
      },
      work("gelu tanh f32", size, [count, count]) { o in
        try Activation.geluTanh.forward(read(o[0]), into: o[1])
      },
      work("swiglu f32", size, [count, count, count]) { o in
        ck_swiglu_f32(o[0].baseAddress, o[1].baseAddress, o[2].baseAddress, count)
      },
    ]
  }

  /// Cached keys and values of three heads, each for three query heads of 64.
  private static func groupedAttention(rows: Int, past: Int) -> KernelBenchmark {
    let (heads, cached, width) = (9, 3, 64)
    let entries = (past + rows) * cached * width
    let pairs = rows * past + rows * (rows + 1) / 2
    return KernelBenchmark(
      name: "cached attention f32",
      size: "\(rows) of \(past + rows), \(heads) of \(cached) x \(width)",
      operations: 4 * Double(pairs * heads * width), bytes: 8 * (entries + rows * heads * width),
      limit: rows == 1 ? .bandwidth : .arithmetic(lanes: 1)
    ) {
      var store = KeyValueStore(heads: cached, headWidth: width)
      try store.append(keys: numbers(entries), values: numbers(entries))
      let queries = numbers(rows * heads * width)
      var out = queries
      return { [store] in
        try store.attend(queries: queries, queryHeads: heads, scale: 0.125, into: &out)
      }
    }
  }
}
