import Files

extension Tokenizer {
  /// One line: `tokenizer gpt2  BPE, 50257 tokens`.
  public var summary: String {
    "tokenizer \(name)  \(definition.model.name), \(vocabularySize) tokens"
  }

  /// What made the vocabulary, if it was trained here: command, parameters, digest of the data.
  public var provenance: JSON? { definition.provenance }

  /// What there is to know, in the order it is shown. Computes the digest: O(vocabulary).
  public var facts: [JSON.Member] {
    let special = definition.addedTokens.filter(\.special).map(\.content)
    let added = definition.addedTokens.filter { !$0.special }.map(\.content)
    var facts: [JSON.Member] = [
      .init("name", .string(name)),
      .init("kind", .string(kind.rawValue)),
      .init("model", .string(definition.model.name)),
      .init("alphabet", .string(definition.isByteLevel ? "bytes" : "characters")),
      .init("vocabulary", .integer(vocabularySize)),
      .init("merges", .integer(definition.model.bytePair?.merges.count ?? 0)),
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
    ]
    switch definition.model {
    case .bytePair(let model):
      facts.append(.init("byte_fallback", .bool(model.fallsBackToBytes)))
      facts.append(.init("ignore_merges", .bool(model.ignoresMerges)))
      if let dropout = model.dropout {
        facts.append(.init("dropout", .string("off (the file asks for \(dropout))")))
      }
      let missing = model.byteIDs.count { $0 < 0 }
      if missing > 0 && (definition.isByteLevel || model.fallsBackToBytes) {
        facts.append(.init("bytes_without_token", .integer(missing)))
      }
    case .unigram:
      facts.append(.init("byte_fallback", .bool(definition.components?.byteFallback ?? false)))
    case .wordPiece(let model):
      facts.append(.init("longest_word", .integer(model.longestWord)))
      facts.append(
        .init(
          "continuing_prefix", .string(String(decoding: model.continuingPrefix, as: UTF8.self))))
    case .hybrid(let model):
      facts.append(.init("roots", .integer(model.roots.count)))
      facts.append(.init("affixes", .integer(model.affixes.count)))
      facts.append(.init("rules", .string(model.rules.name)))
    case .wordLevel, .longestMatch: break
    }
    if let truncation {
      facts.append(
        .init(
          "truncation", .string("off (the file asks for \(truncation.maximumLength) tokens)")))
    }
    if let padding {
      let length = padding.length.map { "\($0) tokens" } ?? "the longest of a batch"
      facts.append(.init("padding", .string("off (the file asks for \(length))")))
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
    for merge in model.bytePair?.merges.sorted() ?? [] {
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
    addOptions(of: model, to: &digest)
    return digest.hexadecimal()
  }

  private func addOptions(of model: VocabularyModel, to digest: inout Digest) {
    switch model {
    case .bytePair(let model):
      for flag in [model.ignoresMerges, model.fusesUnknown, model.fallsBackToBytes] {
        digest.add(field: flag ? "1" : "0")
      }
      digest.add(model.continuingPrefix + [0] + model.wordSuffix)
    case .unigram(let unigram):
      digest.add(field: definition.components?.byteFallback == true ? "unigram bytes" : "unigram")
      for score in definition.components?.scores ?? unigram.scores {
        withUnsafeBytes(of: score.bitPattern.littleEndian) { digest.add($0) }
      }
    case .wordPiece(let model):
      digest.add(field: "wordpiece \(model.longestWord)")
      digest.add(model.continuingPrefix)
    case .hybrid:
      digest.add(field: definition.hybrid?.json().text() ?? "")
    case .wordLevel, .longestMatch: digest.add(field: model.name)
    }
  }
}

extension Normalizer: CustomStringConvertible {
  var description: String {
    switch self {
    case .unicode(let form): form.rawValue
    case .lowercase: "Lowercase"
    case .prepend(let text): "Prepend \(quoted(text))"
    case .replace(let pattern, let content): "Replace \(quoted(pattern)) by \(quoted(content))"
    case .replaceMatches(let pattern, let content):
      "Replace matches of \(quoted(pattern.source)) by \(quoted(content))"
    case .stripAccents: "StripAccents"
    case .nmt: "Nmt"
    case .byteLevel: "ByteLevel"
    case .sentencePiece(let normalizer): normalizer.description
    case .charsMap: "Precompiled replacements"
    case .bert(let bert):
      "BERT ("
        + [
          bert.cleansText ? "clean text" : nil, bert.separatesChinese ? "Chinese apart" : nil,
          bert.stripsAccents ?? bert.lowercases ? "no accents" : nil,
          bert.lowercases ? "lower case" : nil,
        ].compactMap { $0 }.joined(separator: ", ") + ")"
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
    case .scanned(.gpt2): "GPT-2 pattern"
    case .scanned(let pattern): "\(pattern) pattern"
    case .digits(let individual): individual ? "single digits" : "runs of digits"
    case .byteLevel: "byte characters"
    case .split(let separator, let behavior, let inverted):
      "split at \(inverted ? "all but " : "")\(separator), \(behavior.words)"
    case .metaspace(let metaspace):
      "spaces as \(quoted(String(decoding: metaspace.mark, as: UTF8.self))), "
        + "prepended \(metaspace.prepending.rawValue)\(metaspace.splits ? ", split" : "")"
    case .fixedLength(let length): "pieces of \(length) characters"
    case .scripts: "scripts"
    case .wordStarts: "words with ▁"
    case .digitGroups(let grouping): grouping.description
    case .superwords: "superwords"
    }
  }
}

extension SplitBehavior {
  var words: String {
    switch self {
    case .removed: "removed"
    case .isolated: "isolated"
    case .mergedWithPrevious: "with what stands before"
    case .mergedWithNext: "with what follows"
    case .contiguous: "in runs"
    }
  }
}

extension Separator: CustomStringConvertible {
  var description: String {
    switch self {
    case .pattern(let pattern):
      pattern.name.map { "the \($0) pattern" } ?? "the pattern \(quoted(pattern.regex))"
    case .literal(let text): quoted(String(decoding: text, as: UTF8.self))
    case .words: "words"
    case .characters(.whiteSpace): "white space"
    case .characters(.punctuation): "punctuation"
    case .characters(.character(let scalar)):
      quoted(Unicode.Scalar(scalar).map { String($0) } ?? "")
    }
  }
}
