import Files

/// Goes on with the training of a byte-level vocabulary of merges: its tokens and merges stay, new ones
/// come after them, and text may be cut in another way from there on.
///
/// SuperBPE (arXiv 2503.13423) is this, from a vocabulary of words and with ``TextCutting/superwords``.
public struct VocabularyExtension: Sendable {
  /// How many tokens there shall be at the end.
  public var vocabularySize: Int
  public var minimumFrequency = 2
  /// How text is cut for the new merges, and by the extended tokenizer.
  public var cutting = TextCutting.superwords
  /// What the new merges must not make.
  public var rules = MergeRules(mostWords: 4, forbidden: [": "])
  /// The extended tokenizer's name; nil keeps the old one.
  public var name: String?

  public init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

  /// - Throws: ``TokenizerError/wrongTrainingOption(name:asked:)`` for a tokenizer that is no
  ///   byte-level vocabulary of merges, or has tokens after those of its merges;
  ///   ``TokenizerError/vocabularyTooSmall(asked:least:specialTokens:)`` where it has more tokens
  ///   already; as ``BPETrainer/train(on:run:)``.
  public func extend(
    _ tokenizer: Tokenizer, on corpus: TrainingCorpus, run: TrainingRun = TrainingRun()
  ) throws(TokenizerError) -> Tokenizer {
    var definition = tokenizer.definition
    let old = try extendable(tokenizer)
    var trainer = BPETrainer(vocabularySize: vocabularySize, minimumFrequency: minimumFrequency)
    trainer.cutting = cutting
    try trainer.check()
    if vocabularySize < old.tokens.count {
      throw .vocabularyTooSmall(asked: vocabularySize, least: old.tokens.count, specialTokens: 0)
    }
    let settings = Digest.hexadecimal(
      of: "extension \(minimumFrequency) \(cutting.identity) \(rules) \(tokenizer.digest)")
    let (cutting, size) = (cutting, vocabularySize)
    let (least, rules) = (UInt64(minimumFrequency), rules)
    let (learner, state) = try run.keepingState(settings: settings) {
      (state) throws(TokenizerError) in
      try run.count(corpus, cut: cutting, &state)
      let pieces = try AlphabeticPieces(
        state.counter, tokens: old.tokens, merges: old.merges, byteIDs: old.byteIDs)
      let learner = MergeLearner(pieces, least: least, rules: rules)
      try learner.fill(to: size, &state, run)
      return (learner, state)
    }

    let merges = PairTable(capacity: old.merges.count + learner.merges.count)
    var rank: UInt32 = 0
    for merge in old.merges.sorted() {
      _ = merges.insert(merge.left, merge.right, rank: rank, merged: merge.merged)
      rank += 1
    }
    for merge in learner.merges {
      _ = merges.insert(merge.left, merge.right, rank: rank, merged: merge.merged)
      rank += 1
    }
    for id in old.tokens.count..<learner.tokens.count {
      definition.decoder.append(learner.tokens[id])
    }
    var model = BytePairModel(
      alphabet: .bytes, tokens: learner.tokens, merges: merges, byteIDs: old.byteIDs)
    model.ignoresMerges = old.ignoresMerges
    definition.model = .bytePair(model)
    definition.preTokenizer = cutting.preTokenizer
    definition.normalizers = cutting.normalizers
    definition.components = cutting.components
    definition.components?.ignoresMerges = old.ignoresMerges
    definition.decoderDescription = "ByteLevel"
    definition.kind = .huggingface
    definition.name = name ?? definition.name
    definition.provenance = provenance(of: tokenizer, state, size: definition.decoder.count)
    return Tokenizer(definition)
  }

  private func extendable(_ tokenizer: Tokenizer) throws(TokenizerError) -> BytePairModel {
    func refuse(_ reason: String) -> TokenizerError {
      .wrongTrainingOption(name: "the tokenizer \(tokenizer.name)", asked: reason)
    }
    guard let model = tokenizer.definition.model.bytePair, model.alphabet == .bytes,
      model.sentencePiece == nil, model.continuingPrefix.isEmpty, model.wordSuffix.isEmpty
    else { throw refuse("which has no merges of bytes") }
    if model.byteIDs.contains(where: { $0 < 0 }) { throw refuse("which lacks some bytes") }
    if tokenizer.vocabularySize != model.tokens.count {
      throw refuse("which has special tokens after the others")
    }
    return model
  }

  private func provenance(of tokenizer: Tokenizer, _ state: TrainingState, size: Int) -> JSON {
    var parameters: [JSON.Member] = [
      .init("kind", .string("extension")),
      .init("from", .string(tokenizer.digest)),
      .init("vocabulary", .integer(vocabularySize)),
      .init("minimum_frequency", .integer(minimumFrequency)),
    ]
    parameters += rules.members
    return TrainingProvenance.json(parameters, state, size: size)
  }
}
