/// Two tokenizations of one text, cut into the smallest chunks that hold whole tokens of both.
///
/// A chunk ends wherever a token of either side ends. The chunks tile the bytes and both sequences.
public struct TokenizerAligner: Sendable {
  public struct Chunk: Sendable, Equatable {
    /// The places of its tokens in either sequence.
    public let first: Range<Int>
    public let second: Range<Int>
    public let bytes: Range<Int>
  }

  public let chunks: [Chunk]

  /// - Parameter lengths: how many bytes each token has; a token without bytes belongs to the chunk of
  ///   the token before it, or to the first one.
  /// - Throws: ``TokenizerError/differentTexts(byte:)`` if the sums differ.
  public init(lengths first: [Int], _ second: [Int]) throws(TokenizerError) {
    let (a, b) = (first.reduce(0, +), second.reduce(0, +))
    if a != b { throw .differentTexts(byte: min(a, b)) }
    var chunks: [Chunk] = []
    var (i, j, byte) = (0, 0, 0)
    while i < first.count || j < second.count {
      let (startI, startJ, start) = (i, j, byte)
      var (endA, endB) = (byte, byte)
      repeat {
        if endA <= endB, i < first.count {
          endA += first[i]
          i += 1
        } else {
          endB += second[j]
          j += 1
        }
      } while endA != endB || endA == start && (i < first.count || j < second.count)
      while i < first.count, first[i] == 0 { i += 1 }
      while j < second.count, second[j] == 0 { j += 1 }
      byte = endA
      chunks.append(Chunk(first: startI..<i, second: startJ..<j, bytes: start..<byte))
    }
    self.chunks = chunks
  }

  /// Two encodings of one text. What a tokenizer puts before its text and takes away in decoding,
  /// such as SentencePiece's first blank, has no bytes.
  ///
  /// - Throws: ``TokenizerError/differentTexts(byte:)`` where the ids stand for other bytes.
  public init(_ first: [Int32], _ a: Tokenizer, _ second: [Int32], _ b: Tokenizer)
    throws(TokenizerError)
  {
    let parts = (try a.decodedParts(of: first), try b.decodedParts(of: second))
    let texts = (parts.0.flatMap(\.self), parts.1.flatMap(\.self))
    if texts.0 != texts.1 {
      let common = zip(texts.0, texts.1).prefix { $0 == $1 }.count
      throw .differentTexts(byte: common)
    }
    try self.init(lengths: parts.0.map(\.count), parts.1.map(\.count))
  }
}

extension Tokenizer {
  /// The bytes that each of these ids adds to their text; together they are ``bytes(of:)``.
  public func decodedParts(of ids: [Int32]) throws(TokenizerError) -> [[UInt8]] {
    var run = DecodingRun(definition.decoder)
    var parts: [[UInt8]] = []
    parts.reserveCapacity(ids.count)
    for id in ids {
      var part: [UInt8] = []
      try run.append(id, to: &part)
      parts.append(part)
    }
    if !parts.isEmpty { run.flush(to: &parts[parts.count - 1]) }
    return parts
  }
}
