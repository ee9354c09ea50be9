import Files
import Kernels

/// Trains a unigram vocabulary: a large one is fitted to the corpus and cut down, round by round, to
/// the tokens whose loss would cost most likelihood (Kudo, arXiv 1804.10959).
///
/// The result depends on the texts only, not on their order or on threads.
public struct UnigramTrainer: Sendable {
  /// How many tokens there shall be, the unknown one and special tokens included.
  public var vocabularySize: Int
  public var specialTokens: [String] = []
  public var unknownToken = "<unk>"
  public var name: String
  public var cutting = TextCutting.markedWords
  /// How many substrings the vocabulary starts with, characters apart.
  public var seedSize = 200_000
  /// The most characters of a token.
  public var longestToken = 16
  /// The characters that have tokens: the most frequent ones.
  public var alphabetLimit: Int?
  /// How much of the vocabulary a round keeps.
  public var keptShare = 0.75
  /// How often a round fits the probabilities.
  public var roundsOfFitting = 2

  public init(vocabularySize: Int, name: String = "unigram") {
    self.vocabularySize = vocabularySize
    self.name = name
  }

  /// - Throws: ``TokenizerError``, among them ``TokenizerError/vocabularyTooSmall(asked:least:specialTokens:)``
  ///   where the characters alone are more tokens.
  public func train(on corpus: TrainingCorpus, run: TrainingRun = TrainingRun())
    throws(TokenizerError) -> TrainedVocabulary
  {
    try check()
    let settings = Digest.hexadecimal(of: "unigram \(cutting.identity)")
    return try run.keepingState(settings: settings) { (state) throws(TokenizerError) in
      try run.count(corpus, cut: cutting, &state)
      let fitting = try fit(state.counter, run)
      return vocabulary(fitting.tokens, state)
    }
  }

  private func check() throws(TokenizerError) {
    try SpecialTokens.check([unknownToken] + specialTokens)
    if vocabularySize > BPETrainer.largestVocabulary {
      throw .vocabularyTooLarge(asked: vocabularySize, limit: BPETrainer.largestVocabulary)
    }
    guard keptShare > 0, keptShare < 1 else {
      throw .wrongTrainingOption(name: "kept share", asked: "\(keptShare)")
    }
    guard longestToken >= 1 else {
      throw .wrongTrainingOption(name: "longest token", asked: "\(longestToken)")
    }
    guard seedSize >= 0 else {
      throw .wrongTrainingOption(name: "seed size", asked: "\(seedSize)")
    }
    guard roundsOfFitting >= 1 else {
      throw .wrongTrainingOption(name: "rounds of fitting", asked: "\(roundsOfFitting)")
    }
  }

  private var taken: Int { specialTokens.count + 1 }

  func fit(_ counter: PieceCounter, _ run: TrainingRun) throws(TokenizerError) -> UnigramFitting {
    let characters = CorpusCharacters(counter)
    let known = characters.mostFrequent(alphabetLimit)
    if vocabularySize < known.count + taken {
      throw .vocabularyTooSmall(
        asked: vocabularySize, least: known.count + taken, specialTokens: taken)
    }
    let pieces = Self.pieces(of: counter, known)
    let wanted = vocabularySize - taken
    var fitting = UnigramFitting(seeds(pieces, known, characters), pieces: pieces)
    while true {
      var loss = 0.0
      for _ in 0..<roundsOfFitting {
        let expectation = try fitting.expect()
        loss = expectation.loss
        fitting.maximize(expectation)
      }
      run.progress?(.fitting(pieces: fitting.tokens.count, of: wanted, loss: loss))
      if fitting.tokens.count <= wanted { return fitting }
      let size = max(wanted, Int(Double(fitting.tokens.count) * keptShare))
      try fitting.prune(to: size)
    }
  }

  /// Pieces cut at characters that have no token, in the order of their bytes, so that sums of
  /// rounded numbers do not depend on the order of the texts.
  private static func pieces(of counter: PieceCounter, _ known: Set<[UInt8]>)
    -> [(bytes: [UInt8], weight: UInt64)]
  {
    var weights: [[UInt8]: UInt64] = [:]
    for piece in 0..<counter.pieces.count {
      var part: [UInt8] = []
      for character in CorpusCharacters.characters(of: counter.pieces[piece]) + [[]] {
        if known.contains(character) {
          part += character
        } else if !part.isEmpty {
          weights[part, default: 0] &+= counter.counts[piece]
          part = []
        }
      }
    }
    return weights.map { ($0.key, $0.value) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// The characters and the seeds, with probabilities by how much of the corpus they cover.
  private func seeds(
    _ pieces: [(bytes: [UInt8], weight: UInt64)], _ known: Set<[UInt8]>,
    _ characters: CorpusCharacters
  ) -> [UnigramFitting.Token] {
    var scored: [(bytes: [UInt8], score: Double, isCharacter: Bool)] = known.map {
      ($0, Double(characters.counts[$0] ?? 0), true)
    }
    scored += SeedPieces(pieces, longest: longestToken).most(seedSize).map {
      ($0.bytes, $0.score, false)
    }
    scored.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    let sum = ElementaryFunction.log(scored.reduce(0) { $0 + $1.score })
    return scored.map {
      .init(
        bytes: $0.bytes, score: ElementaryFunction.log($0.score) - sum, isCharacter: $0.isCharacter)
    }
  }

  /// Special tokens first, then all others, the likeliest first.
  private func vocabulary(_ tokens: [UnigramFitting.Token], _ state: TrainingState)
    -> TrainedVocabulary
  {
    // A token that no segmentation uses has no probability.
    let sorted = tokens.filter { $0.score > -.infinity }.sorted {
      $0.score != $1.score
        ? $0.score > $1.score : $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    let special = [unknownToken] + specialTokens
    let provenance = TrainingProvenance.json(
      [.init("kind", .string("unigram")), .init("vocabulary", .integer(vocabularySize))], state,
      size: special.count + sorted.count)
    return TrainedVocabulary(
      name: name, kind: .unigram, unknownToken: unknownToken, specialTokens: special,
      tokens: sorted.map(\.bytes), scores: sorted.map(\.score), components: cutting.components,
      provenance: provenance)
  }
}
