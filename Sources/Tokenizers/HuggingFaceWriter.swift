import Files

extension TokenizerDefinition.Components {
  /// GPT-2's components: no normalizer, its pattern, the byte alphabet.
  static let byteLevel: TokenizerDefinition.Components = {
    let byteLevel: JSON = .object([
      .init("type", .string("ByteLevel")),
      .init("add_prefix_space", .bool(false)),
      .init("trim_offsets", .bool(true)),
      .init("use_regex", .bool(true)),
    ])
    return TokenizerDefinition.Components(preTokenizer: byteLevel, decoder: byteLevel)
  }()
}

extension Tokenizer {
  /// The vocabulary as Hugging Face's `tokenizer.json`, a hybrid one as its own file; what trained it stands under
  /// `tessera` in the model (Hugging Face's reader skips unknown keys there, but not at top level).
  ///
  /// - Throws: ``TokenizerError/cannotSave(tokenizer:reason:)`` for a vocabulary whose file was of
  ///   a format that merges by score.
  public func json() throws(TokenizerError) -> JSON {
    if let hybrid = definition.hybrid { return hybrid.json() }
    guard let components = definition.components else {
      throw .cannotSave(
        tokenizer: name,
        reason: "a \(kind.rawValue) vocabulary merges by score, not in a fixed order")
    }
    return .object([
      .init("version", .string("1.0")),
      .init("truncation", components.truncation),
      .init("padding", components.padding),
      .init("added_tokens", .array(definition.addedTokens.map(json(of:)))),
      .init("normalizer", components.normalizer),
      .init("pre_tokenizer", components.preTokenizer),
      .init("post_processor", components.postProcessor),
      .init("decoder", components.decoder),
      .init("model", model(components)),
    ])
  }

  /// Writes ``json()`` to a file, whole or not at all.
  public func save(to path: String) throws(TokenizerError) {
    let text = try json().text(pretty: true)
    do { try DurableFile.replace(path, with: text + "\n") } catch { throw .file(error) }
  }

  private func json(of token: AddedToken) -> JSON {
    .object([
      .init("id", .integer(Int(token.id))),
      .init("content", .string(token.content)),
      .init("single_word", .bool(token.singleWord)),
      .init("lstrip", .bool(token.stripsLeft)),
      .init("rstrip", .bool(token.stripsRight)),
      .init("normalized", .bool(token.normalized)),
      .init("special", .bool(token.special)),
    ])
  }

  private func model(_ components: TokenizerDefinition.Components) -> JSON {
    let tokens = definition.model.tokens
    let spellings = (0..<tokens.count).map { definition.modelSpelling(of: Int32($0)) }
    let vocabulary = JSON.object(
      spellings.enumerated().compactMap {
        $0.element.isEmpty ? nil : JSON.Member($0.element, .integer($0.offset))
      })
    var members: [JSON.Member] = [.init("type", .string(definition.model.name))]
    if let provenance = definition.provenance { members.append(.init("tessera", provenance)) }
    switch definition.model {
    case .bytePair(let model):
      members += self.members(of: model, components, spellings: spellings, vocabulary)
    case .wordPiece(let model):
      members += [
        .init("unk_token", .string(model.unknownToken)),
        .init(
          "continuing_subword_prefix",
          .string(String(decoding: model.continuingPrefix, as: UTF8.self))),
        .init("max_input_chars_per_word", .integer(model.longestWord)),
        .init("vocab", vocabulary),
      ]
    case .wordLevel(let model):
      members += [
        .init("vocab", vocabulary), .init("unk_token", .string(model.unknownToken)),
      ]
    case .unigram(let model):
      members += [
        .init("unk_id", model.unknownID.map { .integer(Int($0)) } ?? .null),
        .init(
          "vocab",
          .array(
            zip(spellings, components.scores).map { .array([.string($0), .number($1)]) })),
        .init("byte_fallback", .bool(components.byteFallback)),
      ]
    case .longestMatch, .hybrid: break  // no such file is read with components
    }
    return .object(members)
  }

  private func members(
    of model: BytePairModel, _ components: TokenizerDefinition.Components, spellings: [String],
    _ vocabulary: JSON
  ) -> [JSON.Member] {
    let merges = model.merges.sorted().map { merge -> JSON in
      let (left, right) = (spellings[Int(merge.left)], spellings[Int(merge.right)])
      // "left right" is understood by every version; pairs allow blanks in tokens.
      return left.utf8.contains(0x20) || right.utf8.contains(0x20)
        ? .array([.string(left), .string(right)]) : .string(left + " " + right)
    }
    func affix(_ bytes: [UInt8]) -> JSON {
      bytes.isEmpty ? .null : .string(String(decoding: bytes, as: UTF8.self))
    }
    return [
      .init("dropout", model.dropout.map(JSON.number) ?? .null),
      .init("unk_token", components.unknownToken.map(JSON.string) ?? .null),
      .init("continuing_subword_prefix", affix(model.continuingPrefix)),
      .init("end_of_word_suffix", affix(model.wordSuffix)),
      .init("fuse_unk", .bool(components.fusesUnknown)),
      .init("byte_fallback", .bool(components.byteFallback)),
      .init("ignore_merges", .bool(components.ignoresMerges)),
      .init("vocab", vocabulary), .init("merges", .array(merges)),
    ]
  }
}
