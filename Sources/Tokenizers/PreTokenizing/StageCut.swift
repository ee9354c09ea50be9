/// What a stage makes of one segment: pieces of it, or of a text that takes its place.
struct StageCut {
  /// The text that takes the segment's place, if the stage changed it.
  var text: [UInt8]?
  var pieces: [Range<Int>]
}

extension PreTokenizer.Stage {
  /// Cuts one segment, which is not empty.
  ///
  /// - Parameter startsText: the segment stands at the very start of the text that is encoded.
  func cut(_ segment: UnsafeBufferPointer<UInt8>, startsText: Bool) throws(EncodingFailure)
    -> StageCut
  {
    switch self {
    case .prefixSpace:
      if segment.first == UInt8(ascii: " ") { return StageCut(pieces: [0..<segment.count]) }
      return StageCut(text: [UInt8(ascii: " ")] + segment, pieces: [0..<segment.count + 1])
    case .byteLevel:
      let text = Array(ByteAlphabet.text(of: segment).utf8)
      return StageCut(text: text, pieces: [0..<text.count])
    case .scanned(let pattern):
      return StageCut(
        pieces: Self.runs(segment) { pattern.endOfPiece($0, from: $1, count: $2) })
    case .digits(let individual):
      return StageCut(
        pieces: Self.runs(segment) {
          PreTokenizer.endOfDigits($0, from: $1, count: $2, individual: individual)
        })
    case .wordStarts:
      return StageCut(
        pieces: Self.runs(segment) { PreTokenizer.endOfWord($0, from: $1, count: $2) })
    case .digitGroups(let grouping):
      var pieces: [Range<Int>] = []
      if let base = segment.baseAddress {
        grouping.forEachPiece(of: base, count: segment.count) { pieces.append($0..<$1) }
      }
      return StageCut(pieces: pieces)
    case .superwords:
      return StageCut(
        pieces: Self.runs(segment) {
          SuperwordSplitter.endOfPiece($0, from: $1, count: $2)
        })
    case .split(let separator, let behavior, let inverted):
      var parts = try separator.parts(of: segment)
      if inverted { for index in parts.indices { parts[index].isMatch.toggle() } }
      return StageCut(pieces: behavior.pieces(of: parts))
    case .metaspace(let metaspace): return try metaspace.cut(segment, startsText: startsText)
    case .fixedLength(let length): return StageCut(pieces: Self.fixed(segment, length))
    case .scripts: return StageCut(pieces: Self.scripts(segment))
    }
  }

  private static func runs(
    _ segment: UnsafeBufferPointer<UInt8>, _ end: (UnsafePointer<UInt8>, Int, Int) -> Int
  ) -> [Range<Int>] {
    guard let base = segment.baseAddress else { return [] }
    var pieces: [Range<Int>] = []
    var start = 0
    while start < segment.count {
      let next = end(base, start, segment.count)
      pieces.append(start..<next)
      start = next
    }
    return pieces
  }

  private static func fixed(_ segment: UnsafeBufferPointer<UInt8>, _ length: Int) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var (start, characters) = (0, 0)
    Separator.forEachCharacter(in: segment) { _, range in
      if characters == length {
        pieces.append(start..<range.lowerBound)
        (start, characters) = (range.lowerBound, 0)
      }
      characters += 1
    }
    pieces.append(start..<segment.count)
    return pieces
  }

  /// Runs of one script; a space, and what has no script, goes with what stands before it, and is
  /// dropped where nothing does.
  private static func scripts(_ segment: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var (start, current) = (0, 0)
    Separator.forEachCharacter(in: segment) { scalar, range in
      let script = scalar == 0x20 ? 0 : ScriptTable.shared.script(scalar)
      if script == 0 { return }
      if current != script {
        if current != 0 { pieces.append(start..<range.lowerBound) }
        start = range.lowerBound
      }
      current = script
    }
    if current != 0 { pieces.append(start..<segment.count) }
    return pieces
  }
}

/// SentencePiece's way with spaces: they become a visible mark that begins the next piece.
struct Metaspace: Sendable, Equatable {
  enum Prepending: String, Sendable {
    case always, first, never
  }

  var mark: [UInt8] = Array("▁".utf8)
  var prepending = Prepending.always
  var splits = true

  func cut(_ segment: UnsafeBufferPointer<UInt8>, startsText: Bool) throws(EncodingFailure)
    -> StageCut
  {
    var text = Normalizer.replaced([UInt8(ascii: " ")], mark, in: Array(segment))
    let prepends = prepending == .always || (prepending == .first && startsText)
    if prepends && !text.starts(with: mark) { text = mark + text }
    guard splits else { return StageCut(text: text, pieces: [0..<text.count]) }
    let parts = try text.withUnsafeBufferPointer { (text) throws(EncodingFailure) in
      try Separator.literal(mark).parts(of: text)
    }
    return StageCut(text: text, pieces: SplitBehavior.mergedWithNext.pieces(of: parts))
  }
}
