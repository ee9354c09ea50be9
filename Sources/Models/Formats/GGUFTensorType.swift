import Kernels

/// The element types of GGUF, by ggml's numbers.
///
/// All that ggml has are known, so that sizes can be checked; only some can be read
/// (``decoder``).
public enum GGUFTensorType: UInt32, Sendable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4x0 = 2
  case q4x1 = 3
  case q5x0 = 6
  case q5x1 = 7
  case q8x0 = 8
  case q8x1 = 9
  case q2K = 10
  case q3K = 11
  case q4K = 12
  case q5K = 13
  case q6K = 14
  case q8K = 15
  case iq2XXS = 16
  case iq2XS = 17
  case iq3XXS = 18
  case iq1S = 19
  case iq4NL = 20
  case iq3S = 21
  case iq2S = 22
  case iq4XS = 23
  case i8 = 24
  case i16 = 25
  case i32 = 26
  case i64 = 27
  case f64 = 28
  case iq1M = 29
  case bf16 = 30
  case tq1x0 = 34
  case tq2x0 = 35
  case mxfp4 = 39
  case nvfp4 = 40
  case q1x0 = 41

  /// ggml's name.
  public var name: String { layout.name }
  /// The numbers in a block; 1 for plain types.
  public var blockLength: Int { layout.length }
  /// The bytes of a block.
  public var blockBytes: Int { layout.bytes }

  /// The format of its blocks, where they can be read.
  public var blockFormat: BlockFormat? { BlockFormat(rawValue: name) }

  /// The format of numbers in 16 bits; nil for other types.
  public var halfFormat: HalfFormat? {
    switch self {
    case .f16: .f16
    case .bf16: .bf16
    default: nil
    }
  }

  public init?(name: String) {
    guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = type
  }

  // From `GGML_QUANT_SIZES` of the gguf Python package 0.19.
  private var layout: (name: String, length: Int, bytes: Int) {
    switch self {
    case .f32: ("F32", 1, 4)
    case .f16: ("F16", 1, 2)
    case .q4x0: ("Q4_0", 32, 18)
    case .q4x1: ("Q4_1", 32, 20)
    case .q5x0: ("Q5_0", 32, 22)
    case .q5x1: ("Q5_1", 32, 24)
    case .q8x0: ("Q8_0", 32, 34)
    case .q8x1: ("Q8_1", 32, 40)
    case .q2K: ("Q2_K", 256, 84)
    case .q3K: ("Q3_K", 256, 110)
    case .q4K: ("Q4_K", 256, 144)
    case .q5K: ("Q5_K", 256, 176)
    case .q6K: ("Q6_K", 256, 210)
    case .q8K: ("Q8_K", 256, 292)
    case .iq2XXS: ("IQ2_XXS", 256, 66)
    case .iq2XS: ("IQ2_XS", 256, 74)
    case .iq3XXS: ("IQ3_XXS", 256, 98)
    case .iq1S: ("IQ1_S", 256, 50)
    case .iq4NL: ("IQ4_NL", 32, 18)
    case .iq3S: ("IQ3_S", 256, 110)
    case .iq2S: ("IQ2_S", 256, 82)
    case .iq4XS: ("IQ4_XS", 256, 136)
    case .i8: ("I8", 1, 1)
    case .i16: ("I16", 1, 2)
    case .i32: ("I32", 1, 4)
    case .i64: ("I64", 1, 8)
    case .f64: ("F64", 1, 8)
    case .iq1M: ("IQ1_M", 256, 56)
    case .bf16: ("BF16", 1, 2)
    case .tq1x0: ("TQ1_0", 256, 54)
    case .tq2x0: ("TQ2_0", 256, 66)
    case .mxfp4: ("MXFP4", 32, 17)
    case .nvfp4: ("NVFP4", 64, 36)
    case .q1x0: ("Q1_0", 128, 18)
    }
  }

  /// The bytes of a tensor, or nil where rows are no whole blocks or a product overflows.
  ///
  /// - Parameter shape: outermost first.
  func byteCount(shape: [Int]) -> Int? {
    guard (shape.last ?? 1) % blockLength == 0 else { return nil }
    var blocks = (shape.last ?? 1) / blockLength
    for extent in shape.dropLast() {
      let (product, overflow) = blocks.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      blocks = product
    }
    let (bytes, overflow) = blocks.multipliedReportingOverflow(by: blockBytes)
    return overflow ? nil : bytes
  }
}
