/// GPT-2's way to write any byte as a printable character (`bytes_to_unicode` in its encoder.py):
/// printable Latin-1 bytes stand for themselves, the others for U+0100 onwards.
enum ByteAlphabet {
  /// The character that stands for a byte.
  static let scalars: [Unicode.Scalar] = {
    var result: [Unicode.Scalar] = []
    var next: UInt32 = 0x100
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: result.append(Unicode.Scalar(byte))
      default:
        result.append(Unicode.Scalar(next) ?? "\u{FFFD}")
        next += 1
      }
    }
    return result
  }()

  /// The byte that a character below U+0144 stands for, or −1.
  private static let bytes: [Int16] = {
    var result = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { result[Int(scalar.value)] = Int16(byte) }
    return result
  }()

  /// The bytes that `text` spells, or nil if one of its characters stands for no byte.
  static func bytes(of text: String) -> [UInt8]? {
    var text = text
    return text.withUTF8 { text in
      var result: [UInt8] = []
      result.reserveCapacity(text.count)
      return appendBytes(of: text, to: &result) ? result : nil
    }
  }

  /// Appends the bytes that UTF-8 text spells to `result`; false, with some of them appended, if one of its
  /// characters stands for no byte. Ill-formed text spells nothing.
  static func appendBytes(of text: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      var at = 0
      while at < text.count {
        var value = Int(text[at])
        at += 1
        if value >= 0x80 {
          // Characters below U+0144 take two bytes, the first of which is C2 to C5.
          guard 0xC2...0xC5 ~= value, at < text.count, text[at] & 0xC0 == 0x80 else { return false }
          value = (value & 0x1F) << 6 | Int(text[at] & 0x3F)
          at += 1
        }
        guard value < bytes.count, bytes[value] >= 0 else { return false }
        result.append(UInt8(truncatingIfNeeded: bytes[value]))
      }
      return true
    }
  }

  /// How the bytes are written.
  static func text(of bytes: some Sequence<UInt8>) -> String {
    var result = String.UnicodeScalarView()
    for byte in bytes { result.append(scalars[Int(byte)]) }
    return String(result)
  }
}
