import CKernels

/// The floating-point element types and their functions, of which none is the system's.
protocol RealElement: BinaryFloatingPoint {
  static func power(_ base: Self, _ exponent: Self) -> Self
  /// x - y · trunc(x / y), exact, with the sign of x.
  static func remainder(_ x: Self, _ y: Self) -> Self
  static func floor(_ x: Self) -> Self
}

extension Double: RealElement {
  static func power(_ base: Double, _ exponent: Double) -> Double { ck_pow_f64(base, exponent) }
  static func remainder(_ x: Double, _ y: Double) -> Double { ck_remainder_f64(x, y) }
  static func floor(_ x: Double) -> Double { ck_floor_f64(x) }
}

/// f32 goes through f64 and is rounded once.
extension Float: RealElement {
  static func power(_ base: Float, _ exponent: Float) -> Float {
    Float(ck_pow_f64(Double(base), Double(exponent)))
  }
  static func remainder(_ x: Float, _ y: Float) -> Float {
    Float(ck_remainder_f64(Double(x), Double(y)))
  }
  static func floor(_ x: Float) -> Float { Float(ck_floor_f64(Double(x))) }
}

extension RealElement {
  /// The remainder with the divisor's sign, as Python's `%`.
  static func modulo(_ x: Self, _ y: Self) -> Self {
    let rest = remainder(x, y)
    if rest != 0 && (rest < 0) != (y < 0) { return rest + y }
    return rest == 0 ? (y.sign == .minus ? -0.0 : 0) : rest
  }

  /// The quotient rounded down, consistent with ``modulo(_:_:)``.
  static func floorDivided(_ x: Self, _ y: Self) -> Self {
    if y == 0 || !x.isFinite || !y.isFinite { return floor(x / y) }
    let quotient = (x - modulo(x, y)) / y
    let below = floor(quotient)
    return quotient - below > 0.5 ? below + 1 : below
  }
}
