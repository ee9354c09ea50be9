import Files
import Kernels

/// Trains a byte-pair vocabulary, over bytes or over characters.
///
/// Over bytes, ids 0–255 are the bytes, then come the learned tokens, then the special tokens. Over
/// characters, the special tokens come first, then the characters by code point, then the learned
/// tokens. Each step merges the pair with the highest count; of equal counts, the one whose left
/// bytes, then right bytes, come first. The result depends on the texts only, not on their order,
/// on threads, or on where a training was stopped and gone on with.
/// (Sennrich et al., arXiv 1508.07909; byte level: Radford et al., 2019.)
public struct BPETrainer: Sendable {
  static let largestVocabulary = 1 << 24

  /// What a text's symbols are before any merge.
  public enum Alphabet: Sendable, Equatable {
    case bytes
    /// The characters of the corpus, the `limit` most frequent ones where there is a limit; others
    /// are the unknown token, which is one of the special tokens.
    case characters(limit: Int?, unknown: String)
  }

  /// How many tokens there shall be, alphabet and special tokens included.
  public var vocabularySize: Int
  /// A pair that occurs more rarely is not merged.
  public var minimumFrequency: Int
  public var specialTokens: [String]
  public var name: String
  public var alphabet = Alphabet.bytes
  public var cutting = TextCutting.gpt2
  public var rules = MergeRules.none
  /// Tokens that are put behind the learned and special ones, over bytes only.
  public var appended = AppendedTokens()

  public init(
    vocabularySize: Int, minimumFrequency: Int = 2, specialTokens: [String] = [],
    name: String = "bpe"
  ) {
    self.vocabularySize = vocabularySize
    self.minimumFrequency = minimumFrequency
    self.specialTokens = specialTokens
    self.name = name
  }

  /// What was trained, and how far it came.
  public struct Result: Sendable {
    public let tokenizer: Tokenizer
    public let report: Report
  }

  public struct Report: Sendable, Equatable {
    public let bytes: Int
    public let pieces: UInt64
    public let distinctPieces: Int
    public let merges: Int
    /// How often the last merged pair occurred.
    public let lastFrequency: UInt64?
    public let askedSize: Int
    public let size: Int
    /// The texts had no more pairs that occur often enough.
    public var endedEarly: Bool { size < askedSize }
  }

  /// How far the merging is; given to a progress callback now and then.
  public struct Progress: Sendable {
    public let merges: Int
    public let targetMerges: Int
  }

  /// - Throws: ``TokenizerError`` for sizes that cannot be, ``TokenizerError/interrupted(_:)``.
  /// - Complexity: O(text + merged occurrences · log pairs) time, O(distinct pieces) memory.
  public func train(texts: [String], progress: ((Progress) -> Void)? = nil)
    throws(TokenizerError) -> Result
  {
    try train(on: .texts(texts), run: Self.run(progress))
  }

  /// As ``train(texts:progress:)``, for texts as bytes, which need not be valid UTF-8.
  public func train(bytes texts: [[UInt8]], progress: ((Progress) -> Void)? = nil)
    throws(TokenizerError) -> Result
  {
    try train(on: .bytes(texts), run: Self.run(progress))
  }

  private static func run(_ progress: ((Progress) -> Void)?) -> TrainingRun {
    TrainingRun { step in
      if case .merging(let merges, let target) = step {
        progress?(Progress(merges: merges, targetMerges: target))
      }
    }
  }

  /// As ``train(texts:progress:)``, for files too, on several threads, and with a state that a stopped
  /// training goes on from.
  public func train(on corpus: TrainingCorpus, run: TrainingRun = TrainingRun())
    throws(TokenizerError) -> Result
  {
    try check()
    let cutting = cutting
    return try run.keepingState(settings: settings) { (state) throws(TokenizerError) in
      try run.count(corpus, cut: cutting, &state)
      let learner = MergeLearner(
        try AlphabeticPieces(state.counter, alphabet, specialTokens: specialTokens),
        least: UInt64(minimumFrequency), rules: mergeRules)
      try fill(learner, &state, run)
      return try result(
        merges: learner.merges, tokens: learner.tokens, lastFrequency: learner.lastFrequency, state)
    }
  }

  /// Learns as many tokens as there is room for. An appended token that is learned as well needs
  /// none, which shows only after it was.
  private func fill(
    _ learner: MergeLearner, _ state: inout TrainingState, _ run: TrainingRun
  ) throws(TokenizerError) {
    while true {
      let size = mergedSize(learner.tokens)
      try learner.fill(to: size, &state, run)
      if learner.tokens.count < size || mergedSize(learner.tokens) == size { return }
    }
  }

  func result(
    merges: [MergeLearner.Merge], tokens: ByteStringTable, lastFrequency: UInt64?,
    _ state: TrainingState
  ) throws(TokenizerError) -> Result {
    let definition = try definition(merges, tokens, state)
    let report = Report(
      bytes: state.counter.bytes, pieces: state.counter.total,
      distinctPieces: state.counter.pieces.count, merges: merges.count,
      lastFrequency: lastFrequency, askedSize: vocabularySize, size: definition.decoder.count)
    return Result(tokenizer: Tokenizer(definition), report: report)
  }

  /// Over characters, no token contains the text of a special token, which has an id already.
  private var mergeRules: MergeRules {
    var rules = rules
    if alphabet != .bytes { rules.forbidden += specialTokens }
    return rules
  }

  /// How many tokens there are before special and appended tokens come to the end.
  private func mergedSize(_ learned: ByteStringTable) -> Int {
    if alphabet != .bytes { return vocabularySize }
    let new = appended.contents(cutting.normalizers).count {
      appended.id(of: $0, in: learned) == nil
    }
    return max(256, vocabularySize - specialTokens.count - new)
  }

  func check() throws(TokenizerError) {
    let letters = alphabet == .bytes ? 256 : 1
    let fixed = specialTokens.count + appended.contents(cutting.normalizers).count
    let least = letters + fixed
    if vocabularySize < least {
      throw .vocabularyTooSmall(asked: vocabularySize, least: least, specialTokens: fixed)
    }
    try appended.check(specialTokens, isOverBytes: alphabet == .bytes)
    if vocabularySize > Self.largestVocabulary {
      throw .vocabularyTooLarge(asked: vocabularySize, limit: Self.largestVocabulary)
    }
    if minimumFrequency < 1 { throw .wrongFrequency(asked: minimumFrequency) }
    if let bytes = rules.mostBytes, bytes < 1 {
      throw .wrongTrainingOption(name: "most bytes", asked: "\(bytes)")
    }
    if case .characters(let limit, let unknown) = alphabet {
      if let limit, limit < 1 {
        throw .wrongTrainingOption(name: "alphabet limit", asked: "\(limit)")
      }
      if !specialTokens.contains(unknown) {
        throw .wrongSpecialToken(token: unknown, reason: "is not among the special tokens")
      }
    }
    try SpecialTokens.check(specialTokens)
  }

  /// What the counts and merges depend on, the corpus and the vocabulary's size apart.
  var settings: String {
    Digest.hexadecimal(
      of: "bpe \(alphabet) \(minimumFrequency) \(rules) \(cutting.identity) \(specialTokens)"
        + (appended == AppendedTokens() ? "" : " \(appended.texts)"))
  }
}

/// The checks of special tokens that all trainers share.
enum SpecialTokens {
  static func check(_ tokens: [String]) throws(TokenizerError) {
    var seen: Set<[UInt8]> = []
    for token in tokens {
      if token.isEmpty { throw .wrongSpecialToken(token: token, reason: "is empty") }
      if !seen.insert(Array(token.utf8)).inserted {
        throw .wrongSpecialToken(token: token, reason: "is there twice")
      }
    }
  }
}
