import Files
import Testing

@testable import Tokenizers

@Suite("Malformed vocabularies") struct RefusalTests {
  let small = SmallVocabulary()

  private func malformed(
    _ vocabulary: SmallVocabulary, _ place: String, _ reason: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      throws: TokenizerError.malformed(path: "small.json", place: place, reason: reason),
      sourceLocation: sourceLocation
    ) { try vocabulary.read() }
  }

  private func model(
    _ vocab: KeyValuePairs<String, Int>, _ merges: String = "[]", _ options: String = #""x": null"#
  ) -> SmallVocabulary {
    let options = options == #""x": null"# ? #""dropout": null"# : options
    return small.with("added_tokens", "[]").with(
      "model", SmallVocabulary.model(vocab: vocab, merges: merges, options: options))
  }

  @Test("are refused for their ids")
  func ids() {
    malformed(model(["a": 0, "b": 2]), "model.vocab", "id 1 is missing")
    malformed(model(["a": 0, "b": 0]), #"model.vocab["b"]"#, #"id 0 belongs to "a" already"#)
    malformed(model(["a": -1]), #"model.vocab["a"]"#, "id -1 is negative")
    malformed(
      model(["a": 0, "b": .max]), #"model.vocab["b"]"#,
      "id \(Int.max) is far beyond the 2 tokens there are")
    malformed(
      model(["a": 0, "a": 1]), "model.vocab", #"the token "a" is there twice"#)
    malformed(model(["": 0]), "model.vocab", "id 0 is an empty token")
    malformed(model([:]), "model.vocab", "the vocabulary is empty")
    malformed(
      small.with("model", #"{"type": "BPE", "vocab": {"a": 0.5}, "merges": []}"#),
      #"model.vocab["a"]"#, "a whole number is expected")
    malformed(
      small.with("model", #"{"type": "BPE", "vocab": ["a"], "merges": []}"#), "model.vocab",
      "an object from tokens to ids is expected")
    malformed(
      small.with("model", #"{"type": "BPE", "vocab": {"a": 0}}"#), "model.merges",
      "a list is expected")
    malformed(small.with("model", nil), "top level", "the model is missing")
    malformed(small.with("model", "3"), "model", "an object is expected here")
  }

  @Test("are refused for their merges")
  func merges() {
    malformed(
      model(["a": 0], #"["a x"]"#), "model.merges[0]", #""x" is not in the vocabulary"#)
    malformed(
      model(["a": 0, "b": 1], #"["a b"]"#), "model.merges[0]",
      #"what "a" and "b" make is not in the vocabulary"#)
    for wrong in [#""a""#, #""a b c""#, #"["a"]"#, #"["a", 1]"#, "7", "null", #"["a","b","c"]"#] {
      malformed(
        model(["a": 0, "b": 1], "[\(wrong)]"), "model.merges[0]", "two tokens are expected")
    }
    malformed(
      model(["a": 0, "aa": 1], #"["a a", "a a"]"#), "model.merges[1]",
      #""a" and "a" are merged twice"#)
  }

  @Test("are refused for their added tokens")
  func addedTokens() {
    func added(_ tokens: String) -> SmallVocabulary { small.with("added_tokens", tokens) }
    malformed(
      added(#"[{"id": 9, "content": "x"}, {"id": 9, "content": "y"}]"#), "added_tokens[1].id",
      "id 9 is there twice")
    malformed(
      added(#"[{"id": 9, "content": "x"}, {"id": 10, "content": "x"}]"#), "added_tokens[1].content",
      #"the token "x" is there twice"#)
    malformed(added(#"[{"id": 9, "content": ""}]"#), "added_tokens[0].content", "an empty token")
    malformed(
      added(#"[{"id": -9, "content": "x"}]"#), "added_tokens[0].id", "-9 is no token id")
    malformed(
      added(#"[{"id": 9, "content": "a"}]"#), "added_tokens[0]",
      #""a" has id 9 here and 1 in the vocabulary"#)
    malformed(
      added(#"[{"id": 3, "content": "x"}]"#), "added_tokens[0]",
      "id 3 is another token in the vocabulary")
    malformed(
      added(#"[{"id": 2000000000, "content": "x"}]"#), "added_tokens",
      "id 2000000000 is far beyond the 10 tokens there are")
    malformed(added(#"{"a": 1}"#), "added_tokens", "a list is expected")
    malformed(
      added(#"[{"id": 9, "content": "x", "special": 1}]"#), "added_tokens[0].special",
      "true or false is expected")
    malformed(added(#"[{"id": 9}]"#), "added_tokens[0].content", "a text is missing")
  }

  @Test("are refused for their template, unknown token and components' fields")
  func fields() {
    malformed(
      small.template(id: 1), "post_processor",
      #""<s>" has id 1, which is another token or none"#)
    malformed(
      small.template(id: 900), "post_processor",
      #""<s>" has id 900, which is another token or none"#)
    malformed(
      small.template("<t>"), "post_processor.single[0]", "a token that special_tokens does not list"
    )
    malformed(
      model(["a": 0], "[]", #""unk_token": "u""#), "model.unk_token",
      #""u" is not in the vocabulary"#)
    malformed(
      small.with("normalizer", #"{"type": "Prepend"}"#), "normalizer.prepend", "a text is missing")
    malformed(
      small.with("normalizer", #"{"type": "NFC", "type": "NFD"}"#), "normalizer",
      #"the key "type" is there twice"#)
    malformed(
      small.with("normalizer", #"{"type": "Sequence", "normalizers": [{"type": "NFC"}, 4]}"#),
      "normalizer.normalizers[1]", "an object is expected here")
    malformed(
      small.with("decoder", #"{"type": "Strip", "content": " ", "start": -1, "stop": 0}"#),
      "decoder", "counts from 0 to 1048576 are expected")
    let long = String(repeating: "x", count: 4097)
    malformed(
      small.with("normalizer", #"{"type": "Prepend", "prepend": "\#(long)"}"#),
      "normalizer.prepend", "4097 bytes are more than the 4096 possible")
    malformed(
      small.with("normalizer", #"{"type": "Replace", "pattern": {"String": ""}, "content": ""}"#),
      "normalizer.pattern", "an empty text")
  }

  @Test(
    "with components that are not supported are refused by name",
    arguments: [
      ("version", #""2.0""#, #"version "2.0" of the format"#),
      ("model", #"{"type": "Magic"}"#, "the model Magic"),
      (
        "model", #"{"type": "BPE", "vocab": {"a": 0}, "merges": [], "magic": 1}"#,
        #"the field "magic" of the model BPE"#
      ),
      (
        "model",
        #"{"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a", "merges": []}"#,
        #"the field "merges" of the model WordLevel"#
      ),
      ("surprise", "1", #"the field "surprise" of tokenizer.json"#),
      ("normalizer", #"{"type": "Upper"}"#, "the normalizer Upper"),
      (
        "normalizer", #"{"type": "Replace", "pattern": {"Regex": "(a"}, "content": " "}"#,
        #"the normalizer Replace with the pattern "(a" (byte 2: ')' is missing)"#
      ),
      ("normalizer", #"{"type": "NFC", "x": 1}"#, #"the field "x" of the normalizer NFC"#),
      ("pre_tokenizer", #"{"type": "Words"}"#, "the pre-tokenizer Words"),
      (
        "pre_tokenizer",
        #"{"type": "Split", "pattern": {"Regex": "\\X"}, "behavior": "Isolated", "invert": false}"#,
        #"the pre-tokenizer Split with the pattern "\X" (byte 2: '\X')"#
      ),
      ("post_processor", #"{"type": "Wrapping"}"#, "the post-processor Wrapping"),
      ("decoder", #"{"type": "Magic"}"#, "the decoder Magic"),
    ])
  func unsupported(key: String, value: String, component: String) {
    #expect(throws: TokenizerError.unsupported(path: "small.json", component: component)) {
      try small.with(key, value).read()
    }
  }

  @Test("of other kinds than BPE are refused for their tokens")
  func otherModels() {
    func other(_ model: String) -> SmallVocabulary {
      small.with("added_tokens", "[]").with("model", model)
    }
    func unigram(_ vocab: String, _ options: String = #""unk_id": 0"#) -> SmallVocabulary {
      other(#"{"type": "Unigram", \#(options), "vocab": \#(vocab)}"#)
    }
    malformed(unigram("[]"), "model.vocab", "the vocabulary is empty")
    malformed(unigram("{}"), "model.vocab", "a list of tokens with their scores is expected")
    for wrong in [#"["a"]"#, #"["a", "b"]"#, #"[1, 2]"#, #""a""#, #"["a", 1, 2]"#] {
      malformed(
        unigram(#"[["x", 0], \#(wrong)]"#), "model.vocab[1]", "a token and its score are expected")
    }
    malformed(unigram(#"[["a", 0], ["a", 1]]"#), "model.vocab[1]", #"the token "a" is there twice"#)
    malformed(unigram(#"[["", 0]]"#), "model.vocab[0]", "an empty token")
    malformed(
      unigram(#"[["a", 0]]"#, #""unk_id": 1"#), "model.unk_id", "the id of a token is expected")

    let words = #""unk_token": "u", "continuing_subword_prefix": "@@""#
    malformed(
      other(
        #"{"type": "WordPiece", \#(words), "max_input_chars_per_word": -1, "vocab": {"a": 0}}"#),
      "model.max_input_chars_per_word", "a count is expected")
    malformed(
      other(#"{"type": "WordPiece", "continuing_subword_prefix": "", "vocab": {"a": 0}}"#),
      "model.unk_token", "a text is missing")
    malformed(
      other(#"{"type": "WordPiece", \#(words), "max_input_chars_per_word": 9, "vocab": {"a": 1}}"#),
      "model.vocab", "id 0 is missing")
    malformed(
      other(#"{"type": "WordLevel", "unk_token": "u", "vocab": {"a": 0, "b": 0}}"#),
      #"model.vocab["b"]"#, #"id 0 belongs to "a" already"#)
    let long = String(repeating: "#", count: 65)
    malformed(
      model(["a": 0], "[]", #""continuing_subword_prefix": "\#(long)""#),
      "model.continuing_subword_prefix", "more than 64 bytes")
    malformed(
      model(["a": 0, "b": 1], #"["a b"]"#, #""continuing_subword_prefix": "@@""#),
      "model.merges[0]", #""b" is shorter than the prefix that it should have"#)
    malformed(
      model(["a": 0], "[]", #""dropout": 1.5"#), "model.dropout", "a probability is expected")
  }

  @Test("are refused for their components' values")
  func values() {
    func normalizer(_ text: String) -> SmallVocabulary { small.with("normalizer", text) }
    func cut(_ text: String) -> SmallVocabulary { small.with("pre_tokenizer", text) }
    malformed(
      normalizer(#"{"type": "BertNormalizer", "strip_accents": 1}"#), "normalizer.strip_accents",
      "true, false or null is expected")
    for map in ["", "AAAA", "!!!!", "/////w==", "AAA"] {
      malformed(
        normalizer(#"{"type": "Precompiled", "precompiled_charsmap": "\#(map)"}"#),
        "normalizer.precompiled_charsmap", "a table of replacements in base64 is expected")
    }
    malformed(
      cut(#"{"type": "CharDelimiterSplit", "delimiter": "ab"}"#), "pre_tokenizer.delimiter",
      "one character is expected")
    malformed(
      cut(#"{"type": "FixedLength", "length": 0}"#), "pre_tokenizer.length",
      "a length of at least 1 is expected")
    malformed(
      cut(#"{"type": "Punctuation", "behavior": "Kept"}"#), "pre_tokenizer.behavior",
      #""Kept" is none of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"#)
    malformed(
      cut(#"{"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"}"#),
      "pre_tokenizer.prepend_scheme", #""last" is none of always, first, never"#)
    malformed(
      cut(
        #"{"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "add_prefix_space": false}"#
      ),
      "pre_tokenizer", "add_prefix_space is false and prepend_scheme is first")
    malformed(
      small.with(
        "post_processor", #"{"type": "BertProcessing", "sep": ["</s>", 10], "cls": ["<s>"]}"#),
      "post_processor.cls", "a token and its id are expected")
    malformed(
      small.with(
        "post_processor", #"{"type": "RobertaProcessing", "sep": ["</s>", 10], "cls": ["<s>", 1]}"#),
      "post_processor", #""<s>" has id 1, which is another token or none"#)
    malformed(
      small.with("truncation", #"{"max_length": -1, "strategy": "OnlyFirst", "stride": 0}"#),
      "truncation.max_length", "a count is expected")
    malformed(
      small.with("padding", #"{"strategy": "Longest", "pad_id": 0, "pad_type_id": 0}"#),
      "padding.strategy", "BatchLongest or Fixed with a length is expected")
    malformed(
      small.with(
        "padding",
        #"{"strategy": "BatchLongest", "pad_id": 12, "pad_type_id": 0, "pad_token": "x"}"#),
      "padding.pad_id", "id 12 is outside the vocabulary of 12 tokens")
  }

  @Test("of ten million merges are refused before they take memory")
  func merges10M() {
    let start = Array(
      #"{"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["#.utf8)
    let bytes = start + [UInt8](repeating: UInt8(ascii: ","), count: 10_000_000)
    let reason = "about 10000003 values are more than the 8388608 possible"
    #expect(throws: TokenizerError.malformed(path: "f", place: "top level", reason: reason)) {
      try HuggingFaceReader.read(bytes, path: "f", name: "f")
    }
  }

  @Test("of too many lines are refused before they take memory")
  func lines() {
    let most = VocabularyLines.most
    let lines = [UInt8](repeating: UInt8(ascii: "\n"), count: most + 1)
    let reason = "\(most + 1) lines are more than the \(most) possible"
    let error = TokenizerError.malformed(path: "f", place: "the whole file", reason: reason)
    #expect(throws: error) { try RWKVReader.read(lines, path: "f", name: "f") }
    #expect(throws: error) { try BertVocabulary.read(lines, path: "f", name: "f") }
    #expect(throws: error) { try CLIPReader.read(lines, path: "f", name: "f") }
    #expect(throws: error) { try VocabularyLines.split(lines, path: "f") }
  }

  @Test("nested a million deep, or with keys that are no UTF-8, are refused with the byte")
  func places() {
    func refused(_ bytes: [UInt8], _ error: FileError) {
      #expect(throws: TokenizerError.file(error)) {
        try HuggingFaceReader.read(bytes, path: "f", name: "f")
      }
      #expect(throws: TokenizerError.file(error)) {
        try TekkenReader.read(bytes, path: "f", name: "f")
      }
    }
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    refused(deep, .malformed(path: "f", byte: 512, reason: "nested deeper than 512"))
    let start = Array(#"{"model": {"type": "BPE", "vocab": {"a"#.utf8)
    refused(start + [0xFF] + Array(#"": 0}}}"#.utf8), .notUTF8(path: "f", byte: start.count))
    refused(
      Array(#"{"a\ud800": 0}"#.utf8), .malformed(path: "f", byte: 3, reason: "a lone surrogate"))
  }

  @Test("that are supported in every part are read")
  func supported() throws {
    let split =
      #"{"type": "Split", "pattern": {"Regex": \#(JSON.string(PiecePattern.gpt2Spellings[0]).text())}, "behavior": "Isolated", "invert": false}"#
    let byteLevel =
      #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}"#
    let tokenizer = try model(["a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ġa": 4], #"["a b", "Ġ a"]"#)
      .with("pre_tokenizer", #"{"type": "Sequence", "pretokenizers": [\#(split), \#(byteLevel)]}"#)
      .with("decoder", #"{"type": "ByteLevel"}"#)
      .with("post_processor", #"{"type": "Sequence", "processors": [{"type": "ByteLevel"}]}"#)
      .with(
        "normalizer",
        #"{"type": "Sequence", "normalizers": [{"type": "Strip", "strip_left": true, "strip_right": true}, {"type": "NFKD"}, {"type": "Lowercase"}]}"#
      ).read()
    #expect(try tokenizer.encode(" AB aB ") == [2, 3, 2])
    #expect(tokenizer.definition.preTokenizer == .gpt2)
  }

  @Test("whose normalizers blow a text up are stopped")
  func explosion() throws {
    let content = String(repeating: "a", count: 4096)
    let step = #"{"type": "Replace", "pattern": {"String": "a"}, "content": "\#(content)"}"#
    let steps = Array(repeating: step, count: 9).joined(separator: ",")
    let sequence = #"{"type": "Sequence", "normalizers": [\#(steps)]}"#
    let tokenizer = try small.with("normalizer", sequence).read()
    #expect(
      try Normalizer.apply(tokenizer.definition.normalizers, to: [97], limit: 1000).count == 4096)
    let decoders = #"{"type": "Sequence", "decoders": [\#(steps)]}"#
    #expect(throws: TokenizerError.self) { try small.with("decoder", decoders).read() }
  }

  @Test("that are no JSON are refused with their place")
  func json() {
    func read(_ bytes: [UInt8]) throws {
      _ = try HuggingFaceReader.read(bytes, path: "f", name: "f")
    }
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    for bytes in [[], Array("{".utf8), deep, Array("{} x".utf8), Array("\"\u{0}\"".utf8)] {
      #expect(throws: TokenizerError.self) { try read(bytes) }
    }
    #expect(throws: TokenizerError.self) { try read(Array(#"{"a": ""#.utf8) + [0xFF, 0x22, 0x7D]) }
    let nested = String(repeating: #"{"type": "Sequence", "normalizers": ["#, count: 100_000)
    #expect(throws: TokenizerError.self) { try small.with("normalizer", nested).read() }
    #expect(throws: TokenizerError.self) { try read(Array("[]".utf8)) }
  }

  @Test("of llama2.c are refused with the byte")
  func llama2c() throws {
    func refuse(
      _ bytes: [UInt8], _ place: String, _ reason: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(
        throws: TokenizerError.malformed(path: "s.bin", place: place, reason: reason),
        sourceLocation: sourceLocation
      ) { try Llama2CReader.read(bytes, path: "s.bin", name: "s") }
    }
    func changed(_ change: (inout SmallScores) -> Void) -> [UInt8] {
      var scores = SmallScores()
      change(&scores)
      return scores.bytes
    }
    let good = SmallScores().bytes
    _ = try SmallScores().read()
    refuse([], "byte 0", "the file is cut short")
    refuse([1, 2], "byte 0", "the file is cut short")
    refuse([1, 0, 0, 0], "byte 4", "token 3 is not <0x00>, as every tokenizer.bin has it")
    refuse(
      changed { $0.longest = -1 }, "byte 0", "the longest token has -1 bytes, 1 to 128 are possible"
    )
    refuse(
      changed { $0.longest = .max }, "byte 0",
      "the longest token has 2147483647 bytes, 1 to 128 are possible")
    refuse(Array(good[..<9]), "byte 4", "the file is cut short in token 0")
    refuse(Array(good[..<14]), "byte 12", "the file is cut short in token 0")
    refuse(Array(good.dropLast()), "byte \(good.count - 2)", "the file is cut short in token 269")
    for length: UInt8 in [0xFF, 0] {
      var bytes = good
      for offset in 8..<12 { bytes[offset] = length }
      refuse(
        bytes, "byte 8",
        "token 0 has a length of \(length == 0 ? 0 : -1) bytes, 1 to 8 are possible")
    }
    refuse(changed { $0.tokens[0].score = .nan }, "byte 4", "the score of token 0 is nan")
    refuse(changed { $0.tokens[0].text = [0xFF] }, "byte 12", "token 0 is not UTF-8")
    refuse(
      changed { $0.tokens[1].text = $0.tokens[0].text }, "byte 25", "token 1 is the same as token 0"
    )
    refuse(
      changed { $0.tokens[3].text = [65, 65] }, "byte \(good.count - 4)",
      "token 3 is not <0x00>, as every tokenizer.bin has it")
    refuse(
      changed { $0.tokens.remove(at: 259) }, "byte \(good.count - 9)",
      "there is no token for the space that begins every text")
  }

  @Test("that are not there, or of no known kind, are refused")
  func files() throws {
    #expect(throws: TokenizerError.file(.notFound(path: "/nowhere/x.json"))) {
      try Tokenizer.load(path: "/nowhere/x.json")
    }
    #expect(throws: TokenizerError.file(.notFound(path: "/nowhere/x.vocab"))) {
      try Tokenizer.load(path: "/nowhere/x.vocab")
    }
    try withTemporaryFolder { folder in
      #expect(throws: TokenizerError.file(.notFound(path: folder + "/tokenizer.json"))) {
        try Tokenizer.load(path: folder)
      }
      let path = folder + "/vocabulary"
      try DurableFile.replace(path, with: Array("neither this nor that".utf8))
      #expect(throws: TokenizerError.unknownKind(path: path)) { try Tokenizer.load(path: path) }
      try DurableFile.replace(path, with: small.text)
      let tokenizer = try Tokenizer.load(path: path, kind: .huggingface)
      #expect(tokenizer.name == "vocabulary")
      #expect(throws: TokenizerError.self) { try Tokenizer.load(path: path, kind: .llama2c) }
      #expect(throws: TokenizerError.self) { try tokenizer.save(to: folder + "/no/such/x.json") }
      try tokenizer.save(to: folder + "/tokenizer.json")
      let again = try Tokenizer.load(path: folder)
      #expect(again.digest == tokenizer.digest)
      #expect(again.name == Paths.name(of: folder))
    }
  }

  @Test("give errors with code, sentence and hint")
  func wording() {
    let errors: [(TokenizerError, String, String)] = [
      (.file(.notFound(path: "a")), "E0501", "there is no file 'a'"),
      (.malformed(path: "a", place: "p", reason: "r"), "E0550", "'a', p: r"),
      (.unsupported(path: "a", component: "c"), "E0551", "'a' asks for c, which is not supported"),
      (.unknownKind(path: "a"), "E0552", "'a' does not say what kind of vocabulary it is"),
      (
        .idOutsideVocabulary(id: 9, position: 2, size: 5), "E0553",
        "id 9 at position 2 is outside the vocabulary of 5 tokens"
      ),
      (
        .unassignedID(id: 9, position: 2), "E0554",
        "id 9 at position 2 has no token in this vocabulary"
      ),
      (.noSuchToken(role: "BOS", tokenizer: "t"), "E0555", "tokenizer t has no BOS token"),
      (
        .containsSpecial(token: "<s>", byte: 4), "E0556",
        "the text contains the special token \"<s>\" at byte 4"
      ),
      (
        .unencodable(bytes: [0xF3], tokenizer: "t"), "E0557",
        "tokenizer t has no token for byte 0xF3, no bytes to fall back to and no unknown token"
      ),
      (
        .textTooLong(bytes: 9, limit: 8), "E0558",
        "the text has 9 bytes, more than the 8 that are encoded at once"
      ),
      (
        .vocabularyTooSmall(asked: 9, least: 257, specialTokens: 1), "E0559",
        "a byte-level vocabulary of 9 tokens was asked for; the bytes and 1 special or added tokens need 257"
      ),
      (
        .vocabularyTooLarge(asked: 9, limit: 8), "E0560",
        "a vocabulary of 9 tokens was asked for, the limit is 8"
      ),
      (
        .wrongFrequency(asked: 0), "E0561",
        "the least frequency of a merge is 0, it must be at least 1"
      ),
      (
        .wrongSpecialToken(token: "a", reason: "is there twice"), "E0562",
        "special token \"a\" is there twice"
      ),
      (.nothingToLearn, "E0563", "there is no text to train a tokenizer on"),
      (
        .cannotSave(tokenizer: "t", reason: "r"), "E0564",
        "tokenizer t cannot be saved in this form: r"
      ),
      (
        .wrongTable(table: "affixes", entry: "la", reason: "is a form of two affixes"), "E0575",
        "the table of affixes: \"la\" is a form of two affixes"
      ),
      (
        .unequalLines(first: 2, second: 3), "E0576",
        "texts of 2 and 3 lines cannot be compared line by line"
      ),
      (
        .lineTooLong(characters: 9, limit: 8), "E0577",
        "a line has 9 characters, more than the 8 that are aligned at once"
      ),
      (.interrupted(.interrupted), "E0565", "interrupted"),
    ]
    for (error, code, message) in errors {
      #expect(error.code == code && error.message == message)
    }
    #expect(Set(errors.map(\.1)).count == errors.count)
    #expect(
      TokenizerError.unknownKind(path: "a").hint
        == "say kind=" + TokenizerKind.allCases.map(\.rawValue).joined(separator: "|"))
  }
}
