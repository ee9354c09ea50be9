/// A change of the text before it is cut into pieces.
indirect enum Normalizer: Sendable, Equatable {
  case unicode(NormalizationForm)
  case lowercase
  /// Put in front of every text that is not empty.
  case prepend(String)
  case replace(String, with: String)
  case replaceMatches(RegexPattern, with: String)
  case strip(left: Bool, right: Bool)
  /// Combining marks are dropped.
  case stripAccents
  case bert(BertNormalizer)
  /// What machine translation cleans away: control characters, and odd spaces become spaces.
  case nmt
  /// Each byte becomes its character of the byte alphabet.
  case byteLevel
  case charsMap(GraphemeCharsMap)
  /// SentencePiece's rules for a whole text.
  case sentencePiece(SentencePieceNormalizer)

  /// The longest text that a replacement may put in, in bytes.
  static let longestContent = 4096

  /// The text (valid UTF-8 or not) after the normalizers, in order.
  ///
  /// A text that grows over `limit` bytes is not finished; it is for the caller to refuse it.
  static func apply(_ steps: [Normalizer], to bytes: [UInt8], limit: Int = Tokenizer.longestText)
    throws(EncodingFailure) -> [UInt8]
  {
    var losesStart = false
    return try apply(steps, to: bytes, limit: limit, losesStart: &losesStart)
  }

  /// - Parameter losesStart: set where the first character was dropped.
  static func apply(
    _ steps: [Normalizer], to bytes: [UInt8], limit: Int = Tokenizer.longestText,
    losesStart: inout Bool
  ) throws(EncodingFailure) -> [UInt8] {
    var bytes = bytes
    for step in steps where bytes.count <= limit {
      bytes = try step.apply(to: bytes, limit: limit, losesStart: &losesStart)
    }
    return bytes
  }

  private func apply(to bytes: [UInt8], limit: Int, losesStart: inout Bool)
    throws(EncodingFailure) -> [UInt8]
  {
    switch self {
    case .unicode(let form): return UnicodeNormalizer.normalize(bytes, form: form)
    case .lowercase: return Self.lowercased(bytes)
    case .prepend(let prefix): return bytes.isEmpty ? bytes : Array(prefix.utf8) + bytes
    case .replace(let pattern, let content):
      let pattern = Array(pattern.utf8)
      if content.isEmpty && bytes.starts(with: pattern) { losesStart = true }
      return Self.replaced(pattern, Array(content.utf8), in: bytes, limit: limit)
    case .replaceMatches(let pattern, let content):
      return try Self.replaced(pattern, content, in: bytes, limit, &losesStart)
    case .strip(let left, let right):
      let stripped = Self.stripped(bytes, left: left, right: right)
      if left, let first = stripped.first, bytes[0] != first { losesStart = true }
      return stripped
    case .stripAccents:
      return Self.filtered(bytes, losesStart: &losesStart) { !RangeTable.mark.contains($0) }
    case .bert(let bert): return bert.apply(to: bytes, losesStart: &losesStart)
    case .nmt: return Self.cleaned(bytes, losesStart: &losesStart)
    case .byteLevel: return Array(ByteAlphabet.text(of: bytes).utf8)
    case .sentencePiece(let normalizer): return normalizer.apply(to: bytes, limit: limit)
    case .charsMap(let map): return map.apply(to: bytes)
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

  private static func replaced(
    _ pattern: RegexPattern, _ content: String, in bytes: [UInt8], _ limit: Int,
    _ losesStart: inout Bool
  ) throws(EncodingFailure) -> [UInt8] {
    if bytes.isEmpty { return bytes }
    var matches: [Range<Int>] = []
    try bytes.withUnsafeBufferPointer { (bytes) throws(EncodingFailure) in
      try pattern.forEachMatch(in: bytes) { matches.append($0) }
    }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var done = 0
    for match in matches where result.count <= limit {
      result += bytes[done..<match.lowerBound]
      result += content.utf8
      done = match.upperBound
      if match.lowerBound == 0 && !match.isEmpty && content.isEmpty { losesStart = true }
    }
    return result + bytes[done...]
  }

  /// Each character's full lower-case mapping, without regard to its neighbours.
  static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
    mapped(bytes) { scalar, result in
      if scalar.value < 0x80 {
        let isUpper = scalar.value >= 0x41 && scalar.value <= 0x5A
        result.append(UInt8(truncatingIfNeeded: scalar.value) | (isUpper ? 0x20 : 0))
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
      }
    }
  }

  /// - Parameter transform: appends what takes a character's place; invalid bytes stay.
  static func mapped(
    _ bytes: [UInt8], _ transform: (Unicode.Scalar, inout [UInt8]) -> Void
  ) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    bytes.withUnsafeBufferPointer { buffer in
      Separator.forEachCharacter(in: buffer) { value, range in
        if let scalar = Unicode.Scalar(value) {
          transform(scalar, &result)
        } else {
          result.append(contentsOf: buffer[range])
        }
      }
    }
    return result
  }

  static func filtered(
    _ bytes: [UInt8], losesStart: inout Bool, _ isKept: (UInt32) -> Bool
  ) -> [UInt8] {
    var isFirst = true
    var lost = false
    let result = mapped(bytes) { scalar, result in
      if isKept(scalar.value) {
        result.append(scalar)
      } else if isFirst {
        lost = true
      }
      isFirst = false
    }
    if lost { losesStart = true }
    return result
  }

  private static func cleaned(_ bytes: [UInt8], losesStart: inout Bool) -> [UInt8] {
    let kept = filtered(bytes, losesStart: &losesStart) { scalar in
      switch scalar {
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: false
      default: true
      }
    }
    return mapped(kept) { scalar, result in
      switch scalar.value {
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
        result.append(UInt8(ascii: " "))
      default: result.append(scalar)
      }
    }
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
