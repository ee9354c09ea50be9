import Files

/// Reads CLIP's list of merges (`bpe_simple_vocab_16e6.txt`, plain or gzip).
///
/// The ids follow from the merges: 256 bytes as characters, the same at a word's end (`</w>`), what
/// the first 48,894 merges make, and the two special tokens. Text is composed (NFC), its white space
/// made single blanks, and brought to lower case; the original also repairs broken encodings and
/// HTML escapes, which is not done here.
struct CLIPReader {
  private static let longestFile = 1 << 26
  /// CLIP's vocabulary of 49,152 and two special tokens.
  private static let mostMerges = 49152 - 256 - 2
  private static let suffix = Array("</w>".utf8)

  static func read(_ path: String, name: String) throws(TokenizerError) -> TokenizerDefinition {
    try read(try GzipFile.bytes(at: path, limit: longestFile), path: path, name: name)
  }

  static func read(_ bytes: [UInt8], path: String, name: String) throws(TokenizerError)
    -> TokenizerDefinition
  {
    if let byte = FileContents.firstInvalidUTF8(in: bytes) {
      throw .malformed(path: path, place: "byte \(byte)", reason: "the text is not UTF-8")
    }
    var tokens = ByteStringTable(capacity: 49408)
    // bytes_to_unicode's order: printable bytes first.
    let order = (0..<256).sorted {
      (ByteAlphabet.scalars[$0].value >= 0x100 ? 1 : 0, $0)
        < (ByteAlphabet.scalars[$1].value >= 0x100 ? 1 : 0, $1)
    }
    for ending in [[], suffix] {
      for byte in order {
        _ = tokens.insert(Array(String(ByteAlphabet.scalars[byte]).utf8) + ending)
      }
    }
    let lines = try VocabularyLines.split(bytes, path: path).dropFirst().prefix(mostMerges)
    let pairs = PairTable(capacity: lines.count)
    for (rank, line) in lines.enumerated() {
      func fail(_ reason: String) -> TokenizerError {
        .malformed(path: path, place: "line \(rank + 2)", reason: reason)
      }
      let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw fail("two tokens are expected") }
      var ids: [Int32] = []
      for part in parts {
        guard let id = tokens.find(Array(part)) else {
          throw fail(
            "\(quoted(String(decoding: part, as: UTF8.self))) is not made by a line before")
        }
        ids.append(Int32(id))
      }
      let (merged, isNew) = tokens.insert(Array(parts[0]) + Array(parts[1]))
      guard isNew, pairs.insert(ids[0], ids[1], rank: UInt32(rank), merged: Int32(merged)) else {
        throw fail("its token is there already")
      }
    }
    return definition(name: name, tokens: tokens, pairs: pairs)
  }

  private static func definition(name: String, tokens: ByteStringTable, pairs: PairTable)
    -> TokenizerDefinition
  {
    var model = BytePairModel(
      alphabet: .characters, tokens: tokens, merges: pairs,
      byteIDs: [Int32](repeating: -1, count: 256))
    model.wordSuffix = suffix
    var decoder = TextDecoder()
    for id in 0..<tokens.count {
      var token = Array(tokens[id])
      let endsWord = token.count > suffix.count && token.suffix(suffix.count).elementsEqual(suffix)
      if endsWord { token.removeLast(suffix.count) }
      let text = ByteAlphabet.bytes(of: String(decoding: token, as: UTF8.self)) ?? token
      decoder.append(text + (endsWord ? [UInt8(ascii: " ")] : []))
    }
    let special = ["<|startoftext|>", "<|endoftext|>"]
    for content in special { decoder.append(content.utf8) }
    var normalizers: [Normalizer] = [.unicode(.nfc)]
    if let spaces = try? RegexPattern(#"\s+"#) {
      normalizers.append(.replaceMatches(spaces, with: " "))
    }
    normalizers.append(.lowercase)
    var definition = TokenizerDefinition(
      name: name, kind: .clip, normalizers: normalizers,
      preTokenizer: PreTokenizer(stages: [
        .split(.pattern(.clip), behavior: .removed, inverted: true), .byteLevel,
      ]),
      model: .bytePair(model), decoder: decoder)
    definition.decoderDescription = "bytes, a space for </w>"
    definition.addedTokens = special.enumerated().map {
      AddedToken(id: Int32(tokens.count + $0.offset), content: $0.element, special: true)
    }
    (definition.bosID, definition.eosID) = (Int32(tokens.count), Int32(tokens.count + 1))
    (definition.beginning, definition.ending) = (
      [Int32(tokens.count)], [Int32(tokens.count + 1)]
    )
    return definition
  }
}
