import Files
import Glibc
import Testing

@testable import Tokenizers

@Suite("tekken.json") struct TekkenTests {
  /// Where `scripts/oracles` puts Mistral's file.
  static let file: String = {
    if let named = getenv("TESSERA_TEKKEN") { return String(cString: named) }
    return Assets.packageRoot + "/.oracles/tekken_240718.json"
  }()

  @Test(
    "has mistral-common's ids on whole files",
    .enabled(
      if: Paths.exists(file) && Assets.present,
      "needs scripts/oracles or TESSERA_TEKKEN, and ../shared/assets"))
  func wholeFiles() throws {
    let tokenizer = try Tokenizer.load(path: Self.file)
    #expect(tokenizer.kind == .tekken && tokenizer.vocabularySize == 131_072)
    #expect(tokenizer.bosID == 1 && tokenizer.eosID == 2)
    #expect(try tokenizer.spelling(of: 999) == "<SPECIAL_999>")
    try ReferenceFiles.checkFiles(tokenizer, "tekken")
    var random = TestRandom(3)
    for length in [1, 10, 1000] {
      let bytes = random.bytes(length)
      #expect(try tokenizer.bytes(of: tokenizer.encode(bytes: bytes)) == bytes)
    }
  }

  private static let bytes = (0..<256).map { [UInt8($0)] }

  private func document(
    _ tokens: [[UInt8]] = bytes + [Array("ab".utf8)], size: Int = 260, special: Int = 3,
    rank: (Int) -> Int = { $0 }, listed: String? = nil, more: String = ""
  ) -> [UInt8] {
    let items = tokens.enumerated().map { index, token in
      var text: [UInt8] = []
      Base64.encode(token, into: &text)
      let base64 = String(decoding: text, as: UTF8.self)
      return #"{"rank": \#(rank(index)), "token_bytes": "\#(base64)", "token_str": null}"#
    }
    return Array(
      """
      {"config": {"pattern": "\\\\p{L}+", "num_vocab_tokens": 1, "default_vocab_size": \(size),
       "default_num_special_tokens": \(special), "version": "v3"}\(more),
       "vocab": [\(items.joined(separator: ", "))]\(listed.map { ", \"special_tokens\": " + $0 } ?? "")}
      """.utf8)
  }

  private func read(_ bytes: [UInt8]) throws -> Tokenizer {
    Tokenizer(try TekkenReader.read(bytes, path: "t", name: "t"))
  }

  @Test("special tokens come first; ranks that do not fit are not used")
  func small() throws {
    #expect(VocabularyDetection.kind(document()) == .tekken)
    let tokenizer = try read(document(more: #", "image": {"image_patch_size": 16}"#))
    #expect(tokenizer.vocabularySize == 260)
    #expect(try tokenizer.encode("abc") == [259, 102])
    #expect(try tokenizer.encode("a</s>", special: .parse) == [100, 2])
    #expect(try tokenizer.decode([259, 2]) == "ab</s>")
    let fewer = try read(document(size: 259))
    #expect(try fewer.encode("ab") == [100, 101] && fewer.vocabularySize == 259)
    let listed = #"[{"rank": 0, "token_str": "<x>", "is_control": true}]"#
    let own = try read(document(listed: listed))
    #expect(try own.encode("<x><SPECIAL_2>", special: .parse) == [0, 2] && own.bosID == nil)
  }

  @Test("what contradicts itself is refused with its place")
  func refusals() throws {
    func refused(
      _ bytes: [UInt8], _ place: String, _ reason: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(
        throws: TokenizerError.malformed(path: "t", place: place, reason: reason),
        sourceLocation: sourceLocation
      ) { try read(bytes) }
    }
    refused(Array("{}".utf8), "config", "missing")
    refused(
      document(size: 261), "config.default_vocab_size",
      "261 tokens of which 3 are special, and 257 are listed")
    refused(
      document(special: -1), "config.default_num_special_tokens",
      "-1 special tokens, 0 to 65536 are possible")
    refused(document(rank: { $0 == 7 ? 8 : $0 }), "vocab[7].rank", "7 is expected")
    refused(
      document(Self.bytes + [[]]), "vocab[256].token_bytes", "a token in base64 is expected")
    refused(
      document(Self.bytes + [[97]]), "vocab[256]", "the token is the same as that of rank 100")
    refused(
      document([[97, 98]] + Self.bytes.dropFirst() + [[97, 99]]), "the whole file",
      "byte 0 has no token of its own")
    refused(
      document(listed: "[{\"rank\": 1, \"token_str\": \"<x>\"}]"), "special_tokens[0].rank",
      "1 stands where 0 is expected")
    refused(
      document(listed: "[{\"rank\": 0, \"token_str\": \"<SPECIAL_1>\"}]"), "special_tokens[1]",
      #"the token "<SPECIAL_1>" is there twice"#)
    refused(document(listed: "[0, 1, 2, 3]"), "special_tokens", "a list of at most 3 is expected")
    #expect(
      throws: TokenizerError.unsupported(path: "t", component: #"the field "new" of tekken.json"#)
    ) {
      try read(document(more: #", "new": 1"#))
    }
  }
}
