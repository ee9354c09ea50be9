/// Base64 (RFC 4648, §4) as strict as it gets: no white space, full padding, no loose bits.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The value of each digit, or 255.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  /// Appends the bytes that `text` stands for.
  ///
  /// - Returns: false if `text` is not base64; what was appended until then stays.
  static func decode(_ text: UnsafeBufferPointer<UInt8>, into bytes: inout [UInt8]) -> Bool {
    guard text.count % 4 == 0 else { return false }
    return values.withUnsafeBufferPointer { values in
      var index = 0
      while index < text.count {
        let isLast = index + 4 == text.count
        var padding = 0
        if isLast, text[index + 3] == UInt8(ascii: "=") {
          padding = text[index + 2] == UInt8(ascii: "=") ? 2 : 1
        }
        var word: UInt32 = 0
        for offset in 0..<4 - padding {
          let value = values[Int(text[index + offset])]
          guard value < 64 else { return false }
          word = word << 6 | UInt32(value)
        }
        word <<= UInt32(6 * padding)
        // Bits that no byte takes must be zero, so that one text stands for one byte string.
        guard word & ((1 << UInt32(8 * padding)) - 1) == 0 else { return false }
        bytes.append(UInt8(truncatingIfNeeded: word >> 16))
        if padding < 2 { bytes.append(UInt8(truncatingIfNeeded: word >> 8)) }
        if padding < 1 { bytes.append(UInt8(truncatingIfNeeded: word)) }
        index += 4
      }
      return true
    }
  }

  static func encode(_ bytes: some Collection<UInt8>, into text: inout [UInt8]) {
    var rest = bytes[...]
    while let first = rest.popFirst() {
      let second = rest.popFirst()
      let third = second == nil ? nil : rest.popFirst()
      let word = UInt32(first) << 16 | UInt32(second ?? 0) << 8 | UInt32(third ?? 0)
      text.append(digits[Int(word >> 18)])
      text.append(digits[Int(word >> 12 & 63)])
      text.append(second == nil ? UInt8(ascii: "=") : digits[Int(word >> 6 & 63)])
      text.append(third == nil ? UInt8(ascii: "=") : digits[Int(word & 63)])
    }
  }
}
