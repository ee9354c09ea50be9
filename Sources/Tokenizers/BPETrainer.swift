import Files
import Kernels

/// Trains a byte-level byte-pair vocabulary with GPT-2's cutting of text.
///
/// Ids 0–255 are the bytes, then come the learned tokens, then the special tokens. Each step merges
/// the pair with the highest count; of equal counts, the one whose left bytes, then right bytes,
/// come first. The result depends on the texts only, not on their order.
/// (Sennrich et al., arXiv 1508.07909; byte level: Radford et al., 2019.)
public struct BPETrainer: Sendable {
  /// The most bytes that the distinct pieces of a corpus may have.
  static let mostUniqueBytes = 1 << 30
  static let largestVocabulary = 1 << 24

  /// How many tokens there shall be, bytes and special tokens included.
  public var vocabularySize: Int
  /// A pair that occurs more rarely is not merged.
  public var minimumFrequency: Int
  public var specialTokens: [String]
  public var name: String

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

  /// How far a training is; given to a progress callback now and then.
  public struct Progress: Sendable {
    public let merges: Int
    public let targetMerges: Int
  }

  /// - Throws: ``TokenizerError`` for sizes that cannot be, ``TokenizerError/interrupted(_:)``.
  /// - Complexity: O(text + merged occurrences · log pairs) time, O(distinct pieces) memory.
  public func train(texts: [String], progress: ((Progress) -> Void)? = nil)
    throws(TokenizerError) -> Result
  {
    try check()
    var counter = PieceCounter()
    for text in texts { try counter.add(Array(text.utf8)) }
    return try train(counter, progress: progress)
  }

  /// As ``train(texts:progress:)``, for texts as bytes, which need not be valid UTF-8.
  public func train(bytes texts: [[UInt8]], progress: ((Progress) -> Void)? = nil)
    throws(TokenizerError) -> Result
  {
    try check()
    var counter = PieceCounter()
    for text in texts { try counter.add(text) }
    return try train(counter, progress: progress)
  }

  private func check() throws(TokenizerError) {
    let least = 256 + specialTokens.count
    if vocabularySize < least {
      throw .vocabularyTooSmall(
        asked: vocabularySize, least: least, specialTokens: specialTokens.count)
    }
    if vocabularySize > Self.largestVocabulary {
      throw .vocabularyTooLarge(asked: vocabularySize, limit: Self.largestVocabulary)
    }
    if minimumFrequency < 1 { throw .wrongFrequency(asked: minimumFrequency) }
    var seen: Set<[UInt8]> = []
    for token in specialTokens {
      if token.isEmpty { throw .wrongSpecialToken(token: token, reason: "is empty") }
      if !seen.insert(Array(token.utf8)).inserted {
        throw .wrongSpecialToken(token: token, reason: "is there twice")
      }
    }
  }

  private func train(_ counter: PieceCounter, progress: ((Progress) -> Void)?)
    throws(TokenizerError) -> Result
  {
    if counter.bytes == 0 { throw .nothingToLearn }
    let target = vocabularySize - specialTokens.count
    var learner = MergeLearner(counter)
    while learner.tokens.count < target, let step = learner.best(),
      step.count >= UInt64(minimumFrequency)
    {
      do { try learner.merge(step) } catch { throw .interrupted(error) }
      if let progress, learner.merges.count & 0xFF == 0 {
        progress(Progress(merges: learner.merges.count, targetMerges: target - 256))
      }
    }
    let definition = try definition(learner, counter)
    let report = Report(
      bytes: counter.bytes, pieces: counter.total, distinctPieces: counter.pieces.count,
      merges: learner.merges.count, lastFrequency: learner.lastFrequency,
      askedSize: vocabularySize, size: definition.decoder.count)
    return Result(tokenizer: Tokenizer(definition), report: report)
  }

  private func definition(_ learner: MergeLearner, _ counter: PieceCounter)
    throws(TokenizerError) -> TokenizerDefinition
  {
    let tokens = learner.tokens
    let pairs = PairTable(capacity: learner.merges.count)
    for (rank, merge) in learner.merges.enumerated() {
      _ = pairs.insert(merge.left, merge.right, rank: UInt32(rank), merged: merge.merged)
    }
    var decoder = TextDecoder()
    for id in 0..<tokens.count { decoder.append(tokens[id]) }
    var definition = TokenizerDefinition(
      name: name, kind: .huggingface, preTokenizer: .gpt2,
      model: .bytePair(
        BytePairModel(
          alphabet: .bytes, tokens: tokens, merges: pairs, byteIDs: (0..<256).map(Int32.init))),
      decoder: decoder)
    for token in specialTokens {
      if let spelled = ByteAlphabet.bytes(of: token), tokens.find(spelled) != nil {
        throw .wrongSpecialToken(token: token, reason: "is an ordinary token of this vocabulary")
      }
      definition.addedTokens.append(
        AddedToken(id: Int32(definition.decoder.count), content: token, special: true))
      definition.decoder.append(token.utf8)
    }
    definition.components = .byteLevel
    definition.decoderDescription = "ByteLevel"
    definition.provenance = provenance(counter, size: definition.decoder.count)
    return definition
  }

  private func provenance(_ counter: PieceCounter, size: Int) -> JSON {
    .object([
      .init("command", .string("tokenizer.train")),
      .init(
        "parameters",
        .object([
          .init("kind", .string("bpe")),
          .init("vocabulary", .integer(vocabularySize)),
          .init("minimum_frequency", .integer(minimumFrequency)),
          .init("special_tokens", .array(specialTokens.map(JSON.string))),
        ])),
      .init(
        "data",
        .object([
          .init("bytes", .integer(counter.bytes)),
          .init("sha256", .string(counter.dataDigest())),
        ])),
      .init("size", .integer(size)),
    ])
  }
}
