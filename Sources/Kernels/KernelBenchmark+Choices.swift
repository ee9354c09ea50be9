import CKernels

extension KernelBenchmark {
  /// Order, picks by index, sparse and log-semiring products, nearest codes.
  static let choices: [KernelBenchmark] = [
    top(50, rows: 16, width: 32_768), top(1 << 16, rows: 1, width: 1 << 16),
    picks(512, of: 32_768, width: 512), segments(32, rows: 4096, width: 256),
    sparseProduct(rows: 4096, entries: 16, width: 128),
    logProduct(128), nearest(rows: 1024, codes: 1024, width: 64),
  ]

  /// Whole numbers below `bound` in no order.
  private static func indices(_ count: Int, below bound: Int) -> [Int32] {
    numbers(count).map { Int32(min((Double($0) + 1) / 2 * Double(bound), Double(bound - 1))) }
  }

  private static func top(_ k: Int, rows: Int, width: Int) -> KernelBenchmark {
    work(
      k == width ? "sort f32" : "top-k f32", k == width ? "\(width)" : "\(k) of \(rows) x \(width)",
      [rows * width, rows * k], bytes: 4 * rows * (width + 2 * k)
    ) { o in
      try withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows * k) { indices in
        try Ordering.top(
          k, of: read(o[0]), values: o[1], indices: indices, rows: rows, width: width)
      }
    }
  }

  /// Rows of a table, as an embedding.
  private static func picks(_ count: Int, of rows: Int, width: Int) -> KernelBenchmark {
    let ids = indices(count, below: rows)
    return work(
      "gather f32", "\(count) of \(rows) x \(width)", [rows * width, count * width],
      bytes: 8 * count * width, operations: Double(count * width)
    ) { o in
      ck_select_f32(o[0].baseAddress, ids, o[1].baseAddress, 1, rows, count, width)
    }
  }

  private static func segments(_ count: Int, rows: Int, width: Int) -> KernelBenchmark {
    let ids = indices(rows, below: count)
    return work(
      "segment sum f32", "\(rows) x \(width) into \(count)", [rows * width, count * width]
    ) { o in
      ck_segment_sum_f32(o[0].baseAddress, ids, nil, 0, o[1].baseAddress, rows, count, width)
    }
  }

  private static func sparseProduct(rows: Int, entries: Int, width: Int) -> KernelBenchmark {
    let columns = indices(rows * entries, below: rows)
    let starts = (0...rows).map { $0 * entries }
    return prepared(
      "sparse product f32", "\(rows) x \(rows), \(entries) a row, \(width)",
      [rows * entries, rows * width, rows * width], operations: 2 * Double(rows * entries * width),
      limit: .arithmetic(lanes: 1)
    ) { o in
      let pattern = try SparsePattern(columns: rows, starts: starts, entries: columns)
      return {
        try SparseProduct.multiply(
          pattern, values: read(o[0]), dense: read(o[1]), into: o[2], width: width)
      }
    }
  }

  /// For each triple a sum, an exponential and a sum.
  private static func logProduct(_ extent: Int) -> KernelBenchmark {
    let count = extent * extent
    return work(
      "log product f32", "\(extent) x \(extent) x \(extent)", [count, count, count],
      operations: 3 * Double(count * extent), limit: .arithmetic(lanes: 1)
    ) { o in
      ck_log_product_f32(
        o[0].baseAddress, o[1].baseAddress, o[2].baseAddress, extent, extent, extent)
    }
  }

  /// By squared distance: a difference and a multiply-add an element.
  private static func nearest(rows: Int, codes: Int, width: Int) -> KernelBenchmark {
    work(
      "nearest code f32", "\(rows) of \(codes) x \(width)", [rows * width, codes * width],
      operations: 3 * Double(rows * codes * width), limit: .arithmetic(lanes: 1)
    ) { o in
      try withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows) { indices in
        try NearestCode.nearest(
          by: .squared, read(o[0]), codes: read(o[1]), indices: indices, rows: rows, count: codes,
          width: width)
      }
    }
  }
}
