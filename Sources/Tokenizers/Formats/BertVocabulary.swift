import Files

/// BERT's pipeline around a WordPiece vocabulary, and its `vocab.txt`: a token on every line, its
/// number the id.
enum BertVocabulary {
  private static let longestFile = 1 << 27

  static func read(_ path: String, name: String, lowercases: Bool?) throws(TokenizerError)
    -> TokenizerDefinition
  {
    let bytes = try VocabularyFile.bytes(at: path, limit: longestFile)
    return try read(bytes, path: path, name: name, lowercases: lowercases)
  }

  /// - Parameter lowercases: by default whether no ordinary token has an upper-case ASCII letter.
  static func read(_ bytes: [UInt8], path: String, name: String, lowercases: Bool? = nil)
    throws(TokenizerError) -> TokenizerDefinition
  {
    if let byte = FileContents.firstInvalidUTF8(in: bytes) {
      throw .malformed(path: path, place: "byte \(byte)", reason: "the text is not UTF-8")
    }
    let lines = try VocabularyLines.split(bytes, path: path)
    var tokens = ByteStringTable(capacity: lines.count)
    var hasUpperCase = false
    for (index, token) in lines.enumerated() {
      func fail(_ reason: String) -> TokenizerError {
        .malformed(path: path, place: "line \(index + 1)", reason: reason)
      }
      if token.isEmpty { throw fail("the token is empty") }
      let (other, isNew) = tokens.insert(Array(token))
      if !isNew { throw fail("the token is the same as that of line \(other + 1)") }
      if token.first != UInt8(ascii: "["), token.contains(where: { (0x41...0x5A).contains($0) }) {
        hasUpperCase = true
      }
    }
    guard let unknown = tokens.find(Array("[UNK]".utf8)) else {
      throw .malformed(path: path, place: "the whole file", reason: "there is no token [UNK]")
    }
    var definition = definition(
      name: name, kind: .wordpiece, tokens: tokens, unknownID: Int32(unknown),
      lowercases: lowercases ?? !hasUpperCase, longestWord: 100)
    for content in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] {
      guard let id = tokens.find(Array(content.utf8)) else { continue }
      definition.addedTokens.append(AddedToken(id: Int32(id), content: content, special: true))
    }
    definition.bosID = tokens.find(Array("[CLS]".utf8)).map(Int32.init)
    definition.eosID = tokens.find(Array("[SEP]".utf8)).map(Int32.init)
    if let first = definition.bosID, let last = definition.eosID {
      (definition.beginning, definition.ending) = ([first], [last])
    }
    return definition
  }

  /// - Parameter tokens: tokens that continue a word start with `##`.
  static func definition(
    name: String, kind: TokenizerKind, tokens: ByteStringTable, unknownID: Int32,
    lowercases: Bool, longestWord: Int
  ) -> TokenizerDefinition {
    let prefix = Array("##".utf8)
    let model = WordPieceModel(
      tokens: tokens, continuingPrefix: prefix, longestWord: longestWord,
      unknownID: unknownID, unknownToken: String(decoding: tokens[Int(unknownID)], as: UTF8.self))
    var decoder = TextDecoder()
    for id in 0..<tokens.count {
      let token = tokens[id]
      if token.starts(with: prefix), token.count > prefix.count {
        decoder.append(token.dropFirst(prefix.count))
      } else {
        decoder.append([UInt8(ascii: " ")] + token)
      }
    }
    (decoder.strippedByte, decoder.strippedCount) = (UInt8(ascii: " "), 1)
    var definition = TokenizerDefinition(
      name: name, kind: kind, normalizers: [.bert(BertNormalizer(lowercases: lowercases))],
      preTokenizer: PreTokenizer(stages: [
        .split(.characters(.whiteSpace), behavior: .removed, inverted: false),
        .split(.characters(.punctuation), behavior: .isolated, inverted: false),
      ]),
      model: .wordPiece(model), decoder: decoder)
    definition.decoderDescription = "words with a space before them"
    definition.unknownID = unknownID
    return definition
  }
}
