import Files
import Testing

@testable import Tokenizers

/// The 30 golden strings and the pinned digests of whole files, for vocabularies of any format.
enum ReferenceFiles {
  static func checkStrings(
    _ tokenizer: Tokenizer, _ name: String, policy: SpecialPolicy = .text, roundTrip: Bool = true
  ) throws {
    let golden = try Assets.json("golden/tokenizer_ids.json")
    let strings = try #require(golden["_strings"]?.arrayValue).compactMap(\.stringValue)
    let expected = try #require(golden["ids"]?[name]?.arrayValue)
    #expect(strings.count == 30 && expected.count == 30)
    for (text, ids) in zip(strings, expected) {
      let ids = try #require(ids.arrayValue).compactMap(\.intValue).map(Int32.init)
      #expect(try tokenizer.encode(text, special: policy) == ids, "\(text.debugDescription)")
      if roundTrip { #expect(Array(try tokenizer.decode(ids).utf8) == Array(text.utf8)) }
    }
  }

  static func digest(_ ids: [Int32]) -> String {
    Digest.hexadecimal(of: ids.flatMap { withUnsafeBytes(of: $0.littleEndian) { Array($0) } })
  }

  static func fixture(_ name: String) throws -> JSON {
    let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/" + name
    return try JSONParser.parse(FileContents.bytes(at: path), path: path)
  }

  /// All entries of a fixture for one vocabulary.
  static func checkFiles(
    _ tokenizer: Tokenizer, _ name: String, in fixture: String = "whole_files_other.json",
    roundTrip: Bool = true
  ) throws {
    let entries = try #require(self.fixture(fixture)["entries"]?.arrayValue)
      .filter { $0["tokenizer"]?.stringValue == name }
    #expect(entries.count > 40)
    for entry in entries {
      let file = try #require(entry["file"]?.stringValue)
      let bytes = try FileContents.bytes(at: Assets.path(file))
      let ids = try tokenizer.encode(bytes: bytes)
      #expect(ids.count == entry["count"]?.intValue, "\(file)")
      #expect(digest(ids) == entry["sha256"]?.stringValue, "\(file)")
      if roundTrip { #expect(try tokenizer.bytes(of: ids) == bytes, "\(file)") }
    }
  }
}

@Suite("Whole files of other formats") struct OtherWholeFileTests {
  @Test(
    "have the ids that tiktoken and sentencepiece give",
    .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: RankFileTests.files
      + SentencePieceTests.files.map { ($0.0, TokenizerKind.sentencepiece, $0.1) })
  func digests(name: String, kind: TokenizerKind, file: String) throws {
    let tokenizer = try Tokenizer.load(path: Assets.path(file), kind: kind)
    try ReferenceFiles.checkFiles(tokenizer, name, roundTrip: kind != .sentencepiece)
  }
}
