/// WordPiece: the longest token that starts a piece, then the longest that continues it, to its
/// end; a piece that does not come out even is unknown as a whole (Devlin et al., 2018).
struct WordPieceModel: Sendable {
  let tokens: ByteStringTable
  /// What a token that continues a word starts with.
  let continuingPrefix: [UInt8]
  /// A piece of more characters is unknown.
  let longestWord: Int
  let unknownID: Int32?
  /// The unknown token as the file writes it; it need not be in the vocabulary.
  let unknownToken: String
  /// No token has more bytes, so that no longer match need be tried.
  private let longestToken: Int

  init(
    tokens: ByteStringTable, continuingPrefix: [UInt8], longestWord: Int,
    unknownID: Int32? = nil, unknownToken: String
  ) {
    self.tokens = tokens
    self.continuingPrefix = continuingPrefix
    self.longestWord = longestWord
    self.unknownToken = unknownToken
    self.unknownID = unknownID ?? tokens.find(Array(unknownToken.utf8)).map(Int32.init)
    longestToken = (0..<tokens.count).reduce(0) { max($0, tokens.length($1)) }
  }

  /// - Complexity: O(n · the longest token) lookups for a piece of n bytes.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer)
    throws(EncodingFailure)
  {
    guard let bytes = piece.baseAddress else { return }
    let before = ids.count
    var characters = 0
    for byte in piece where byte & 0xC0 != 0x80 { characters += 1 }
    if characters > longestWord { return try unknown(piece, to: &ids) }

    // Where a continuing piece is sought, the prefix stands before a copy of its bytes.
    var candidate = continuingPrefix
    var start = 0
    while start < piece.count {
      let room = start > 0 ? max(0, longestToken - continuingPrefix.count) : longestToken
      var end = min(piece.count, start + room)
      candidate.removeSubrange(continuingPrefix.count...)
      if start > 0 { candidate.append(contentsOf: piece[start..<end]) }
      var found: Int?
      while end > start {
        if end == piece.count || bytes[end] & 0xC0 != 0x80 {
          found =
            start == 0
            ? tokens.find(UnsafeBufferPointer(start: bytes, count: end))
            : candidate.withUnsafeBufferPointer {
              tokens.find(
                UnsafeBufferPointer(rebasing: $0[..<(continuingPrefix.count + end - start)]))
            }
          if found != nil { break }
        }
        end -= 1
      }
      guard let found else {
        ids.removeLast(ids.count - before)
        return try unknown(piece, to: &ids)
      }
      ids.append(Int32(found))
      start = end
    }
  }

  private func unknown(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer)
    throws(EncodingFailure)
  {
    guard let unknownID else { throw .noToken(Array(piece.prefix(64))) }
    ids.append(unknownID)
  }
}
