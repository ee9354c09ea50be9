import Files
import Kernels
import Testing

@testable import Tokenizers

/// Damaged files give a tokenizer that works, or an error; never a crash.
@Suite("Damaged files") struct DamageTests {
  private func use(_ tokenizer: Tokenizer) {
    let text = "abc <s> é€😀 1 [x]"
    for policy in SpecialPolicy.allCases {
      if let ids = try? tokenizer.encode(text, special: policy, addingBOS: policy == .parse) {
        _ = try? tokenizer.decode(ids)
      }
    }
    _ = try? tokenizer.decode([0, 1, 300])
    _ = tokenizer.facts
    _ = try? tokenizer.json()
  }

  private func damage(_ bytes: [UInt8], _ random: inout TestRandom) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes.remove(at: place)
      case 3:
        bytes.insert(
          contentsOf: Array("0123456789-\"[]{},:".utf8).shuffled(using: &random).prefix(1),
          at: place)
      case 4:
        let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
        bytes.insert(
          contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
      default: bytes.removeLast(bytes.count - place)
      }
    }
    return bytes
  }

  @Test("tokenizer.json", arguments: 0..<40)
  func huggingFace(seed: Int) throws {
    var random = TestRandom(seed)
    var texts = [
      SmallVocabulary().template(ending: "</s>").text,
      SmallVocabulary().with("normalizer", #"{"type": "NFKC"}"#).with(
        "decoder",
        #"{"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "a"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}"#
      ).text,
    ]
    texts.append(
      try BPETrainer(vocabularySize: 270, specialTokens: ["<s>"]).train(texts: ["abcabc é abc"])
        .tokenizer.json().text())
    for text in texts {
      let good = Array(text.utf8)
      use(Tokenizer(try HuggingFaceReader.read(good, path: "f", name: "f")))
      for _ in 0..<150 {
        let bad = damage(good, &random)
        if let definition = try? HuggingFaceReader.read(bad, path: "f", name: "f") {
          use(Tokenizer(definition))
        }
      }
    }
  }

  @Test("tokenizer.json cut at every byte")
  func truncated() {
    let good = Array(SmallVocabulary().template().text.utf8)
    for count in 0..<good.count {
      #expect(throws: TokenizerError.self) {
        try HuggingFaceReader.read(Array(good[..<count]), path: "f", name: "f")
      }
    }
  }

  @Test("tokenizer.bin", arguments: 0..<20)
  func llama2c(seed: Int) throws {
    var random = TestRandom(seed)
    let good = SmallScores().bytes
    for _ in 0..<200 {
      let bad = damage(good, &random)
      if let definition = try? Llama2CReader.read(bad, path: "f", name: "f") {
        use(Tokenizer(definition))
      }
    }
    for count in stride(from: seed, to: good.count, by: 20) {
      if let definition = try? Llama2CReader.read(Array(good[..<count]), path: "f", name: "f") {
        use(Tokenizer(definition))
      }
    }
  }

  @Test(
    "stories260K's own files", .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: 0..<10)
  func stories(seed: Int) throws {
    var random = TestRandom(seed)
    let json = try FileContents.bytes(at: Assets.path("models/stories260K/tokenizer.json"))
    let scores = try FileContents.bytes(at: Assets.path("models/stories260K/tok512.bin"))
    for _ in 0..<20 {
      if let definition = try? HuggingFaceReader.read(damage(json, &random), path: "f", name: "f") {
        use(Tokenizer(definition))
      }
      if let definition = try? Llama2CReader.read(damage(scores, &random), path: "f", name: "f") {
        use(Tokenizer(definition))
      }
    }
  }
}
