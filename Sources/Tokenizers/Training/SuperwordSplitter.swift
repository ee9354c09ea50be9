/// SuperBPE's cutting of text after its transition: words stay together (arXiv 2503.13423).
///
/// Matches of ``pattern`` and the text between them are pieces. Line ends stand apart, which the
/// paper's pattern does not ask for: without it, one piece is a whole document.
enum SuperwordSplitter {
  static let pattern = #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]{2,}[\r\n/]*| +(?!\S)|[\r\n]+"#

  private enum Class { case letter, number, space, other }

  private static func classify(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int)
    -> (class: Class, length: Int)
  {
    let (scalar, length) = UTF8Reader.scalar(bytes, index, count)
    let flags = CharacterClasses.shared.flags(scalar)
    if flags & CharacterClasses.letter != 0 { return (.letter, length) }
    if flags & CharacterClasses.number != 0 { return (.number, length) }
    return (flags & CharacterClasses.space != 0 ? .space : .other, length)
  }

  /// The end of the piece that starts at `start < count`.
  static func endOfPiece(_ bytes: UnsafePointer<UInt8>, from start: Int, count: Int) -> Int {
    if let end = endOfMatch(bytes, start, count) { return end }
    var index = start + classify(bytes, start, count).length
    while index < count {
      // Letters and other blanks start no match.
      if endOfMatch(bytes, index, count) != nil { return index }
      index += classify(bytes, index, count).length
    }
    return count
  }

  private static func endOfMatch(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int)
    -> Int?
  {
    let (first, length) = classify(bytes, start, count)
    switch first {
    case .letter: return nil
    case .number:
      var index = start + length
      for _ in 0..<2 where index < count {
        let (next, length) = classify(bytes, index, count)
        if next != .number { break }
        index += length
      }
      return index
    case .other: return endOfPunctuation(bytes, start, count)
    case .space: break
    }
    if bytes[start] == UInt8(ascii: "\n") || bytes[start] == UInt8(ascii: "\r") {
      var index = start + 1
      while index < count, bytes[index] == UInt8(ascii: "\n") || bytes[index] == UInt8(ascii: "\r")
      {
        index += 1
      }
      return index
    }
    guard bytes[start] == UInt8(ascii: " ") else { return nil }
    if let end = endOfPunctuation(bytes, start + 1, count) { return end }
    var end = start + 1
    while end < count, bytes[end] == UInt8(ascii: " ") { end += 1 }
    if end == count || classify(bytes, end, count).class == .space { return end }
    return end - start > 1 ? end - 1 : nil
  }

  /// The end of two or more punctuation characters and what line ends and slashes follow, or nil.
  private static func endOfPunctuation(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int
  ) -> Int? {
    var index = start
    var taken = 0
    while index < count {
      let (next, length) = classify(bytes, index, count)
      if next != .other { break }
      index += length
      taken += 1
    }
    guard taken > 1 else { return nil }
    while index < count,
      bytes[index] == UInt8(ascii: "\n") || bytes[index] == UInt8(ascii: "\r")
        || bytes[index] == UInt8(ascii: "/")
    { index += 1 }
    return index
  }
}
