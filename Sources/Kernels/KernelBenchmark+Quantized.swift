import CKernels

extension KernelBenchmark {
  /// Products with weights of fewer bits: one row, whose weights memory has to bring, and many rows.
  static let quantized: [KernelBenchmark] =
    [BlockFormat.q8x0, .q4x0, .q4x1, .q4K, .q6K].map {
      quantizedProduct($0, rows: 1, inner: 4096, columns: 32_768)
    }
    + [BlockFormat.q8x0, .q4x0, .q4x1, .q4K, .q6K].map {
      quantizedProduct($0, rows: 128, inner: 2048, columns: 2048)
    }
    + [
      quantizedProduct(.q4x0, rows: 1, inner: 576, columns: 1536),
      quantizedProduct(.q4x0, rows: 128, inner: 576, columns: 1536), quantization(576),
      quantization(1 << 18),
    ]

  /// A product with rows that are quantised already.
  private static func quantizedProduct(_ format: BlockFormat, rows: Int, inner: Int, columns: Int)
    -> KernelBenchmark
  {
    let weights = columns * inner / format.length * format.byteCount
    let name = (rows == 1 ? "gemv " : "gemm ") + format.rawValue.lowercased()
    return KernelBenchmark(
      name: name, size: "\(rows) x \(inner) x \(columns)",
      operations: 2 * Double(rows * inner * columns),
      bytes: weights + rows * inner + 4 * rows * columns,
      limit: rows == 1 ? .bandwidth : .arithmetic(lanes: 4)
    ) {
      // Bytes whose f16 scales are finite.
      var state: UInt32 = 1
      let bytes = (0..<weights).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: state >> 24) & 0xBF
      }
      let matrix = try QuantizedMatrix.copying(
        bytes, format: format, inputs: inner, outputs: columns)
      let x = try FloatBuffer(rows * inner)
      x.values = numbers(rows * inner)
      let quantized = try QuantizedRows(UnsafeBufferPointer(x.view), width: inner)
      let y = try FloatBuffer(rows * columns)
      let product = QuantizedProduct(matrix, into: y.view)
      return {
        try withExtendedLifetime((matrix, y)) { try quantized.multiply(product) }
      }
    }
  }

  /// Activations as 8 bits, counted as one operation each.
  private static func quantization(_ count: Int) -> KernelBenchmark {
    KernelBenchmark(
      name: "quantize activations", size: "\(count)", operations: Double(count), bytes: 5 * count,
      limit: .bandwidth
    ) {
      let x = try FloatBuffer(count)
      x.values = numbers(count)
      let scratch = try QuantizedScratch(capacity: count)
      return { try scratch.quantize(UnsafeBufferPointer(x.view), width: count) }
    }
  }
}
