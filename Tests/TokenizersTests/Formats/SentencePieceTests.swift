import Files
import Testing

@testable import Tokenizers

@Suite("SentencePiece models") struct SentencePieceTests {
  static let files = [
    ("mistral_v1", "tokenizers/mistral/tokenizer.model.v1"),
    ("mistral_v3", "tokenizers/mistral/mistral_instruct_tokenizer_240323.model.v3"),
    ("sp_unigram1000", "tokenizers/sentencepiece/unigram1000_test_model.model"),
  ]

  @Test(
    "give sentencepiece's ids", .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: files)
  func golden(name: String, file: String) throws {
    let tokenizer = try Tokenizer.load(path: Assets.path(file), kind: .sentencepiece)
    try ReferenceFiles.checkStrings(tokenizer, name, roundTrip: name.hasPrefix("mistral"))
  }

  @Test(
    "give sentencepiece's ids and texts with every option",
    arguments: [
      "bpe_bytes", "bpe_user", "bpe_suffix", "bpe_rules", "bpe_across", "bpe_unused", "bpe_hidden",
      "unigram_user", "unigram_scores", "unigram_unused", "unigram_bytes", "unigram_rules",
      "unigram_across", "char", "char_bytes", "word", "word_bytes", "word_suffix",
    ])
  func options(name: String) throws {
    let fixture = try ReferenceFiles.fixture("sentencepiece.json")
    let inputs = try #require(fixture["inputs"]?.arrayValue).map { try bytes($0) }
    let expected = try #require(fixture["models"]?[name])
    let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/sentencepiece/\(name).model"
    let tokenizer = try Tokenizer.load(path: path, kind: .sentencepiece)
    let ids = try #require(expected["ids"]?.arrayValue).map { self.ids($0) }
    let texts = try #require(expected["decoded"]?.arrayValue).map(\.stringValue)
    #expect(ids.count == inputs.count && texts.count == inputs.count)
    for index in inputs.indices {
      let text = String(decoding: inputs[index], as: UTF8.self)
      #expect(
        try tokenizer.encode(bytes: inputs[index]) == ids[index],
        "\(index) \(text.debugDescription)")
      #expect(try tokenizer.decode(ids[index]) == texts[index], "\(index) \(text.debugDescription)")
    }
    let sequences = try #require(expected["sequences"]?.arrayValue).map { self.ids($0) }
    let decoded = try #require(expected["texts"]?.arrayValue).map(\.stringValue)
    for (ids, text) in zip(sequences, decoded) {
      #expect(try tokenizer.decode(ids) == text, "\(ids)")
      var stream = tokenizer.makeStreamingDecoder()
      var parts = ""
      for id in ids { parts += try stream.append(id) }
      #expect(parts + stream.finish() == text, "\(ids)")
    }
  }

  private func ids(_ json: JSON) -> [Int32] {
    (json.arrayValue ?? []).compactMap(\.intValue).map(Int32.init)
  }

  private func bytes(_ json: JSON) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let text = Array(try #require(json.stringValue).utf8)
    #expect(text.withUnsafeBufferPointer { Base64.decode($0, into: &bytes) })
    return bytes
  }
}
