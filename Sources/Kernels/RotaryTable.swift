/// The angles of rotary positions `0..<positions`, for inference: f32, pairs (i, i + pairs).
public struct RotaryTable: Sendable {
  public let pairs: Int
  /// The positions held: `0..<positions`.
  public let positions: Int
  private let angles: RotaryAngles<Float>

  /// cos and sin of position · base^(-i / pairs).
  public init(base: Double, pairs: Int, positions: Int) throws(KernelError) {
    try self.init(try RotaryFrequencies(base: base, pairs: pairs), positions: positions)
  }

  public init(_ frequencies: RotaryFrequencies, positions: Int) throws(KernelError) {
    let pairs = frequencies.values.count
    let (count, overflow) = pairs.multipliedReportingOverflow(by: positions)
    if overflow || positions < 0 || positions > Int(Int32.max) || count > 1 << 40 {
      throw .memory(kernel: "rotary table", bytes: Int.max)
    }
    self.pairs = pairs
    self.positions = positions
    angles = try RotaryAngles(frequencies, positions: .whole((0..<positions).map { Int32($0) }))
  }

  /// Turns `x` `[rows, heads, 2 · pairs]` in place; row r stands at position `first + r`.
  public func rotate(_ x: inout [Float], heads: Int, first: Int) throws(KernelError) {
    var failure: KernelError?
    x.withUnsafeMutableBufferPointer { x in
      do throws(KernelError) { try rotate(x, heads: heads, first: first) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// The same; `backward` turns gradients, by the angles' opposites.
  public func rotate(_ x: FloatView, heads: Int, first: Int, backward: Bool = false)
    throws(KernelError)
  {
    let width = heads * 2 * pairs
    let rows = width > 0 ? x.count / width : 0
    try KernelError.check("rotary", "x", x.count, rows * width)
    guard first >= 0, first <= positions, rows <= positions - first else {
      throw .size(
        kernel: "rotary", argument: "positions", needed: first + rows, found: positions)
    }
    try angles.turn(
      UnsafeBufferPointer(x), x, first..<first + rows, heads, 2 * pairs, 0, .halves,
      backward: backward)
  }
}
