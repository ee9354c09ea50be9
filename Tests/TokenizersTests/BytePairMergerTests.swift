import CTokens
import Testing

@testable import Tokenizers

@Suite("Byte-pair merging") struct BytePairMergerTests {
  /// A vocabulary learned from random text over a small alphabet.
  private func pairs(_ random: inout TestRandom, alphabet: [UInt8]) throws -> PairTable {
    let text = random.bytes(400, from: alphabet)
    let trained = try BPETrainer(vocabularySize: 300, minimumFrequency: 1).train(bytes: [text])
    return try #require(trained.tokenizer.definition.model.bytePair).merges
  }

  @Test("gives what a naive merger gives, for short and for long pieces", arguments: 0..<40)
  func twin(seed: Int) throws {
    var random = TestRandom(seed)
    let alphabet = Array(["ab", "abc", "abcd", "aab"][seed % 4].utf8)
    let pairs = try pairs(&random, alphabet: alphabet)
    var merger = BytePairMerger()
    defer { merger.deallocate() }
    for length in [1, 2, 3, 5, 20, 63, 64, 65, 66, 120, 200, 700] {
      let symbols = random.bytes(length, from: alphabet).map(Int32.init)
      merger.reserve(length)
      for (index, symbol) in symbols.enumerated() { merger.symbols[index] = symbol }
      let count = try merger.merge(count: length, with: pairs)
      let merged = (0..<count).map { merger.symbols[$0] }
      #expect(merged == NaiveMerger.merge(symbols, with: pairs))
    }
  }

  /// Merges that no training gives: any pair, ranks that fall along a chain, equal ranks, symbols
  /// that come about in several ways.
  private func wildPairs(_ random: inout TestRandom, symbols: Int32, equalRanks: Bool) -> PairTable
  {
    let pairs = PairTable(capacity: 200)
    for step in 0..<200 {
      let known = symbols + Int32(step / 2)
      let rank = equalRanks ? Int.random(in: 0..<20, using: &random) : 1000 - step * 3
      _ = pairs.insert(
        Int32.random(in: 0..<known, using: &random), Int32.random(in: 0..<known, using: &random),
        rank: UInt32(rank), merged: Int32.random(in: symbols..<symbols + 200, using: &random))
    }
    return pairs
  }

  @Test("gives what a naive merger gives for wild merges, window after window", arguments: 0..<60)
  func wildTwin(seed: Int) throws {
    var random = TestRandom(seed)
    let symbols = Int32([1, 2, 3, 8][seed % 4])
    let pairs = wildPairs(&random, symbols: symbols, equalRanks: seed % 3 == 0)
    var merger = BytePairMerger()
    defer { merger.deallocate() }
    for length in [2, 17, 64, 65, 100, 300, 500] {
      let word = (0..<length).map { _ in Int32.random(in: 0..<symbols, using: &random) }
      merger.reserve(length)
      for (index, symbol) in word.enumerated() { merger.symbols[index] = symbol }
      let count = try merger.merge(count: length, with: pairs)
      let merged = (0..<count).map { merger.symbols[$0] }
      #expect(merged == NaiveMerger.merge(word, with: pairs))
    }
  }

  @Test("merges alike in all variants, and where ranks are too large for them")
  func variants() throws {
    var random = TestRandom(3)
    let pairs = try pairs(&random, alphabet: Array("abc".utf8))
    let large = PairTable(capacity: 1)
    for merge in pairs.sorted() {
      _ = large.insert(merge.left, merge.right, rank: merge.rank + 1 << 27, merged: merge.merged)
    }
    defer { _ = ct_force_variant(nil) }
    var merger = BytePairMerger()
    defer { merger.deallocate() }
    for length in [2, 5, 16, 17, 32, 33, 64, 80] {
      let word = random.bytes(length, from: Array("abc".utf8)).map(Int32.init)
      let expected = NaiveMerger.merge(word, with: pairs)
      for name in ["portable", "avx2", "avx512"] where ct_force_variant(name) {
        for table in [pairs, large] {
          merger.reserve(length)
          for (index, symbol) in word.enumerated() { merger.symbols[index] = symbol }
          let count = try merger.merge(count: length, with: table)
          #expect((0..<count).map { merger.symbols[$0] } == expected)
        }
      }
    }
  }

  @Test("takes the leftmost of pairs with equal rank")
  func equalRanks() throws {
    // As in scores of llama2.c files: bc and ab score the same.
    let pairs = PairTable(capacity: 2)
    _ = pairs.insert(1, 2, rank: 0, merged: 12)
    _ = pairs.insert(2, 3, rank: 0, merged: 23)
    for length in [3, 60] {
      let symbols = (0..<length).map { Int32($0 % 3 + 1) }
      var merger = BytePairMerger()
      defer { merger.deallocate() }
      merger.reserve(length)
      for (index, symbol) in symbols.enumerated() { merger.symbols[index] = symbol }
      let count = try merger.merge(count: length, with: pairs)
      let merged = (0..<count).map { merger.symbols[$0] }
      #expect(merged == NaiveMerger.merge(symbols, with: pairs))
      #expect(Array(merged.prefix(2)) == [12, 3])
    }
  }

  @Test("finishes a million equal letters and a long word of random ones")
  func hostile() throws {
    var random = TestRandom(9)
    let trained = try BPETrainer(vocabularySize: 400, minimumFrequency: 1)
      .train(bytes: [
        random.bytes(3000, from: Array("abcdef".utf8)), [UInt8](repeating: 97, count: 4096),
      ])
    let run = [UInt8](repeating: 97, count: 1_000_000)
    let ids = try trained.tokenizer.encode(bytes: run)
    #expect(ids.count < 10_000)
    #expect(try trained.tokenizer.bytes(of: ids) == run)
    let word = random.bytes(1_000_000, from: Array("abcdef".utf8))
    #expect(try trained.tokenizer.bytes(of: trained.tokenizer.encode(bytes: word)) == word)
  }
}
