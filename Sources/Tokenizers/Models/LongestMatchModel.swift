/// Greedy longest match from left to right, as RWKV's World vocabulary is read.
struct LongestMatchModel: Sendable {
  let tokens: ByteStringTable
  private let longestToken: Int

  init(tokens: ByteStringTable) {
    self.tokens = tokens
    longestToken = (0..<tokens.count).reduce(0) { max($0, tokens.length($1)) }
  }

  func encode(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer)
    throws(EncodingFailure)
  {
    var start = 0
    while start < piece.count {
      var end = min(piece.count, start + longestToken)
      var found: Int?
      while end > start, found == nil {
        found = tokens.find(UnsafeBufferPointer(rebasing: piece[start..<end]))
        if found == nil { end -= 1 }
      }
      guard let found else { throw .noToken([piece[start]]) }
      ids.append(Int32(found))
      start = end
    }
  }
}
