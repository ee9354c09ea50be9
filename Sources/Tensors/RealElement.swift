import Kernels

/// The floating-point element types and their functions, of which none is the system's.
protocol RealElement: BinaryFloatingPoint {
  static func power(_ base: Self, _ exponent: Self) -> Self
  /// x - y · trunc(x / y), exact, with the sign of x.
  static func remainder(_ x: Self, _ y: Self) -> Self
  static func floor(_ x: Self) -> Self
  static func map(_ function: ElementaryFunction, _ values: [Self]) -> [Self]
  static func sum(_ values: [Self]) -> Self
  static func squaredDeviations(_ values: [Self], from center: Self) -> Self
}

extension Double: RealElement {
  static func power(_ base: Double, _ exponent: Double) -> Double {
    Arithmetic.power(base, exponent)
  }
  static func remainder(_ x: Double, _ y: Double) -> Double { Arithmetic.remainder(x, y) }
  static func floor(_ x: Double) -> Double { Arithmetic.floor(x) }
  static func map(_ function: ElementaryFunction, _ values: [Double]) -> [Double] {
    function(values)
  }
  static func sum(_ values: [Double]) -> Double { Sums.sum(values) }
  static func squaredDeviations(_ values: [Double], from center: Double) -> Double {
    Sums.squaredDeviations(values, from: center)
  }
}

/// Remainders of f32 go through f64 and are rounded once.
extension Float: RealElement {
  static func power(_ base: Float, _ exponent: Float) -> Float {
    Arithmetic.power(base, exponent)
  }
  static func remainder(_ x: Float, _ y: Float) -> Float {
    Float(Arithmetic.remainder(Double(x), Double(y)))
  }
  static func floor(_ x: Float) -> Float { Float(Arithmetic.floor(Double(x))) }
  static func map(_ function: ElementaryFunction, _ values: [Float]) -> [Float] {
    function(values)
  }
  static func sum(_ values: [Float]) -> Float { Sums.sum(values) }
  static func squaredDeviations(_ values: [Float], from center: Float) -> Float {
    Sums.squaredDeviations(values, from: center)
  }
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
