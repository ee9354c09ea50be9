/// One axis: the values at its ends, how values between lie on it, and its ticks.
struct Axis {
  struct Tick: Equatable {
    let value: Double
    let label: String
  }

  let kind: AxisKind
  let low: Double
  let high: Double
  let ticks: [Tick]

  /// Where a value lies: 0 at the low end, 1 at the high one.
  func fraction(_ value: Double) -> Double {
    let fraction: Double
    switch kind {
    // Halves, so that an axis from -1e308 to 1e308 does not overflow.
    case .linear: fraction = (value / 2 - low / 2) / (high / 2 - low / 2)
    case .log:
      fraction =
        (logarithm10(value) - logarithm10(low)) / (logarithm10(high) - logarithm10(low))
    }
    return min(1, max(0, fraction))
  }

  /// The cell, of `count` in a row, in whose middle a value is nearest.
  func cell(_ value: Double, of count: Int) -> Int {
    min(count - 1, max(0, Int((fraction(value) * Double(count - 1)).rounded())))
  }

  static func canShow(_ value: Double, on kind: AxisKind) -> Bool {
    value.isFinite && (kind == .linear || value > 0)
  }

  /// An axis for finite values (above 0 if it is logarithmic).
  ///
  /// - Parameters:
  ///   - values: what it must show; not empty.
  ///   - target: about how many intervals between ticks there should be.
  ///   - widened: the ends are ticks; otherwise they are the smallest and largest value.
  init(_ kind: AxisKind, showing values: [Double], target: Int, widened: Bool) {
    let smallest = values.min() ?? 0
    let largest = values.max() ?? 1
    self.kind = kind
    switch kind {
    case .linear:
      let onlyWhole = values.allSatisfy { $0 == $0.rounded() }
      (low, high, ticks) = Self.linear(
        smallest, largest, target: target, widened: widened, onlyWhole: onlyWhole)
    case .log: (low, high, ticks) = Self.logarithmic(smallest, largest, target, widened)
    }
  }

  private static func linear(
    _ smallest: Double, _ largest: Double, target: Int, widened: Bool, onlyWhole: Bool
  ) -> (Double, Double, [Tick]) {
    var (smallest, largest) = (smallest, largest)
    // A range too small for its magnitude has no ticks that could be told apart.
    if largest / 2 - smallest / 2 <= max(abs(largest), abs(smallest)) * 1e-12 {
      let margin = max(abs(largest) / 2, onlyWhole || abs(largest) < 1e-300 ? 1 : 0)
      let limit = Double.greatestFiniteMagnitude
      (smallest, largest) = (max(-limit, smallest - margin), min(limit, largest + margin))
    }
    let halfRange = largest / 2 - smallest / 2
    let raw = halfRange / Double(target) * 2
    var exponent = DecimalDigits(raw).exponent
    var factor = 1.0
    let mantissa = raw / powerOfTen(exponent)
    switch mantissa {
    case ..<1.4142: factor = 1
    case ..<3.1623: factor = 2
    case ..<7.0711: factor = 5
    default: (factor, exponent) = (1, exponent + 1)
    }
    if onlyWhole && exponent < 0 { (factor, exponent) = (1, 0) }

    func value(_ index: Double) -> Double {
      // A division is exact where 0.1 is not: 3 · 0.1 ≠ 0.3, but 3 / 10 = 0.3.
      exponent < 0 && exponent > -300
        ? index * factor / powerOfTen(-exponent) : index * factor * powerOfTen(exponent)
    }
    let step = value(1)
    let fuzz = 1e-9
    var first = (smallest / step + fuzz).rounded(.down)
    var last = (largest / step - fuzz).rounded(.up)
    if !widened || !value(first).isFinite { first = (smallest / step - fuzz).rounded(.up) }
    if !widened || !value(last).isFinite { last = (largest / step + fuzz).rounded(.down) }
    // At most 2.5 times the target, by the choice of the step.
    let ticks = stride(from: first, through: last, by: 1).prefix(4 * target + 4).map {
      Tick(value: value($0), label: label(value($0), stepExponent: exponent, last: value(last)))
    }
    guard widened, let start = ticks.first?.value, let end = ticks.last?.value else {
      return (smallest, largest, Array(ticks))
    }
    return (min(start, smallest), max(end, largest), Array(ticks))
  }

  private static func label(_ value: Double, stepExponent: Int, last: Double) -> String {
    let digits = DecimalDigits(value)
    let largest = max(digits.exponent, DecimalDigits(last).exponent)
    if largest < 7 && stepExponent >= -5 { return digits.fixed(decimals: max(0, -stepExponent)) }
    var rounded = digits
    rounded.round(toSignificant: max(1, digits.exponent - stepExponent + 1))
    return rounded.scientific
  }

  private static func logarithmic(
    _ smallest: Double, _ largest: Double, _ target: Int, _ widened: Bool
  ) -> (Double, Double, [Tick]) {
    let firstDecade = DecimalDigits(smallest).exponent
    let lastDecade = DecimalDigits(largest).exponent + 1
    let decades = lastDecade - firstDecade
    var candidates: [Double] = []
    if decades > 3 {
      let intervals = max(target, 8)
      let every = (decades + intervals - 1) / intervals
      candidates = stride(from: firstDecade, through: lastDecade + every - 1, by: every)
        .map(powerOfTen)
    } else {
      for decade in firstDecade...lastDecade {
        candidates += [1, 2, 5].map { $0 * powerOfTen(decade) }
      }
    }
    candidates = candidates.filter { $0 > 0 && $0.isFinite }
    let below = candidates.last { $0 <= smallest } ?? smallest
    let above = candidates.first { $0 >= largest } ?? largest
    var (low, high) = (smallest, largest)
    let inside = candidates.filter { $0 >= smallest && $0 <= largest }
    if widened || inside.count < 2 { (low, high) = (below, above) }
    if low == high {
      low = candidates.last { $0 < low } ?? low / 2
      high = candidates.first { $0 > high } ?? high
    }
    let ticks = candidates.filter { $0 >= low && $0 <= high }
    return (
      low, high, ticks.map { Tick(value: $0, label: DecimalDigits($0).short(significant: 1)) }
    )
  }
}
