/// SentencePiece's normalization of a whole text (`Normalizer::Normalize` in normalizer.cc):
/// rules, dummy prefix or suffix, runs of spaces, and `▁` for spaces.
struct SentencePieceNormalizer: Sendable, Equatable {
  var charsMap: PrecompiledCharsMap?
  /// Strings that pass unchanged.
  var userDefined: ByteTrie?
  var addsDummyPrefix = true
  var removesExtraSpaces = true
  var escapesSpaces = true
  var treatsSpaceAsSuffix = false

  static let mark = Array("▁".utf8)
  private static let space = UInt8(ascii: " ")

  /// A text that grows over `limit` bytes is not finished; it is for the caller to refuse it.
  func apply(to bytes: [UInt8], limit: Int = Tokenizer.longestText) -> [UInt8] {
    bytes.withUnsafeBufferPointer { apply(to: $0, limit: limit) }
  }

  private func apply(to text: UnsafeBufferPointer<UInt8>, limit: Int) -> [UInt8] {
    var result: [UInt8] = []
    var part: [UInt8] = []
    var index = 0
    while removesExtraSpaces, index < text.count {
      part.removeAll(keepingCapacity: true)
      let length = appendPrefix(of: text, from: index, to: &part)
      if part != [Self.space] { break }
      index += length
    }
    if index == text.count { return [] }

    let written = escapesSpaces ? Self.mark : [Self.space]
    result.reserveCapacity(text.count + text.count / 2)
    if addsDummyPrefix && !treatsSpaceAsSuffix { result += written }
    var isAfterSpace = removesExtraSpaces
    while index < text.count, result.count <= limit {
      part.removeAll(keepingCapacity: true)
      index += appendPrefix(of: text, from: index, to: &part)
      var rest = part[...]
      if isAfterSpace { rest = rest.drop { $0 == Self.space } }
      guard let last = rest.last else { continue }
      for byte in rest {
        if byte == Self.space && escapesSpaces {
          result += Self.mark
        } else {
          result.append(byte)
        }
      }
      isAfterSpace = removesExtraSpaces && last == Self.space
    }
    if removesExtraSpaces {
      while result.count >= written.count, result.suffix(written.count).elementsEqual(written) {
        result.removeLast(written.count)
      }
    }
    if addsDummyPrefix && treatsSpaceAsSuffix { result += written }
    return result
  }

  private func appendPrefix(
    of text: UnsafeBufferPointer<UInt8>, from start: Int, to part: inout [UInt8]
  ) -> Int {
    if let userDefined, let match = userDefined.longestMatch(text, from: start) {
      part.append(contentsOf: text[start..<start + match.length])
      return match.length
    }
    if let charsMap { return charsMap.appendPrefix(of: text, from: start, to: &part) }
    return PrecompiledCharsMap.appendCharacter(of: text, from: start, to: &part)
  }
}

extension SentencePieceNormalizer: CustomStringConvertible {
  var description: String {
    [
      "SentencePiece", charsMap == nil ? nil : "replacements",
      addsDummyPrefix ? (treatsSpaceAsSuffix ? "dummy suffix" : "dummy prefix") : nil,
      removesExtraSpaces ? "extra spaces removed" : nil,
    ].compactMap(\.self).joined(separator: ", ")
  }
}
