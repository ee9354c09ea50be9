/// How text is cut into the pieces that merges never cross.
struct PreTokenizer: Sendable, Equatable {
  enum Stage: Sendable, Equatable {
    /// A space in front of every segment that does not start with one.
    case prefixSpace
    /// A pattern that has a scanner of its own.
    case scanned(ScannedPattern)
    /// Numbers (`\p{N}`) apart from the rest: each digit alone, or a run of digits.
    case digits(individual: Bool)
    /// Each byte becomes its character of the byte alphabet.
    case byteLevel
    /// Cut at a separator's matches, or, inverted, at what lies between them.
    case split(Separator, behavior: SplitBehavior, inverted: Bool)
    case metaspace(Metaspace)
    /// Pieces of so many characters.
    case fixedLength(Int)
    /// Cut where the script changes.
    case scripts
    /// Words with the `▁` before them: SentencePiece's own cut, where its pieces never cross it.
    case wordStarts
    /// Numbers apart from the rest, in groups of digits.
    case digitGroups(DigitGrouping)
    /// SuperBPE's second pattern, and lines apart.
    case superwords

    static let gpt2 = Stage.scanned(.gpt2)
  }

  var stages: [Stage] = []

  static let whole = PreTokenizer()
  static let gpt2 = PreTokenizer(stages: [.gpt2])

  /// The pieces of `bytes`, as the reference for what the encoder does in one sweep.
  ///
  /// - Parameter startsText: `bytes` stands at the very start of the text that is encoded.
  /// A segment that a pattern's limits do not suffice for stays whole.
  func pieces(of bytes: [UInt8], startsText: Bool = true) -> [[UInt8]] {
    var segments = bytes.isEmpty ? [] : [(bytes, startsText)]
    for stage in stages {
      var pieces: [([UInt8], Bool)] = []
      for (segment, startsText) in segments {
        let cut = segment.withUnsafeBufferPointer { bytes in
          (try? stage.cut(bytes, startsText: startsText)) ?? StageCut(pieces: [0..<bytes.count])
        }
        for piece in cut.pieces {
          pieces.append(
            (Array((cut.text ?? segment)[piece]), startsText && piece.lowerBound == 0))
        }
      }
      segments = pieces
    }
    return segments.map(\.0)
  }

  /// Where the next `▁` comes that follows something else, or the end.
  @inline(__always)
  static func endOfWord(_ bytes: UnsafePointer<UInt8>, from start: Int, count: Int) -> Int {
    var index = start
    var isAfterMark = true
    while index < count {
      let isMark =
        bytes[index] == 0xE2 && index + 2 < count && bytes[index + 1] == 0x96
        && bytes[index + 2] == 0x81
      if isMark && !isAfterMark { return index }
      isAfterMark = isMark
      index += isMark ? 3 : 1
    }
    return count
  }

  /// The end of the digit, the run of digits, or the run of other characters that starts here.
  @inline(__always)
  static func endOfDigits(
    _ bytes: UnsafePointer<UInt8>, from start: Int, count: Int, individual: Bool
  ) -> Int {
    func isNumber(_ index: Int) -> (Bool, Int) {
      let (scalar, length) = UTF8Reader.scalar(bytes, index, count)
      return (CharacterClasses.shared.flags(scalar) & CharacterClasses.number != 0, length)
    }
    let (startsWithNumber, length) = isNumber(start)
    var index = start + length
    if startsWithNumber && individual { return index }
    while index < count {
      let (continues, length) = isNumber(index)
      if continues != startsWithNumber { return index }
      index += length
    }
    return count
  }
}
