import Files
import Testing

@testable import Tokenizers

@Suite("tiktoken rank files") struct RankFileTests {
  static let files: [(name: String, kind: TokenizerKind, file: String)] = [
    ("cl100k_base", .cl100k, "tokenizers/cl100k/cl100k_base.tiktoken"),
    ("o200k_base", .o200k, "tokenizers/o200k/o200k_base.tiktoken"),
    ("qwen", .qwen, "tokenizers/qwen/qwen.tiktoken"),
    ("whisper_multilingual", .whisper, "tokenizers/whisper/multilingual.tiktoken"),
  ]

  @Test(
    "give tiktoken's ids", .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: files)
  func golden(name: String, kind: TokenizerKind, file: String) throws {
    let tokenizer = try Tokenizer.load(path: Assets.path(file), kind: kind)
    try ReferenceFiles.checkStrings(tokenizer, name)
    var random = TestRandom(3)
    for length in [1, 10, 1000] {
      let bytes = random.bytes(length)
      #expect(try tokenizer.bytes(of: tokenizer.encode(bytes: bytes)) == bytes)
    }
  }

  @Test(
    "merge as encoding each token by the tokens before it does",
    .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: files + [("gpt2", .huggingface, "tokenizers/gpt2/tokenizer.json")])
  func merges(name: String, kind: TokenizerKind, file: String) throws {
    var tokenizer = try Tokenizer.load(path: Assets.path(file), kind: kind)
    if kind == .huggingface {
      // Its merges are those of its file; as ranks they are derived.
      let publication = try #require(RankPublication(.gpt2))
      tokenizer = try Tokenizer(
        RankFileReader.read(
          tokenizer.tiktokenRanks(), path: file, publication: publication, name: name))
    }
    let model = try #require(tokenizer.definition.model.bytePair)
    let slow = PairTable(capacity: 0)
    for id in 0..<Int32(model.tokens.count) where model.tokens.length(Int(id)) > 1 {
      let symbols = model.tokens[Int(id)].map { model.byteIDs[Int($0)] }
      let left = NaiveMerger.merge(symbols, with: slow)
      if left.count == 2 { _ = slow.insert(left[0], left[1], rank: UInt32(id), merged: id) }
    }
    let (derived, expected) = (model.merges.sorted(), slow.sorted())
    #expect(derived.count == expected.count && derived.count > 50_000 - 1000)
    #expect(zip(derived, expected).allSatisfy { $0 == $1 })
  }

  @Test("have the special tokens that are published with them")
  func special() throws {
    func ids(_ kind: TokenizerKind, _ count: Int) throws -> [String: Int32] {
      let tokens = try #require(RankPublication(kind)).specialTokens(rankCount: count)
      return Dictionary(uniqueKeysWithValues: tokens.map { ($0.content, $0.id) })
    }
    #expect(try ids(.gpt2, 50256) == ["<|endoftext|>": 50256])
    #expect(try ids(.cl100k, 100_256)["<|endofprompt|>"] == 100_276)
    #expect(try ids(.o200k, 199_998)["<|endofprompt|>"] == 200_018)
    let qwen = try ids(.qwen, 151_643)
    #expect(qwen["<|im_end|>"] == 151_645 && qwen["<|extra_204|>"] == 151_850)
    let whisper = try ids(.whisper, 50257)
    #expect(whisper["<|startoftranscript|>"] == 50258 && whisper["<|en|>"] == 50259)
    #expect(whisper["<|su|>"] == 50357 && whisper["<|translate|>"] == 50358)
    #expect(whisper["<|notimestamps|>"] == 50363 && whisper["<|0.00|>"] == 50364)
    #expect(whisper["<|0.02|>"] == 50365 && whisper["<|30.00|>"] == 51864 && whisper.count == 1608)
  }
}
