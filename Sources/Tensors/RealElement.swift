import Kernels

/// The floating-point element types and their functions, of which none is the system's.
protocol RealElement: BinaryFloatingPoint, TensorElement {
  static func power(_ base: Self, _ exponent: Self) -> Self
  /// x - y · trunc(x / y), exact, with the sign of x.
  static func remainder(_ x: Self, _ y: Self) -> Self
  static func floor(_ x: Self) -> Self
  /// The function of each of `count` values.
  static func map(
    _ function: ElementaryFunction, _ values: UnsafePointer<Self>, _ count: Int,
    into out: UnsafeMutablePointer<Self>)
  static func sum(_ values: UnsafeBufferPointer<Self>) -> Self
  static func squaredDeviations(_ values: UnsafeBufferPointer<Self>, from center: Self) -> Self
  /// How many values the packed right operand of a product takes.
  static func panelCount(inputs: Int, outputs: Int) throws(KernelError) -> Int
  static func pack(
    _ values: UnsafePointer<Self>, inputs: Int, outputs: Int, inputStride: Int, outputStride: Int,
    into panels: UnsafeMutableBufferPointer<Self>) throws(KernelError)
  static func multiply(
    _ x: UnsafePointer<Self>, panels: UnsafeBufferPointer<Self>, rows: Int, inputs: Int,
    outputs: Int, into out: UnsafeMutablePointer<Self>) throws(KernelError)
}

extension Double: RealElement {
  static func power(_ base: Double, _ exponent: Double) -> Double {
    Arithmetic.power(base, exponent)
  }
  static func remainder(_ x: Double, _ y: Double) -> Double { Arithmetic.remainder(x, y) }
  static func floor(_ x: Double) -> Double { Arithmetic.floor(x) }
  static func map(
    _ function: ElementaryFunction, _ values: UnsafePointer<Double>, _ count: Int,
    into out: UnsafeMutablePointer<Double>
  ) {
    function.map(
      UnsafeBufferPointer(start: values, count: count),
      into: UnsafeMutableBufferPointer(start: out, count: count))
  }
  static func sum(_ values: UnsafeBufferPointer<Double>) -> Double { Sums.sum(values) }
  static func squaredDeviations(_ values: UnsafeBufferPointer<Double>, from center: Double)
    -> Double
  {
    Sums.squaredDeviations(values, from: center)
  }
  static func panelCount(inputs: Int, outputs: Int) throws(KernelError) -> Int {
    try PanelProducts.panelCount(inputs: inputs, outputs: outputs, of: Double.self)
  }
  static func pack(
    _ values: UnsafePointer<Double>, inputs: Int, outputs: Int, inputStride: Int, outputStride: Int,
    into panels: UnsafeMutableBufferPointer<Double>
  ) throws(KernelError) {
    try PanelProducts.pack(
      values, inputs: inputs, outputs: outputs, inputStride: inputStride,
      outputStride: outputStride, into: panels)
  }
  static func multiply(
    _ x: UnsafePointer<Double>, panels: UnsafeBufferPointer<Double>, rows: Int, inputs: Int,
    outputs: Int, into out: UnsafeMutablePointer<Double>
  ) throws(KernelError) {
    try PanelProducts.multiply(
      x, panels: panels, rows: rows, inputs: inputs, outputs: outputs, into: out)
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
  static func map(
    _ function: ElementaryFunction, _ values: UnsafePointer<Float>, _ count: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    function.map(
      UnsafeBufferPointer(start: values, count: count),
      into: UnsafeMutableBufferPointer(start: out, count: count))
  }
  static func sum(_ values: UnsafeBufferPointer<Float>) -> Float { Sums.sum(values) }
  static func squaredDeviations(_ values: UnsafeBufferPointer<Float>, from center: Float) -> Float {
    Sums.squaredDeviations(values, from: center)
  }
  static func panelCount(inputs: Int, outputs: Int) throws(KernelError) -> Int {
    try PanelProducts.panelCount(inputs: inputs, outputs: outputs, of: Float.self)
  }
  static func pack(
    _ values: UnsafePointer<Float>, inputs: Int, outputs: Int, inputStride: Int, outputStride: Int,
    into panels: UnsafeMutableBufferPointer<Float>
  ) throws(KernelError) {
    try PanelProducts.pack(
      values, inputs: inputs, outputs: outputs, inputStride: inputStride,
      outputStride: outputStride, into: panels)
  }
  static func multiply(
    _ x: UnsafePointer<Float>, panels: UnsafeBufferPointer<Float>, rows: Int, inputs: Int,
    outputs: Int, into out: UnsafeMutablePointer<Float>
  ) throws(KernelError) {
    try PanelProducts.multiply(
      x, panels: panels, rows: rows, inputs: inputs, outputs: outputs, into: out)
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
