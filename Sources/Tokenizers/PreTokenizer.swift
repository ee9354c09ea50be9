/// How text is cut into the pieces that merges never cross.
struct PreTokenizer: Sendable, Equatable {
  enum Stage: Sendable, Equatable {
    /// A space in front of every segment that does not start with one.
    case prefixSpace
    /// GPT-2's pattern.
    case gpt2
    /// Numbers (`\p{N}`) apart from the rest: each digit alone, or a run of digits.
    case digits(individual: Bool)
    /// Numbers apart from the rest, in groups of digits.
    case digitGroups(DigitGrouping)
    /// SuperBPE's second pattern, and lines apart.
    case superwords
  }

  var stages: [Stage] = []

  static let whole = PreTokenizer()
  static let gpt2 = PreTokenizer(stages: [.gpt2])

  /// The pieces of `bytes`, as the reference for what the encoder does in one sweep.
  func pieces(of bytes: [UInt8]) -> [[UInt8]] {
    var segments = bytes.isEmpty ? [] : [bytes]
    for stage in stages {
      segments = segments.flatMap { Self.apply(stage, to: $0) }
    }
    return segments
  }

  private static func apply(_ stage: Stage, to segment: [UInt8]) -> [[UInt8]] {
    if stage == .prefixSpace {
      return [segment.first == UInt8(ascii: " ") ? segment : [UInt8(ascii: " ")] + segment]
    }
    var result: [[UInt8]] = []
    segment.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      if case .digitGroups(let grouping) = stage {
        grouping.forEachPiece(of: base, count: bytes.count) { result.append(Array(bytes[$0..<$1])) }
        return
      }
      let splitter = GPT2Splitter()
      var start = 0
      while start < bytes.count {
        let end: Int
        switch stage {
        case .superwords:
          end = SuperwordSplitter.endOfPiece(base, from: start, count: bytes.count)
        case .gpt2, .prefixSpace, .digitGroups:
          end = splitter.endOfPiece(base, from: start, count: bytes.count)
        case .digits(let individual):
          end = endOfDigits(base, from: start, count: bytes.count, individual: individual)
        }
        result.append(Array(bytes[start..<end]))
        start = end
      }
    }
    return result
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
