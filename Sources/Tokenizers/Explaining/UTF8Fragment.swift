/// Bytes as a part of a text: whole characters, and at either end perhaps a part of one.
struct UTF8Fragment {
  /// How many bytes at the start continue a character that starts before.
  let leading: Int
  /// The whole characters.
  let whole: Range<Int>
  /// How many bytes at the end start a character that goes on behind.
  let trailing: Int
  private let bytes: [UInt8]

  /// Nil for bytes that stand in no UTF-8 text.
  init?(_ bytes: [UInt8]) {
    let leading = bytes.prefix { $0 & 0xC0 == 0x80 }.count
    if leading > 3 { return nil }
    var index = leading
    while index < bytes.count {
      let (scalar, length) = bytes.withUnsafeBufferPointer { buffer in
        buffer.baseAddress.map { UTF8Reader.scalar($0, index, buffer.count) }
          ?? (UTF8Reader.invalid, 1)
      }
      if scalar == UTF8Reader.invalid { break }
      index += length
    }
    let isCut = index == bytes.count || Self.starts(Array(bytes[index...]))
    guard isCut else { return nil }
    self.bytes = bytes
    self.leading = leading
    (whole, trailing) = (leading..<index, bytes.count - index)
  }

  var isWhole: Bool { leading == 0 && trailing == 0 }

  /// The bytes that a character can start with.
  private static func length(startingWith byte: UInt8) -> Int {
    switch byte {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 0
    }
  }

  /// Whether fewer bytes than a character has are the start of one.
  private static func starts(_ bytes: [UInt8]) -> Bool {
    let missing = length(startingWith: bytes[0]) - bytes.count
    // One of these can follow every start.
    let fills: [UInt8] = [0x80, 0x90, 0xA0]
    return missing > 0
      && fills.contains { isCharacter(bytes + [UInt8](repeating: $0, count: missing)) }
  }

  /// All strings of so many bytes that continue characters.
  private static func continuations(_ count: Int) -> [[UInt8]] {
    (0..<count).reduce([[]]) { strings, _ in
      strings.flatMap { string in (0x80...0xBF).map { string + [UInt8($0)] } }
    }
  }

  private static func isCharacter(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return false }
      let (scalar, length) = UTF8Reader.scalar(base, 0, buffer.count)
      return scalar != UTF8Reader.invalid && length == buffer.count
    }
  }

  /// What can stand behind to complete the last character: `limit` at most.
  func endings(limit: Int) -> [[UInt8]] {
    if trailing == 0 { return [[]] }
    let start = Array(bytes.suffix(trailing))
    let missing = Self.length(startingWith: start[0]) - trailing
    // Of 262,144 ways to end in three bytes, those that end in the first code.
    let free = min(missing, 2)
    let fixed = [UInt8](repeating: 0x80, count: missing - free)
    let endings = Self.continuations(free).map { $0 + fixed }
    return Array(endings.filter { Self.isCharacter(start + $0) }.prefix(limit))
  }

  /// What can stand before to complete the first character, `limit` at most.
  func beginnings(limit: Int) -> [[UInt8]] {
    if leading == 0 { return [[]] }
    let end = Array(bytes.prefix(leading))
    var result: [[UInt8]] = []
    for length in leading + 1...4 {
      let leads: [UInt8] = (0xC2...0xF4).filter { Self.length(startingWith: $0) == length }
      for middle in Self.continuations(length - leading - 1) {
        for lead in leads where Self.isCharacter([lead] + middle + end) {
          result.append([lead] + middle)
          if result.count == limit { return result }
        }
      }
    }
    return result
  }
}
