import Files
import Glibc
import Testing

@testable import Tokenizers

@Suite("Measuring tokenizers, and the mapped form") struct TokenizerBenchmarkTests {
  /// Rank files of the 256 bytes and some tokens more.
  private static let rankFile: [UInt8] = {
    var tokens = (0..<256).map { [UInt8($0)] }
    for word in ["in", "th", "the", " a", " the", "er", "ing", "an", "and", " and"] {
      tokens.append(Array(word.utf8))
    }
    var file: [UInt8] = []
    for (rank, token) in tokens.enumerated() {
      Base64.encode(token, into: &file)
      file += " \(rank)\n".utf8
    }
    return file
  }()

  private static func tokenizer() throws -> Tokenizer {
    let publication = try #require(RankPublication(.gpt2))
    return Tokenizer(
      try RankFileReader.read(rankFile, path: "small", publication: publication, name: "small"))
  }

  /// A folder of its own, removed afterwards.
  private func inFolder(_ name: String, _ body: (String) throws -> Void) throws {
    let folder = "/tmp/tessera-\(name)-\(getpid())"
    mkdir(folder, 0o700)
    defer { TemporaryFolder.remove(folder) }
    try body(folder)
  }

  private let text = Array(String(repeating: "the singer and another thing; ", count: 40).utf8)

  @Test("figures are of the text's own ids, and finite") func figures() throws {
    let tokenizer = try Self.tokenizer()
    let figures = try TokenizerBenchmark.measure(tokenizer, bytes: text, rounds: 2)
    #expect(try figures.ids == tokenizer.encode(bytes: text) && figures.ids.count < text.count)
    for rate in [figures.cold, figures.warm, figures.counting, figures.decoding, figures.shared] {
      #expect(rate > 0 && rate.isFinite)
    }
  }

  @Test("loading is measured from text and mapped, and nothing is left behind") func loading()
    throws
  {
    try inFolder("loading") { folder in
      let path = folder + "/small.tiktoken"
      _ = try DurableFile.replace(path, with: Self.rankFile)
      let loading = try TokenizerBenchmark.measureLoading(
        path: path, kind: .gpt2, rounds: 2, folder: folder)
      #expect(loading.first > 0 && loading.later > 0)
      #expect(try #require(loading.mapped) > 0)
      #expect(try Paths.names(in: folder) == ["small.tiktoken"])
    }
  }

  @Test("a mapped form with more merges than places for them is refused")
  func merges() throws {
    try inFolder("counted") { folder in
      var file = try Self.tokenizer().mappedForm()
      // The sixth number behind magic and checksum.
      file.replaceSubrange(16 + 4 * 5..<16 + 4 * 6, with: [0xFF, 0xFF, 0xFF, 0x7F])
      MappedVocabulary.sign(&file)
      _ = try DurableFile.replace(folder + "/counted", with: file)
      let error = #expect(throws: TokenizerError.self) {
        try Tokenizer.load(path: folder + "/counted", kind: .mapped)
      }
      #expect(error?.message.hasSuffix("there are more merges than places for them") == true)
    }
  }

  @Test("a mapped form that lies gives ids of the vocabulary or is refused", arguments: 0..<40)
  func lies(seed: Int) throws {
    try inFolder("lying-\(seed)") { folder in
      let path = folder + "/lying"
      let honest = try Self.tokenizer().mappedForm()
      _ = try DurableFile.replace(path, with: honest)
      let ids = try Tokenizer.load(path: path, kind: .mapped).encode(bytes: text)
      #expect(try ids == Self.tokenizer().encode(bytes: text))
      var random = TestRandom(seed)
      var lying = honest
      for _ in 0..<(1 << (seed % 12)) {
        // Header, checksum included, in some; else only the tables.
        let place = Int.random(in: (seed % 4 == 0 ? 16 : 64)..<lying.count, using: &random)
        lying[place] = seed % 3 == 0 ? 0xFF : UInt8.random(in: 0...255, using: &random)
      }
      MappedVocabulary.sign(&lying)
      _ = try DurableFile.replace(path, with: lying)
      guard let tokenizer = try? Tokenizer.load(path: path, kind: .mapped) else { return }
      let some = text + random.bytes(300, from: (0...255).map { $0 })
      let given = try tokenizer.encode(bytes: some)
      #expect(given.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize })
      _ = try? tokenizer.bytes(of: given)
      _ = try? tokenizer.tiktokenRanks()
    }
  }
}
