import Testing

@testable import Tokenizers

@Suite("Model options") struct ModelOptionTests {
  private func trained() throws -> Tokenizer {
    try BPETrainer(vocabularySize: 320, minimumFrequency: 1).train(
      texts: ["the cats sat on the mats and the cats sat on the hats"]
    ).tokenizer
  }

  @Test("dropout is what its seed says, from no merge dropped to all of them")
  func dropout() throws {
    let tokenizer = try trained()
    let text = "the cats on the mats and that is that"
    func ids(_ probability: Double, _ seed: UInt64) throws -> [Int32] {
      try tokenizer.encode(text, dropout: MergeDropout(probability: probability, seed: seed))
    }
    let plain = try tokenizer.encode(text)
    #expect(try ids(0, 1) == plain)
    #expect(try ids(1, 1) == Array(text.utf8).map(Int32.init))
    #expect(try ids(0.3, 7) == ids(0.3, 7))
    let many = try Set((0..<40).map { try ids(0.3, $0) })
    #expect(many.count > 10)
    for ids in many { #expect(try tokenizer.decode(ids) == text) }
    #expect(try tokenizer.encode(text) == plain)
    // More dropout, more tokens.
    let mean = try [0.1, 0.5, 0.9].map { probability in
      try (0..<20).reduce(0) { try $0 + ids(probability, $1).count }
    }
    #expect(mean == mean.sorted() && mean[0] < mean[2])
    for wrong in [-0.1, 1.5, .nan] {
      #expect(throws: TokenizerError.self) {
        try tokenizer.encode("a", dropout: MergeDropout(probability: wrong, seed: 0))
      }
    }
    let words = try SmallVocabulary().with("added_tokens", "[]").with(
      "model", #"{"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}"#
    ).read()
    #expect(throws: TokenizerError.wrongDropout(probability: 0.5, tokenizer: "small")) {
      try words.encode("a", dropout: MergeDropout(probability: 0.5, seed: 0))
    }
  }

  @Test("truncation and padding are off until they are passed on, and described")
  func lengths() throws {
    let tokenizer = try SmallVocabulary().template(ending: "</s>").with(
      "truncation",
      #"{"max_length": 3, "strategy": "LongestFirst", "stride": 0, "direction": "Left"}"#
    ).with(
      "padding",
      #"{"strategy": {"Fixed": 5}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "<unk>"}"#
    ).read()
    #expect(try tokenizer.encode("abca", addingBOS: true) == [9, 5, 1])
    let whole = try tokenizer.encode("abca", truncating: nil, padding: nil)
    #expect(whole.ids == [9, 5, 1, 10] && whole.attentionMask == [true, true, true, true])
    let short = try tokenizer.encode(
      "abca", truncating: tokenizer.truncation, padding: tokenizer.padding)
    #expect(short.ids == [9, 1, 10, 0, 0])
    #expect(short.attentionMask == [true, true, true, false, false])
    let batch = try tokenizer.encode(
      batch: ["a", "aca"], truncating: nil, padding: Padding(length: nil, multiple: 4, side: .left))
    #expect(batch.map(\.ids) == [[0, 0, 0, 0, 0, 9, 1, 10], [0, 0, 0, 9, 1, 3, 1, 10]])
    func fact(_ key: String) -> String? {
      tokenizer.facts.first { $0.key == key }?.value.stringValue
    }
    #expect(fact("truncation") == "off (the file asks for 3 tokens)")
    #expect(fact("padding") == "off (the file asks for 5 tokens)")
    #expect(throws: TokenizerError.self) {
      try tokenizer.encode("a", truncating: Truncation(maximumLength: 1), padding: nil)
    }
    #expect(throws: TokenizerError.self) {
      try tokenizer.encode("a", truncating: nil, padding: Padding(length: .max))
    }
  }

  @Test("new errors have their own code and say what to do")
  func errors() {
    let errors: [TokenizerError] = [
      .patternLimit(pattern: "(a+)+b", tokenizer: "t"), .wrongLength(asked: 1, reason: "r"),
      .wrongDropout(probability: 2, tokenizer: "t"),
    ]
    #expect(errors.map(\.code) == ["E0566", "E0567", "E0568"])
    #expect(errors.allSatisfy { !$0.message.isEmpty })
  }
}
