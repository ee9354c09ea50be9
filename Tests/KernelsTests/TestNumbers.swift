/// Repeatable numbers for tests, without the product's own generator.
struct TestNumbers {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func bits() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(bits() >> 33) % bound }

  /// In (-1, 1).
  mutating func float() -> Float { Float(Int32(truncatingIfNeeded: bits() >> 20)) * 0x1p-31 }

  mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in float() } }

  /// Any bit pattern, so zeros, subnormals, infinities and NaN too.
  mutating func wild(_ count: Int) -> [Float] {
    (0..<count).map { _ in
      switch below(8) {
      case 0: [0, -0.0, .infinity, -.infinity, .nan, 0x1p-149, -0x1p-130][below(7)]
      case 1: Float(bitPattern: UInt32(truncatingIfNeeded: bits()))
      default: float()
      }
    }
  }
}

/// Bits with all NaNs as one.
func canonical(_ values: [Float]) -> [UInt32] {
  values.map { $0.isNaN ? 0x7FC0_0000 : $0.bitPattern }
}
