import CTokens

/// What pre-tokenizers ask of a character, for every code point, from Unicode 16.0 (CTokens).
final class CharacterClasses: @unchecked Sendable {
  // Sendable: the table is constant.

  static let letter = UInt8(CT_LETTER)  // \p{L}
  static let number = UInt8(CT_NUMBER)  // \p{N}
  static let space = UInt8(CT_SPACE)  // \s: White_Space
  static let word = UInt8(CT_WORD)  // \w: Alphabetic, M, Nd, Pc, Join_Control (UTS 18)

  static let shared = CharacterClasses()

  private let table: UnsafePointer<UInt8>

  private init() { table = ct_character_classes() }

  /// The classes of a code point, as bits; none for what is no code point.
  @inline(__always)
  func flags(_ scalar: UInt32) -> UInt8 { scalar < 0x110000 ? table[Int(scalar)] : 0 }
}

/// Reading characters from UTF-8 that need not be valid.
enum UTF8Reader {
  /// Stands for a byte that is no part of a well-formed sequence; such a byte is a character of
  /// its own, without classes.
  static let invalid: UInt32 = .max

  /// The character at `index < count`, and how many bytes it takes.
  @inline(__always)
  static func scalar(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int)
    -> (scalar: UInt32, length: Int)
  {
    let first = UInt32(bytes[index])
    if first < 0x80 { return (first, 1) }
    if first < 0xC2 { return (invalid, 1) }
    if first < 0xE0 {
      guard index + 1 < count, bytes[index + 1] & 0xC0 == 0x80 else { return (invalid, 1) }
      return ((first & 0x1F) << 6 | UInt32(bytes[index + 1] & 0x3F), 2)
    }
    if first < 0xF0 {
      guard index + 2 < count, bytes[index + 1] & 0xC0 == 0x80, bytes[index + 2] & 0xC0 == 0x80
      else { return (invalid, 1) }
      let scalar =
        (first & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6
        | UInt32(bytes[index + 2] & 0x3F)
      guard scalar >= 0x800, scalar & 0x1F_F800 != 0xD800 else { return (invalid, 1) }
      return (scalar, 3)
    }
    guard first < 0xF5, index + 3 < count, bytes[index + 1] & 0xC0 == 0x80,
      bytes[index + 2] & 0xC0 == 0x80, bytes[index + 3] & 0xC0 == 0x80
    else { return (invalid, 1) }
    let scalar =
      (first & 0x07) << 18 | UInt32(bytes[index + 1] & 0x3F) << 12
      | UInt32(bytes[index + 2] & 0x3F) << 6 | UInt32(bytes[index + 3] & 0x3F)
    guard scalar >= 0x10000, scalar < 0x110000 else { return (invalid, 1) }
    return (scalar, 4)
  }

  /// The last character of `bytes[0..<end]`, `end > 0`.
  static func scalar(before end: Int, _ bytes: UnsafePointer<UInt8>) -> (
    scalar: UInt32, length: Int
  ) {
    for length in 1...min(4, end) where bytes[end - length] & 0xC0 != 0x80 {
      let (scalar, read) = scalar(bytes, end - length, end)
      return read == length ? (scalar, length) : (invalid, 1)
    }
    return (invalid, 1)
  }
}
