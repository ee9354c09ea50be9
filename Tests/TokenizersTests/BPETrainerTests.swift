import Files
import Kernels
import Testing

@testable import Tokenizers

@Suite("BPE training") struct BPETrainerTests {
  @Test("learns the merges of a naive trainer", arguments: 0..<60)
  func twin(seed: Int) throws {
    var random = TestRandom(seed)
    let alphabets = [Array("ab".utf8), Array("abc ".utf8), Array("the cat'sl 12.\n".utf8)]
    let texts = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      seed % 4 == 3
        ? Array(random.text(80).utf8)
        : random.bytes(Int.random(in: 1...300, using: &random), from: alphabets[seed % 3])
    }
    let frequency = Int.random(in: 1...3, using: &random)
    let size = 256 + Int.random(in: 0...60, using: &random)
    let naive = NaiveTrainer.merges(texts, vocabularySize: size, minimumFrequency: frequency)
    let result = try BPETrainer(vocabularySize: size, minimumFrequency: frequency)
      .train(bytes: texts)
    let model = try #require(result.tokenizer.definition.model.bytePair)
    let merges = model.merges.sorted().map {
      [Array(model.tokens[Int($0.left)]), Array(model.tokens[Int($0.right)])]
    }
    #expect(merges == naive)
    #expect(result.report.merges == naive.count)
    for text in texts {
      #expect(try result.tokenizer.bytes(of: result.tokenizer.encode(bytes: text)) == text)
    }
  }

  @Test("does not depend on the order of the texts")
  func order() throws {
    var random = TestRandom(5)
    let texts = (0..<20).map { _ in random.text(60) }
    let trainer = BPETrainer(vocabularySize: 320)
    let (a, b) = (try trainer.train(texts: texts), try trainer.train(texts: texts.reversed()))
    #expect(a.tokenizer.digest == b.tokenizer.digest)
  }

  @Test("breaks ties by the pair's bytes")
  func ties() throws {
    let result = try BPETrainer(vocabularySize: 258, minimumFrequency: 1)
      .train(texts: ["ba dc fe", "ab"])
    let tokens = try [256, 257].map { try result.tokenizer.tokenText($0) }
    // " d", " f", "ab", "ba", "dc", "fe" occur once each, then (" d", "c") too: " " comes first.
    #expect(tokens == [" d", " f"])
  }

  @Test("says when the texts are too small for the size")
  func endsEarly() throws {
    let result = try BPETrainer(vocabularySize: 1000, specialTokens: ["<end>"])
      .train(texts: ["ababab"])
    #expect(result.report.endedEarly)
    #expect(result.report.size == result.tokenizer.vocabularySize)
    #expect(result.report.askedSize == 1000 && result.report.bytes == 6)
    #expect(result.tokenizer.vocabularySize == 256 + 2 + 1)  // ab, abab, <end>
    #expect(result.report.lastFrequency == 2)
  }

  @Test("handles the longest run of one letter and a long word without spaces")
  func hostile() throws {
    let run = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 18)
    let result = try BPETrainer(vocabularySize: 300, minimumFrequency: 1).train(bytes: [run])
    #expect(result.report.merges == 18 && result.report.endedEarly)
    var random = TestRandom(1)
    let word = random.bytes(200_000, from: Array("abcdefgh".utf8))
    #expect(try BPETrainer(vocabularySize: 2000).train(bytes: [word]).report.size == 2000)
  }

  @Test("puts special tokens last and finds them only when asked")
  func specialTokens() throws {
    let result = try BPETrainer(vocabularySize: 270, specialTokens: ["<|end|>", "<pad>"])
      .train(texts: ["the theme of the thesis, then the end <|end|>"])
    let tokenizer = result.tokenizer
    let last = Int32(tokenizer.vocabularySize - 2)
    #expect(tokenizer.id(ofToken: "<|end|>") == last)
    #expect(try tokenizer.encode("a<|end|>", special: .parse) == [97, last])
    #expect(try !tokenizer.encode("a<|end|>").contains(last))
    #expect(try tokenizer.decode([97, last]) == "a<|end|>")
  }

  @Test("is saved as a tokenizer.json that loads to the same tokenizer")
  func saved() throws {
    let text = (0..<40).map { "story \($0): don't stop, the 3 cats' tales… café 你好\n" }.joined()
    let trained = try BPETrainer(vocabularySize: 400, specialTokens: ["<|endoftext|>"], name: "t")
      .train(texts: [text]).tokenizer
    let bytes = Array(try trained.json().text(pretty: true).utf8)
    let loaded = Tokenizer(try HuggingFaceReader.read(bytes, path: "t.json", name: "t"))
    #expect(loaded.digest == trained.digest)
    #expect(loaded.summary == trained.summary && loaded.facts == trained.facts)
    #expect(try loaded.encode(text) == trained.encode(text))
    #expect(try loaded.json() == trained.json())
    let made = try #require(loaded.provenance)
    #expect(made["data"]?["sha256"]?.stringValue == Digest.hexadecimal(of: text))
    #expect(made["data"]?["bytes"]?.intValue == text.utf8.count)
    #expect(made["parameters"]?["vocabulary"]?.intValue == 400)
  }

  @Test("reports its progress")
  func progress() throws {
    var random = TestRandom(3)
    let text = random.bytes(20_000, from: Array("abcdefgh ".utf8))
    var seen: [Int] = []
    let result = try BPETrainer(vocabularySize: 1000).train(bytes: [text]) {
      seen.append($0.merges)
      #expect($0.targetMerges == 744)
    }
    #expect(result.report.merges == 744 && seen == [256, 512])
  }

  @Test("refuses what cannot be trained")
  func refusals() {
    #expect(throws: TokenizerError.vocabularyTooSmall(asked: 255, least: 256, specialTokens: 0)) {
      try BPETrainer(vocabularySize: 255).train(texts: ["a"])
    }
    #expect(throws: TokenizerError.vocabularyTooSmall(asked: 256, least: 257, specialTokens: 1)) {
      try BPETrainer(vocabularySize: 256, specialTokens: ["<s>"]).train(texts: ["a"])
    }
    #expect(throws: TokenizerError.vocabularyTooLarge(asked: 1 << 40, limit: 1 << 24)) {
      try BPETrainer(vocabularySize: 1 << 40).train(texts: ["a"])
    }
    #expect(throws: TokenizerError.wrongFrequency(asked: 0)) {
      try BPETrainer(vocabularySize: 300, minimumFrequency: 0).train(texts: ["a"])
    }
    #expect(throws: TokenizerError.nothingToLearn) {
      try BPETrainer(vocabularySize: 300).train(texts: ["", ""])
    }
    for token in ["", "a", "Ġ", "ab"] {
      #expect(throws: TokenizerError.self, "\(token)") {
        try BPETrainer(vocabularySize: 300, specialTokens: [token]).train(texts: ["ababab"])
      }
    }
    #expect(throws: TokenizerError.wrongSpecialToken(token: "<s>", reason: "is there twice")) {
      try BPETrainer(vocabularySize: 300, specialTokens: ["<s>", "<s>"]).train(texts: ["ab"])
    }
  }
}
