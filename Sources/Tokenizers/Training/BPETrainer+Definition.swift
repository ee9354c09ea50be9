import Files

extension BPETrainer {
  /// The trained vocabulary as a tokenizer.
  func definition(
    _ merges: [MergeLearner.Merge], _ tokens: ByteStringTable, _ state: TrainingState
  ) throws(TokenizerError) -> TokenizerDefinition {
    let pairs = PairTable(capacity: merges.count)
    for (rank, merge) in merges.enumerated() {
      _ = pairs.insert(merge.left, merge.right, rank: UInt32(rank), merged: merge.merged)
    }
    var decoder = TextDecoder()
    for id in 0..<tokens.count { decoder.append(tokens[id]) }
    var components = cutting.components
    var model: BytePairModel
    switch alphabet {
    case .bytes:
      model = BytePairModel(
        alphabet: .bytes, tokens: tokens, merges: pairs, byteIDs: (0..<256).map(Int32.init))
    case .characters(_, let unknown):
      model = BytePairModel(
        alphabet: .characters, tokens: tokens, merges: pairs,
        byteIDs: [Int32](repeating: -1, count: 256))
      model.unknownID = tokens.find(Array(unknown.utf8)).map(Int32.init)
      components.unknownToken = unknown
      components.decoder = .object([.init("type", .string("Fuse"))])
    }
    var definition = TokenizerDefinition(
      name: name, kind: .huggingface, normalizers: cutting.normalizers,
      preTokenizer: cutting.preTokenizer, model: .bytePair(model), decoder: decoder)
    definition.unknownID = model.unknownID
    for (place, token) in specialTokens.enumerated() {
      var id = Int32(place)
      if alphabet == .bytes {
        if let spelled = ByteAlphabet.bytes(of: token), tokens.find(spelled) != nil {
          throw .wrongSpecialToken(token: token, reason: "is an ordinary token of this vocabulary")
        }
        id = Int32(definition.decoder.count)
        definition.decoder.append(token.utf8)
      }
      definition.addedTokens.append(AddedToken(id: id, content: token, special: true))
    }
    if alphabet == .bytes { appended.add(to: &definition, specialTokens: specialTokens) }
    definition.components = components
    definition.decoderDescription = alphabet == .bytes ? "ByteLevel" : "Fuse"
    definition.provenance = provenance(state, size: definition.decoder.count)
    return definition
  }

  private func provenance(_ state: TrainingState, size: Int) -> JSON {
    var parameters: [JSON.Member] = [
      .init("kind", .string("bpe")),
      .init("vocabulary", .integer(vocabularySize)),
      .init("minimum_frequency", .integer(minimumFrequency)),
      .init("special_tokens", .array(specialTokens.map(JSON.string))),
    ]
    parameters += rules.members + appended.members
    if !cutting.normalizers.isEmpty {
      parameters.append(
        .init("normalizers", .array(cutting.normalizers.map { .string($0.description) })))
    }
    return TrainingProvenance.json(parameters, state, size: size)
  }
}

/// What a trained vocabulary's file says of its making.
enum TrainingProvenance {
  static func json(_ parameters: [JSON.Member], _ state: TrainingState, size: Int) -> JSON {
    .object([
      .init("command", .string("tokenizer.train")),
      .init("parameters", .object(parameters)),
      .init(
        "data",
        .object([
          .init("bytes", .integer(state.counter.bytes)),
          .init("sha256", .string(state.dataDigest)),
        ])),
      .init("size", .integer(size)),
    ])
  }
}

extension MergeRules {
  var members: [JSON.Member] {
    var members: [JSON.Member] = []
    if let mostBytes { members.append(.init("most_bytes", .integer(mostBytes))) }
    if let mostCharacters { members.append(.init("most_characters", .integer(mostCharacters))) }
    if let mostWords { members.append(.init("most_words", .integer(mostWords))) }
    if !forbidden.isEmpty {
      members.append(.init("forbidden", .array(forbidden.map(JSON.string))))
    }
    return members
  }
}
