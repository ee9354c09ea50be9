import Files
import Glibc
import Testing

@testable import Tokenizers

@Suite("Vocabularies in GGUF files") struct GGUFVocabularyTests {
  /// Where `scripts/oracles` puts the vocabulary-only files of llama.cpp.
  static let folder: String = {
    if let named = getenv("TESSERA_GGUF_VOCABULARIES") { return String(cString: named) }
    return Assets.packageRoot + "/.oracles/gguf-vocabularies"
  }()
  static let files: [String] = ((try? Paths.names(in: folder)) ?? []).filter {
    $0.hasSuffix(".gguf") && Paths.exists(folder + "/" + $0 + ".out")
  }

  @Test(
    "give the ids that llama.cpp expects",
    .enabled(if: !files.isEmpty, "needs scripts/oracles or TESSERA_GGUF_VOCABULARIES"),
    arguments: files)
  func expected(file: String) throws {
    let path = Self.folder + "/" + file
    let tokenizer = try Tokenizer.load(path: path, kind: .gguf)
    let inputs = Self.split(try FileContents.bytes(at: path + ".inp"))
    let lines = try FileContents.text(at: path + ".out").split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(inputs.count > 30 && lines.count >= inputs.count)
    for (input, line) in zip(inputs, lines) {
      let ids = line.split(separator: " ").compactMap { Int32($0) }
      #expect(
        try tokenizer.encode(bytes: input) == ids, "\(String(decoding: input, as: UTF8.self))")
    }
  }

  @Test(
    "kinds without a vocabulary beside cut as their patterns say",
    arguments: [
      ("afmoe", "a 1234567b", ["a", " ", "1", "234", "567", "b"]),
      ("afmoe", "12 x你好가!ab", ["12", " x", "你好가", "!ab"]),
      ("laguna", "it's a \n\nb", ["it", "'s", " a", " ", "\n\n", "b"]),
      ("spark2_5", "a!\n\nb 1234", ["a", "!", "\n", "\n", "b", " ", "1", "2", "3", "4"]),
      ("hy_v4", "a!\n1234你", ["a", "!\n", "123", "4", "你"]),
      ("ufakzeka", "it'sx 12", ["it", "'sx", " ", "1", "2"]),
      ("granite-embed-multi-97m", "HelloWorld's 1234", ["Hello", "World's", " ", "123", "4"]),
      ("sarvam-moe", "a b\n\nc", ["a b", "\n\n", "c"]),
    ])
  func cutting(kind: String, text: String, pieces: [String]) throws {
    let cut = try #require(GGUFPreTokenizer(kind))
    let found = PreTokenizer(stages: cut.stages).pieces(of: Array(text.utf8))
    #expect(found.map { String(decoding: $0, as: UTF8.self) } == pieces)
    #expect(cut.mergesCharacters == (kind == "sarvam-moe"))
    #expect(cut.ignoresMerges == (kind == "granite-embed-multi-97m"))
  }

  /// The texts of an `.inp` file.
  private static func split(_ bytes: [UInt8]) -> [[UInt8]] {
    let separator = Array("\n__ggml_vocab_test__\n".utf8)
    var texts: [[UInt8]] = [[]]
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: separator) {
        texts.append([])
        index += separator.count
      } else {
        texts[texts.count - 1].append(bytes[index])
        index += 1
      }
    }
    return texts
  }
}
