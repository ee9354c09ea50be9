import Files
import Testing

@testable import Tokenizers

@Suite("Reference ids") struct GoldenTests {
  static let vocabularies = [
    ("gpt2", "tokenizers/gpt2/tokenizer.json", SpecialPolicy.text),
    ("claude2", "tokenizers/claude2/anthropic_tokenizer.json", .text),
    ("smollm2", "tokenizers/smollm2/tokenizer.json", .parse),
    ("minilm_bert", "tokenizers/minilm_bert/tokenizer.json", .parse),
  ]

  @Test(
    "are what the reference libraries gave for 30 strings",
    .enabled(if: Assets.present, "needs ../shared/assets"), arguments: vocabularies)
  func strings(name: String, file: String, policy: SpecialPolicy) throws {
    let golden = try Assets.json("golden/tokenizer_ids.json")
    let strings = try #require(golden["_strings"]?.arrayValue).compactMap(\.stringValue)
    let expected = try #require(golden["ids"]?[name]?.arrayValue)
    #expect(strings.count == 30)
    let tokenizer = try Tokenizer.load(path: Assets.path(file))
    for (text, ids) in zip(strings, expected) {
      let ids = try #require(ids.arrayValue).compactMap(\.intValue).map(Int32.init)
      #expect(try tokenizer.encode(text, special: policy) == ids, "\(text.debugDescription)")
      if name != "claude2" && name != "minilm_bert" {
        #expect(Array(try tokenizer.decode(ids).utf8) == Array(text.utf8))
      }
    }
  }

  @Test(
    "are equal for all twelve vocabularies, 30 strings each",
    .enabled(if: Assets.present, "needs ../shared/assets"))
  func all() throws {
    let others: [(String, String, TokenizerKind)] = [
      ("mistral_v1", "tokenizers/mistral/tokenizer.model.v1", .sentencepiece),
      (
        "mistral_v3", "tokenizers/mistral/mistral_instruct_tokenizer_240323.model.v3",
        .sentencepiece
      ),
      (
        "sp_unigram1000", "tokenizers/sentencepiece/unigram1000_test_model.model", .sentencepiece
      ),
      ("rwkv_world", "tokenizers/rwkv/rwkv_vocab_v20230424.txt", .rwkv),
    ]
    var found: [(String, Tokenizer, SpecialPolicy)] = []
    for (name, file, policy) in Self.vocabularies {
      found.append((name, try .load(path: Assets.path(file)), policy))
    }
    for (name, kind, file) in RankFileTests.files {
      found.append((name, try .load(path: Assets.path(file), kind: kind), .text))
    }
    for (name, file, kind) in others {
      found.append((name, try .load(path: Assets.path(file), kind: kind), .text))
    }
    let named = try #require(Assets.json("golden/tokenizer_ids.json")["ids"]?.objectValue)
    #expect(Set(named.map(\.key)) == Set(found.map(\.0)) && found.count == 12)
    for (name, tokenizer, policy) in found {
      try ReferenceFiles.checkStrings(tokenizer, name, policy: policy, roundTrip: false)
    }
  }

  @Test(
    "of stories260K are the same from both of its files",
    .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: ["tokenizer.json", "tok512.bin"])
  func stories(file: String) throws {
    let golden = try Assets.json("golden/stories260K.json")
    let tokenizer = try Tokenizer.load(path: Assets.path("models/stories260K/" + file))
    #expect(tokenizer.addsBOS && tokenizer.vocabularySize == 512)
    for name in ["story", "shakespeare"] {
      let text = try #require(golden[name]?["text"]?.stringValue)
      let ids = try #require(golden[name]?["ids"]?.arrayValue).compactMap(\.intValue)
      #expect(try tokenizer.encode(text, addingBOS: true).map(Int.init) == ids)
      #expect(try tokenizer.decode(ids.map(Int32.init)) == text)
    }
  }

  @Test(
    "vocabularies with all bytes give any bytes back; others say which one they lack",
    .enabled(if: Assets.present, "needs ../shared/assets"))
  func anyBytes() throws {
    var random = TestRandom(1)
    let gpt2 = try Tokenizer.load(path: Assets.path("tokenizers/gpt2/tokenizer.json"))
    for length in [1, 10, 100, 10_000] {
      let bytes = random.bytes(length)
      #expect(try gpt2.bytes(of: gpt2.encode(bytes: bytes)) == bytes)
      let text = random.text(length)
      #expect(try gpt2.decode(gpt2.encode(text)).utf8.elementsEqual(text.utf8))
    }
    let smollm2 = try Tokenizer.load(path: Assets.path("tokenizers/smollm2/tokenizer.json"))
    #expect(throws: TokenizerError.unencodable(bytes: [0xFF], tokenizer: "smollm2")) {
      try smollm2.encode(bytes: [0x41, 0xFF])
    }
  }

  @Test(
    "vocabularies are the same after saving and loading",
    .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: vocabularies.map(\.1) + ["models/stories260K/tokenizer.json"])
  func saved(file: String) throws {
    let tokenizer = try Tokenizer.load(path: Assets.path(file))
    let bytes = Array(try tokenizer.json().text().utf8)
    let again = Tokenizer(
      try HuggingFaceReader.read(bytes, path: "again.json", name: tokenizer.name))
    #expect(again.digest == tokenizer.digest && again.facts == tokenizer.facts)
    #expect(try again.json() == tokenizer.json())
  }
}
