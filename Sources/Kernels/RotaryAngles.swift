import CKernels

/// Which values of a head turn together.
public enum RotaryPairing: Sendable, Equatable {
  /// (i, i + pairs), as in GPT-NeoX and Llama checkpoints of Hugging Face.
  case halves
  /// (2 i, 2 i + 1), as in the paper.
  case interleaved
}

/// Where rows stand: whole numbers, or fractions of them.
public enum RotaryPositions: Sendable, Equatable {
  case whole([Int32])
  case real([Float])

  public var count: Int {
    switch self {
    case .whole(let values): values.count
    case .real(let values): values.count
    }
  }
}

/// cos and sin of rotary angles for given rows, in f32 or f64, and the turning of heads by them
/// (J. Su and others, arXiv 2104.09864).
///
/// An angle is position · frequency in f64; cos and sin are multiplied by the attention factor and
/// rounded once.
public struct RotaryAngles<T: KernelReal>: Sendable {
  public let rows: Int
  public let pairs: Int
  private let cosines: [T]
  private let sines: [T]

  /// - Parameters:
  ///   - positions: `[rows]`, or `[rows, axisCount]`.
  ///   - axes: the axis that turns each pair, `[pairs]`; nil for axis 0. In pictures the first half of
  ///     the pairs has axis 0 (rows) and the second axis 1 (columns): ``grid(_:positions:)``.
  public init(
    _ frequencies: RotaryFrequencies, positions: RotaryPositions, axes: [Int32]? = nil,
    axisCount: Int = 1
  ) throws(KernelError) {
    let kernel = "rotary angles"
    guard axisCount > 0 else {
      throw .value(kernel: kernel, argument: "axisCount", allowed: "above 0")
    }
    pairs = frequencies.values.count
    rows = positions.count / axisCount
    try KernelError.check(kernel, "positions", positions.count, rows * axisCount)
    if let axes {
      try KernelError.check(kernel, "axes", axes.count, pairs)
      for (place, axis) in axes.enumerated() where axis < 0 || axis >= axisCount {
        throw .index(
          kernel: kernel, argument: "axes", place: place, index: Int(axis), count: axisCount)
      }
    }
    let count = try KernelError.extent(kernel, rows, pairs)
    var cosines = [T](repeating: 0, count: count)
    var sines = cosines
    cosines.withUnsafeMutableBufferPointer { c in
      sines.withUnsafeMutableBufferPointer { s in
        Self.fill(frequencies, positions, axes, axisCount, c, s)
      }
    }
    (self.cosines, self.sines) = (cosines, sines)
  }

  /// Angles of places in a grid: all `frequencies` by the first of two positions, then all of them by
  /// the second, so there are twice as many pairs.
  ///
  /// - Parameter positions: `[rows, 2]`.
  public static func grid(_ frequencies: RotaryFrequencies, positions: RotaryPositions)
    throws(KernelError) -> RotaryAngles
  {
    let count = frequencies.values.count
    return try RotaryAngles(
      RotaryFrequencies(
        values: frequencies.values + frequencies.values,
        attentionFactor: frequencies.attentionFactor),
      positions: positions,
      axes: [Int32](repeating: 0, count: count) + [Int32](repeating: 1, count: count),
      axisCount: 2)
  }

  /// y = `x` `[rows, heads, headWidth]` turned. `y` may be `x`.
  ///
  /// - Parameters:
  ///   - first: where in a head the 2 · pairs values that turn begin; the others stay.
  public func rotate(
    _ x: UnsafeBufferPointer<T>, into y: UnsafeMutableBufferPointer<T>, heads: Int, headWidth: Int,
    first: Int = 0, pairing: RotaryPairing = .halves
  ) throws(KernelError) {
    try turn(x, y, 0..<rows, heads, headWidth, first, pairing, backward: false)
  }

  /// dx = `dy` turned back, times the attention factor: the gradient. `dx` may be `dy`.
  public func gradient(
    _ dy: UnsafeBufferPointer<T>, into dx: UnsafeMutableBufferPointer<T>, heads: Int,
    headWidth: Int, first: Int = 0, pairing: RotaryPairing = .halves
  ) throws(KernelError) {
    try turn(dy, dx, 0..<rows, heads, headWidth, first, pairing, backward: true)
  }

  /// Turns by the angles of `range` of the rows, which lies inside.
  func turn(
    _ x: UnsafeBufferPointer<T>, _ y: UnsafeMutableBufferPointer<T>, _ range: Range<Int>,
    _ heads: Int, _ headWidth: Int, _ first: Int, _ pairing: RotaryPairing, backward: Bool
  ) throws(KernelError) {
    let count = try KernelError.extent("rotary", range.count, heads, headWidth)
    try KernelError.check("rotary", "x", x.count, count)
    try KernelError.check("rotary", "y", y.count, count)
    guard first >= 0, 2 * pairs <= headWidth, first <= headWidth - 2 * pairs else {
      throw .size(
        kernel: "rotary", argument: "headWidth", needed: max(first, 0) + 2 * pairs,
        found: headWidth)
    }
    if count == 0 || pairs == 0 {
      if x.baseAddress != UnsafePointer(y.baseAddress) { _ = y.update(fromContentsOf: x) }
      return
    }
    let interleaved = pairing == .interleaved
    cosines.withUnsafeBufferPointer { c in
      sines.withUnsafeBufferPointer { s in
        let rows = range.lowerBound * pairs..<range.upperBound * pairs
        let (c, s) = (
          UnsafeBufferPointer(rebasing: c[rows]), UnsafeBufferPointer(rebasing: s[rows])
        )
        if T.self == Float.self {
          var call = ck_rotary_call_f32(
            x: x.pointer(Float.self), y: y.pointer(Float.self), cosines: c.pointer(Float.self),
            sines: s.pointer(Float.self), rows: range.count, heads: heads, head_width: headWidth,
            pairs: pairs, first: first, interleaved: interleaved, backward: backward)
          ck_rotary_turn_f32(&call)
        } else {
          var call = ck_rotary_call_f64(
            x: x.pointer(Double.self), y: y.pointer(Double.self), cosines: c.pointer(Double.self),
            sines: s.pointer(Double.self), rows: range.count, heads: heads, head_width: headWidth,
            pairs: pairs, first: first, interleaved: interleaved, backward: backward)
          ck_rotary_turn_f64(&call)
        }
      }
    }
  }

  private static func fill(
    _ frequencies: RotaryFrequencies, _ positions: RotaryPositions, _ axes: [Int32]?,
    _ axisCount: Int, _ cosines: UnsafeMutableBufferPointer<T>,
    _ sines: UnsafeMutableBufferPointer<T>
  ) {
    var (whole, real): ([Int32], [Float]) = ([], [])
    switch positions {
    case .whole(let values): whole = values
    case .real(let values): real = values
    }
    let (rows, pairs) = (positions.count / axisCount, frequencies.values.count)
    let axes = axes ?? [Int32](repeating: 0, count: pairs)
    whole.withUnsafeBufferPointer { w in
      real.withUnsafeBufferPointer { r in
        let whole = real.isEmpty ? w.baseAddress : nil
        if T.self == Float.self {
          ck_rotary_angles_f32(
            frequencies.values, pairs, whole, r.baseAddress, rows, axes, axisCount,
            frequencies.attentionFactor, cosines.pointer(Float.self), sines.pointer(Float.self))
        } else {
          ck_rotary_angles_f64(
            frequencies.values, pairs, whole, r.baseAddress, rows, axes, axisCount,
            frequencies.attentionFactor, cosines.pointer(Double.self), sines.pointer(Double.self))
        }
      }
    }
  }
}
