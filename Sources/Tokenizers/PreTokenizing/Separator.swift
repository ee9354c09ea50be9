/// What text is split at.
enum Separator: Sendable, Equatable {
  case pattern(PiecePattern)
  /// A text; an empty one is found between all characters.
  case literal([UInt8])
  /// Each character of a class by itself.
  case characters(CharacterTest)
  /// Runs of word characters, and runs of what is neither word character nor white space.
  case words

  /// The text cut at the separator's matches: parts that tile it.
  func parts(of text: UnsafeBufferPointer<UInt8>) throws(EncodingFailure)
    -> [SplitBehavior.Part]
  {
    var parts: [SplitBehavior.Part] = []
    var done = 0
    func match(_ range: Range<Int>) {
      if done < range.lowerBound {
        parts.append(.init(range: done..<range.lowerBound, isMatch: false))
      }
      parts.append(.init(range: range, isMatch: true))
      done = range.upperBound
    }
    switch self {
    case .pattern(let pattern): try pattern.forEachMatch(in: text, match)
    case .literal(let literal): Self.forEachMatch(of: literal, in: text, match)
    case .characters(let test):
      Self.forEachCharacter(in: text) { scalar, range in if test.contains(scalar) { match(range) } }
    case .words: Self.forEachWord(in: text, match)
    }
    if done < text.count { parts.append(.init(range: done..<text.count, isMatch: false)) }
    return parts
  }

  static func forEachCharacter(
    in text: UnsafeBufferPointer<UInt8>, _ body: (UInt32, Range<Int>) -> Void
  ) {
    guard let bytes = text.baseAddress else { return }
    var index = 0
    while index < text.count {
      let (scalar, length) = UTF8Reader.scalar(bytes, index, text.count)
      body(scalar, index..<index + length)
      index += length
    }
  }

  static func forEachMatch(
    of literal: [UInt8], in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    guard let first = literal.first else {
      forEachCharacter(in: text) { _, range in body(range.lowerBound..<range.lowerBound) }
      return body(text.count..<text.count)
    }
    var index = 0
    while index + literal.count <= text.count {
      if text[index] == first, text[index..<index + literal.count].elementsEqual(literal) {
        body(index..<index + literal.count)
        index += literal.count
      } else {
        index += 1
      }
    }
  }

  private static func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    var (start, kind) = (0, UInt8(0))  // 0: space, 1: word, 2: other
    forEachCharacter(in: text) { scalar, range in
      let flags = CharacterClasses.shared.flags(scalar)
      let here: UInt8 =
        flags & CharacterClasses.word != 0 ? 1 : flags & CharacterClasses.space != 0 ? 0 : 2
      if here != kind {
        if kind != 0 { body(start..<range.lowerBound) }
        (start, kind) = (range.lowerBound, here)
      }
    }
    if kind != 0 { body(start..<text.count) }
  }
}

/// A class of characters that pre-tokenizers split at.
enum CharacterTest: Sendable, Equatable {
  case whiteSpace
  /// ASCII punctuation and `\p{P}`.
  case punctuation
  case character(UInt32)

  func contains(_ scalar: UInt32) -> Bool {
    switch self {
    case .whiteSpace: CharacterClasses.shared.flags(scalar) & CharacterClasses.space != 0
    case .punctuation: RangeTable.punctuation.contains(scalar)
    case .character(let wanted): scalar == wanted
    }
  }
}
