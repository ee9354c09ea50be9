extension Tokenizer {
  /// What may follow white space, or nothing: a byte that joins no token, a digit, a letter.
  private static let probes: [UInt8] = [1, UInt8(ascii: "0"), UInt8(ascii: "x")]

  /// The id sequences that stand for just these bytes and can begin the ids of a text: the bytes' own
  /// ids first, then those that what follows makes of them.
  ///
  /// They differ where patterns look ahead. By `\s+(?!\S)` two line feeds at a text's end may be one
  /// token, and are two before a letter. The empty text has `▁` beside no ids, where a vocabulary puts
  /// one in front. What may follow is tried out, by characters of several kinds.
  /// - Complexity: one encoding; four for white space at the end.
  public func beginnings(of bytes: [UInt8]) throws(TokenizerError) -> [[Int32]] {
    var result = [try encode(bytes: bytes)]
    if let last = bytes.last, last != UInt8(ascii: " "), !(9...13).contains(last) { return result }
    for probe in Self.probes {
      guard var ids = try encodedIfPossible(bytes + [probe]) else { continue }
      while !ids.isEmpty {
        ids.removeLast()
        let length = try self.bytes(of: ids).count
        if length < bytes.count { break }
        if length == bytes.count, !result.contains(ids) { result.append(ids) }
      }
    }
    return result
  }

  /// Nil where the vocabulary has no token for some of the bytes.
  private func encodedIfPossible(_ bytes: [UInt8]) throws(TokenizerError) -> [Int32]? {
    do throws(TokenizerError) { return try encode(bytes: bytes) } catch {
      if case .unencodable = error { return nil }
      throw error
    }
  }

  /// Whether these ids can begin the ids of a text.
  public func isBeginning(_ ids: [Int32]) throws(TokenizerError) -> Bool {
    try beginnings(of: try bytes(of: ids)).contains(ids)
  }
}
