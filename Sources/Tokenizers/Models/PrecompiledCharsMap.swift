/// SentencePiece's compiled normalization rules: a Darts double array from byte strings to
/// replacements.
///
/// Format (`NormalizerSpec.precompiled_charsmap`): the double array's size in bytes as a uint32,
/// the array of uint32 units, then replacements that end in a zero byte each. A unit holds a label
/// in bits 0–7 and 31, whether it has a leaf in bit 8, and its offset in bits 10–30, to be shifted
/// by eight more if bit 9 is set; a leaf's unit holds the replacement's place in bits 0–30.
struct PrecompiledCharsMap: Sendable, Equatable {
  /// Why the bytes are no such map.
  struct Malformed: Error, Equatable { var reason: String }

  private let units: [UInt32]
  private let replacements: [UInt8]

  /// - Throws: ``Malformed`` if the sizes contradict each other or a replacement does not end.
  init(bytes: [UInt8]) throws(Malformed) {
    func word(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }
    guard bytes.count > 4 else { throw Malformed(reason: "the map is cut short") }
    let size = Int(word(0))
    guard size >= 4, size % 4 == 0, size < bytes.count - 4 else {
      throw Malformed(
        reason: "an array of \(size) bytes is claimed, the map has \(bytes.count - 4)")
    }
    guard bytes.last == 0 else { throw Malformed(reason: "the last replacement does not end") }
    units = stride(from: 4, to: 4 + size, by: 4).map(word)
    replacements = Array(bytes[(4 + size)...])
  }

  /// The longest prefix of `text[start...]` that has a replacement.
  ///
  /// - Returns: the prefix's length and where its replacement begins; nil if there is none.
  func longestMatch(_ text: UnsafeBufferPointer<UInt8>, from start: Int)
    -> (length: Int, replacement: Int)?
  {
    var best: (length: Int, replacement: Int)?
    forEachMatch(text, from: start) { length, replacement in
      best = (length, replacement)
      return true
    }
    return best
  }

  /// The shortest prefix of `text[start...]` that has a replacement.
  func shortestMatch(_ text: UnsafeBufferPointer<UInt8>, from start: Int)
    -> (length: Int, replacement: Int)?
  {
    var first: (length: Int, replacement: Int)?
    forEachMatch(text, from: start) { length, replacement in
      first = (length, replacement)
      return false
    }
    return first
  }

  /// Calls `body` for all matches, shortest first, until it returns false.
  @inline(__always)
  private func forEachMatch(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (Int, Int) -> Bool
  ) {
    units.withUnsafeBufferPointer { units in
      var node = Self.offset(units[0])
      var index = start
      while index < text.count {
        let label = UInt32(text[index])
        node ^= Int(label)
        guard node < units.count else { return }
        let unit = units[node]
        guard unit & 0x8000_00FF == label else { return }
        node ^= Self.offset(unit)
        index += 1
        guard unit >> 8 & 1 == 1 else { continue }
        guard node < units.count else { return }
        let replacement = Int(units[node] & 0x7FFF_FFFF)
        guard replacement < replacements.count, body(index - start, replacement) else { return }
      }
    }
  }

  @inline(__always)
  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
  }

  /// The bytes of the replacement that begins at `start`.
  func replacement(at start: Int) -> ArraySlice<UInt8> {
    replacements[start...].prefix { $0 != 0 }
  }

  /// Text with every longest match replaced, from left to right; bytes that are no UTF-8 become
  /// U+FFFD each.
  ///
  /// A text that grows over `limit` bytes is not finished; it is for the caller to refuse it.
  func apply(to text: [UInt8], limit: Int = Tokenizer.longestText) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    text.withUnsafeBufferPointer { text in
      var index = 0
      while index < text.count, result.count <= limit {
        index += appendPrefix(of: text, from: index, to: &result)
      }
    }
    return result
  }

  /// Appends what the text begins with at `start < text.count`, normalized.
  ///
  /// - Returns: how many bytes of the text that were.
  func appendPrefix(
    of text: UnsafeBufferPointer<UInt8>, from start: Int, to result: inout [UInt8]
  ) -> Int {
    if let match = longestMatch(text, from: start) {
      result.append(contentsOf: replacement(at: match.replacement))
      return match.length
    }
    return Self.appendCharacter(of: text, from: start, to: &result)
  }

  /// Appends a character as it is, or U+FFFD for a byte that belongs to none.
  static func appendCharacter(
    of text: UnsafeBufferPointer<UInt8>, from start: Int, to result: inout [UInt8]
  ) -> Int {
    guard let base = text.baseAddress else { return 0 }
    let (scalar, length) = UTF8Reader.scalar(base, start, text.count)
    if scalar == UTF8Reader.invalid {
      result.append(contentsOf: [0xEF, 0xBF, 0xBD])
    } else {
      result.append(contentsOf: text[start..<start + length])
    }
    return length
  }
}
