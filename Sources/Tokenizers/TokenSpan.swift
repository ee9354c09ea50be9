/// An id and the part of the text that it stands for.
public struct TokenSpan: Sendable, Equatable {
  public var id: Int32
  /// The bytes of the text.
  public var bytes: Range<Int>
  /// The scalars that have a byte among them; neighbours share one that is cut between them.
  public var scalars: Range<Int>
}

extension Tokenizer {
  /// The ids of a text, each with its place in it; the places tile the text.
  ///
  /// - Throws: ``TokenizerError/noOffsets(tokenizer:reason:)`` where ids do not stand for parts of
  ///   the text as it came.
  public func spans(of text: String, special: SpecialPolicy = .text) throws(TokenizerError)
    -> [TokenSpan]
  {
    let changesText =
      !definition.normalizers.isEmpty || definition.preTokenizer.stages.contains(.prefixSpace)
    if !definition.isByteLevel || changesText { return try decodedSpans(of: text, special) }
    return try withBytes(of: text) { (bytes) throws(TokenizerError) in
      var places: [(id: Int32, end: Int)] = []
      try forEachSpan(in: bytes, special: special) { (token, range) throws(TokenizerError) in
        if let token {
          places.append((token, range.upperBound))
          return
        }
        var end = range.lowerBound
        let part = UnsafeBufferPointer(rebasing: bytes[range])
        for id in try encode(utf8: part, special: special) {
          // Tokens that were added behind the model's have no entry there.
          let tokens = definition.model.tokens
          end += Int(id) < tokens.count ? tokens.length(Int(id)) : definition.decoder[id].count
          places.append((id, end))
        }
        guard end == range.upperBound else {
          throw .noOffsets(tokenizer: name, reason: "the text has bytes without a token")
        }
      }
      return Self.spans(places, in: bytes)
    }
  }

  /// By what each id adds to the decoded text, where that is the text itself.
  private func decodedSpans(of text: String, _ special: SpecialPolicy) throws(TokenizerError)
    -> [TokenSpan]
  {
    let ids = try encode(text, special: special)
    let parts = try decodedParts(of: ids)
    return try withBytes(of: text) { (bytes) throws(TokenizerError) in
      guard parts.joined().elementsEqual(bytes) else {
        throw .noOffsets(
          tokenizer: name, reason: "it changes the text, and its ids give another one back")
      }
      var end = 0
      let places = zip(ids, parts).map { id, part in
        end += part.count
        return (id: id, end: end)
      }
      return Self.spans(places, in: bytes)
    }
  }

  private static func spans(
    _ places: [(id: Int32, end: Int)], in bytes: UnsafeBufferPointer<UInt8>
  ) -> [TokenSpan] {
    var spans: [TokenSpan] = []
    spans.reserveCapacity(places.count)
    var start = 0
    /// How many scalars begin before `start`.
    var begun = 0
    for (id, end) in places {
      let startsInside = start < end && bytes[start] & 0xC0 == 0x80
      let first = startsInside ? max(0, begun - 1) : begun
      for index in start..<end where bytes[index] & 0xC0 != 0x80 { begun += 1 }
      spans.append(TokenSpan(id: id, bytes: start..<end, scalars: first..<max(first, begun)))
      start = end
    }
    return spans
  }
}
