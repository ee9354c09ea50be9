import Files

/// Reads llama2.c's `tokenizer.bin`: int32 longest token, then for every token a float32 score, an
/// int32 length and that many bytes, little-endian; how many there are follows from the file's end.
///
/// Ids and merges follow `encode` in llama2.c's run.c: a space before every text, characters that
/// are no token become byte tokens 3…258, and the pair whose union scores best merges first.
struct Llama2CReader {
  private static let longestFile = 1 << 26
  private static let longestToken = 128
  /// run.c starts its search for the best pair here; what scores no better never merges.
  private static let leastScore: Float = -1e10

  static func read(_ path: String, name: String) throws(TokenizerError) -> TokenizerDefinition {
    let bytes = try VocabularyFile.bytes(at: path, limit: longestFile)
    return try read(bytes, path: path, name: name)
  }

  static func read(_ bytes: [UInt8], path: String, name: String) throws(TokenizerError)
    -> TokenizerDefinition
  {
    func fail(_ offset: Int, _ reason: String) -> TokenizerError {
      .malformed(path: path, place: "byte \(offset)", reason: reason)
    }
    func word(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }
    guard bytes.count >= 4 else { throw fail(0, "the file is cut short") }
    let longest = Int(Int32(bitPattern: word(0)))
    guard longest > 0, longest <= longestToken else {
      throw fail(0, "the longest token has \(longest) bytes, 1 to \(longestToken) are possible")
    }

    var tokens = ByteStringTable(capacity: bytes.count / 12)
    var scores: [Float] = []
    var offset = 4
    while offset < bytes.count {
      let id = scores.count
      guard bytes.count - offset >= 8 else {
        throw fail(offset, "the file is cut short in token \(id)")
      }
      let score = Float(bitPattern: word(offset))
      let length = Int(Int32(bitPattern: word(offset + 4)))
      guard score.isFinite else { throw fail(offset, "the score of token \(id) is \(score)") }
      guard length > 0, length <= longest else {
        throw fail(
          offset + 4, "token \(id) has a length of \(length) bytes, 1 to \(longest) are possible")
      }
      guard bytes.count - offset - 8 >= length else {
        throw fail(offset + 8, "the file is cut short in token \(id)")
      }
      let token = Array(bytes[offset + 8..<offset + 8 + length])
      guard String(validating: token, as: UTF8.self) != nil else {
        throw fail(offset + 8, "token \(id) is not UTF-8")
      }
      let (index, isNew) = tokens.insert(token)
      guard isNew else { throw fail(offset + 8, "token \(id) is the same as token \(index)") }
      scores.append(score)
      offset += 8 + length
    }
    for byte in 0..<256 {
      let spelling = ByteToken.spelling(of: UInt8(byte))
      if tokens.find(Array(spelling.utf8)) != byte + 3 {
        throw fail(
          bytes.count, "token \(byte + 3) is not \(spelling), as every tokenizer.bin has it")
      }
    }
    guard let space = tokens.find([UInt8(ascii: " ")]), space > 2 else {
      throw fail(bytes.count, "there is no token for the space that begins every text")
    }
    return definition(name: name, tokens: tokens, scores: scores)
  }

  private static func definition(name: String, tokens: ByteStringTable, scores: [Float])
    -> TokenizerDefinition
  {
    var model = BytePairModel(
      alphabet: .characters, tokens: tokens, merges: merges(tokens: tokens, scores: scores),
      byteIDs: (0..<256).map { Int32($0 + 3) })
    model.fallsBackToBytes = true

    var decoder = TextDecoder()
    for id in 0..<tokens.count {
      if let byte = ByteToken.byte(of: tokens[id]) {
        decoder.append([byte])
      } else {
        decoder.append(tokens[id])
      }
    }
    (decoder.strippedByte, decoder.strippedCount) = (UInt8(ascii: " "), 1)

    var definition = TokenizerDefinition(
      name: name, kind: .llama2c, model: .bytePair(model), decoder: decoder)
    definition.decoderDescription = "byte tokens, one leading space stripped"
    definition.normalizers = [.prepend(" ")]
    definition.unknownID = 0
    definition.beginning = [1]
    (definition.bosID, definition.eosID) = (1, 2)
    // The file writes them "\n<s>\n"; their names are those of SentencePiece.
    definition.addedTokens = ["<unk>", "<s>", "</s>"].enumerated().map {
      AddedToken(id: Int32($0.offset), content: $0.element, special: true)
    }
    return definition
  }

  /// Every pair of tokens whose union is a token, ranked by its score: equal scores, equal ranks,
  /// so that of those the leftmost merges first.
  private static func merges(tokens: ByteStringTable, scores: [Float]) -> PairTable {
    let ranks = ScoredMerges.ranks(scores)
    let pairs = PairTable(capacity: tokens.count)
    for id in 0..<tokens.count where scores[id] > leastScore {
      tokens[id].withUnsafeBufferPointer { token in
        for cut in 1..<max(1, token.count) {
          guard let left = tokens.find(UnsafeBufferPointer(rebasing: token[..<cut])),
            let right = tokens.find(UnsafeBufferPointer(rebasing: token[cut...]))
          else { continue }
          _ = pairs.insert(Int32(left), Int32(right), rank: ranks[id], merged: Int32(id))
        }
      }
    }
    return pairs
  }
}
