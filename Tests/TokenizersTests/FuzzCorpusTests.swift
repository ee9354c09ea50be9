import Files
import Testing

@testable import Tokenizers

@Suite("Fuzz corpora") struct FuzzCorpusTests {
  private static let folder = Assets.packageRoot + "/Fuzz/Corpus/"

  @Test("every file is read or refused, and every law holds", arguments: FuzzTarget.allCases)
  func replay(target: FuzzTarget) throws {
    let folder = Self.folder + target.rawValue + "/"
    let names = try Paths.names(in: folder)
    #expect(!names.isEmpty)
    for name in names {
      let input = try FileContents.bytes(at: folder + name)
      #expect(throws: Never.self, "\(target.rawValue)/\(name)") { try target.run(input) }
    }
  }

  @Test("seeds of readers are read, so that the fuzzers start behind the first checks")
  func seeds() throws {
    func bytes(_ name: String) throws -> [UInt8] { try FileContents.bytes(at: Self.folder + name) }
    for name in try Paths.names(in: Self.folder + "sentencepiece/") where !name.hasPrefix("found-")
    {
      _ = try SentencePieceReader.read(bytes("sentencepiece/" + name), path: name, name: name)
    }
    for name in try Paths.names(in: Self.folder + "gguf/")
    where !name.hasPrefix("found-") && name != "no-vocab" {
      _ = try GGUFVocabularyReader.read(Self.folder + "gguf/" + name, name: name, pre: nil)
    }
    // An empty map of replacements is none.
    for name in try Paths.names(in: Self.folder + "huggingface/")
    where !name.hasPrefix("found-") && name != "normalizer-11" {
      _ = try HuggingFaceReader.read(bytes("huggingface/" + name), path: name, name: name)
    }
    _ = try RWKVReader.read(bytes("rwkv/literals"), path: "f", name: "f")
    _ = try CLIPReader.read(bytes("clip/merges"), path: "f", name: "f")
    for name in ["words", "cased"] {
      _ = try BertVocabulary.read(bytes("vocab/" + name), path: "f", name: "f")
    }
    for name in ["whole", "unshared", "forms"] {
      _ = try HybridFile.read(bytes("hybrid/" + name), name: "f", path: "f")
    }
    let map = try bytes("charsmap/small").dropFirst(2)
    let rules = try PrecompiledCharsMap(bytes: Array(map.prefix(4 + 512 * 4 + 3)))
    #expect(rules.apply(to: Array("AéaA".utf8)) == Array("bab".utf8))
  }

  @Test("a law that does not hold is an error")
  func broken() {
    #expect(throws: FuzzTarget.Broken.self) {
      var definition = try SmallVocabulary().read().definition
      definition.decoder = TextDecoder()
      try FuzzLaws.use(Tokenizer(definition), with: [])
    }
  }
}
