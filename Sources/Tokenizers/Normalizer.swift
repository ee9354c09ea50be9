/// A change of the text before it is cut into pieces.
indirect enum Normalizer: Sendable, Equatable {
  case unicode(NormalizationForm)
  case lowercase
  /// Put in front of every text that is not empty.
  case prepend(String)
  case replace(String, with: String)
  case strip(left: Bool, right: Bool)
  /// SentencePiece's rules for a whole text.
  case sentencePiece(SentencePieceNormalizer)

  /// The longest text that a replacement may put in, in bytes.
  static let longestContent = 4096

  /// The text (valid UTF-8 or not) after the normalizers, in order.
  ///
  /// A text that grows over `limit` bytes is not finished; it is for the caller to refuse it.
  static func apply(_ steps: [Normalizer], to bytes: [UInt8], limit: Int = Tokenizer.longestText)
    -> [UInt8]
  {
    var bytes = bytes
    for step in steps where bytes.count <= limit { bytes = step.apply(to: bytes, limit: limit) }
    return bytes
  }

  private func apply(to bytes: [UInt8], limit: Int) -> [UInt8] {
    switch self {
    case .unicode(let form): return UnicodeNormalizer.normalize(bytes, form: form)
    case .lowercase: return Self.lowercased(bytes)
    case .prepend(let prefix): return bytes.isEmpty ? bytes : Array(prefix.utf8) + bytes
    case .replace(let pattern, let content):
      return Self.replaced(Array(pattern.utf8), Array(content.utf8), in: bytes, limit: limit)
    case .sentencePiece(let normalizer): return normalizer.apply(to: bytes, limit: limit)
    case .strip(let left, let right): return Self.stripped(bytes, left: left, right: right)
    }
  }

  static func replaced(
    _ pattern: [UInt8], _ content: [UInt8], in bytes: [UInt8], limit: Int = Tokenizer.longestText
  ) -> [UInt8] {
    guard let first = pattern.first else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count, result.count <= limit {
      if bytes[index] == first, bytes.count - index >= pattern.count,
        pattern.count == 1 || bytes[index..<index + pattern.count].elementsEqual(pattern)
      {
        result.append(contentsOf: content)
        index += pattern.count
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  /// Each character's full lower-case mapping, without regard to its neighbours.
  private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var index = 0
      while index < buffer.count {
        let (value, length) = UTF8Reader.scalar(base, index, buffer.count)
        if value < 0x80 {
          let isUpper = value >= 0x41 && value <= 0x5A
          result.append(isUpper ? buffer[index] | 0x20 : buffer[index])
        } else if let scalar = Unicode.Scalar(value) {
          result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
        } else {
          result.append(buffer[index])
        }
        index += length
      }
    }
    return result
  }

  private static func stripped(_ bytes: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return [] }
      func isSpace(_ scalar: UInt32) -> Bool {
        CharacterClasses.shared.flags(scalar) & CharacterClasses.space != 0
      }
      var start = 0
      while left && start < buffer.count {
        let (scalar, length) = UTF8Reader.scalar(base, start, buffer.count)
        if !isSpace(scalar) { break }
        start += length
      }
      var end = buffer.count
      while right && end > start {
        let (scalar, length) = UTF8Reader.scalar(before: end, base)
        if !isSpace(scalar) { break }
        end -= length
      }
      return Array(buffer[start..<end])
    }
  }
}
