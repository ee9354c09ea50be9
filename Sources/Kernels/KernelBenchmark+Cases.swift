import CKernels

extension KernelBenchmark {
  /// Every kernel family at the sizes that models have.
  public static let cases =
    products + quantized + functions + rows + sequences + choices + pictures + peers

  private static let products: [KernelBenchmark] =
    [256, 512, 1024].map { product(rows: $0, inner: $0, columns: $0) }
    + [
      product(rows: 64, inner: 768, columns: 3072),
      // One row times weights that lie in a core's cache, in the shared one and in memory.
      product(rows: 1, inner: 512, columns: 512),
      product(rows: 1, inner: 1024, columns: 4096),
      product(rows: 1, inner: 4096, columns: 32_768),
      wideProduct(256), wideProduct(512), weightGradient(rows: 512, outputs: 768, inputs: 768),
    ]

  private static let functions: [KernelBenchmark] = [
    function("exp f32", ElementaryFunction.exp), function("tanh f32", ElementaryFunction.tanh),
    wideFunction("exp f64", ElementaryFunction.exp),
    wideFunction("log f64", ElementaryFunction.log),
    sum("sum f32", 1 << 18), sum("sum f32", 1 << 25),
  ]

  /// Numbers between -1 and 1 that are no pattern to a predictor.
  static func numbers(_ count: Int) -> [Float] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(Int32(bitPattern: state)) * 0x1p-31
    }
  }

  /// A product with a packed right operand; one row is what decoding does, and memory limits it.
  private static func product(rows: Int, inner: Int, columns: Int) -> KernelBenchmark {
    KernelBenchmark(
      name: rows == 1 ? "gemv f32" : "gemm f32", size: "\(rows) x \(inner) x \(columns)",
      operations: 2 * Double(rows * inner * columns),
      bytes: 4 * (rows * inner + inner * columns + rows * columns),
      limit: rows == 1 ? .bandwidth : .arithmetic(lanes: 1)
    ) {
      let weight = numbers(inner * columns)
      let matrix = try PackedMatrix.packing(weight: weight, outputs: columns, inputs: inner)
      let x = numbers(rows * inner)
      var y = [Float](repeating: 0, count: rows * columns)
      return { try matrix.multiply(x, into: &y) }
    }
  }

  /// A product of two f64 matrices, packing included.
  private static func wideProduct(_ extent: Int) -> KernelBenchmark {
    KernelBenchmark(
      name: "gemm f64", size: "\(extent) x \(extent) x \(extent)",
      operations: 2 * Double(extent * extent * extent), bytes: 24 * extent * extent,
      limit: .arithmetic(lanes: 0.5)
    ) {
      let x = numbers(extent * extent).map { Double($0) }
      return {
        _ = try WideProducts.multiply(x, x, rows: extent, inputs: extent, outputs: extent)
      }
    }
  }

  private static func weightGradient(rows: Int, outputs: Int, inputs: Int) -> KernelBenchmark {
    KernelBenchmark(
      name: "weight gradient f32", size: "\(rows) x \(outputs) x \(inputs)",
      operations: 2 * Double(rows * outputs * inputs),
      bytes: 4 * (rows * outputs + rows * inputs + 2 * outputs * inputs),
      limit: .arithmetic(lanes: 1)
    ) {
      let (dy, x) = (numbers(rows * outputs), numbers(rows * inputs))
      var gradient = [Float](repeating: 0, count: outputs * inputs)
      return { ck_weight_gradient_f32(dy, x, &gradient, rows, outputs, inputs) }
    }
  }

  /// Work on f32 operands of `counts` numbers each; where no bytes are told, all are read or written once.
  ///
  /// `prepare` gives the work; what it does before is not measured.
  static func prepared(
    _ name: String, _ size: String, _ counts: [Int], bytes: Int? = nil,
    operations: Double? = nil, limit: Limit = .bandwidth,
    _ prepare: @escaping @Sendable ([FloatView]) throws -> () throws -> Void
  ) -> KernelBenchmark {
    KernelBenchmark(
      name: name, size: size, operations: operations ?? Double(counts[0]),
      bytes: bytes ?? 4 * counts.reduce(0, +), limit: limit
    ) {
      let operands = try counts.map { count in
        let operand = try FloatBuffer(count)
        operand.values = numbers(count)
        return operand
      }
      let work = try prepare(operands.map(\.view))
      return { try withExtendedLifetime(operands) { try work() } }
    }
  }

  /// As `prepared`, with nothing to prepare.
  static func work(
    _ name: String, _ size: String, _ counts: [Int], bytes: Int? = nil,
    operations: Double? = nil, limit: Limit = .bandwidth,
    _ body: @escaping @Sendable ([FloatView]) throws -> Void
  ) -> KernelBenchmark {
    prepared(name, size, counts, bytes: bytes, operations: operations, limit: limit) { operands in
      { try body(operands) }
    }
  }

  /// A function of 16,384 numbers, counted as one operation each.
  private static func function(_ name: String, _ function: ElementaryFunction) -> KernelBenchmark {
    KernelBenchmark(
      name: name, size: "16384", operations: 16_384, bytes: 8 * 16_384, limit: .bandwidth
    ) {
      let x = numbers(16_384)
      var y = x
      return { ck_map_f32(function.rawValue, x, &y, 16_384) }
    }
  }

  private static func wideFunction(_ name: String, _ function: ElementaryFunction)
    -> KernelBenchmark
  {
    KernelBenchmark(
      name: name, size: "16384", operations: 16_384, bytes: 16 * 16_384, limit: .bandwidth
    ) {
      let x = numbers(16_384).map { 2 + Double($0) }
      var y = x
      return { ck_map_f64(function.rawValue, x, &y, 16_384) }
    }
  }

  private static func sum(_ name: String, _ count: Int) -> KernelBenchmark {
    KernelBenchmark(
      name: name, size: "\(count)", operations: Double(count), bytes: 4 * count, limit: .bandwidth
    ) {
      let x = numbers(count)
      return { _ = Sums.sum(x) }
    }
  }
}
