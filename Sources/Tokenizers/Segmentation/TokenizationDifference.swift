/// Where two tokenizations of one text differ: stretches that both cut alike, and between them
/// those that they cut otherwise.
public struct TokenizationDifference: Sendable, Equatable {
  public struct Stretch: Sendable, Equatable {
    /// Both cut it at the same places.
    public let isSame: Bool
    public let bytes: Range<Int>
    /// The places of its tokens in either sequence.
    public let first: Range<Int>
    public let second: Range<Int>
  }

  /// They tile the text and both sequences; alike and unlike ones alternate where no two unlike
  /// chunks stand side by side.
  public let stretches: [Stretch]

  /// - Parameter aligned: the chunks that hold whole tokens of both. Neighbours that hold one token
  ///   of either are joined.
  public init(_ aligned: TokenizerAligner) {
    var stretches: [Stretch] = []
    for chunk in aligned.chunks {
      let isSame = chunk.first.count == 1 && chunk.second.count == 1
      if isSame, let last = stretches.last, last.isSame {
        stretches[stretches.count - 1] = Stretch(
          isSame: true, bytes: last.bytes.lowerBound..<chunk.bytes.upperBound,
          first: last.first.lowerBound..<chunk.first.upperBound,
          second: last.second.lowerBound..<chunk.second.upperBound)
      } else {
        stretches.append(
          Stretch(isSame: isSame, bytes: chunk.bytes, first: chunk.first, second: chunk.second))
      }
    }
    self.stretches = stretches
  }

  /// The stretches that are cut otherwise.
  public var unlike: [Stretch] { stretches.filter { !$0.isSame } }
}
