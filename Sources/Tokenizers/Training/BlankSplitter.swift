/// Cutting text at blanks, punctuation and line ends.
enum BlankSplitter {
  /// Words between blanks; each punctuation character alone.
  static func forEachWord(
    of block: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    forEachWord(of: block, setsPunctuationApart: true, body)
  }

  /// Words between blanks, with `▁` in front of each.
  static func forEachMarkedWord(
    of block: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let marker = Array("▁".utf8)
    forEachWord(of: block, setsPunctuationApart: false) { word in
      (marker + word).withUnsafeBufferPointer(body)
    }
  }

  private static func forEachWord(
    of block: UnsafeBufferPointer<UInt8>, setsPunctuationApart: Bool,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard let base = block.baseAddress else { return }
    var start = 0
    var index = 0
    func close(_ end: Int) {
      if end > start { body(UnsafeBufferPointer(start: base + start, count: end - start)) }
      start = end
    }
    while index < block.count {
      let (scalar, length) = UTF8Reader.scalar(base, index, block.count)
      let flags = CharacterClasses.shared.flags(scalar)
      if flags & CharacterClasses.space != 0 {
        close(index)
        start = index + length
      } else if setsPunctuationApart, isPunctuation(scalar) {
        close(index)
        close(index + length)
      }
      index += length
    }
    close(block.count)
  }

  /// As in BERT: every ASCII character that is no letter, number or blank, and Unicode's punctuation.
  private static func isPunctuation(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 {
      return switch scalar {
      case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
      default: false
      }
    }
    guard let scalar = Unicode.Scalar(scalar) else { return false }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  /// Lines, and the runs of line ends between them.
  static func forEachLine(
    of block: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var start = 0
    for index in block.indices.dropFirst()
    where isLineEnd(block[index]) != isLineEnd(block[index - 1]) {
      body(UnsafeBufferPointer(rebasing: block[start..<index]))
      start = index
    }
    if start < block.count { body(UnsafeBufferPointer(rebasing: block[start...])) }
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }
}
