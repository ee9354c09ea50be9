/// Cutting into chunks of a random number of words, within which merges may cross blanks: what
/// supertokens are trained on (TokenAdapt, arXiv 2505.09738).
///
/// The law of the chunk lengths is not published; here it is one of 1, 2, 3, … words with given
/// probabilities. What a chunk draws depends on the seed and the words before it in its line, so the
/// chunks of a text do not depend on how it is read or by how many threads.
public struct WordChunks: Sendable, Equatable {
  /// The probabilities of 1, 2, 3, … words as shares of 2⁶⁴, summed up.
  private let thresholds: [UInt64]
  public let probabilities: [Double]
  public let seed: UInt64

  /// - Throws: ``TokenizerError/wrongTrainingOption(name:asked:)`` for probabilities that are
  ///   negative or do not sum to 1.
  public init(probabilities: [Double] = [0.5, 0.3, 0.15, 0.05], seed: UInt64 = 0)
    throws(TokenizerError)
  {
    let sum = probabilities.reduce(0, +)
    guard probabilities.allSatisfy({ $0 >= 0 && $0 <= 1 }), abs(sum - 1) < 1e-9 else {
      throw .wrongTrainingOption(name: "chunk lengths", asked: "\(probabilities)")
    }
    self.probabilities = probabilities
    self.seed = seed
    var total = 0.0
    thresholds = probabilities.map {
      total += $0
      return total >= 1 - 1e-12 ? .max : UInt64(total * 0x1p64)
    }
  }

  /// Calls `body` with each chunk: words of GPT-2's pattern, never over a line's end.
  func forEachChunk(
    of block: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard let base = block.baseAddress else { return }
    var start = 0
    var index = 0
    var wordsLeft = 0
    var state = seed
    func close(_ end: Int) {
      if end > start { body(UnsafeBufferPointer(start: base + start, count: end - start)) }
      start = end
    }
    while index < block.count {
      let end = ScannedPattern.gpt2.endOfPiece(base, from: index, count: block.count)
      let piece = UnsafeBufferPointer(start: base + index, count: end - index)
      let endsLine = piece.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      if endsLine {
        close(index)
        close(end)
        (wordsLeft, state) = (0, seed)
      } else {
        // A piece without a blank in front goes on with the word before it.
        let startsWord = piece[0] == UInt8(ascii: " ") || start == index
        if startsWord {
          if wordsLeft == 0 {
            close(index)
            wordsLeft = length(state)
          }
          wordsLeft -= 1
        }
        for byte in piece { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
      }
      index = end
    }
    close(block.count)
  }

  private func length(_ state: UInt64) -> Int {
    let drawn = SplitMix.mixed(state)
    return (thresholds.firstIndex { drawn <= $0 } ?? thresholds.count - 1) + 1
  }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): its output function, and a generator made of it.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
