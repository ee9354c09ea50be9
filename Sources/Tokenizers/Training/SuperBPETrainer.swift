import Files

/// Trains a byte-level vocabulary in two stages: up to the transition, merges stay within words;
/// after it they may cross blanks (SuperBPE: Liu et al., arXiv 2503.13423).
///
/// The second stage cuts text as ``TextCutting/superwords`` does, which is also how the trained
/// tokenizer cuts it; merges of the first stage have lower ranks, so words form first.
public struct SuperBPETrainer: Sendable {
  /// How many tokens there shall be, bytes and special tokens included.
  public var vocabularySize: Int
  /// How many of them, the bytes included, the first stage makes.
  public var transition: Int
  public var minimumFrequency = 2
  public var specialTokens: [String] = []
  public var name: String
  /// How the first stage cuts text: as the paper, by a pattern like GPT-4's. GPT-2's would learn
  /// numbers with a space before them, which the second stage's pattern cuts apart.
  public var cutting = TextCutting.gpt4
  /// What merges of the second stage must not make.
  public var rules = MergeRules(mostWords: 4, forbidden: [": "])

  public init(vocabularySize: Int, transition: Int, name: String = "superbpe") {
    self.vocabularySize = vocabularySize
    self.transition = transition
    self.name = name
  }

  /// - Throws: ``TokenizerError``, as ``BPETrainer/train(on:run:)``.
  public func train(on corpus: TrainingCorpus, run: TrainingRun = TrainingRun())
    throws(TokenizerError) -> BPETrainer.Result
  {
    var trainer = BPETrainer(
      vocabularySize: vocabularySize, minimumFrequency: minimumFrequency,
      specialTokens: specialTokens, name: name)
    trainer.cutting = .superwords
    try trainer.check()
    let size = vocabularySize - specialTokens.count
    guard (256...size).contains(transition) else {
      throw .wrongTrainingOption(name: "transition", asked: "\(transition) of \(size)")
    }
    let first = Digest.hexadecimal(of: "superbpe 1 \(minimumFrequency) \(cutting.identity)")
    var firstRun = run
    firstRun.statePath = run.statePath.map { $0 + ".words" }
    return try firstRun.keepingState(settings: first) { (words) throws(TokenizerError) in
      try run.count(corpus, cut: cutting, &words)
      let stage = try Stage(words: &words, transition, minimumFrequency, run)
      let second = Digest.hexadecimal(
        of: "superbpe 2 \(minimumFrequency) \(cutting.identity) \(transition) \(rules)")
      return try run.keepingState(settings: second) { (state) throws(TokenizerError) in
        try run.count(corpus, cut: .superwords, &state)
        let learner = MergeLearner(
          try stage.pieces(of: state.counter), least: UInt64(minimumFrequency), rules: rules)
        try learner.fill(to: size, &state, run)
        return try trainer.result(
          merges: stage.merges + learner.merges, tokens: learner.tokens,
          lastFrequency: learner.lastFrequency ?? stage.lastFrequency, state)
      }
    }
  }

  /// What the first stage has learned.
  private struct Stage {
    let tokens: ByteStringTable
    let merges: [MergeLearner.Merge]
    let lastFrequency: UInt64?

    init(
      words state: inout TrainingState, _ size: Int, _ minimumFrequency: Int, _ run: TrainingRun
    ) throws(TokenizerError) {
      let learner = MergeLearner(
        AlphabeticPieces(bytesOf: state.counter), least: UInt64(minimumFrequency))
      try learner.fill(to: size, &state, run)
      tokens = learner.tokens
      merges = learner.merges
      lastFrequency = learner.lastFrequency
    }

    /// The pieces of the second stage in tokens of the first.
    func pieces(of counter: PieceCounter) throws(TokenizerError) -> AlphabeticPieces {
      let pairs = PairTable(capacity: merges.count)
      for (rank, merge) in merges.enumerated() {
        _ = pairs.insert(merge.left, merge.right, rank: UInt32(rank), merged: merge.merged)
      }
      return try AlphabeticPieces(
        counter, tokens: tokens, merges: pairs, byteIDs: (0..<256).map(Int32.init))
    }
  }
}
