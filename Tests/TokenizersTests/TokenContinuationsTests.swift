import Testing

@testable import Tokenizers

@Suite("Which tokens may follow") struct TokenContinuationsTests {
  /// Words and white space; line feeds at a text's end are one token, before a letter they are two.
  private func tokenizer() throws -> Tokenizer {
    try BPETrainer(vocabularySize: 270, minimumFrequency: 1).train(texts: [
      "aa aa a\n\n", "a  \n\n", "aa aaa a   ", "a\n\n\n",
    ]).tokenizer
  }

  private func strings(_ letters: [UInt8], upTo length: Int) -> [[UInt8]] {
    var (all, last): ([[UInt8]], [[UInt8]]) = ([[]], [[]])
    for _ in 0..<length {
      last = last.flatMap { text in letters.map { text + [$0] } }
      all += last
    }
    return all
  }

  @Test("beginnings are what the ids of longer texts begin with")
  func beginnings() throws {
    let tokenizer = try tokenizer()
    let continuations = try TokenContinuations(tokenizer)
    let letters = Array("a \n".utf8)
    let following = strings(letters + [1, 0x30], upTo: 2)
    var several = 0
    for text in strings(letters, upTo: 4) {
      var expected: Set<[Int32]> = []
      for more in following {
        var ids = try tokenizer.encode(bytes: text + more)
        while try tokenizer.bytes(of: ids).count > text.count { ids.removeLast() }
        if try tokenizer.bytes(of: ids) == text { expected.insert(ids) }
      }
      let found = try continuations.beginnings(of: text)
      #expect(Set(found) == expected && found.count == expected.count)
      #expect(found.first == (try tokenizer.encode(bytes: text)))
      if found.count > 1 { several += 1 }
    }
    #expect(several > 10)
  }

  @Test(
    "behind a text's last word as behind all of it", arguments: ["", "a", "aa a", "aa a\n", "a  "])
  func allowed(text: String) throws {
    let continuations = try TokenContinuations(tokenizer())
    for ids in try continuations.beginnings(of: Array(text.utf8)) {
      let naive = try continuations.ordinary.filter { try continuations.isBeginning(ids + [$0]) }
      // Twice: what was found is kept.
      for _ in 0..<2 { #expect(try continuations.allowed(after: ids) == naive) }
      #expect(
        try continuations.allowed(among: continuations.ordinary.reversed(), after: ids)
          == naive.reversed())
      // A token alone is its own ids; behind others some are not.
      #expect(!naive.isEmpty && (naive.count < continuations.ordinary.count) == !ids.isEmpty)
    }
  }

  @Test("a vocabulary over characters is tried with its own")
  func characters() throws {
    var trainer = BPETrainer(vocabularySize: 8, minimumFrequency: 1, specialTokens: ["<unk>"])
    trainer.alphabet = .characters(limit: nil, unknown: "<unk>")
    let tokenizer = try trainer.train(texts: ["b  a", "b b a a"]).tokenizer
    let continuations = try TokenContinuations(tokenizer)
    let letters = Array("ab ".utf8)
    for text in strings(letters, upTo: 3) {
      for ids in try continuations.beginnings(of: text) {
        // Whatever can begin a text can go on, or is all of it.
        let isWhole = try tokenizer.encode(bytes: text) == ids
        #expect(try isWhole || !continuations.allowed(after: ids).isEmpty)
      }
    }
  }
}
