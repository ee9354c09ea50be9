import CKernels

extension QuantizedMatrix {
  /// The blocks of rows as they were before packing.
  private func blocks(_ rows: Range<Int>) -> [UInt8] {
    let length = outputs > 0 ? byteCount / outputs : 0
    return [UInt8](unsafeUninitializedCapacity: rows.count * length) { bytes, count in
      if let to = bytes.baseAddress, !rows.isEmpty {
        ck_unpack_rows(format.code, packed, inputs, rows.lowerBound, rows.count, to)
      }
      count = rows.count * length
    }
  }

  /// The blocks `[outputs, inputs / length]` as they were before packing.
  public func blocks() -> [UInt8] { blocks(0..<outputs) }

  /// All numbers `[outputs, inputs]`, as ggml's own dequantisers give them.
  public func dequantized() throws(KernelError) -> [Float] {
    try format.dequantizing(blocks())
  }

  /// The numbers of one row `[inputs]`: an embedding look-up.
  public func row(_ index: Int) throws(KernelError) -> [Float] {
    try check(index, "row", 0)
    return try format.dequantizing(blocks(index..<index + 1))
  }

  /// A matrix of some rows, in this order, with the same blocks.
  public func choosing(_ rows: [Int]) throws(KernelError) -> QuantizedMatrix {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows.count * (outputs > 0 ? byteCount / outputs : 0))
    for (place, row) in rows.enumerated() {
      try check(row, "rows", place)
      bytes.append(contentsOf: blocks(row..<row + 1))
    }
    return try .copying(bytes, format: format, inputs: inputs, outputs: rows.count)
  }

  private func check(_ row: Int, _ argument: String, _ place: Int) throws(KernelError) {
    guard row >= 0, row < outputs else {
      throw .index(
        kernel: "quantized matrix", argument: argument, place: place, index: row, count: outputs)
    }
  }
}
