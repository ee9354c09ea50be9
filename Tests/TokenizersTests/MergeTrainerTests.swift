import Files
import Testing

@testable import Tokenizers

@Suite("Merge trainers") struct MergeTrainerTests {
  private static func counted(_ texts: [[UInt8]], _ cutting: TextCutting = .gpt2) throws
    -> PieceCounter
  {
    var counter = PieceCounter()
    for text in texts { try counter.add(text, cut: cutting) }
    return counter
  }

  private static func texts(_ seed: Int) -> [[UInt8]] {
    var random = TestRandom(seed)
    let alphabets = [Array("ab ".utf8), Array("aab".utf8), Array("the cat's: 12é\n".utf8)]
    return (0..<3).map { _ in
      random.bytes(Int.random(in: 20...250, using: &random), from: alphabets[seed % 3])
    }
  }

  @Test("caps of tokens give the merges of the naive trainer", arguments: 0..<40)
  func caps(seed: Int) throws {
    let rules = [
      MergeRules(mostBytes: 3), MergeRules(mostCharacters: 2), MergeRules(mostWords: 2),
      MergeRules(mostWords: 3, forbidden: [": ", "ab"]),
    ][seed % 4]
    let least = 1 + seed % 3
    let counter = try Self.counted(Self.texts(seed), seed % 2 == 0 ? .gpt2 : .superwords)
    let learner = MergeLearner(
      AlphabeticPieces(bytesOf: counter), least: UInt64(least), rules: rules)
    var state = TrainingState(settings: "")
    try learner.fill(to: 330, &state, TrainingRun())
    var naive = NaiveMergeTrainer(
      words: counter.words { $0.map { [$0] } }, tokens: Set((0..<256).map { [UInt8($0)] }),
      least: least, rules: rules)
    #expect(learner.mergedBytes == naive.merges(to: 330))
    for id in 256..<learner.tokens.count { #expect(rules.permit(Array(learner.tokens[id]))) }
  }

  @Test("symbols are counted right after every merge", arguments: 0..<12)
  func symbolCounts(seed: Int) throws {
    let counter = try Self.counted(Self.texts(seed), .superwords)
    let learner = MergeLearner(AlphabeticPieces(bytesOf: counter), least: 1)
    var naive = NaiveMergeTrainer(
      words: counter.words { $0.map { [$0] } }, tokens: Set((0..<256).map { [UInt8($0)] }),
      least: 1)
    _ = naive.merges(to: 290)
    var state = TrainingState(settings: "")
    try learner.fill(to: 290, &state, TrainingRun())
    var expected: [[UInt8]: Int] = [:]
    for word in naive.words {
      for symbol in word.symbols { expected[symbol, default: 0] += word.count }
    }
    for id in 0..<learner.tokens.count {
      #expect(Int(learner.symbolCounts[id]) == expected[Array(learner.tokens[id]), default: 0])
    }
  }

  @Test("characters merge as in the naive trainer, and encode", arguments: 0..<20)
  func characters(seed: Int) throws {
    var random = TestRandom(seed)
    let text = random.text(150)
    let limit = seed % 2 == 0 ? nil : 12
    var trainer = BPETrainer(vocabularySize: 90, specialTokens: ["<unk>"])
    trainer.alphabet = .characters(limit: limit, unknown: "<unk>")
    let counter = try Self.counted([Array(text.utf8)])
    let known = CorpusCharacters(counter).mostFrequent(limit)
    if let limit { #expect(known.count <= limit) }
    if known.count + 1 > 90 { return }
    var words: [(symbols: [[UInt8]], count: Int)] = []
    for word in counter.words({ CorpusCharacters.characters(of: $0[...]) }) {
      for part in word.symbols.split(whereSeparator: { !known.contains($0) }) {
        words.append((Array(part), word.count))
      }
    }
    var naive = NaiveMergeTrainer(words: words, tokens: known.union([Array("<unk>".utf8)]))
    let result = try trainer.train(texts: [text])
    let model = try #require(result.tokenizer.definition.model.bytePair)
    let merges = model.merges.sorted().map {
      [Array(model.tokens[Int($0.left)]), Array(model.tokens[Int($0.right)])]
    }
    #expect(merges == naive.merges(to: 90))
    #expect(result.tokenizer.id(ofToken: "<unk>") == 0)
    if limit == nil { #expect(try result.tokenizer.decode(result.tokenizer.encode(text)) == text) }
  }

  @Test("WordPiece merges as in the naive trainer", arguments: 0..<20)
  func wordPiece(seed: Int) throws {
    let texts = Self.texts(seed).map { $0.filter { $0 < 0x80 } }
    var trainer = WordPieceTrainer(vocabularySize: 70)
    trainer.criterion = seed % 2 == 0 ? .likelihoodRatio : .count
    trainer.minimumFrequency = 1 + seed % 2
    let counter = try Self.counted(texts, .bert)
    var rules = MergeRules()
    rules.continuation = Array("##".utf8)
    let known = CorpusCharacters(counter).mostFrequent(nil)
    let words = counter.words { piece in
      CorpusCharacters.characters(of: piece[...]).enumerated().map {
        $0.offset == 0 ? $0.element : rules.continuation + $0.element
      }
    }
    var naive = NaiveMergeTrainer(
      words: words, tokens: Set(words.flatMap(\.symbols)).union(known),
      least: trainer.minimumFrequency,
      rules: rules, criterion: trainer.criterion)
    let special = trainer.specialTokens.count
    let alphabet = naive.tokens
    let merges = naive.merges(to: 70 - special)
    let trained = try trainer.train(on: .bytes(texts))
    #expect(trained.tokens.count == naive.tokens.count)
    #expect(Set(trained.tokens) == naive.tokens)
    // New tokens come in the order of their merges.
    let learned = merges.map { $0[0] + $0[1].dropFirst(2) }.filter { !alphabet.contains($0) }
    var seen: Set<[UInt8]> = []
    #expect(
      trained.tokens.dropFirst(alphabet.count).map { $0 }
        == learned.filter { seen.insert($0).inserted })
    #expect(trained.lines.split(separator: "\n").count == trained.size)
    #expect(trained.json()["model"]?["type"]?.stringValue == "WordPiece")
  }

  @Test("SuperBPE is its two stages, and plain BPE at either end", arguments: 0..<15)
  func superBPE(seed: Int) throws {
    let texts = Self.texts(seed)
    let transition = [256, 270, 320][seed % 3]
    var trainer = SuperBPETrainer(vocabularySize: 320, transition: transition)
    trainer.rules = seed % 2 == 0 ? .none : MergeRules(mostWords: 2, forbidden: [": "])
    let result = try trainer.train(on: .bytes(texts))
    let bytes = Set((0..<256).map { [UInt8($0)] })

    var first = NaiveMergeTrainer(
      words: try Self.counted(texts, .gpt4).words { $0.map { [$0] } }, tokens: bytes)
    let merges = first.merges(to: transition)
    let ranks = Dictionary(
      uniqueKeysWithValues: merges.enumerated().map { ($0.element, $0.offset) })
    var second = NaiveMergeTrainer(
      words: try Self.counted(texts, .superwords).words { piece in
        var symbols = piece.map { [$0] }
        while true {
          let places = symbols.indices.dropLast().filter {
            ranks[Array(symbols[$0...$0 + 1])] != nil
          }
          guard
            let best = places.min(by: {
              ranks[Array(symbols[$0...$0 + 1])]! < ranks[Array(symbols[$1...$1 + 1])]!
            })
          else { return symbols }
          symbols.replaceSubrange(best...best + 1, with: [symbols[best] + symbols[best + 1]])
        }
      }, tokens: first.tokens, rules: trainer.rules)
    let all = merges + second.merges(to: 320)
    let model = try #require(result.tokenizer.definition.model.bytePair)
    let got = model.merges.sorted().map {
      [Array(model.tokens[Int($0.left)]), Array(model.tokens[Int($0.right)])]
    }
    #expect(got == all)
    var plainTrainer = BPETrainer(vocabularySize: 320)
    plainTrainer.cutting = .gpt4
    let plainResult = try plainTrainer.train(bytes: texts)
    if transition == 320 && !plainResult.report.endedEarly {
      let plain = try #require(plainResult.tokenizer.definition.model.bytePair)
      let expected = plain.merges.sorted().map {
        [Array(plain.tokens[Int($0.left)]), Array(plain.tokens[Int($0.right)])]
      }
      #expect(got == expected)
    }
    for text in texts {
      #expect(try result.tokenizer.bytes(of: result.tokenizer.encode(bytes: text)) == text)
    }
  }

  @Test("supertokens cross blanks, in chunks that do not depend on the seed's neighbours")
  func supertokens() throws {
    let text = String(repeating: "in the end of the day it is in the end\n", count: 40)
    var trainer = BPETrainer(vocabularySize: 320)
    trainer.cutting = .supertokens(try WordChunks(seed: 3))
    let tokenizer = try trainer.train(texts: [text]).tokenizer
    let tokens = try (256..<tokenizer.vocabularySize).map { try tokenizer.tokenText(Int32($0)) }
    #expect(tokens.contains { $0.dropFirst().contains(" ") })
    #expect(!tokens.contains { $0.contains("\n") && $0.count > 1 })
    #expect(try tokenizer.decode(tokenizer.encode(text)) == text)
    #expect(
      try tokenizer.count(text)
        < BPETrainer(vocabularySize: 320).train(texts: [text]).tokenizer.count(text))
  }

  @Test("chunk lengths follow their law")
  func chunkLaw() throws {
    var random = TestRandom(9)
    let words = (0..<30_000).map { _ in
      String(decoding: random.bytes(5, from: Array("abcdefghij".utf8)), as: UTF8.self)
    }
    let text = Array(words.joined(separator: " ").utf8)
    let chunks = try WordChunks(probabilities: [0.5, 0.3, 0.15, 0.05], seed: 1)
    var lengths = [Int](repeating: 0, count: 5)
    var all: [UInt8] = []
    text.withUnsafeBufferPointer { bytes in
      chunks.forEachChunk(of: bytes) {
        lengths[MergeRules.words(in: Array($0)[...])] += 1
        all += $0
      }
    }
    #expect(all == text)
    let total = Double(lengths.reduce(0, +))
    for (length, share) in [(1, 0.5), (2, 0.3), (3, 0.15), (4, 0.05)] {
      #expect(abs(Double(lengths[length]) / total - share) < 0.015)
    }
    #expect(throws: TokenizerError.wrongTrainingOption(name: "chunk lengths", asked: "[0.5]")) {
      try WordChunks(probabilities: [0.5])
    }
  }

  @Test("refuses options that make no sense")
  func refusals() {
    #expect(throws: TokenizerError.wrongTrainingOption(name: "transition", asked: "100 of 300")) {
      try SuperBPETrainer(vocabularySize: 300, transition: 100).train(on: .texts(["a"]))
    }
    var trainer = BPETrainer(vocabularySize: 300, specialTokens: ["a"])
    trainer.alphabet = .characters(limit: nil, unknown: "a")
    #expect(
      throws: TokenizerError.wrongSpecialToken(token: "a", reason: "is a character of the corpus")
    ) {
      try trainer.train(texts: ["abc"])
    }
    trainer.alphabet = .characters(limit: 0, unknown: "a")
    #expect(throws: TokenizerError.wrongTrainingOption(name: "alphabet limit", asked: "0")) {
      try trainer.train(texts: ["abc"])
    }
    for bytes in [-1, 0] {
      var trainer = BPETrainer(vocabularySize: 300)
      trainer.rules.mostBytes = bytes
      #expect(throws: TokenizerError.wrongTrainingOption(name: "most bytes", asked: "\(bytes)")) {
        try trainer.train(texts: ["abc"])
      }
    }
    #expect(throws: TokenizerError.vocabularyTooSmall(asked: 6, least: 10, specialTokens: 5)) {
      try WordPieceTrainer(vocabularySize: 6).train(on: .texts(["abc"]))
    }
    let codes = [
      TokenizerError.wrongTrainingOption(name: "n", asked: "m"), .otherCorpus,
      .otherTraining(path: "p"), .noSegmentation(bytes: [1]), .differentTexts(byte: 2),
    ].map(\.code)
    #expect(codes == ["E0590", "E0591", "E0592", "E0593", "E0594"])
  }
}
