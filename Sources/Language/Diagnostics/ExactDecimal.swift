/// Decimal digits `d.ddd × 10^exponent`, the first not zero unless the number is.
struct Digits {
  var isNegative: Bool
  /// ASCII digits.
  var digits: [UInt8]
  /// The power of ten of the first digit.
  var exponent: Int

  var count: Int { digits.count }
  var isZero: Bool { digits.first == UInt8(ascii: "0") }

  /// The digit at a place; zero outside of those that are kept.
  subscript(place: Int) -> UInt8 {
    digits.indices.contains(place) ? digits[place] : UInt8(ascii: "0")
  }

  mutating func dropTrailingZeros() {
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
  }

  mutating func pad(to count: Int) {
    while digits.count < count { digits.append(UInt8(ascii: "0")) }
  }

  init(isNegative: Bool, digits: [UInt8], exponent: Int) {
    (self.isNegative, self.digits, self.exponent) = (isNegative, digits, exponent)
  }

  /// From the standard library's shortest text of a finite number: `-1.5e-05`, `100.0`.
  init(shortest text: String) {
    isNegative = false
    digits = []
    var pointPlace: Int?
    var written = 0
    var isExponentNegative = false
    var isInExponent = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "-"):
        if isInExponent { isExponentNegative = true } else { isNegative = true }
      case UInt8(ascii: "."): pointPlace = digits.count
      case UInt8(ascii: "e"): isInExponent = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if isInExponent { written = written * 10 + Int(byte - 0x30) } else { digits.append(byte) }
      default: break
      }
    }
    exponent = (pointPlace ?? digits.count) - 1 + (isExponentNegative ? -written : written)
    let zeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
    if zeros == digits.count {
      (digits, exponent) = ([UInt8(ascii: "0")], 0)
    } else {
      digits.removeFirst(zeros)
      exponent -= zeros
    }
  }
}

/// The exact decimal expansion of a finite number, and its roundings (ties to even).
///
/// A double is `m × 2^e`; for negative `e` that is `m × 5^-e / 10^-e`, so the digits come from
/// multiplying by small numbers in base 10^9.
struct ExactDecimal {
  private let isNegative: Bool
  /// All digits without leading zeros; empty for zero.
  private let digits: [UInt8]
  /// How many of them stand behind the point.
  private let decimals: Int

  init(_ value: Double) {
    isNegative = value.sign == .minus
    var significand = value.significandBitPattern
    var exponent = Int(value.exponentBitPattern)
    if exponent == 0 { exponent = 1 } else { significand |= 1 << 52 }
    exponent -= 1075
    if significand == 0 {
      (digits, decimals) = ([], 0)
      return
    }
    let shift = significand.trailingZeroBitCount
    significand >>= UInt64(shift)
    exponent += shift

    // Limbs in base 10^9, least significant first.
    var limbs: [UInt32] = []
    while significand > 0 {
      limbs.append(UInt32(significand % 1_000_000_000))
      significand /= 1_000_000_000
    }
    func multiply(by factor: UInt64) {
      var carry: UInt64 = 0
      for index in limbs.indices {
        let product = UInt64(limbs[index]) * factor + carry
        limbs[index] = UInt32(product % 1_000_000_000)
        carry = product / 1_000_000_000
      }
      while carry > 0 {
        limbs.append(UInt32(carry % 1_000_000_000))
        carry /= 1_000_000_000
      }
    }
    var rest = abs(exponent)
    let (base, perStep): (UInt64, Int) = exponent < 0 ? (5, 13) : (2, 29)
    while rest > 0 {
      let step = min(rest, perStep)
      var factor: UInt64 = 1
      for _ in 0..<step { factor *= base }
      multiply(by: factor)
      rest -= step
    }

    var text: [UInt8] = []
    text.reserveCapacity(limbs.count * 9)
    for limb in limbs.reversed() {
      let part = String(limb)
      if !text.isEmpty {
        text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 9 - part.utf8.count))
      }
      text.append(contentsOf: part.utf8)
    }
    digits = text
    decimals = max(0, -exponent)
  }

  /// The power of ten of the first digit.
  private var exponent: Int { digits.isEmpty ? 0 : digits.count - 1 - decimals }

  func rounded(toSignificant count: Int) -> Digits {
    var digits = rounded(keeping: count)
    // 99.9 to two digits is 1.0e2: the carry's digit takes the place of the last.
    if digits.count > count { digits.digits.removeLast(digits.count - count) }
    return digits
  }

  func rounded(toDecimals count: Int) -> Digits { rounded(keeping: exponent + 1 + count) }

  /// Keeps the first `count` digits; may be zero or negative, then only the carry can remain.
  private func rounded(keeping count: Int) -> Digits {
    let zero = Digits(isNegative: isNegative, digits: [UInt8(ascii: "0")], exponent: 0)
    if digits.isEmpty { return zero }
    if count >= digits.count {
      return Digits(isNegative: isNegative, digits: digits, exponent: exponent)
    }
    guard count >= 0 else { return zero }
    var kept = Array(digits.prefix(count))
    let next = digits[count]
    let isTie = next == UInt8(ascii: "5") && digits[(count + 1)...].allSatisfy { $0 == 0x30 }
    let isOdd = (kept.last ?? 0x30) & 1 == 1
    guard next > UInt8(ascii: "5") || (next == UInt8(ascii: "5") && (!isTie || isOdd)) else {
      return kept.isEmpty
        ? zero : Digits(isNegative: isNegative, digits: kept, exponent: exponent)
    }
    var place = kept.count - 1
    while place >= 0, kept[place] == UInt8(ascii: "9") {
      kept[place] = UInt8(ascii: "0")
      place -= 1
    }
    if place >= 0 {
      kept[place] += 1
      return Digits(isNegative: isNegative, digits: kept, exponent: exponent)
    }
    // 999 → 1000: one digit more.
    kept.insert(UInt8(ascii: "1"), at: 0)
    return Digits(isNegative: isNegative, digits: kept, exponent: exponent + 1)
  }
}
