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
