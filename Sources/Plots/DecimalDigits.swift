/// A number's decimal digits, for rounding that does not depend on a system's `printf`.
///
/// They are the shortest digits that read back as the same `Double`; rounding goes half up on them.
struct DecimalDigits {
  private var isNegative: Bool
  /// Without zeros at either end; empty for zero.
  private var digits: [UInt8]
  /// The value is 0.d₁d₂d₃… · 10^point.
  private var point: Int

  init(_ value: Double) {
    isNegative = value < 0
    digits = []
    point = 0
    var exponent = 0
    var seenPoint = false
    var integerDigits = 0
    let text = Array(value.magnitude.description.utf8)
    for (index, byte) in text.enumerated() {
      if byte == UInt8(ascii: "e") {
        exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
        break
      }
      if byte == UInt8(ascii: ".") {
        seenPoint = true
      } else if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
        digits.append(byte - UInt8(ascii: "0"))
        if !seenPoint { integerDigits += 1 }
      }
    }
    point = integerDigits + exponent
    let zeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(zeros)
    point -= zeros
    trim()
  }

  /// The power of ten of the first digit: 2 for 100 and 999, −1 for 0.5; 0 for zero.
  var exponent: Int { digits.isEmpty ? 0 : point - 1 }

  private mutating func trim() {
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { (isNegative, point) = (false, 0) }
  }

  /// Keeps `count` digits (0 or fewer keep none, which gives 0, or 1 in the place before).
  mutating func round(toSignificant count: Int) {
    guard count < digits.count else { return }
    if count < 0 {
      digits = []
    } else {
      let up = digits[count] >= 5
      digits.removeSubrange(count...)
      if up {
        var index = count - 1
        while index >= 0 && digits[index] == 9 {
          digits[index] = 0
          index -= 1
        }
        if index >= 0 {
          digits[index] += 1
        } else {
          digits.insert(1, at: 0)
          point += 1
        }
      }
    }
    trim()
  }

  /// The number with exactly `decimals` digits after the point.
  func fixed(decimals: Int) -> String {
    var rounded = self
    rounded.round(toSignificant: point + decimals)
    var text = rounded.plain
    guard decimals > 0 else { return text }
    if !text.contains(".") { text += "." }
    let have = text.utf8.count - text.utf8.prefix { $0 != UInt8(ascii: ".") }.count - 1
    return text + String(repeating: "0", count: decimals - have)
  }

  /// The number with at most `count` significant digits: as a decimal number from 0.0001 to
  /// 9999999, with a power of ten beyond. Digits before the point are kept all.
  func short(significant count: Int) -> String {
    var rounded = self
    if (0..<7).contains(exponent) {
      rounded.round(toSignificant: max(count, exponent + 1))
    } else {
      rounded.round(toSignificant: count)
    }
    return (-4..<7).contains(rounded.exponent) ? rounded.plain : rounded.scientific
  }

  var plain: String {
    if digits.isEmpty { return "0" }
    let text = digits.map(String.init)
    let number: String
    if point <= 0 {
      number = "0." + String(repeating: "0", count: -point) + text.joined()
    } else if point >= digits.count {
      number = text.joined() + String(repeating: "0", count: point - digits.count)
    } else {
      number = text[..<point].joined() + "." + text[point...].joined()
    }
    return (isNegative ? "-" : "") + number
  }

  var scientific: String {
    guard let first = digits.first else { return "0" }
    let rest = digits.dropFirst().map(String.init).joined()
    return "\(isNegative ? "-" : "")\(first)\(rest.isEmpty ? "" : "." + rest)e\(exponent)"
  }
}

/// A measured value in a chart, to four significant digits.
func valueText(_ value: Double) -> String {
  if value.isNaN { return "NaN" }
  if value.isInfinite { return value < 0 ? "-∞" : "∞" }
  return DecimalDigits(value).short(significant: 4)
}

/// `10^exponent`, correctly rounded: 0 or infinity beyond the range of `Double`.
func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }

/// The base-10 logarithm of a finite number above 0, the same on every machine.
///
/// From the artanh series of the mantissa in [√½, √2): 12 terms reach the precision of `Double`.
func logarithm10(_ value: Double) -> Double {
  var mantissa = value.significand
  var exponent = Double(value.exponent)
  if mantissa > 1.4142135623730951 {
    mantissa /= 2
    exponent += 1
  }
  let s = (mantissa - 1) / (mantissa + 1)
  let square = s * s
  var sum = 0.0
  for term in stride(from: 23.0, through: 1.0, by: -2.0) { sum = sum * square + 1 / term }
  let naturalLogarithm = exponent * 0.6931471805599453 + 2 * s * sum
  return naturalLogarithm / 2.302585092994046
}
