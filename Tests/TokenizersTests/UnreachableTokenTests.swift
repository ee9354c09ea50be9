import Files
import Testing

@testable import Tokenizers

@Suite("Unreachable tokens") struct UnreachableTokenTests {
  /// Every id that some text of these characters has, up to a length.
  static func reached(_ tokenizer: Tokenizer, _ characters: [String], length: Int) throws
    -> Set<Int32>
  {
    var texts = [""]
    var ids: Set<Int32> = []
    for _ in 0..<length {
      texts = texts.flatMap { text in characters.map { text + $0 } }
      for text in texts { ids.formUnion(try tokenizer.encode(text)) }
    }
    return ids
  }

  /// A byte-level vocabulary of random merges over some letters, not all of which can come about.
  static func vocabulary(_ seed: Int, letters: [UInt8], merges: Int, ignoresMerges: Bool = false)
    -> Tokenizer
  {
    var random = TestRandom(seed)
    var tokens = ByteStringTable()
    for byte in UInt8.min...UInt8.max { _ = tokens.insert([byte]) }
    let pairs = PairTable(capacity: merges)
    var parts = letters.map { Int32($0) }
    while pairs.count < merges {
      let (left, right) = (
        parts[Int.random(in: 0..<parts.count, using: &random)],
        parts[Int.random(in: 0..<parts.count, using: &random)]
      )
      let bytes = Array(tokens[Int(left)] + tokens[Int(right)])
      guard bytes.count < 4, pairs.merge(left, right) == PairTable.none else { continue }
      let merged = Int32(tokens.insert(bytes).index)
      _ = pairs.insert(left, right, rank: UInt32(pairs.count), merged: merged)
      parts.append(merged)
    }
    var model = BytePairModel(
      alphabet: .bytes, tokens: tokens, merges: pairs, byteIDs: (0..<256).map { Int32($0) })
    model.ignoresMerges = ignoresMerges
    return Tokenizer(
      TokenizerDefinition(
        name: "toy", kind: .huggingface, preTokenizer: .gpt2, model: .bytePair(model),
        decoder: TextDecoder(tokens)))
  }

  @Test("are those that no short text has, on toy vocabularies", arguments: 0..<6)
  func bruteForce(seed: Int) throws {
    let tokenizer = Self.vocabulary(
      seed, letters: Array("ab 1".utf8), merges: 24, ignoresMerges: seed % 2 == 1)
    let reached = try Self.reached(tokenizer, ["a", "b", " ", "1"], length: 5)
    let unreachable = try tokenizer.unreachableTokens()
    let proven = Set(unreachable.filter { $0.proof != .candidate }.map(\.id))
    #expect(proven.isDisjoint(with: reached))
    for id in 256..<Int32(tokenizer.vocabularySize) where !reached.contains(id) {
      #expect(unreachable.contains { $0.id == id }, "\(id)")
    }
    for token in unreachable where token.proof == .merges {
      #expect(token.encoding != [token.id] && !token.encoding.isEmpty)
    }
  }

  @Test("parts of characters are reachable in longer text, or their proof holds", arguments: 0..<6)
  func partsOfCharacters(seed: Int) throws {
    // é is C3 A9, è is C3 A8: merges across and inside of characters.
    let tokenizer = Self.vocabulary(seed, letters: [0xC3, 0xA9, 0xA8, 0x61], merges: 16)
    let reached = try Self.reached(tokenizer, ["é", "è", "a"], length: 5)
    let unreachable = try tokenizer.unreachableTokens()
    let proven = Set(unreachable.filter { $0.proof != .candidate }.map(\.id))
    #expect(proven.isDisjoint(with: reached))
    #expect(unreachable.contains { $0.proof == .utf8 && $0.bytes.starts(with: [0xC0]) })
    for token in unreachable where token.bytes.contains(0xC3) || token.bytes.contains(0xA9) {
      #expect(!reached.contains(token.id))
    }
  }

  @Test("a pattern's forms hold all its pieces", arguments: ScannedPattern.allCases)
  func forms(pattern: ScannedPattern) {
    let forms = PieceForms(pattern)
    var random = TestRandom(9)
    for _ in 0..<300 {
      let text = Array(random.text(40).utf8)
      for piece in PreTokenizer(stages: [.scanned(pattern)]).pieces(of: text) {
        let scalars = String(decoding: piece, as: UTF8.self).unicodeScalars.map(\.value)
        let start = Int.random(in: 0..<scalars.count, using: &random)
        #expect(forms.contain(scalars) && forms.contain(Array(scalars[start...])))
      }
    }
    for text in ["a b", "a1", "1a", "a\n", "  a", "1 1", "a.a"] {
      #expect(!forms.contain(text.unicodeScalars.map(\.value)), "\(text)")
    }
    #expect(forms.contain("1234".unicodeScalars.map(\.value)) == (pattern == .gpt2))
  }

  @Test("fragments of text know their whole characters and what completes the others")
  func fragments() throws {
    #expect(UTF8Fragment([0xC0]) == nil && UTF8Fragment([0xE2, 0x28]) == nil)
    #expect(UTF8Fragment([0xED, 0xA0]) == nil && UTF8Fragment([0x80, 0x80, 0x80, 0x80]) == nil)
    let parts = try #require(UTF8Fragment([0x82, 0xAC, 0x61, 0xE2, 0x82]))
    #expect((parts.leading, parts.whole, parts.trailing) == (2, 2..<3, 2))
    #expect(parts.endings(limit: 99) == (0x80...0xBF).map { [$0] })
    #expect(parts.beginnings(limit: 999).contains([0xE2]))
    for beginning in parts.beginnings(limit: 999) {
      let text = beginning + [0x82, 0xAC, 0x61, 0xE2, 0x82, 0x80]
      #expect(String(validating: text, as: UTF8.self) != nil)
    }
    #expect(try #require(UTF8Fragment(Array("é".utf8))).isWhole)
  }

  @Test("of unigram vocabularies: what other pieces outweigh, and what is never matched")
  func unigram() throws {
    let document = """
      {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null,
       "post_processor": null, "decoder": {"type": "Fuse"}, "model": {"type": "Unigram", "unk_id": 0,
       "vocab": [["<unk>", 0], ["a", -1], ["b", -1], ["ab", -3], ["ba", -1.5], ["bab", -2.6]]}}
      """
    let tokenizer = try Tokenizer.load(
      tokenizerJSON: Array(document.utf8), name: "small", source: "small")
    let unreachable = try tokenizer.unreachableTokens()
    #expect(unreachable.map(\.id) == [3, 5] && unreachable.allSatisfy { $0.proof == .score })
    #expect(try Self.reached(tokenizer, ["a", "b"], length: 8) == [1, 2, 4])
  }

  @Test("of BERT's kind: what is cut, what normalization leaves nowhere, what is reached")
  func wordPiece() throws {
    let document = """
      {"version": "1.0", "added_tokens": [], "post_processor": null,
       "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                      "strip_accents": null, "lowercase": true},
       "pre_tokenizer": {"type": "BertPreTokenizer"},
       "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": false},
       "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
       "max_input_chars_per_word": 9, "vocab": {"[UNK]": 0, "a": 1, "##a": 2, "a!": 3, "##!": 4,
       "é": 5, "B": 6, "你": 7, "##你": 8, "你你": 9, "!": 10, "aaaaaaaaaaaaaa": 11, "a b": 12}}}
      """
    let tokenizer = try Tokenizer.load(
      tokenizerJSON: Array(document.utf8), name: "small", source: "small")
    let unreachable = try tokenizer.unreachableTokens()
    let expected: [(Int32, UnreachableToken.Proof)] = [
      (3, .cut), (4, .cut), (5, .normalization), (6, .normalization), (8, .cut), (9, .cut),
      (11, .unmatched), (12, .cut),
    ]
    #expect(unreachable.map(\.id) == expected.map(\.0))
    #expect(unreachable.map(\.proof) == expected.map(\.1))
    #expect(unreachable[0].text == "a!" && unreachable[1].text == "##!")
  }

  @Test("of longest match: a part of a character whose every completion is a token")
  func longestMatch() throws {
    var tokens = ByteStringTable()
    for byte in UInt8.min...UInt8.max { _ = tokens.insert([byte]) }
    for byte in UInt8(0x80)...0xBF { _ = tokens.insert([0xC3, byte]) }
    for byte in UInt8(0x80)...0xBE { _ = tokens.insert([0xC4, byte]) }
    let tokenizer = Tokenizer(
      TokenizerDefinition(
        name: "toy", kind: .rwkv, model: .longestMatch(LongestMatchModel(tokens: tokens)),
        decoder: TextDecoder(tokens)))
    let unreachable = try tokenizer.unreachableTokens()
    #expect(unreachable.filter { $0.proof == .completion }.map(\.id) == [0xC3])
    #expect(unreachable.count { $0.proof == .utf8 } == 13 && unreachable.count == 14)
  }

  @Test(
    "of published vocabularies: bytes of no text, and what is not merged",
    .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: [
      ("tokenizers/gpt2/tokenizer.json", TokenizerKind?.none, [Int32(50256)]),
      ("tokenizers/cl100k/cl100k_base.tiktoken", .cl100k, []),
    ])
  func published(file: String, kind: TokenizerKind?, others: [Int32]) throws {
    let tokenizer = try Tokenizer.load(path: Assets.path(file), kind: kind)
    let found = try tokenizer.unreachableTokens()
    let bytes = found.filter { $0.proof == .utf8 }.map(\.bytes)
    #expect(Set(bytes) == Set([[0xC0], [0xC1]] + (0xF5...0xFF).map { [$0] }))
    // GPT-2's file has its special token among the ordinary ones.
    #expect(found.filter { $0.proof == .merges }.map(\.id) == others)
  }
}
