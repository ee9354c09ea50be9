/// How numbers are written: the one number format of the whole program.
///
/// All conversions are exact (rounded once, ties to even, from the number's exact value), and none
/// looks at the locale.
public enum NumberText {
  /// The shortest text that reads back as the same number, in Python's form: `3.0`, `0.1`,
  /// `1e-05`, `1e+16`, `inf`, `nan`. A float always shows a point or an exponent.
  public static func shortest(_ value: Double) -> String {
    guard value.isFinite else { return special(value.isNaN, value < 0) }
    return lay(Digits(shortest: value.description), isSinglePrecision: false)
  }

  /// As the other `shortest`, for a number of single precision: `0.1`, not `0.10000000149011612`.
  public static func shortest(_ value: Float) -> String {
    guard value.isFinite else { return special(value.isNaN, value < 0) }
    return lay(Digits(shortest: value.description), isSinglePrecision: true)
  }

  /// At most `digits` significant digits without trailing zeros, as C's `%g`: `3.291`, `1`,
  /// `1.23457e+06`, `1e-05`.
  public static func significant(_ value: Double, digits count: Int = 6) -> String {
    guard value.isFinite else { return special(value.isNaN, value < 0) }
    let count = max(1, min(count, 800))
    var digits = ExactDecimal(value).rounded(toSignificant: count)
    digits.dropTrailingZeros()
    if digits.exponent < -4 || digits.exponent >= count { return scientific(digits) }
    return plain(digits, decimals: max(0, digits.count - 1 - digits.exponent))
  }

  /// Exactly `digits` decimals, as C's `%.*f`: `3.14`, `2`, `-0.00`.
  public static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return special(value.isNaN, value < 0) }
    let decimals = max(0, min(digits, 1100))
    return plain(ExactDecimal(value).rounded(toDecimals: decimals), decimals: decimals)
  }

  /// `digits` decimals and an exponent of two digits or more, as C's `%.*e`: `1.25e-03`.
  public static func scientific(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return special(value.isNaN, value < 0) }
    let decimals = max(0, min(digits, 1100))
    var rounded = ExactDecimal(value).rounded(toSignificant: decimals + 1)
    rounded.pad(to: decimals + 1)
    return scientific(rounded)
  }

  /// The number times a hundred with a percent sign: `12.5%`; the shortest text without `digits`.
  public static func percent(_ value: Double, digits: Int?) -> String {
    guard value.isFinite else { return special(value.isNaN, value < 0) + "%" }
    if let digits {
      let decimals = max(0, min(digits, 1100))
      var rounded = ExactDecimal(value).rounded(toDecimals: decimals + 2)
      if !rounded.isZero { rounded.exponent += 2 }
      return plain(rounded, decimals: decimals) + "%"
    }
    var shortest = Digits(shortest: value.description)
    shortest.dropTrailingZeros()
    if !shortest.isZero { shortest.exponent += 2 }
    return plain(shortest, decimals: max(0, shortest.count - 1 - shortest.exponent)) + "%"
  }

  /// Commas between groups of three digits before the point: `-1,234,567.5`.
  public static func grouped(_ text: String) -> String {
    let start = text.firstIndex(where: \.isNumber) ?? text.endIndex
    let end = text[start...].firstIndex(where: { !$0.isNumber }) ?? text.endIndex
    var result = String(text[..<start])
    let digits = text[start..<end]
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result + text[end...]
  }

  // MARK: Layout

  private static func special(_ isNaN: Bool, _ isNegative: Bool) -> String {
    isNaN ? "nan" : isNegative ? "-inf" : "inf"
  }

  private static func lay(_ shortest: Digits, isSinglePrecision: Bool) -> String {
    var digits = shortest
    digits.dropTrailingZeros()
    if digits.exponent < -4 || digits.exponent >= (isSinglePrecision ? 8 : 16) {
      return scientific(digits)
    }
    return plain(digits, decimals: max(1, digits.count - 1 - digits.exponent))
  }

  private static func plain(_ digits: Digits, decimals: Int) -> String {
    var text: [UInt8] = digits.isNegative ? [UInt8(ascii: "-")] : []
    if digits.exponent < 0 {
      text.append(UInt8(ascii: "0"))
    } else {
      for place in 0...digits.exponent { text.append(digits[place]) }
    }
    if decimals > 0 {
      text.append(UInt8(ascii: "."))
      for place in 1...decimals { text.append(digits[digits.exponent + place]) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func scientific(_ digits: Digits) -> String {
    var text: [UInt8] = digits.isNegative ? [UInt8(ascii: "-")] : []
    text.append(digits[0])
    if digits.count > 1 {
      text.append(UInt8(ascii: "."))
      for place in 1..<digits.count { text.append(digits[place]) }
    }
    let size = String(digits.exponent.magnitude)
    return String(decoding: text, as: UTF8.self) + (digits.exponent < 0 ? "e-" : "e+")
      + (size.utf8.count < 2 ? "0" : "") + size
  }
}
