import Testing

@testable import Tokenizers

/// What SuperBPE has to be, whatever its trainer does: its ends, its first stage, its limits.
@Suite("SuperBPE") struct SuperBPETests {
  /// Sentences of a few words each, some of them often side by side, with numbers and punctuation.
  private static func text(_ seed: Int, sentences: Int = 60) -> String {
    var random = TestRandom(seed)
    let phrases = [
      "by the way", "in the end", "of the day", "Answer: yes", "Mr. O'Neil", "12 of 345", "naïve",
      "it is", "as well as the", "é là",
    ]
    // Words of one seed are those of all, so that what is learned can be used.
    var letters = TestRandom(77)
    let words = (0..<40).map { _ in
      String(
        decoding: letters.bytes(
          Int.random(in: 3...7, using: &letters), from: Array("aeilnorst".utf8)),
        as: UTF8.self)
    }
    let all = phrases + phrases + words
    return (0..<sentences).map { _ in
      (0..<Int.random(in: 2...6, using: &random)).map { _ in
        all[Int.random(in: 0..<all.count, using: &random)]
      }.joined(separator: " ")
        + [". ", ": ", "...\n", "\n\n"][Int.random(in: 0..<4, using: &random)]
    }.joined()
  }

  private static func merges(of tokenizer: Tokenizer) throws -> [[[UInt8]]] {
    let model = try #require(tokenizer.definition.model.bytePair)
    return model.merges.sorted().map {
      [Array(model.tokens[Int($0.left)]), Array(model.tokens[Int($0.right)])]
    }
  }

  private static func trained(_ text: String, _ size: Int, transition: Int) throws -> Tokenizer {
    try SuperBPETrainer(vocabularySize: size, transition: transition).train(on: .texts([text]))
      .tokenizer
  }

  @Test(
    "with the transition at the end it is BPE, and its first stage is BPE's start", arguments: 0..<4
  )
  func firstStage(seed: Int) throws {
    let text = Self.text(seed)
    var trainer = BPETrainer(vocabularySize: 340)
    trainer.cutting = .gpt4
    let plain = try Self.merges(of: trainer.train(texts: [text]).tokenizer)
    #expect(plain.count >= 84)
    #expect(try Self.merges(of: Self.trained(text, 340, transition: 340)) == plain)
    for transition in [270, 300, 330] {
      let merges = try Self.merges(of: Self.trained(text, 340, transition: transition))
      #expect(merges.prefix(transition - 256) == plain.prefix(transition - 256))
      #expect(merges.count > transition - 256)
    }
  }

  @Test("with the transition at the start it is BPE without pre-tokenization", arguments: 0..<4)
  func noFirstStage(seed: Int) throws {
    // Letters and single blanks in one line: the second pattern cuts nothing here.
    let text = Self.text(seed).filter { $0.isLetter || $0 == " " }.split(separator: " ")
      .joined(separator: " ")
    var trainer = SuperBPETrainer(vocabularySize: 330, transition: 256)
    trainer.rules = .none
    var naive = NaiveMergeTrainer(
      words: [(text.utf8.map { [$0] }, 1)], tokens: Set((0..<256).map { [UInt8($0)] }))
    let merges = try Self.merges(of: trainer.train(on: .texts([text])).tokenizer)
    #expect(merges == naive.merges(to: 330))
    #expect(merges.contains { ($0[0] + $0[1]).dropFirst().contains(0x20) })
  }

  @Test("every token keeps the limits, and stands in one piece of the second pattern")
  func limits() throws {
    for (seed, words) in [(1, 4), (2, 2), (3, 3)] {
      var trainer = SuperBPETrainer(vocabularySize: 420, transition: 330)
      trainer.rules.mostWords = words
      let tokenizer = try trainer.train(on: .texts([Self.text(seed)])).tokenizer
      var longest = 0
      for id in 256..<Int32(tokenizer.vocabularySize) {
        let bytes = try tokenizer.tokenBytes(id)
        let text = String(decoding: bytes, as: UTF8.self)
        let count = text.split(whereSeparator: \.isWhitespace).count
        longest = max(longest, count)
        #expect(count <= words, "\(text)")
        #expect(!text.contains(": "), "\(text)")
        let hasDigit = text.contains { $0.isNumber }
        #expect(!hasDigit || text.allSatisfy(\.isNumber) && text.count <= 3, "\(text)")
        let hasLineEnd = text.contains { $0.isNewline }
        #expect(!hasLineEnd || !text.contains { $0.isLetter }, "\(text)")
      }
      #expect(longest == words)
    }
  }

  @Test("encodes as merging by rank does, and gives all bytes back", arguments: 0..<6)
  func encoding(seed: Int) throws {
    let tokenizer = try Self.trained(Self.text(seed), 400, transition: 320)
    let ranks = Dictionary(
      uniqueKeysWithValues: try Self.merges(of: tokenizer).enumerated().map {
        ($0.element, $0.offset)
      })
    let text = Self.text(seed + 100, sentences: 12)
    var expected: [[UInt8]] = []
    for piece in PreTokenizer(stages: [.superwords]).pieces(of: Array(text.utf8)) {
      var symbols = piece.map { [$0] }
      while let best = symbols.indices.dropLast().filter({
        ranks[Array(symbols[$0...$0 + 1])] != nil
      })
      .min(by: { ranks[Array(symbols[$0...$0 + 1])]! < ranks[Array(symbols[$1...$1 + 1])]! }) {
        symbols.replaceSubrange(best...best + 1, with: [symbols[best] + symbols[best + 1]])
      }
      expected += symbols
    }
    #expect(try tokenizer.encode(text).map { try tokenizer.tokenBytes($0) } == expected)
    var random = TestRandom(seed)
    let bytes = random.bytes(500, from: Array(0...255))
    #expect(try tokenizer.bytes(of: tokenizer.encode(bytes: bytes)) == bytes)
  }

  @Test("no token reaches over the end of a document")
  func documents() throws {
    let parts = [String](repeating: "of the", count: 50)
    let tokenizer = try SuperBPETrainer(vocabularySize: 300, transition: 256)
      .train(on: .texts(parts)).tokenizer
    for id in 256..<Int32(tokenizer.vocabularySize) {
      #expect("of the".utf8.contains(try tokenizer.tokenBytes(id)))
    }
  }

  @Test("going on with a vocabulary gives what one training gives", arguments: 0..<4)
  func extending(seed: Int) throws {
    let text = Self.text(seed)
    var trainer = BPETrainer(vocabularySize: 300)
    trainer.cutting = .gpt4
    let words = try trainer.train(texts: [text]).tokenizer
    let whole = try Self.trained(text, 360, transition: 300)
    let extended = try VocabularyExtension(vocabularySize: 360).extend(words, on: .texts([text]))
    #expect(try Self.merges(of: extended) == Self.merges(of: whole))
    #expect(extended.vocabularySize == whole.vocabularySize)
    #expect(try extended.encode(text) == whole.encode(text))
    // Under the same cutting, the larger vocabulary of one training.
    var plain = VocabularyExtension(vocabularySize: 330)
    (plain.cutting, plain.rules) = (.gpt4, .none)
    trainer.vocabularySize = 330
    let larger = try trainer.train(texts: [text]).tokenizer
    #expect(try Self.merges(of: plain.extend(words, on: .texts([text]))) == Self.merges(of: larger))
    // Its file says the same.
    let read = try Tokenizer.load(
      tokenizerJSON: Array(extended.json().text().utf8), name: "read", source: "test")
    #expect(try read.encode(text) == extended.encode(text))
  }

  @Test("what cannot be gone on with is refused")
  func refusals() throws {
    let marked = try BPETrainer(vocabularySize: 280, specialTokens: ["<end>"])
      .train(texts: [Self.text(1)]).tokenizer
    let message = #expect(throws: TokenizerError.self) {
      try VocabularyExtension(vocabularySize: 300).extend(marked, on: .texts(["a b"]))
    }
    #expect(
      message?.message
        == "a training with the tokenizer bpe which has special tokens after the others makes no sense"
    )
    let words = try WordPieceTrainer(vocabularySize: 30).train(on: .texts(["low lower"]))
      .tokenizer()
    #expect(throws: TokenizerError.self) {
      try VocabularyExtension(vocabularySize: 300).extend(words, on: .texts(["a b"]))
    }
    let plain = try BPETrainer(vocabularySize: 280).train(texts: [Self.text(1)]).tokenizer
    #expect(throws: TokenizerError.vocabularyTooSmall(asked: 270, least: 280, specialTokens: 0)) {
      try VocabularyExtension(vocabularySize: 270).extend(plain, on: .texts(["a b"]))
    }
  }

  @Test("superwords are the tokens with blanks between words")
  func superwords() throws {
    let tokenizer = try Self.trained(Self.text(2), 420, transition: 330)
    let found = try Superword.all(of: tokenizer)
    #expect(found.contains { $0.bytes == Array(" in the end".utf8) && $0.words == 3 })
    #expect(found.allSatisfy { $0.id >= 330 && $0.words > 1 })
    #expect(found.map(\.id) == found.map(\.id).sorted())
    let plain = try BPETrainer(vocabularySize: 420).train(texts: [Self.text(2)]).tokenizer
    #expect(try Superword.all(of: plain) == [])
  }

  @Test("long documents are cut to the length that a share does not exceed")
  func truncation() throws {
    let texts = (1...100).map { String(repeating: "é", count: $0) }
    let corpus = try TrainingCorpus.texts(texts + [String(repeating: "a", count: 9_999)])
      .truncated(atShare: 0.5)
    guard case .texts(let cut) = corpus else {
      Issue.record("no texts")
      return
    }
    // 101 lengths: the 51st is 102 bytes.
    #expect(cut.map(\.utf8.count) == (1...51).map { 2 * $0 } + [Int](repeating: 102, count: 50))
    guard
      case .bytes(let bytes) = try TrainingCorpus.bytes([[1], [1, 2, 3], [1, 2]])
        .truncated(atShare: 0.6)
    else { return }
    #expect(bytes == [[1], [1, 2], [1, 2]])
    #expect(throws: TokenizerError.self) { try TrainingCorpus.texts([]).truncated(atShare: 2) }
    #expect(throws: TokenizerError.self) { try TrainingCorpus.files([]).truncated(atShare: 0.9) }
  }

  @Test("cutting at blanks keeps words whole, as its pattern says")
  func words() throws {
    let text = Array("don't (नमस्ते)  दुनिया\t\n x1.5\n".utf8)
    let pieces = TextCutting.words.preTokenizer.pieces(of: text)
      .map { String(decoding: $0, as: UTF8.self) }
    #expect(pieces == ["don't", " (नमस्ते)", " ", " दुनिया", "\t\n", " x1.5", "\n"])
    for cutting in [TextCutting.words, .gpt4] {
      var trainer = BPETrainer(vocabularySize: 300)
      trainer.cutting = cutting
      let sample = Self.text(3) + "नमस्ते दुनिया"
      let tokenizer = try trainer.train(texts: [sample]).tokenizer
      let read = try Tokenizer.load(
        tokenizerJSON: Array(tokenizer.json().text().utf8), name: "read", source: "test")
      #expect(try read.encode(sample) == tokenizer.encode(sample))
      #expect(try tokenizer.decode(tokenizer.encode(sample)) == sample)
    }
  }
}
