import Kernels
import Testing

@testable import Tokenizers

@Suite("Unigram training") struct UnigramTrainerTests {
  private static func pieces(_ seed: Int) -> [(bytes: [UInt8], weight: UInt64)] {
    var random = TestRandom(seed)
    var pieces: [[UInt8]: UInt64] = [:]
    for _ in 0..<8 {
      let letters = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        ["a", "b", "é", "語"][Int.random(in: 0..<(seed % 2 == 0 ? 2 : 4), using: &random)]
      }
      pieces[Array(letters.joined().utf8)] = UInt64.random(in: 1...9, using: &random)
    }
    return pieces.map { ($0.key, $0.value) }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  private static func tokens(_ pieces: [(bytes: [UInt8], weight: UInt64)]) -> [UnigramFitting.Token]
  {
    let seeds = SeedPieces(pieces, longest: 4).most(6)
    let characters = Set(pieces.flatMap { CorpusCharacters.characters(of: $0.bytes[...]) })
    let all = characters.map { ($0, true) } + seeds.map { ($0.bytes, false) }
    return all.sorted { $0.0.lexicographicallyPrecedes($1.0) }.enumerated().map {
      .init(
        bytes: $0.element.0, score: -1 - Double($0.offset % 5) * 0.3, isCharacter: $0.element.1)
    }
  }

  @Test("seeds are the substrings that go on in two ways, with their counts", arguments: 0..<40)
  func seeds(seed: Int) {
    let pieces = Self.pieces(seed)
    let longest = 2 + seed % 4
    func characters(_ bytes: [UInt8]) -> [Character] {
      Array(String(decoding: bytes, as: UTF8.self))
    }
    var suffixes: [(text: [Character], weight: UInt64)] = []
    for piece in pieces {
      let text = characters(piece.bytes)
      for start in text.indices { suffixes.append((Array(text[start...]), piece.weight)) }
    }
    var expected: [String: UInt64] = [:]
    for (number, one) in suffixes.enumerated() {
      let others = suffixes[(number + 1)...] + (one.weight > 1 ? [one] : [])
      for other in others {
        let shared = zip(one.text, other.text).prefix { $0 == $1 }.prefix(longest).map(\.0)
        if shared.count < 2 { continue }
        expected[String(shared)] = suffixes.filter { $0.text.starts(with: shared) }.reduce(0) {
          $0 + $1.weight
        }
      }
    }
    let seeds = SeedPieces(pieces, longest: longest).most(.max)
    let found = Dictionary(
      uniqueKeysWithValues: seeds.map {
        (String(decoding: $0.bytes, as: UTF8.self), $0.count)
      })
    #expect(found == expected)
    #expect(seeds.map(\.score) == seeds.map(\.score).sorted(by: >))
    #expect(SeedPieces(pieces, longest: longest).most(3) == Array(seeds.prefix(3)))
  }

  @Test("expected counts and loss are those of all segmentations", arguments: 0..<20)
  func expectation(seed: Int) throws {
    let pieces = Self.pieces(seed)
    let tokens = Self.tokens(pieces)
    var fitting = UnigramFitting(tokens, pieces: pieces)
    let found = try fitting.expect()
    var counts = [Double](repeating: 0, count: tokens.count)
    var (loss, weights) = (0.0, 0.0)
    let vocabulary = tokens.enumerated().map { (bytes: $0.element.bytes, id: Int32($0.offset)) }
    for piece in pieces {
      let all = SegmentationTests.all(piece.bytes[...], vocabulary)
      let scores = all.map { $0.reduce(0.0) { $0 + tokens[Int($1)].score } }
      let whole = LogSum.of(scores)
      for (ids, score) in zip(all, scores) {
        for id in ids {
          counts[Int(id)] += Double(piece.weight) * ElementaryFunction.exp(score - whole)
        }
      }
      loss -= Double(piece.weight) * whole
      weights += Double(piece.weight)
    }
    #expect(abs(found.loss - loss / weights) < 1e-9)
    for (a, b) in zip(found.counts, counts) { #expect(abs(a - b) < 1e-9) }
  }

  @Test("fitting never raises the loss", arguments: 0..<10)
  func monotone(seed: Int) throws {
    let pieces = Self.pieces(seed)
    var fitting = UnigramFitting(Self.tokens(pieces), pieces: pieces)
    var losses: [Double] = []
    for _ in 0..<12 {
      let expectation = try fitting.expect()
      losses.append(expectation.loss)
      fitting.maximize(expectation)
    }
    // The first scores are no distribution: from the second round on, they are.
    for (earlier, later) in zip(losses.dropFirst(), losses.dropFirst(2)) {
      #expect(later <= earlier + 1e-12)
    }
    #expect(losses[2] < losses[1])
  }

  @Test("a trained vocabulary has its size, all characters, and probabilities in order")
  func trained() throws {
    let text = (0..<60).map { "the cats of number \($0 % 7) sat on the mats, and the cats slept\n" }
      .joined()
    var trainer = UnigramTrainer(vocabularySize: 40)
    trainer.specialTokens = ["<s>", "</s>"]
    var seen: [(Int, Double)] = []
    let run = TrainingRun {
      if case .fitting(let pieces, _, let loss) = $0 { seen.append((pieces, loss)) }
    }
    let vocabulary = try trainer.train(on: .texts([text]), run: run)
    #expect(vocabulary.size == 40 && vocabulary.specialTokens == ["<unk>", "<s>", "</s>"])
    #expect(vocabulary.scores == vocabulary.scores.sorted(by: >))
    #expect(Set(vocabulary.tokens).count == vocabulary.tokens.count)
    let tokens = Set(vocabulary.tokens.map { String(decoding: $0, as: UTF8.self) })
    for character in "▁thecasofnumber0123456,p" { #expect(tokens.contains(String(character))) }
    #expect(tokens.contains("▁the") && tokens.contains("▁cats"))
    #expect(seen.map(\.0) == seen.map(\.0).sorted(by: >) && seen.count > 1)
    // Neither the order of texts nor threads matter.
    let lines = text.split(separator: "\n").map { String($0) }
    let other = try trainer.train(on: .texts(lines.reversed()), run: TrainingRun(threads: 2))
    #expect(other.tokens == vocabulary.tokens && other.scores == vocabulary.scores)
    #expect(vocabulary.json()["model"]?["vocab"]?.arrayValue?.count == 40)
  }

  @Test("refuses what cannot be")
  func refusals() {
    #expect(throws: TokenizerError.vocabularyTooSmall(asked: 3, least: 5, specialTokens: 1)) {
      try UnigramTrainer(vocabularySize: 3).train(on: .texts(["abc"]))
    }
    var trainer = UnigramTrainer(vocabularySize: 30)
    trainer.keptShare = 1
    #expect(throws: TokenizerError.wrongTrainingOption(name: "kept share", asked: "1.0")) {
      try trainer.train(on: .texts(["abc"]))
    }
    #expect(throws: TokenizerError.nothingToLearn) {
      try UnigramTrainer(vocabularySize: 30).train(on: .texts([]))
    }
  }
}
