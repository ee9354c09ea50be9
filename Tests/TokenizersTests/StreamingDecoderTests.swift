import Testing

@testable import Tokenizers

@Suite("Streaming decoding") struct StreamingDecoderTests {
  /// Ids 0–255 are bytes, so any byte sequence can be streamed.
  private let bytes: Tokenizer

  init() throws {
    bytes = try BPETrainer(vocabularySize: 300, minimumFrequency: 1)
      .train(texts: ["é你好😀é你好😀 the then"]).tokenizer
  }

  private func stream(_ ids: [Int32], _ tokenizer: Tokenizer) throws -> [String] {
    var decoder = tokenizer.makeStreamingDecoder()
    return try ids.map { try decoder.append($0) } + [decoder.finish()]
  }

  @Test("never gives part of a character")
  func whole() throws {
    let parts = try stream(Array("aé😀".utf8).map(Int32.init), bytes)
    #expect(parts == ["a", "", "é", "", "", "", "😀", ""])
    #expect(try stream([0xF0, 0x9F], bytes) == ["", "", "\u{FFFD}"])
    #expect(try stream([0xE2, 0x82, 0x61], bytes) == ["", "", "\u{FFFD}a", ""])
    #expect(try stream([0xED, 0xA0, 0x80], bytes).joined() == "\u{FFFD}\u{FFFD}\u{FFFD}")
    #expect(try stream([], bytes) == [""])
  }

  @Test(
    "joined is what decoding all at once gives, also for bytes that are no text", arguments: 0..<100
  )
  func joined(seed: Int) throws {
    var random = TestRandom(seed)
    let interesting: [UInt8] = [
      0x41, 0x80, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xC3, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF4,
      0xF5,
    ]
    let ids = random.bytes(60, from: seed % 2 == 0 ? interesting : Array(0...255)).map(Int32.init)
    let joined = try stream(ids, bytes).joined()
    #expect(joined.unicodeScalars.elementsEqual(try bytes.decode(ids).unicodeScalars))
    let text = random.text(60)
    let parts = try stream(try bytes.encode(text), bytes)
    #expect(parts.joined().utf8.elementsEqual(text.utf8))
  }

  @Test("strips the leading space and the tokenizer's own BOS as decoding does")
  func leading() throws {
    let scores = try SmallScores().read()
    for text in ["abc a", " abc", "", "  ", "é€"] {
      for addingBOS in [true, false] {
        let ids = try scores.encode(text, addingBOS: addingBOS)
        #expect(try stream(ids, scores).joined() == text)
        #expect(try scores.decode(ids) == text)
      }
    }
  }

  @Test("gives bytes back that were encoded", arguments: 0..<60)
  func roundTrip(seed: Int) throws {
    var random = TestRandom(seed)
    let data = random.bytes(200)
    #expect(try bytes.bytes(of: bytes.encode(bytes: data)) == data)
    let text = random.text(200)
    #expect(try bytes.decode(bytes.encode(text)).utf8.elementsEqual(text.utf8))
    let scores = try SmallScores().read()
    #expect(try scores.decode(scores.encode(text)).utf8.elementsEqual(text.utf8))
  }
}
