import Files
import Glibc
import Testing

@testable import Tokenizers

@Suite("Other vocabulary formats") struct OtherFormatTests {
  @Test("RWKV World gives the golden ids", .enabled(if: Assets.present, "needs ../shared/assets"))
  func rwkv() throws {
    let tokenizer = try Tokenizer.load(
      path: Assets.path("tokenizers/rwkv/rwkv_vocab_v20230424.txt"))
    #expect(tokenizer.kind == .rwkv && tokenizer.vocabularySize == 65530)
    try ReferenceFiles.checkStrings(tokenizer, "rwkv_world")
  }

  @Test(
    "GPT-2's pair of files gives the golden ids",
    .enabled(if: Assets.present, "needs ../shared/assets"), arguments: ["", "/vocab.bpe"])
  func pair(file: String) throws {
    let tokenizer = try Tokenizer.load(path: Assets.path("tokenizers/gpt2" + file), kind: .gpt2)
    #expect(tokenizer.vocabularySize == 50257 && tokenizer.eosID == 50256)
    try ReferenceFiles.checkStrings(tokenizer, "gpt2")
  }

  @Test(
    "BERT's vocab.txt gives the golden ids", .enabled(if: Assets.present, "needs ../shared/assets"))
  func wordPiece() throws {
    let json = try Assets.json("tokenizers/minilm_bert/tokenizer.json")
    guard case .object(let members)? = json["model"]?["vocab"] else {
      Issue.record("no vocabulary")
      return
    }
    let sorted = members.sorted { ($0.value.intValue ?? 0) < ($1.value.intValue ?? 0) }
    let text = sorted.map { $0.key + "\n" }.joined()
    let tokenizer = Tokenizer(
      try BertVocabulary.read(Array(text.utf8), path: "vocab.txt", name: "minilm"))
    // The reference finds special tokens in text.
    try ReferenceFiles.checkStrings(tokenizer, "minilm_bert", policy: .parse, roundTrip: false)
    #expect(try tokenizer.encode("a", addingBOS: true, addingEOS: true) == [101, 1037, 102])
  }

  @Test("CLIP's merges give CLIP's ids", .enabled(if: Assets.present, "needs ../shared/assets"))
  func clip() throws {
    let tokenizer = try Tokenizer.load(
      path: Assets.path("tokenizers/clip/bpe_simple_vocab_16e6.txt.gz"))
    #expect(tokenizer.kind == .clip && tokenizer.vocabularySize == 49408)
    #expect(tokenizer.bosID == 49406 && tokenizer.eosID == 49407)
    // The ids that CLIP's own repository and its users print.
    #expect(try tokenizer.encode("a photo of a cat") == [320, 1125, 539, 320, 2368])
    #expect(try tokenizer.encode("A  Photo\tof a DOG") == [320, 1125, 539, 320, 1929])
    #expect(try tokenizer.encode("Hello, world!") == [3306, 267, 1002, 256])
    #expect(try tokenizer.decode([320, 1125, 539]) == "a photo of ")
    // The 30 golden strings, as tokenizers 0.23.3 has them with these merges.
    let golden = try Assets.json("golden/tokenizer_ids.json")
    let strings = try #require(golden["_strings"]?.arrayValue).compactMap(\.stringValue)
    let ids = try strings.flatMap { try tokenizer.encode($0) }
    #expect(ids.count == 390)
    #expect(
      ReferenceFiles.digest(ids)
        == "3fd43ac2dc99af51bd8f2b7804d9a8ef3dd814627eb90ae0d78ef79a49d0bbb9")
  }

  @Test("are recognised by their first bytes")
  func detection() {
    func kind(_ text: String) -> TokenizerKind? { VocabularyDetection.kind(Array(text.utf8)) }
    #expect(kind("GGUF\u{3}") == .gguf)
    #expect(kind(" \n{\"version\"") == .huggingface)
    #expect(kind("1 '\\x00' 1\n") == .rwkv)
    #expect(kind("#version: 0.2\nĠ t\n") == .gpt2)
    #expect(kind("[PAD]\n[unused0]\n") == .wordpiece)
    #expect(kind("\n\u{E}\n\u{5}<unk>\u{15}") == .sentencepiece)
    #expect(kind("IQ== 0\n") == nil && kind("") == nil && kind("hello") == nil)
  }

  @Test("rank files are saved as they were", .enabled(if: Assets.present, "needs ../shared/assets"))
  func ranks() throws {
    let path = Assets.path("tokenizers/qwen/qwen.tiktoken")
    let tokenizer = try Tokenizer.load(path: path, kind: .qwen)
    #expect(try tokenizer.tiktokenRanks() == FileContents.bytes(at: path))
  }

  @Test(
    "the mapped form is the same vocabulary, and damage to it is refused",
    .enabled(if: Assets.present, "needs ../shared/assets"), arguments: RankFileTests.files)
  func mapped(name: String, kind: TokenizerKind, file: String) throws {
    let tokenizer = try Tokenizer.load(path: Assets.path(file), kind: kind)
    let bytes = try tokenizer.mappedForm()
    let path = "/tmp/tessera-mapped-\(name)-\(getpid())"
    defer { unlink(path) }
    func write(_ bytes: [UInt8]) throws {
      let file = try #require(fopen(path, "w"))
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
    }
    try write(bytes)
    let again = try Tokenizer.load(path: path)
    #expect(again.digest == tokenizer.digest && again.vocabularySize == tokenizer.vocabularySize)
    try ReferenceFiles.checkStrings(again, name)
    if kind != .whisper { return }
    var random = TestRandom(9)
    for _ in 0..<20 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &random)] ^= 0x10
      try write(damaged)
      #expect(throws: TokenizerError.self) { try Tokenizer.load(path: path, kind: .mapped) }
    }
    for length in [0, 7, 31, 32, bytes.count - 1] {
      try write(Array(bytes[..<length]))
      #expect(throws: TokenizerError.self) { try Tokenizer.load(path: path, kind: .mapped) }
    }
  }

  @Test("vocabularies that are no ranks are not saved as ranks")
  func noRanks() throws {
    let rwkv = Tokenizer(
      try RWKVReader.read(Array("1 'a' 1\n2 'ab' 2\n".utf8), path: "small.txt", name: "small"))
    #expect(
      throws: TokenizerError.cannotSave(
        tokenizer: "small", reason: "its tokens are not byte strings that merge")
    ) { try rwkv.tiktokenRanks() }
  }
}
