import Files

/// Reads GPT-2's own pair of files: `encoder.json` (tokens in the byte alphabet and their ids) and
/// `vocab.bpe` (merges, a line each). Hugging Face calls them `vocab.json` and `merges.txt`.
struct GPT2PairReader {
  static let names = [("encoder.json", "vocab.bpe"), ("vocab.json", "merges.txt")]

  /// The two files of a folder, if it has them.
  static func files(in folder: String) -> (vocabulary: String, merges: String)? {
    for (vocabulary, merges) in names {
      let pair = (Paths.join(folder, vocabulary), Paths.join(folder, merges))
      if Paths.exists(pair.0) && Paths.exists(pair.1) { return pair }
    }
    return nil
  }

  static func read(vocabulary: String, merges: String, name: String) throws(TokenizerError)
    -> TokenizerDefinition
  {
    let json = try VocabularyJSON.read(vocabulary)
    let text = try VocabularyFile.bytes(at: merges, limit: 1 << 27)
    if let byte = FileContents.firstInvalidUTF8(in: text) {
      throw .file(.notUTF8(path: merges, byte: byte))
    }
    guard case .object(let members) = json else {
      throw .malformed(
        path: vocabulary, place: "top level", reason: "an object from tokens to ids is expected")
    }
    var lines = try VocabularyLines.split(text, path: merges)
    if lines.first?.starts(with: "#version".utf8) == true { lines.removeFirst() }

    // The vocabulary of a tokenizer.json is the same, apart from its special token.
    let special = "<|endoftext|>"
    let ordinary = members.filter { $0.key != special }
    var components = TokenizerDefinition.Components()
    let content = JSON.object([
      .init("type", .string("BPE")), .init("vocab", .object(ordinary)),
      .init("merges", .array(lines.map { .string(String(decoding: $0, as: UTF8.self)) })),
    ])
    let read = try HuggingFaceModelReader(path: vocabulary).read(
      content, isByteLevel: true, components: &components)
    guard var model = read.model.bytePair else { throw .unknownKind(path: vocabulary) }
    // tiktoken's gpt2, which has the same ids, looks for whole pieces first.
    model.ignoresMerges = false
    var definition = TokenizerDefinition(
      name: name, kind: .gpt2, preTokenizer: .gpt2, model: .bytePair(model),
      literals: read.literals, decoder: TextDecoder())
    var texts = (0..<model.tokens.count).map { Array(model.tokens[$0]) }
    if let end = members.first(where: { $0.key == special })?.value.intValue {
      guard end == texts.count else {
        throw .malformed(
          path: vocabulary, place: quoted(special),
          reason: "id \(end) stands where id \(texts.count) is expected")
      }
      texts.append(Array(special.utf8))
      definition.addedTokens = [AddedToken(id: Int32(end), content: special, special: true)]
      (definition.bosID, definition.eosID) = (Int32(end), Int32(end))
    }
    for text in texts { definition.decoder.append(text) }
    definition.decoderDescription = "bytes"
    return definition
  }
}
