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
    for length in [1, 2, 3, 5, 20, 47, 48, 49, 50, 200, 700] {
      let symbols = random.bytes(length, from: alphabet).map(Int32.init)
      merger.reserve(length)
      for (index, symbol) in symbols.enumerated() { merger.symbols[index] = symbol }
      let count = try merger.merge(count: length, with: pairs)
      let merged = (0..<count).map { merger.symbols[$0] }
      #expect(merged == NaiveMerger.merge(symbols, with: pairs))
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
