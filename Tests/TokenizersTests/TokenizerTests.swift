import Files
import Testing

@testable import Tokenizers

@Suite("Tokenizer") struct TokenizerTests {
  let small = SmallVocabulary()

  @Test("merges, and gives the unknown token for what it does not know")
  func unknown() throws {
    let tokenizer = try small.read()
    #expect(try tokenizer.encode("abc") == [5])
    #expect(try tokenizer.encode("bcab aé") == [8, 4, 6, 1, 7])
    #expect(try tokenizer.encode("") == [])
    #expect(try tokenizer.encode("axyb") == [1, 0, 0, 2])
    #expect(tokenizer.unknownID == 0)
    let fusing = try small.with(
      "model",
      SmallVocabulary.model(
        vocab: ["?": 0, "a": 1, "b": 2], merges: "[]",
        options: #""unk_token": "?", "fuse_unk": true"#)
    ).with("added_tokens", "[]").read()
    #expect(try fusing.encode("xyaxxxbx") == [0, 1, 0, 2, 0])
  }

  @Test("says which character has no token where there is no unknown token")
  func unencodable() throws {
    let tokenizer = try small.with(
      "model", SmallVocabulary.model(vocab: ["a": 0], merges: "[]", options: #""unk_token": null"#)
    ).with("added_tokens", "[]").read()
    #expect(throws: TokenizerError.unencodable(bytes: Array("é".utf8), tokenizer: "small")) {
      try tokenizer.encode("aaé")
    }
    let error = TokenizerError.unencodable(bytes: Array("é".utf8), tokenizer: "small")
    #expect(error.message.contains("\"é\" (bytes 0xC3 0xA9)"))
  }

  @Test("takes a whole piece that is a token if merges are to be ignored")
  func ignoresMerges() throws {
    func model(_ ignore: Bool) -> String {
      SmallVocabulary.model(
        vocab: ["a": 0, "b": 1, "ab": 2, "aba": 3], merges: #"["a b"]"#,
        options: #""ignore_merges": \#(ignore)"#)
    }
    let plain = small.with("added_tokens", "[]")
    #expect(try plain.with("model", model(true)).read().encode("aba") == [3])
    #expect(try plain.with("model", model(false)).read().encode("aba") == [2, 0])
    #expect(try plain.with("model", model(true)).read().encode("abab") == [2, 2])
  }

  @Test("falls back to bytes only where all of a character's bytes have tokens")
  func byteFallback() throws {
    let tokenizer = try small.with(
      "model",
      SmallVocabulary.model(
        vocab: ["?": 0, "a": 1, "<0xC3>": 2, "<0xA9>": 3, "<0xE2>": 4], merges: "[]",
        options: #""unk_token": "?", "byte_fallback": true"#)
    ).with("added_tokens", "[]").with("decoder", #"{"type": "ByteFallback"}"#).read()
    #expect(try tokenizer.encode("aé€") == [1, 2, 3, 0])
    #expect(try tokenizer.decode([1, 2, 3]) == "aé")
    #expect(try tokenizer.decode([1, 2]) == "a\u{FFFD}")
    #expect(try tokenizer.bytes(of: [2]) == [0xC3])
  }

  @Test("treats special tokens' text as the policy says, other added tokens always as tokens")
  func policies() throws {
    let tokenizer = try small.with(
      "model",
      SmallVocabulary.model(
        vocab: ["?": 0, "<": 1, "s": 2, ">": 3, "a": 4, "[": 5, "x": 6, "]": 7, "/": 8],
        merges: "[]", options: #""unk_token": "?""#)
    ).read()
    #expect(try tokenizer.encode("a<s>[x]") == [4, 1, 2, 3, 11])
    #expect(try tokenizer.encode("a<s>[x]", special: .parse) == [4, 9, 11])
    #expect(try tokenizer.encode("a[x]", special: .error) == [4, 11])
    #expect(throws: TokenizerError.containsSpecial(token: "</s>", byte: 1)) {
      try tokenizer.encode("a</s>", special: .error)
    }
    #expect(try tokenizer.decode([9, 4, 10]) == "<s>a</s>")
    #expect(try tokenizer.count("a<s>[x]", special: .parse) == 3)
  }

  @Test("finds added tokens leftmost and longest, with their strips and word rules")
  func addedTokens() throws {
    func spans(_ text: String, _ tokens: [AddedToken]) -> [String] {
      let matcher = AddedTokenMatcher(tokens, contents: tokens.map { Array($0.content.utf8) })
      return Array(text.utf8).withUnsafeBufferPointer { bytes in
        matcher.spans(in: bytes, policy: .parse).map { span in
          let text = String(decoding: bytes[span.range], as: UTF8.self)
          return span.token.map { "\(tokens[$0].id):\(text)" } ?? text
        }
      }
    }
    let nested = [AddedToken(id: 1, content: "<a"), AddedToken(id: 2, content: "<a>")]
    #expect(spans("x<a><a<a>", nested) == ["x", "2:<a>", "1:<a", "2:<a>"])
    #expect(spans("", nested) == [] && spans("x", nested) == ["x"])
    let left = [AddedToken(id: 1, content: "T", stripsLeft: true)]
    #expect(spans("a \n TT  T b", left) == ["a", "1: \n T", "1:T", "1:  T", " b"])
    let right = [AddedToken(id: 1, content: "T", stripsRight: true)]
    #expect(spans("T \u{3000}aT", right) == ["1:T \u{3000}", "a", "1:T"])
    let word = [AddedToken(id: 1, content: "T", singleWord: true)]
    #expect(spans("T aT Tb T_ T. éT", word) == ["1:T", " aT Tb T_ ", "1:T", ". éT"])
  }

  @Test("seeks normalised added tokens in the normalised text")
  func normalizedTokens() throws {
    let tokenizer = try small.with("normalizer", #"{"type": "Lowercase"}"#).with(
      "added_tokens",
      """
      [{"id": 9, "content": "Yes", "normalized": true, "special": false},
       {"id": 10, "content": "No", "normalized": false, "special": false}]
      """
    ).read()
    #expect(try tokenizer.encode("AyesYEScNono") == [1, 9, 9, 3, 10, 0, 0])
  }

  @Test("adds BOS and EOS where asked, as the file's template says")
  func template() throws {
    let plain = try small.read()
    #expect(!plain.addsBOS && plain.bosID == 9 && plain.eosID == 10)
    #expect(try plain.encode("a", addingBOS: true, addingEOS: true) == [9, 1, 10])
    #expect(try plain.decode([9, 1]) == "<s>a")
    let tokenizer = try small.template(ending: "</s>").read()
    #expect(tokenizer.addsBOS && tokenizer.addsEOS)
    #expect(try tokenizer.encode("a", addingBOS: true) == [9, 1])
    #expect(try tokenizer.encode("a") == [1])
    // The BOS that the tokenizer adds itself is no text.
    #expect(try tokenizer.decode([9, 1, 9]) == "a<s>")
    let bare = try small.with("added_tokens", "[]").read()
    #expect(throws: TokenizerError.noSuchToken(role: "BOS", tokenizer: "small")) {
      try bare.encode("a", addingBOS: true)
    }
    #expect(throws: TokenizerError.noSuchToken(role: "EOS", tokenizer: "small")) {
      try bare.encode("a", addingEOS: true)
    }
  }

  @Test("reads BOS and EOS from the folder's tokenizer_config.json")
  func configuration() throws {
    try withTemporaryFolder { folder in
      try DurableFile.replace(folder + "/tokenizer.json", with: small.text)
      try DurableFile.replace(
        folder + "/tokenizer_config.json",
        with: #"{"bos_token": {"content": "</s>"}, "eos_token": "[x]", "add_bos_token": true}"#)
      let tokenizer = try Tokenizer.load(path: folder)
      #expect(tokenizer.bosID == 10 && tokenizer.eosID == 11 && tokenizer.addsBOS)
      #expect(try tokenizer.encode("a", addingBOS: true) == [10, 1])
      #expect(try Tokenizer.load(path: folder + "/tokenizer.json").bosID == 9)
      try DurableFile.replace(folder + "/tokenizer_config.json", with: "{")
      #expect(throws: TokenizerError.self) { try Tokenizer.load(path: folder) }
    }
  }

  @Test("refuses ids outside the vocabulary")
  func outside() throws {
    let tokenizer = try small.read()
    for id: Int32 in [-1, 12, .max, .min] {
      let error = TokenizerError.idOutsideVocabulary(id: id, position: 1, size: 12)
      #expect(throws: error) { try tokenizer.decode([1, id]) }
      var decoder = tokenizer.makeStreamingDecoder()
      #expect(try decoder.append(1) == "a")
      #expect(throws: error) { try decoder.append(id) }
      #expect(throws: TokenizerError.self) { try tokenizer.tokenBytes(id) }
      #expect(throws: TokenizerError.self) { try tokenizer.spelling(of: id) }
    }
  }

  @Test("decodes ids without token to U+FFFD where asked")
  func replaced() throws {
    let tokenizer = try small.read()
    #expect(try tokenizer.decodeReplacingInvalid([1, -1, 4, .max]) == "a\u{FFFD}ab\u{FFFD}")
    #expect(try tokenizer.decodeReplacingInvalid([12]) == "\u{FFFD}")
    #expect(try tokenizer.decodeReplacingInvalid([1, 4]) == "aab")
    let hollow = try small.with(
      "added_tokens", #"[{"id": 12, "content": "<s>", "special": true, "normalized": false}]"#
    ).read()
    #expect(throws: TokenizerError.unassignedID(id: 10, position: 1)) {
      try hollow.decode([1, 10])
    }
    #expect(try hollow.decodeReplacingInvalid([1, 10, 12]) == "a\u{FFFD}<s>")
    // The start still loses its blank, and what is left of a decoder's steps is done.
    let llama = try SmallScores().read()
    let ids = try llama.encode("ab")
    #expect(try llama.decodeReplacingInvalid(ids + [9999]) == "ab\u{FFFD}")
    let stripping = try small.with(
      "decoder",
      #"{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Strip", "content": "a", "start": 1, "stop": 0}]}"#
    ).read()
    #expect(try stripping.decodeReplacingInvalid([1, 99, 1]) == "\u{FFFD}a")
  }

  @Test("leaves ids without token between vocabulary and added tokens unused")
  func unassigned() throws {
    let tokenizer = try small.with(
      "added_tokens", #"[{"id": 12, "content": "<z>", "special": true, "normalized": false}]"#
    ).read()
    #expect(tokenizer.vocabularySize == 13)
    #expect(try tokenizer.decode([12]) == "<z>")
    #expect(throws: TokenizerError.unassignedID(id: 10, position: 0)) {
      try tokenizer.decode([10])
    }
    #expect(throws: TokenizerError.unassignedID(id: 10, position: 0)) {
      try tokenizer.tokenText(10)
    }
  }

  @Test("finds tokens by spelling and by text")
  func lookup() throws {
    let bytes = try BPETrainer(vocabularySize: 258, minimumFrequency: 1).train(texts: ["é é é"])
      .tokenizer
    #expect(bytes.id(ofToken: " ") == 32 && bytes.id(ofToken: "Ġ") == 32)
    // As a text it is two bytes, as a spelling it is byte 0xE9: the text goes first.
    #expect(bytes.id(ofToken: "é") == 256 && bytes.id(ofToken: "è") == 0xE8)
    #expect(bytes.id(ofToken: "zz") == nil)
    #expect(try bytes.spelling(of: 32) == "Ġ" && bytes.tokenText(32) == " ")
    let scores = try SmallScores().read()
    #expect(scores.id(ofToken: " a") == 266 && scores.id(ofToken: "a") == 260)
    #expect(scores.id(ofToken: "<s>") == 1 && scores.id(ofToken: "<0x0A>") == 13)
    #expect(try scores.tokenBytes(13) == [10])
  }

  @Test("puts a space in front where ByteLevel asks for it")
  func prefixSpace() throws {
    let tokenizer = try small.with(
      "pre_tokenizer",
      #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}"#
    ).with("decoder", #"{"type": "ByteLevel"}"#).with(
      "model",
      SmallVocabulary.model(
        vocab: ["Ġ": 0, "a": 1, "b": 2, "Ġa": 3], merges: #"["Ġ a"]"#, options: #""dropout": null"#)
    ).read()
    #expect(try tokenizer.encode("a b") == [3, 0, 2])
    #expect(try tokenizer.encode(" a") == [3])
    #expect(try tokenizer.encode("a[x]a", special: .parse) == [3, 11, 3])
    #expect(try tokenizer.decode([3, 0, 2]) == " a b")
  }

  @Test("joins tokens with spaces where there is no decoder")
  func noDecoder() throws {
    let tokenizer = try small.with("decoder", "null").read()
    #expect(try tokenizer.decode([1, 5, 2]) == "a abc b")
    var decoder = tokenizer.makeStreamingDecoder()
    #expect(try [1, 5, 2].map { try decoder.append($0) } == ["a", " abc", " b"])
  }

  @Test("follows llama2.c: a space in front, byte tokens, best score first")
  func llama2c() throws {
    let tokenizer = try SmallScores().read()
    func ids(_ texts: String...) -> [Int32] {
      texts.compactMap { tokenizer.definition.model.tokens.find(Array($0.utf8)).map(Int32.init) }
    }
    // "ab" (−1) before "bc" (−2) and " a" (−3); then " abc" is made of " " and "abc".
    #expect(try tokenizer.encode("abc") == ids(" abc"))
    #expect(try tokenizer.encode("bc") == ids(" ", "bc"))
    #expect(try tokenizer.encode("a") == ids(" a"))
    #expect(try tokenizer.encode("") == [])
    #expect(try tokenizer.encode("é€\0") == ids(" ", "é", "<0xE2>", "<0x82>", "<0xAC>", "<0x00>"))
    #expect(try tokenizer.decode(tokenizer.encode("  é€\0 abc")) == "  é€\0 abc")
    #expect(try tokenizer.encode("a", addingBOS: true) == [1] + ids(" a"))
    #expect(try tokenizer.decode([1] + ids(" a")) == "a")
    #expect(tokenizer.addsBOS && tokenizer.kind == .llama2c)
    #expect(throws: TokenizerError.self) { try tokenizer.json() }
  }

  @Test("gives llama2.c's ids on random text with random scores, ties included", arguments: 0..<40)
  func llama2cTwin(seed: Int) throws {
    var random = TestRandom(seed)
    var file = SmallScores()
    var known = Set(file.tokens.map(\.text))
    for _ in 0..<40 {
      let text = random.bytes(Int.random(in: 2...4, using: &random), from: Array("ab c".utf8))
      guard known.insert(text).inserted else { continue }
      file.tokens.append((text, -Float(Int.random(in: 1...8, using: &random))))
    }
    let tokenizer = try file.read()
    for _ in 0..<20 {
      let text =
        random.bytes(Int.random(in: 0...90, using: &random), from: Array("ab c".utf8))
        + Array((seed % 2 == 0 ? random.text(5) : "").utf8)
      let naive = NaiveScores.encode(
        text, tokens: file.tokens.map(\.text), scores: file.tokens.map(\.score))
      #expect(try tokenizer.encode(bytes: text) == naive)
    }
  }

  @Test("is the same from many threads at once")
  func threads() async throws {
    let tokenizer = try BPETrainer(vocabularySize: 400).train(
      texts: [(0..<50).map { "the \($0) cats sat on the mats " }.joined()]).tokenizer
    var random = TestRandom(7)
    let texts = (0..<64).map { _ in random.text(200) + " the cats sat" }
    let expected = try texts.map { try tokenizer.encode($0) }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for (text, ids) in zip(texts, expected) {
        group.addTask { try tokenizer.encode(text) == ids }
      }
      for try await same in group { #expect(same) }
    }
  }

  @Test("describes itself")
  func description() throws {
    let tokenizer = try small.template().with(
      "normalizer", #"{"type": "Sequence", "normalizers": [{"type": "NFC"}]}"#
    ).read()
    #expect(tokenizer.summary == "tokenizer small  BPE, 12 tokens")
    let facts = tokenizer.facts
    func fact(_ key: String) -> JSON? { facts.first { $0.key == key }?.value }
    #expect(fact("vocabulary") == .integer(12) && fact("merges") == .integer(3))
    #expect(fact("normalizer") == .string("NFC") && fact("pre_tokenizer") == .string("none"))
    #expect(fact("decoder") == .string("Fuse") && fact("adds_bos") == .bool(true))
    #expect(fact("special_tokens") == .array([.string("<s>"), .string("</s>")]))
    #expect(fact("added_tokens") == .array([.string("[x]")]))
    #expect(fact("bos") == .string("<s> (9)"))
    #expect(fact("digest")?.stringValue?.count == 64)
    #expect(try tokenizer.digest != small.read().digest)
  }
}

/// Runs `body` with an empty folder that is removed afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = "/tmp/tessera-tokenizers-\(UInt64.random(in: 0 ... .max))"
  try DurableFile.makeFolder(folder)
  defer { TemporaryFolder.remove(folder) }
  try body(folder)
}
