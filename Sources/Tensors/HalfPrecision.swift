/// Conversions between 16-bit floats, as weight files and tensors hold them, and f32 and f64.
public enum HalfPrecision {
  /// IEEE binary16 bits as f32, exact.
  public static func float(fromBinary16 bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 31
    let fraction = UInt32(bits & 0x3FF)
    switch (exponent, fraction) {
    case (0, 0): return Float(bitPattern: sign)
    case (0, _):
      // Subnormal: fraction · 2⁻²⁴, a normal number in f32.
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case (31, _): return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// bfloat16 bits as f32, exact: they are its upper half.
  public static func float(fromBFloat16 bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// The nearest binary16 number, halves to the even one; NaN becomes 7e00.
  public static func binary16(_ value: Double) -> UInt16 {
    nearest(value, fractionBits: 10, exponentBias: 15, infinity: 0x7C00, nan: 0x7E00)
  }

  /// The nearest bfloat16 number, halves to the even one; NaN becomes 7fc0.
  public static func bfloat16(_ value: Double) -> UInt16 {
    nearest(value, fractionBits: 7, exponentBias: 127, infinity: 0x7F80, nan: 0x7FC0)
  }

  /// One rounding from f64, which holds every f32 exactly.
  @inline(__always)
  private static func nearest(
    _ value: Double, fractionBits: UInt64, exponentBias: UInt64, infinity: UInt16, nan: UInt16
  ) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 48) & 0x8000
    let magnitude = value.magnitude
    if magnitude.isNaN { return nan }
    let smallestNormal = Double(bitPattern: (1024 - exponentBias) << 52)
    if magnitude < smallestNormal {
      // Beside this number the last place of an f64 is that of the subnormals.
      let anchor = Double(bitPattern: (1024 - exponentBias - fractionBits + 52) << 52)
      return sign | UInt16(truncatingIfNeeded: (magnitude + anchor).bitPattern)
    }
    let dropped = 52 - fractionBits
    let rebiased = magnitude.bitPattern - (1023 - exponentBias) << 52
    let toEven = (rebiased >> dropped) & 1
    let rounded = (rebiased + (1 << (dropped - 1)) - 1 + toEven) >> dropped
    // What rounds past the greatest number carries into infinity; what is far beyond is cut to it.
    return sign | UInt16(min(rounded, UInt64(infinity)))
  }
}

/// One IEEE binary16 number, as a tensor keeps it.
public struct Binary16: Sendable, BitwiseCopyable, Equatable {
  public var bits: UInt16
  public init(bits: UInt16) { self.bits = bits }
  /// The nearest one, halves to the even one.
  public init(_ value: Double) { bits = HalfPrecision.binary16(value) }
  public var float: Float { HalfPrecision.float(fromBinary16: bits) }
}

/// One bfloat16 number, as a tensor keeps it.
public struct BFloat16: Sendable, BitwiseCopyable, Equatable {
  public var bits: UInt16
  public init(bits: UInt16) { self.bits = bits }
  /// The nearest one, halves to the even one.
  public init(_ value: Double) { bits = HalfPrecision.bfloat16(value) }
  public var float: Float { HalfPrecision.float(fromBFloat16: bits) }
}
