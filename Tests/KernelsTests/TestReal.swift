@testable import Kernels

/// What independent twins of kernels need of a number, written once for f32 and f64.
protocol TestReal: KernelReal {
  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  /// The bits; all NaNs count as one.
  var testBits: UInt64 { get }
}

extension Float: TestReal {
  static func exp(_ x: Float) -> Float { ElementaryFunction.exp([x])[0] }
  static func log(_ x: Float) -> Float { Float(ElementaryFunction.log(Double(x))) }
  var testBits: UInt64 { isNaN ? 0x7FC0_0000 : UInt64(bitPattern) }
}

extension Double: TestReal {
  static func exp(_ x: Double) -> Double { ElementaryFunction.exp(x) }
  static func log(_ x: Double) -> Double { ElementaryFunction.log(x) }
  var testBits: UInt64 { isNaN ? 0x7FF8_0000_0000_0000 : bitPattern }
}

func testBits<T: TestReal>(_ values: [T]) -> [UInt64] { values.map(\.testBits) }

extension TestNumbers {
  /// In (-1, 1), or any bit pattern of f32.
  mutating func reals<T: TestReal>(_ count: Int, as _: T.Type, wild: Bool = false) -> [T] {
    wild ? self.wild(count).map { T($0) } : doubles(count).map { T($0) }
  }
}

/// The chain of fused multiply-adds from +0, and + 0.0.
func chain<T: TestReal>(_ count: Int, _ factors: (Int) -> (T, T)) -> T {
  var sum = T.zero
  for i in 0..<count {
    let (a, b) = factors(i)
    sum = sum.addingProduct(a, b)
  }
  return sum + 0
}

/// The sum of products, without an order.
func loosely(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// How far f32 numbers are from f64 ones, in units of the largest.
func distance(_ narrow: [Float], _ wide: [Double]) -> Double {
  let size = wide.map(abs).max() ?? 0
  return zip(narrow, wide).map { abs(Double($0) - $1) }.max().map { $0 / max(size, 1e-30) } ?? 0
}
