extension Lexer {
  /// A unit that may touch a number: a factor and a power of ten.
  private struct Unit {
    let factor: UInt128
    let exponent: Int
    /// Counts of things stay integers where they are exact; times and shares are floats.
    let isCount: Bool
  }

  private static let units: [String: Unit] = [
    "k": Unit(factor: 1, exponent: 3, isCount: true),
    "M": Unit(factor: 1, exponent: 6, isCount: true),
    "G": Unit(factor: 1, exponent: 9, isCount: true),
    "Ki": Unit(factor: 1 << 10, exponent: 0, isCount: true),
    "Mi": Unit(factor: 1 << 20, exponent: 0, isCount: true),
    "Gi": Unit(factor: 1 << 30, exponent: 0, isCount: true),
    "KiB": Unit(factor: 1 << 10, exponent: 0, isCount: true),
    "MiB": Unit(factor: 1 << 20, exponent: 0, isCount: true),
    "GiB": Unit(factor: 1 << 30, exponent: 0, isCount: true),
    "ms": Unit(factor: 1, exponent: -3, isCount: false),
    "s": Unit(factor: 1, exponent: 0, isCount: false),
    "min": Unit(factor: 60, exponent: 0, isCount: false),
  ]

  static let unitNames = [
    "k", "M", "G", "Ki", "Mi", "Gi", "KiB", "MiB", "GiB", "ms", "s", "min",
  ]

  /// What is written elsewhere for these units.
  private static let usualUnits = [
    "kb": "k", "mb": "M", "gb": "G", "m": "min", "sec": "s", "b": "G",
  ]

  /// The parts of a decimal number: its digits without point and underscores, and the power of
  /// ten that they are multiplied by.
  private struct Decimal {
    var digits: [UInt8] = []
    var exponent = 0
    var isInteger = true
  }

  mutating func lexNumber() {
    let start = position
    if byte() == UInt8(ascii: "0"), byte(1) | 0x20 == UInt8(ascii: "x") {
      return lexHexadecimal()
    }
    var decimal = Decimal()
    var isWellFormed = readDigits(into: &decimal)
    if byte() == UInt8(ascii: "."), isDigit(byte(1)) {
      position += 1
      decimal.isInteger = false
      let before = decimal.digits.count
      isWellFormed = readDigits(into: &decimal) && isWellFormed
      decimal.exponent = before - decimal.digits.count
    }
    if byte() | 0x20 == UInt8(ascii: "e") {
      let sign = byte(1) == UInt8(ascii: "-") || byte(1) == UInt8(ascii: "+") ? 1 : 0
      if isDigit(byte(1 + sign)) {
        let isNegative = byte(1) == UInt8(ascii: "-")
        position += 1 + sign
        var exponent = Decimal()
        isWellFormed = readDigits(into: &exponent) && isWellFormed
        // Nine digits of exponent decide between zero and infinity already.
        let size = exponent.digits.prefix { _ in true }.reduce(0) {
          min($0 * 10 + Int($1 - 0x30), 999_999_999)
        }
        decimal.exponent += isNegative ? -size : size
        decimal.isInteger = false
      }
    }
    let unitStart = position
    position = wordEnd(from: position)
    let unitName = String(decoding: bytes[unitStart..<position], as: UTF8.self)
    var unit: Unit?
    if !unitName.isEmpty {
      unit = Lexer.units[unitName]
      if unit == nil {
        // Digits may follow letters in a word, so `4k2` is the unit `k2` that does not exist.
        note(
          .unknownUnit(
            unitName,
            suggestion: Lexer.usualUnits[unitName.lowercased()]
              ?? Suggestion.nearest(to: unitName, among: Lexer.unitNames)),
          SourceSpan(unitStart, position))
      }
    } else if byte() == UInt8(ascii: "%"), !operandTouchesPercent() {
      position += 1
      unit = Unit(factor: 1, exponent: -2, isCount: false)
    }
    if !isWellFormed {
      note(
        .malformedNumber(String(decoding: bytes[start..<position], as: UTF8.self)),
        SourceSpan(start, position))
    }
    emit(decimal, unit, from: start)
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// Reads digits and underscores; false where an underscore does not stand between digits.
  private mutating func readDigits(into decimal: inout Decimal) -> Bool {
    var isWellFormed = true
    while true {
      let byte = byte()
      if isDigit(byte) {
        decimal.digits.append(byte)
      } else if byte == UInt8(ascii: "_") {
        if !isDigit(self.byte(1)) || position == 0 || !isDigit(bytes[position - 1]) {
          isWellFormed = false
        }
      } else {
        return isWellFormed
      }
      position += 1
    }
  }

  /// `10%3` is a remainder, `10%` a tenth.
  private func operandTouchesPercent() -> Bool {
    let next = byte(1)
    switch next {
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "\""),
      UInt8(ascii: "'"):
      return true
    case UInt8(ascii: "-"):
      let operand = byte(2)
      return isDigit(operand) || operand == UInt8(ascii: "(")
        || wordEnd(from: position + 2) > position + 2
    default:
      return isDigit(next) || wordEnd(from: position + 1) > position + 1
    }
  }

  private mutating func emit(_ decimal: Decimal, _ unit: Unit?, from start: Int) {
    let span = SourceSpan(start, position)
    let factor = unit?.factor ?? 1
    let exponent = decimal.exponent + (unit?.exponent ?? 0)
    let mayBeInteger = unit?.isCount ?? decimal.isInteger
    let scaled = Self.product(decimal.digits, factor)
    if mayBeInteger {
      if let scaled, let value = Self.integer(scaled, exponent: exponent) {
        if let small = Int(exactly: value) {
          output.integers.append(small)
          emit(.integer, from: start, payload: output.integers.count - 1)
          return
        }
        if value == 1 << 63, unit == nil {
          emit(.integerMinimum, from: start)
          return
        }
      }
      if decimal.isInteger {
        note(.integerOverflow(String(decoding: bytes[start..<position], as: UTF8.self)), span)
        output.integers.append(0)
        emit(.integer, from: start, payload: output.integers.count - 1)
        return
      }
    }
    let value: Double
    if let scaled {
      value = Double("\(scaled)e\(exponent)") ?? .infinity
    } else {
      let digits = String(decoding: decimal.digits, as: UTF8.self)
      value = (Double("\(digits)e\(exponent)") ?? .infinity) * Double(factor)
    }
    if !value.isFinite {
      note(.floatOverflow(String(decoding: bytes[start..<position], as: UTF8.self)), span)
    }
    output.floats.append(value.isFinite ? value : 0)
    emit(.float, from: start, payload: output.floats.count - 1)
  }

  /// The digits as a number times the factor; nil where it passes 128 bits.
  private static func product(_ digits: [UInt8], _ factor: UInt128) -> UInt128? {
    var value: UInt128 = 0
    for digit in digits {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(UInt128(digit - 0x30))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }

  /// `value × 10^exponent` where that is an integer of at most 128 bits.
  private static func integer(_ value: UInt128, exponent: Int) -> UInt128? {
    if value == 0 { return 0 }
    var result = value
    if exponent >= 0 {
      guard exponent < 40 else { return nil }
      for _ in 0..<exponent {
        let (product, overflow) = result.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        result = product
      }
      return result
    }
    guard exponent > -40 else { return nil }
    for _ in 0..<(-exponent) {
      guard result % 10 == 0 else { return nil }
      result /= 10
    }
    return result
  }

  private mutating func lexHexadecimal() {
    let start = position
    position += 2
    var value: UInt64 = 0
    var overflow = false
    var digits = 0
    var isWellFormed = true
    while true {
      let byte = byte()
      if let digit = hexadecimalValue(byte) {
        overflow = overflow || value >> 60 != 0
        value = value << 4 | UInt64(digit)
        digits += 1
      } else if byte == UInt8(ascii: "_") {
        if hexadecimalValue(self.byte(1)) == nil { isWellFormed = false }
      } else {
        break
      }
      position += 1
    }
    let rest = wordEnd(from: position)
    isWellFormed = isWellFormed && digits > 0 && rest == position
    position = rest
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let span = SourceSpan(start, position)
    if !isWellFormed {
      note(.malformedNumber(text), span)
    } else if overflow || Int(exactly: value) == nil {
      note(.integerOverflow(text), span)
    }
    output.integers.append(Int(exactly: value) ?? 0)
    emit(.integer, from: start, payload: output.integers.count - 1)
  }

  func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
