import Files

extension Tokenizer {
  /// One line: `tokenizer gpt2  BPE, 50257 tokens`.
  public var summary: String { "tokenizer \(name)  BPE, \(vocabularySize) tokens" }

  /// What made the vocabulary, if it was trained here: command, parameters, digest of the data.
  public var provenance: JSON? { definition.provenance }

  /// What there is to know, in the order it is shown. Computes the digest: O(vocabulary).
  public var facts: [JSON.Member] {
    let special = definition.addedTokens.filter(\.special).map(\.content)
    let added = definition.addedTokens.filter { !$0.special }.map(\.content)
    var facts: [JSON.Member] = [
      .init("name", .string(name)),
      .init("kind", .string(kind.rawValue)),
      .init("model", .string("BPE")),
      .init("alphabet", .string(definition.isByteLevel ? "bytes" : "characters")),
      .init("vocabulary", .integer(vocabularySize)),
      .init("merges", .integer(definition.model.merges.count)),
      .init("normalizer", .string(description(definition.normalizers))),
      .init("pre_tokenizer", .string(definition.preTokenizer.description)),
      .init("decoder", .string(definition.decoderDescription)),
      .init("special_tokens", .array(special.map(JSON.string))),
      .init("added_tokens", .array(added.map(JSON.string))),
      .init("bos", token(bosID)),
      .init("eos", token(eosID)),
      .init("unknown", token(unknownID)),
      .init("adds_bos", .bool(addsBOS)),
      .init("adds_eos", .bool(addsEOS)),
      .init("byte_fallback", .bool(definition.model.fallsBackToBytes)),
      .init("ignore_merges", .bool(definition.model.ignoresMerges)),
    ]
    let missing = definition.model.byteIDs.count { $0 < 0 }
    if missing > 0 && (definition.isByteLevel || definition.model.fallsBackToBytes) {
      facts.append(.init("bytes_without_token", .integer(missing)))
    }
    if let components = definition.components {
      if !components.truncation.isNull { facts.append(.init("truncation", .string("off"))) }
      if !components.padding.isNull { facts.append(.init("padding", .string("off"))) }
    }
    facts.append(.init("digest", .string(digest)))
    if let provenance { facts.append(.init("trained", provenance)) }
    return facts
  }

  private func token(_ id: Int32?) -> JSON {
    id.map { .string("\(definition.spelling(of: $0)) (\($0))") } ?? .null
  }

  private func description(_ normalizers: [Normalizer]) -> String {
    normalizers.isEmpty ? "none" : normalizers.map(\.description).joined(separator: ", ")
  }

  /// SHA-256 of all that decides the ids: tokens, merges, components; not of names or file layout.
  public var digest: String {
    var digest = Digest()
    let model = definition.model
    digest.add(field: definition.isByteLevel ? "bytes" : "characters")
    func add(_ number: Int32) {
      withUnsafeBytes(of: number.littleEndian) { digest.add($0) }
    }
    add(Int32(model.tokens.count))
    for id in 0..<model.tokens.count {
      add(Int32(model.tokens.length(id)))
      digest.add(Array(model.tokens[id]))
    }
    for merge in model.merges.sorted() {
      for number in [merge.left, merge.right, Int32(bitPattern: merge.rank), merge.merged] {
        add(number)
      }
    }
    for token in definition.addedTokens {
      add(token.id)
      digest.add(field: token.content)
      for flag in [
        token.singleWord, token.stripsLeft, token.stripsRight, token.normalized, token.special,
      ] { add(flag ? 1 : 0) }
    }
    digest.add(field: description(definition.normalizers))
    digest.add(field: definition.preTokenizer.description)
    digest.add(field: definition.decoderDescription)
    for id in definition.beginning + [-1] + definition.ending { add(id) }
    add(definition.unknownID ?? -1)
    for flag in [model.ignoresMerges, model.fusesUnknown, model.fallsBackToBytes] {
      add(flag ? 1 : 0)
    }
    return digest.hexadecimal()
  }
}

extension Normalizer: CustomStringConvertible {
  var description: String {
    switch self {
    case .unicode(let form): form.rawValue
    case .lowercase: "Lowercase"
    case .prepend(let text): "Prepend \(quoted(text))"
    case .replace(let pattern, let content): "Replace \(quoted(pattern)) by \(quoted(content))"
    case .strip(let left, let right):
      "Strip \(left && right ? "both ends" : left ? "left" : right ? "right" : "nothing")"
    }
  }
}

extension PreTokenizer: CustomStringConvertible {
  var description: String {
    stages.isEmpty ? "none" : stages.map(\.description).joined(separator: ", ")
  }
}

extension PreTokenizer.Stage: CustomStringConvertible {
  var description: String {
    switch self {
    case .prefixSpace: "prefix space"
    case .gpt2: "GPT-2 pattern"
    case .digits(let individual): individual ? "single digits" : "runs of digits"
    case .digitGroups(let grouping): grouping.description
    case .superwords: "superwords"
    }
  }
}
