/// Greedy longest match from left to right, as RWKV's World vocabulary is read.
struct LongestMatchModel: Sendable {
  let tokens: ByteStringTable
  let trie: ByteTrie

  init(tokens: ByteStringTable) {
    self.tokens = tokens
    trie = ByteTrie(
      (0..<tokens.count).compactMap { index in
        let bytes = tokens[index]
        return bytes.isEmpty ? nil : (bytes, Int32(index))
      })
  }

  /// - Complexity: O(n · the longest token) for a piece of n bytes.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer)
    throws(EncodingFailure)
  {
    var start = 0
    while start < piece.count {
      guard let match = trie.longestMatch(piece, from: start) else {
        throw .noToken([piece[start]])
      }
      ids.append(match.value)
      start += match.length
    }
  }
}
