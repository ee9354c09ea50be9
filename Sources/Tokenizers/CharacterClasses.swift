import CUnicode

/// What pre-tokenizers ask of a character, for every code point, from utf8proc (Unicode 15).
///
/// Two levels of tables: equal blocks of 256 code points are kept once.
final class CharacterClasses: @unchecked Sendable {
  // Sendable: the tables are written in `init` only.

  static let letter: UInt8 = 1  // \p{L}
  static let number: UInt8 = 2  // \p{N}
  static let space: UInt8 = 4  // \s: White_Space
  static let word: UInt8 = 8  // \w: Alphabetic, M, Nd, Pc, Join_Control (UTS 18)

  static let shared = CharacterClasses()

  private let blocks: UnsafeMutablePointer<UInt16>
  private let flags: UnsafeMutablePointer<UInt8>

  private init() {
    let blockCount = 0x110000 >> 8
    blocks = .allocate(capacity: blockCount)
    blocks.initialize(repeating: 0, count: blockCount)
    var distinct: [[UInt8]: UInt16] = [[UInt8](repeating: 0, count: 256): 0]
    var bytes = [UInt8](repeating: 0, count: 256)
    // Planes 4 to 13 are unassigned, 15 and 16 private use: no class at all.
    for block in Array(0..<0x400) + Array(0xE00..<0xF00) {
      let values = (0..<256).map { Self.flags(ofScalar: UInt32(block << 8 | $0)) }
      if let known = distinct[values] {
        blocks[block] = known
      } else {
        let number = UInt16(distinct.count)
        distinct[values] = number
        blocks[block] = number
        bytes += values
      }
    }
    flags = .allocate(capacity: bytes.count)
    flags.initialize(from: bytes, count: bytes.count)
  }

  /// The classes of a code point; none for what is no code point.
  @inline(__always)
  func flags(_ scalar: UInt32) -> UInt8 {
    guard scalar < 0x110000 else { return 0 }
    return flags[Int(blocks[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)]
  }

  private static func flags(ofScalar scalar: UInt32) -> UInt8 {
    switch scalar {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      return space
    case 0x200C, 0x200D, 0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189:
      return word  // Join_Control and the symbols with Other_Alphabetic
    default: break
    }
    switch utf8proc_category(utf8proc_int32_t(scalar)) {
    case UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_LT, UTF8PROC_CATEGORY_LM,
      UTF8PROC_CATEGORY_LO:
      return letter | word
    case UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NL: return number | word
    case UTF8PROC_CATEGORY_NO: return number
    case UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC, UTF8PROC_CATEGORY_ME, UTF8PROC_CATEGORY_PC:
      return word
    default: return 0
    }
  }
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
