import Kernels
import Testing

/// Runs kernels on every instance of this machine, cut into several numbers of shares.
enum KernelTesting {
  static let shares = [1, 2, 3, 7]

  /// Expects `body`'s bits to be those of the reference with one share, whatever runs it.
  @discardableResult
  static func everywhere<Bits: Equatable & Sendable>(
    _ what: String = "", location: SourceLocation = #_sourceLocation, _ body: () throws -> Bits
  ) throws -> Bits {
    let reference = try #require(
      try Machine.with(variant: Machine.variants[0], shares: 1, body), sourceLocation: location)
    for variant in Machine.variants {
      // The reference is slow; what shares change does not depend on the instance.
      for count in variant == Machine.variants[0] ? [1, 3] : shares {
        let found = try Machine.with(variant: variant, shares: count, body)
        #expect(
          found == reference, "\(what) \(variant), \(count) shares", sourceLocation: location)
      }
    }
    return reference
  }

  /// Bit patterns; all NaNs count as one.
  static func bits(_ values: [Float]) -> [UInt32] {
    values.map { $0.isNaN ? 0x7FC0_0000 : $0.bitPattern }
  }

  static func bits(_ values: [Double]) -> [UInt64] {
    values.map { $0.isNaN ? 0x7FF8_0000_0000_0000 : $0.bitPattern }
  }

  /// The largest relative error of `gradient` against central differences of `loss` in f64.
  static func gradientError(
    _ gradient: [Double], at point: [Double], step: Double = 1e-5,
    loss: ([Double]) throws -> Double
  ) rethrows -> Double {
    var worst = 0.0
    let size = gradient.map(abs).max() ?? 0
    for index in point.indices {
      var moved = point
      moved[index] = point[index] + step
      let up = try loss(moved)
      moved[index] = point[index] - step
      let slope = (up - (try loss(moved))) / (2 * step)
      worst = max(worst, abs(slope - gradient[index]) / max(abs(slope), size, 1e-3))
    }
    return worst
  }
}
