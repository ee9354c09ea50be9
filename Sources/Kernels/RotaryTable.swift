import CKernels

/// The angles of rotary positions: cos and sin of position · base^(-i / pairs).
///
/// Computed in f64 and rounded once. Pairs are (i, i + pairs) in a head of 2 · pairs.
public struct RotaryTable: Sendable {
  public let pairs: Int
  /// The positions held: `0..<positions`.
  public let positions: Int
  private let cosines: [Float]
  private let sines: [Float]

  public init(base: Double, pairs: Int, positions: Int) throws(KernelError) {
    let (count, overflow) = pairs.multipliedReportingOverflow(by: positions)
    if overflow || pairs < 0 || positions < 0 {
      throw .memory(kernel: "rotary table", bytes: Int.max)
    }
    self.pairs = pairs
    self.positions = positions
    var cosines = [Float](repeating: 0, count: count)
    var sines = cosines
    cosines.withUnsafeMutableBufferPointer { c in
      sines.withUnsafeMutableBufferPointer { s in
        guard let c = c.baseAddress, let s = s.baseAddress else { return }
        ck_rotary_tables_f32(base, pairs, 0, positions, c, s)
      }
    }
    (self.cosines, self.sines) = (cosines, sines)
  }

  /// Turns `x` `[rows, heads, 2 · pairs]` in place; row r stands at position `first + r`.
  public func rotate(_ x: inout [Float], heads: Int, first: Int) throws(KernelError) {
    let width = heads * 2 * pairs
    let rows = width > 0 ? x.count / width : 0
    try KernelError.check("rotary", "x", x.count, rows * width)
    guard first >= 0, first + rows <= positions else {
      throw .size(
        kernel: "rotary", argument: "positions", needed: first + rows, found: positions)
    }
    x.withUnsafeMutableBufferPointer { x in
      cosines.withUnsafeBufferPointer { c in
        sines.withUnsafeBufferPointer { s in
          guard let x = x.baseAddress, let c = c.baseAddress, let s = s.baseAddress else { return }
          ck_rotary_f32(x, c + first * pairs, s + first * pairs, rows, heads, pairs)
        }
      }
    }
  }
}
