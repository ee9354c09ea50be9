import Files
import Testing

@testable import Tokenizers

/// What Hugging Face's `tokenizers` learned and cut, pinned by scripts/fixtures-tokenizer-training.
@Suite("Training against the reference library") struct TrainingOracleTests {
  private static let fixture: JSON = {
    let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/trained.json"
    let bytes = (try? FileContents.bytes(at: path)) ?? []
    return (try? JSONParser.parse(bytes, path: path)) ?? .null
  }()

  private static func strings(_ json: JSON?) -> [String] {
    (json?.arrayValue ?? []).compactMap(\.stringValue)
  }

  private func merges(_ name: String) -> [[String]] {
    (Self.fixture["trained"]?[name]?.arrayValue ?? []).map { merge in
      merge.arrayValue != nil
        ? Self.strings(merge) : (merge.stringValue ?? "").split(separator: " ").map { String($0) }
    }
  }

  private func corpus() throws -> TrainingCorpus {
    let file = try #require(Self.fixture["file"]?.stringValue)
    return .files([Assets.path(file)])
  }

  private func size(_ name: String) throws -> Int {
    try #require(Self.fixture["sizes"]?[name]?.intValue)
  }

  private func counted(_ cutting: TextCutting) throws -> PieceCounter {
    var state = TrainingState(settings: "")
    try CorpusCounting(corpus: corpus(), cutting: cutting, threads: 2).run(&state)
    return state.counter
  }

  /// Makes the library's tokens one by one: each must come from a pair that is as frequent as any.
  /// Ties are the library's own affair.
  private func follow(_ learner: MergeLearner, _ tokens: [(pair: [[UInt8]]?, made: [UInt8])]) throws
  {
    for (pair, made) in tokens {
      let most = learner.index.pairs.reduce(0) { max($0, $1.count) }
      let best = learner.index.pairs.filter { $0.count == most }
      let found = best.first {
        let parts = [Array(learner.tokens[Int($0.left)]), Array(learner.tokens[Int($0.right)])]
        if let pair { return parts == pair }
        return parts[0] + parts[1].dropFirst(2) == made
      }
      let chosen = try #require(found, "\(String(decoding: made, as: UTF8.self))")
      try learner.merge(try #require(learner.step(chosen.left, chosen.right)))
    }
  }

  @Test(
    "bytes, with and without a cap of length", .enabled(if: Assets.present),
    arguments: ["bytes", "capped"])
  func bytes(name: String) throws {
    let learner = MergeLearner(
      AlphabeticPieces(bytesOf: try counted(.gpt2)), least: 2,
      rules: name == "capped" ? MergeRules(mostBytes: 4) : .none)
    let merges = merges(name).map { $0.map { ByteAlphabet.bytes(of: $0) ?? [] } }
    #expect(merges.count == (try size(name)) - 256)
    try follow(learner, merges.map { ($0, Array($0.joined())) })
  }

  @Test("characters", .enabled(if: Assets.present))
  func characters() throws {
    let pieces = try AlphabeticPieces(
      try counted(.bert),
      .characters(limit: nil, unknown: "<unk>"), specialTokens: ["<unk>"])
    let merges = merges("characters").map { $0.map { Array($0.utf8) } }
    #expect(merges.count == (try size("characters")) - pieces.alphabet.count)
    try follow(MergeLearner(pieces, least: 2), merges.map { ($0, Array($0.joined())) })
  }

  @Test("WordPiece by counts", .enabled(if: Assets.present))
  func wordPiece() throws {
    let trainer = WordPieceTrainer(vocabularySize: 1)
    var rules = MergeRules()
    rules.continuation = Array("##".utf8)
    let pieces = try AlphabeticPieces(
      charactersOf: try counted(.bert), limit: nil, continuation: rules.continuation,
      specialTokens: trainer.specialTokens)
    let expected = Self.strings(Self.fixture["trained"]?["wordpiece"]).map { Array($0.utf8) }
    let alphabet = expected.prefix(pieces.alphabet.count)
    #expect(Set(alphabet) == Set((0..<pieces.alphabet.count).map { Array(pieces.alphabet[$0]) }))
    let made = expected.dropFirst(pieces.alphabet.count)
    try follow(MergeLearner(pieces, least: 2, rules: rules), made.map { (nil, $0) })
  }

  @Test("patterns cut as the library's regular expressions do")
  func cuts() throws {
    let cuts = try #require(Self.fixture["cuts"]?.arrayValue)
    #expect(cuts.count == 12)
    let stages: [String: PreTokenizer.Stage] = [
      "superwords": .superwords, "rightToLeft3": .digitGroups(.rightToLeft(3)),
      "leftToRight3": .digitGroups(.leftToRight(3)),
    ]
    for cut in cuts {
      let stage = try #require(cut["pattern"]?.stringValue.flatMap { stages[$0] })
      let text = try #require(cut["text"]?.stringValue)
      let pieces = PreTokenizer(stages: [stage]).pieces(of: Array(text.utf8))
      #expect(pieces.map { String(decoding: $0, as: UTF8.self) } == Self.strings(cut["pieces"]))
    }
    let patterns = try #require(Self.fixture["patterns"])
    #expect(patterns["superwords"]?.stringValue == SuperwordSplitter.pattern)
    #expect(patterns["rightToLeft3"]?.stringValue == DigitGrouping.rightToLeft(3).pattern)
    #expect(patterns["leftToRight3"]?.stringValue == DigitGrouping.leftToRight(3).pattern)
  }
}
