import Files
import Testing

@testable import Tokenizers

@Suite("Options of encoding and saving") struct EncodingOptionTests {
  @Test("shorten with BOS and EOS in, and fill up to one length")
  func lengths() throws {
    let tokenizer = try SmallVocabulary().template(ending: "</s>").read()
    var options = EncodingOptions()
    #expect(try tokenizer.encode(["abcab"], options)[0].ids == [5, 4])
    (options.addsBOS, options.addsEOS) = (true, true)
    #expect(try tokenizer.encode(["abcab"], options)[0].ids == [9, 5, 4, 10])
    options.most = 3
    #expect(try tokenizer.encode(["abcab"], options)[0].ids == [9, 5, 10])
    options.shortenedSide = .left
    options.padding = Padding(length: nil, id: try tokenizer.paddingID())
    let inputs = try tokenizer.encode(["abcab", "", "a"], options)
    #expect(inputs.map(\.ids) == [[9, 4, 10], [9, 10, 10], [9, 1, 10]])
    #expect(inputs[1].attentionMask == [true, true, false])
    options.padding?.length = .max
    options.padding?.multiple = 1 << 20
    #expect(throws: TokenizerError.self) { try tokenizer.encode(["a"], options) }
    options.padding = Padding(length: -1)
    let reason = "no text is padded to fewer than 0 tokens"
    #expect(throws: TokenizerError.wrongLength(asked: -1, reason: reason)) {
      try tokenizer.encode(["a"], options)
    }
    options.padding = nil
    options.most = 1
    #expect(throws: TokenizerError.wrongLength(asked: 1, reason: "BOS and EOS alone have 2 tokens"))
    { try tokenizer.encode(["a"], options) }
  }

  @Test("a batch is what its texts are alone, also where special tokens are parsed or refused")
  func batch() throws {
    let tokenizer = try SmallVocabulary().read()
    let texts = ["abc", "a<s>b", "", "bc[x]"]
    for special in [SpecialPolicy.text, .parse] {
      var options = EncodingOptions()
      options.special = special
      let batch = try tokenizer.encode(texts, options)
      #expect(try batch.map(\.ids) == texts.map { try tokenizer.encode($0, special: special) })
    }
    var options = EncodingOptions()
    options.special = .error
    #expect(throws: TokenizerError.containsSpecial(token: "<s>", byte: 1)) {
      try tokenizer.encode(texts, options)
    }
  }

  @Test("ids without a token are replaced where that is asked for")
  func invalid() throws {
    let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/sentencepiece/bpe_bytes.model"
    let tokenizers = [
      try SmallVocabulary().read(), try Tokenizer.load(path: path, kind: .sentencepiece),
      try BPETrainer(vocabularySize: 256).train(texts: ["x"]).tokenizer,
    ]
    for tokenizer in tokenizers {
      let ids = try tokenizer.encode("ab c")
      #expect(try tokenizer.decodeReplacingInvalid(ids) == tokenizer.decode(ids))
      #expect(try tokenizer.decodeReplacingInvalid(ids + [-1, 9999]) == "ab c\u{FFFD}\u{FFFD}")
      #expect(throws: TokenizerError.self) { try tokenizer.decode(ids + [9999]) }
    }
  }

  @Test("a saved rank file gives equal ids, read as the kind that is named", arguments: 0..<3)
  func ranks(form: Int) throws {
    let text = "the theme of them is there, 1234 5678; don't THE other\n\n themes they have"
    let trainer = BPETrainer(vocabularySize: 330, minimumFrequency: 1)
    let tokenizer = try trainer.train(texts: [text]).tokenizer
    #expect(try tokenizer.kindOfRanks() == .gpt2)
    var again = tokenizer
    try withTemporaryFolder { folder in
      let path = Paths.join(folder, "t.tiktoken")
      try DurableFile.replace(path, with: try tokenizer.tiktokenRanks())
      again = try Tokenizer.load(path: path, kind: .gpt2)
      if form == 1 {
        let mapped = Paths.join(folder, "t.mapped")
        try DurableFile.replace(mapped, with: try again.mappedForm())
        again = try Tokenizer.load(path: mapped)
      }
    }
    if form == 2 {
      again = try Tokenizer.load(
        tokenizerJSON: Array(tokenizer.json().text().utf8), name: "t", source: "t")
    }
    var random = TestRandom(form)
    for _ in 0..<200 {
      let string = random.text(30) + " the theme"
      #expect(try again.encode(string) == tokenizer.encode(string))
    }
  }

  @Test(
    "GPT-2's vocabulary without its special token is the rank file that tiktoken reads",
    .enabled(if: Assets.present, "needs ../shared/assets"))
  func publishedRanks() throws {
    let gpt2 = try Tokenizer.load(path: Assets.path("tokenizers/gpt2/tokenizer.json"))
    let again = Tokenizer(
      try RankFileReader.read(
        gpt2.tiktokenRanks(), path: "gpt2.tiktoken",
        publication: try #require(RankPublication(try gpt2.kindOfRanks())), name: "gpt2"))
    #expect(again.vocabularySize == gpt2.vocabularySize)
    var random = TestRandom(2)
    for _ in 0..<50 {
      let text = random.text(200)
      #expect(try again.encode(text) == gpt2.encode(text))
    }
  }

  @Test("what a form cannot hold is refused with the reason")
  func refusals() throws {
    let lowered = try SmallVocabulary().with("normalizer", #"{"type": "Lowercase"}"#).read()
    #expect(throws: TokenizerError.self) { try lowered.kindOfRanks() }
    #expect(throws: TokenizerError.self) { try lowered.tiktokenRanks() }
    #expect(throws: TokenizerError.self) { try lowered.mappedForm() }
    var trainer = BPETrainer(vocabularySize: 300, minimumFrequency: 1)
    trainer.cutting = .gpt2(digits: .single)
    let digits = try trainer.train(texts: ["12 the theme"]).tokenizer
    #expect(
      throws: TokenizerError.cannotSave(
        tokenizer: digits.name, reason: "no published kind of rank file cuts text as it does")
    ) { try digits.kindOfRanks() }
    // "ab" is a token that no merge makes.
    var tokens = ByteStringTable()
    for byte in UInt8.min...UInt8.max { _ = tokens.insert([byte]) }
    _ = tokens.insert(Array("ab".utf8))
    let model = BytePairModel(
      alphabet: .bytes, tokens: tokens, merges: PairTable(capacity: 1),
      byteIDs: (0..<256).map { Int32($0) })
    let whole = Tokenizer(
      TokenizerDefinition(
        name: "t", kind: .huggingface, preTokenizer: .gpt2, model: .bytePair(model),
        decoder: TextDecoder(tokens)))
    #expect(try whole.encode("ab") == [97, 98])
    #expect(throws: TokenizerError.self) { try whole.tiktokenRanks() }
  }
}
