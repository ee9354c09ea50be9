extension Tokenizer {
  /// The ids of a text with the bytes of the text that each stands for, also where a vocabulary puts
  /// blanks in front of the text: those are cut off, and ids of nothing else left out.
  ///
  /// - Throws: ``TokenizerError/noOffsets(tokenizer:reason:)`` where the tokens' bytes do not make up
  ///   the text.
  /// - Complexity: O(text).
  public func places(in text: String) throws(TokenizerError) -> [(id: Int32, bytes: Range<Int>)] {
    let ids = try encode(text)
    var written: [UInt8] = []
    var ends: [Int] = []
    for id in ids {
      written += try tokenBytes(id)
      ends.append(written.count)
    }
    let bytes = Array(text.utf8)
    let extra = written.count - bytes.count
    guard extra >= 0, written.prefix(extra).allSatisfy({ $0 == 0x20 }),
      written[extra...].elementsEqual(bytes)
    else { throw .noOffsets(tokenizer: name, reason: "its tokens do not make up the text") }
    var places: [(id: Int32, bytes: Range<Int>)] = []
    var start = 0
    for (id, end) in zip(ids, ends) {
      let end = max(0, end - extra)
      if end > start { places.append((id, start..<end)) }
      start = end
    }
    return places
  }

  /// Where tokens part the digits of a number: how many digits stand on the right of each border,
  /// from the left to the right. Separators do not count as digits, and borders before the first
  /// digit and after the last are none.
  public func digitBorders(in number: String) throws(TokenizerError) -> (
    tokens: Int, borders: [Int]
  ) {
    let bytes = Array(number.utf8)
    var right = [Int](repeating: 0, count: bytes.count + 1)
    for place in bytes.indices.reversed() {
      right[place] = right[place + 1] + ((0x30...0x39).contains(bytes[place]) ? 1 : 0)
    }
    let places = try places(in: number)
    var borders: [Int] = []
    for place in places {
      let digits = right[place.bytes.upperBound]
      if digits > 0, digits < right[0], borders.last != digits { borders.append(digits) }
    }
    return (places.count, borders)
  }
}
