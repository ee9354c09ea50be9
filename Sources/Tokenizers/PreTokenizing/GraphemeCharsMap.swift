/// SentencePiece's precompiled replacements as the `tokenizers` library applies them.
///
/// That library looks at whole grapheme clusters, takes the shortest entry that starts one and
/// replaces all of it; SentencePiece itself takes the longest entry at every place.
struct GraphemeCharsMap: Sendable, Equatable {
  /// A longer cluster is looked up character by character, in bytes.
  private static let longestCluster = 5

  /// A double-array trie (darts-clone) over the texts to replace.
  private let units: [UInt32]
  /// The replacements, each ended by a zero.
  private let replacements: [UInt8]

  /// - Parameter bytes: the trie's size in bytes, the trie, the replacements.
  init?(bytes: [UInt8]) {
    func word(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }
    guard bytes.count >= 4 else { return nil }
    let size = Int(word(0))
    guard size >= 4, size % 4 == 0, size <= bytes.count - 4 else { return nil }
    units = (0..<size / 4).map { word(4 + 4 * $0) }
    replacements = Array(bytes[(4 + size)...])
  }

  /// What takes the place of a text, or nil: the entry that is its shortest prefix.
  private func replacement(of text: some Sequence<UInt8>) -> ArraySlice<UInt8>? {
    func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }
    var place = offset(units[0])
    for byte in text {
      if byte == 0 { return nil }
      place ^= Int(byte)
      guard place < units.count, units[place] & 0x8000_00FF == UInt32(byte) else { return nil }
      let unit = units[place]
      place ^= offset(unit)
      if unit >> 8 & 1 == 1 {
        guard place < units.count else { return nil }
        let start = Int(units[place] & 0x7FFF_FFFF)
        guard start < replacements.count else { return [] }
        return replacements[start...].prefix { $0 != 0 }
      }
    }
    return nil
  }

  func apply(to bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    bytes.withUnsafeBufferPointer { buffer in
      // Bytes that are no UTF-8 stay, and part the text.
      var start = 0
      func finish(_ end: Int) {
        if start < end { append(buffer[start..<end], to: &result) }
      }
      Separator.forEachCharacter(in: buffer) { scalar, range in
        guard scalar == UTF8Reader.invalid else { return }
        finish(range.lowerBound)
        result.append(buffer[range.lowerBound])
        start = range.upperBound
      }
      finish(buffer.count)
    }
    return result
  }

  private func append(_ text: Slice<UnsafeBufferPointer<UInt8>>, to result: inout [UInt8]) {
    for cluster in String(decoding: text, as: UTF8.self) {
      let length = cluster.utf8.count
      if length <= Self.longestCluster, let replacement = replacement(of: cluster.utf8) {
        result += replacement
        continue
      }
      for scalar in cluster.unicodeScalars {
        let encoded = Array(String(scalar).utf8)
        if let replacement = replacement(of: encoded) {
          result += replacement
        } else {
          result += encoded
        }
      }
    }
  }
}
