import CKernels

/// The formats of quantised weights: blocks of 32 or 256 numbers with scales of their own, as ggml
/// lays them out (`ck_blocks.h`).
public enum BlockFormat: String, Sendable, CaseIterable {
  /// Blocks of 32 with a scale; the digit is the bits of a number.
  case q4x0 = "Q4_0"
  /// As ``q4x0`` with a least value too.
  case q4x1 = "Q4_1"
  case q5x0 = "Q5_0"
  case q5x1 = "Q5_1"
  case q8x0 = "Q8_0"
  /// Blocks of 256 whose 8 or 16 parts have small scales.
  case q2K = "Q2_K"
  case q3K = "Q3_K"
  case q4K = "Q4_K"
  case q5K = "Q5_K"
  case q6K = "Q6_K"
  /// Blocks of 32 with a scale and four bits that stand for sixteen uneven values.
  case iq4NL = "IQ4_NL"

  var code: ck_block_format {
    switch self {
    case .q4x0: CK_Q4_0
    case .q4x1: CK_Q4_1
    case .q5x0: CK_Q5_0
    case .q5x1: CK_Q5_1
    case .q8x0: CK_Q8_0
    case .q2K: CK_Q2_K
    case .q3K: CK_Q3_K
    case .q4K: CK_Q4_K
    case .q5K: CK_Q5_K
    case .q6K: CK_Q6_K
    case .iq4NL: CK_IQ4_NL
    }
  }

  /// The numbers in a block.
  public var length: Int { Int(ck_block_length(code)) }

  /// The bytes of a block.
  public var byteCount: Int { Int(ck_block_bytes(code)) }

  /// The bytes of so many numbers, or nil where they are no whole blocks or overflow.
  public func byteCount(of numbers: Int) -> Int? {
    guard numbers >= 0, numbers % length == 0 else { return nil }
    let (bytes, overflow) = (numbers / length).multipliedReportingOverflow(by: byteCount)
    return overflow ? nil : bytes
  }

  /// The numbers that blocks stand for, by the same roundings as ggml's own functions.
  ///
  /// - Throws: ``KernelError/size(kernel:argument:needed:found:)`` for a part of a block.
  public func dequantizing(_ blocks: UnsafeRawBufferPointer) throws(KernelError) -> [Float] {
    let count = blocks.count / byteCount
    try KernelError.check("dequantize", "blocks", blocks.count, count * byteCount)
    let (numbers, overflow) = count.multipliedReportingOverflow(by: length)
    let (bytes, tooMany) = numbers.multipliedReportingOverflow(by: 4)
    if overflow || tooMany { throw .memory(kernel: "dequantize", bytes: bytes) }
    return [Float](unsafeUninitializedCapacity: numbers) { out, initialized in
      if let from = blocks.bindMemory(to: UInt8.self).baseAddress, let to = out.baseAddress {
        ck_dequantize_blocks(code, from, to, count)
      }
      initialized = numbers
    }
  }

  /// As ``dequantizing(_:)-(UnsafeRawBufferPointer)`` for bytes in an array.
  public func dequantizing(_ blocks: [UInt8]) throws(KernelError) -> [Float] {
    try blocks.withUnsafeBufferPointer { (blocks) throws(KernelError) in
      try dequantizing(UnsafeRawBufferPointer(blocks))
    }
  }
}

extension BlockFormat {
  /// Numbers as blocks: for Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1 the bits that the gguf Python package
  /// makes, for the others a deterministic search.
  ///
  /// - Parameter values: whole blocks of finite numbers.
  /// - Throws: ``KernelError/number(kernel:argument:found:)`` for a NaN or an infinity,
  ///   ``KernelError/value(kernel:argument:allowed:)`` where numbers are so large that a scale would
  ///   be infinite as f16.
  public func quantizing(_ values: [Float]) throws(KernelError) -> [UInt8] {
    guard let bytes = byteCount(of: values.count) else {
      throw .value(
        kernel: "quantize", argument: "values",
        allowed: "in whole blocks of \(length), not \(values.count)")
    }
    if let odd = values.first(where: { !$0.isFinite }) {
      throw .number(kernel: "quantize", argument: "values", found: Double(odd))
    }
    var succeeded = true
    let blocks = [UInt8](unsafeUninitializedCapacity: bytes) { out, initialized in
      out.initialize(repeating: 0)
      values.withUnsafeBufferPointer {
        if let from = $0.baseAddress, let to = out.baseAddress {
          succeeded = ck_quantize_blocks(code, from, to, values.count / length)
        }
      }
      initialized = bytes
    }
    if !succeeded {
      throw .value(
        kernel: "quantize", argument: "values", allowed: "small enough for \(rawValue)'s f16 scales"
      )
    }
    return blocks
  }
}
