import Files

/// Trains a WordPiece vocabulary: pieces that do not start a word have `##` in front.
public struct WordPieceTrainer: Sendable {
  /// How many tokens there shall be, special tokens and characters included.
  public var vocabularySize: Int
  public var minimumFrequency = 2
  public var specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
  public var unknownToken = "[UNK]"
  public var name: String
  public var cutting = TextCutting.bert
  public var rules = MergeRules.none
  /// The characters that have tokens: the most frequent ones.
  public var alphabetLimit: Int?
  public var criterion = MergeCriterion.likelihoodRatio

  public init(vocabularySize: Int, name: String = "wordpiece") {
    self.vocabularySize = vocabularySize
    self.name = name
  }

  /// - Throws: ``TokenizerError``, among them ``TokenizerError/vocabularyTooSmall(asked:least:specialTokens:)``
  ///   where the characters alone are more tokens.
  public func train(on corpus: TrainingCorpus, run: TrainingRun = TrainingRun())
    throws(TokenizerError) -> TrainedVocabulary
  {
    try SpecialTokens.check(specialTokens)
    if vocabularySize > BPETrainer.largestVocabulary {
      throw .vocabularyTooLarge(asked: vocabularySize, limit: BPETrainer.largestVocabulary)
    }
    if minimumFrequency < 1 { throw .wrongFrequency(asked: minimumFrequency) }
    if !specialTokens.contains(unknownToken) {
      throw .wrongSpecialToken(token: unknownToken, reason: "is not among the special tokens")
    }
    var rules = rules
    rules.continuation = Array("##".utf8)
    rules.forbidden += specialTokens
    let settings = Digest.hexadecimal(
      of: "wordpiece \(minimumFrequency) \(specialTokens) \(rules) \(cutting.identity) "
        + "\(alphabetLimit ?? -1) \(criterion)")
    return try run.keepingState(settings: settings) { (state) throws(TokenizerError) in
      try run.count(corpus, cut: cutting, &state)
      let learner = try learn(&state, rules, run)
      let provenance = TrainingProvenance.json(
        [
          .init("kind", .string("wordpiece")), .init("vocabulary", .integer(vocabularySize)),
          .init("criterion", .string(criterion.rawValue)),
        ] + rules.members, state, size: learner.tokens.count)
      var components = cutting.components
      components.decoder = .object([
        .init("type", .string("WordPiece")), .init("prefix", .string("##")),
        .init("cleanup", .bool(true)),
      ])
      return TrainedVocabulary(
        name: name, kind: .wordPiece, unknownToken: unknownToken, specialTokens: specialTokens,
        tokens: (specialTokens.count..<learner.tokens.count).map { Array(learner.tokens[$0]) },
        scores: [], components: components, provenance: provenance)
    }
  }

  func learn(_ state: inout TrainingState, _ rules: MergeRules, _ run: TrainingRun)
    throws(TokenizerError) -> MergeLearner
  {
    let pieces = try AlphabeticPieces(
      charactersOf: state.counter, limit: alphabetLimit, continuation: rules.continuation,
      specialTokens: specialTokens)
    let least = pieces.alphabet.count
    if vocabularySize < least {
      throw .vocabularyTooSmall(
        asked: vocabularySize, least: least, specialTokens: specialTokens.count)
    }
    let learner = MergeLearner(pieces, least: UInt64(minimumFrequency), rules: rules)
    try learner.fill(to: vocabularySize, by: criterion, &state, run)
    return learner
  }
}
