import Files
import Testing

@testable import Tokenizers

@Suite("Whole files") struct WholeFileTests {
  @Test(
    "have the ids that Hugging Face tokenizers gives",
    .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: ["gpt2", "claude2", "smollm2", "stories260K", "minilm_bert"])
  func digests(name: String) throws {
    let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/whole_files.json"
    let fixture = try JSONParser.parse(FileContents.bytes(at: path), path: path)
    let vocabulary = try #require(fixture["vocabularies"]?[name]?.stringValue)
    var tokenizers = [try Tokenizer.load(path: Assets.path(vocabulary))]
    if name == "stories260K" {
      // The same vocabulary as llama2.c has it.
      tokenizers.append(try Tokenizer.load(path: Assets.path("models/stories260K/tok512.bin")))
    }
    let entries = try #require(fixture["entries"]?.arrayValue)
      .filter { $0["tokenizer"]?.stringValue == name }
    #expect(entries.count > 40)
    for entry in entries {
      let file = try #require(entry["file"]?.stringValue)
      let bytes = try FileContents.bytes(at: Assets.path(file))
      for tokenizer in tokenizers {
        let ids = try tokenizer.encode(bytes: bytes)
        #expect(ids.count == entry["count"]?.intValue, "\(file)")
        let digest = Digest.hexadecimal(
          of: ids.flatMap { id in
            withUnsafeBytes(of: id.littleEndian) { Array($0) }
          })
        #expect(digest == entry["sha256"]?.stringValue, "\(file)")
        if name != "claude2" && name != "minilm_bert" {
          #expect(try tokenizer.bytes(of: ids) == bytes, "\(file)")
        }
      }
    }
  }
}
