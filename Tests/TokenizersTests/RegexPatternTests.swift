import Testing

@testable import Tokenizers

@Suite("Patterns") struct RegexPatternTests {
  private func matches(_ pattern: String, _ text: String) throws -> [String] {
    try matches(pattern, Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  private func matches(_ pattern: String, _ bytes: [UInt8]) throws -> [[UInt8]] {
    let pattern = try RegexPattern(pattern)
    var result: [[UInt8]] = []
    try bytes.withUnsafeBufferPointer { text in
      try pattern.forEachMatch(in: text) { result.append(Array(text[$0])) }
    }
    return result
  }

  @Test("mean what Oniguruma means, where PCRE2 would read them differently")
  func translated() throws {
    #expect(try matches(#"\h+"#, "xyz 1aF") == ["1aF"])
    #expect(try matches(#"\d{1,2}+"#, "12345") == ["12345"])
    #expect(try matches(#"a{,2}"#, "aaa") == ["aa", "a"])
    #expect(try matches(#"a(?i)b|c"#, "aB C aC") == ["aB", "aC"])
    #expect(try matches(#"(?m:a.b)"#, "a\nb") == ["a\nb"])
    #expect(try matches(#"^."#, "a\nb") == ["a", "b"])
    #expect(try matches(#"[a[bc]]+"#, "xabcx") == ["abc"])
    #expect(try matches(#"[a-z&&[^b]]+"#, "abc") == ["a", "c"])
    #expect(try matches(#"[^\S\n]+"#, "a \n\t") == [" ", "\t"])
    #expect(try matches(#"\w+"#, "e\u{301}² \u{200D}") == ["e\u{301}²"])
    #expect(try matches(#"\s"#, "\u{180E}\u{85}") == ["\u{85}"])
    #expect(try matches(#"\v"#, "\u{B}\n") == ["\u{B}"])
  }

  @Test(
    "of which no translation is known are refused with the place",
    arguments: [
      (#"a\X"#, 3), (#"(?~a)"#, 2), (#"(a"#, 2), (#"a)"#, 1), (#"[a"#, 2), (#"\xC3\xA9"#, 4),
      (#"(?i:ss)"#, 6), (#"(?i:é)"#, 6), (#"\g<1>"#, 2), (#"(*FAIL)"#, 1), (#"[[:graph:]]"#, 10),
      (#"[z-a]"#, 4), (#"\p{Nonsense}"#, -1), (#"a**"#, 2), (#"(?<=a+)b"#, -1),
    ] as [(String, Int)])
  func refused(pattern: String, place: Int) {
    do {
      _ = try RegexPattern(pattern)
      Issue.record("\(pattern) was taken")
    } catch {
      if place >= 0 { #expect(error.place == place, "\(error)") }
      #expect(!error.reason.isEmpty)
    }
  }

  @Test("nested too deep, or too long, are refused")
  func hostile() {
    for text in [
      String(repeating: "(", count: 10_000), String(repeating: "[", count: 10_000),
      String(repeating: "a", count: 20_000), "a{100000}",
    ] {
      #expect(throws: RegexError.self) { try RegexPattern(text) }
    }
  }

  @Test("that would run for ever are stopped")
  func limits() throws {
    let text = String(repeating: "a", count: 60) + "c"
    #expect(throws: EncodingFailure.self) { try matches(#"(?:a+)+[bd]"#, text) }
    let vocabulary = SmallVocabulary().with(
      "pre_tokenizer",
      #"{"type": "Split", "pattern": {"Regex": "(?:a+)+[bd]"}, "behavior": "Isolated", "invert": false}"#
    )
    let tokenizer = try vocabulary.read()
    #expect(throws: TokenizerError.patternLimit(pattern: "(?:a+)+[bd]", tokenizer: "small")) {
      try tokenizer.encode(text)
    }
    #expect(try tokenizer.encode("ab") == [4])
  }

  @Test(
    "take bytes that are no UTF-8 as characters without a class, and lose none", arguments: 0..<20)
  func invalid(seed: Int) throws {
    #expect(
      try matches(#"[^\s\p{L}\p{N}]+|\p{L}"#, [0x61, 0xFF, 0x80, 0x62]) == [
        [0x61], [0xFF, 0x80], [0x62],
      ])
    var random = TestRandom(seed)
    let bytes = random.bytes(300)
    for pattern in [PiecePattern.gpt2, .cl100k, .qwen2, .o200k] {
      let stage = PreTokenizer.Stage.split(.pattern(pattern), behavior: .isolated, inverted: false)
      let pieces = PreTokenizer(stages: [stage]).pieces(of: bytes)
      #expect(pieces.flatMap { $0 } == bytes)
      if pattern == .gpt2 { #expect(pieces == PreTokenizer.gpt2.pieces(of: bytes)) }
    }
  }

  @Test("GPT-2's agrees with its scanner on random text", arguments: 0..<20)
  func scanner(seed: Int) {
    var random = TestRandom(seed)
    let stage = PreTokenizer.Stage.split(.pattern(.gpt2), behavior: .isolated, inverted: false)
    let pool = Array("ab Z\n\t'sll12½é你\u{301}😀\u{A0}!".unicodeScalars)
    var view = String.UnicodeScalarView()
    for _ in 0..<300 { view.append(pool[Int.random(in: 0..<pool.count, using: &random)]) }
    let bytes = Array(String(view).utf8)
    #expect(PreTokenizer(stages: [stage]).pieces(of: bytes) == PreTokenizer.gpt2.pieces(of: bytes))
  }

  @Test("that are known are recognised by their spelling")
  func recognised() throws {
    for pattern in [PiecePattern.gpt2, .cl100k, .o200k, .qwen2, .deepseek, .bloom, .clip] {
      #expect(PiecePattern.recognise(pattern.regex) == pattern)
      #expect(pattern.name != nil)
    }
    #expect(PiecePattern.recognise("x") == nil && PiecePattern.llama3 == .cl100k)
    #expect(try PiecePattern.compile("x").regex == "x")
  }
}
