import Testing

@testable import Tokenizers

@Suite("Queries of vocabularies") struct VocabularyQueryTests {
  private static let tokenizer = try? BPETrainer(
    vocabularySize: 300, minimumFrequency: 1, specialTokens: ["<s>"]
  ).train(texts: ["the theme of them is there, the other themes they have"]).tokenizer

  @Test("are what a walk over all ids finds")
  func conditions() throws {
    let tokenizer = try #require(Self.tokenizer)
    let all = try tokenizer.vocabulary()
    let ids = (0..<tokenizer.vocabularySize).map { Int32($0) }
    #expect(all.map(\.id) == ids && ids.count > 270)
    #expect(try all.map(\.bytes) == ids.map { try tokenizer.tokenBytes($0) })
    #expect(all.count { $0.kind == .byte } == 256 && all.count { $0.kind == .special } == 1)
    #expect(all[256].rank == 0 && all[257].rank == 1 && all[65].rank == nil)

    var query = VocabularyQuery()
    query.contains = "he"
    let containing = try tokenizer.vocabulary(query)
    #expect(containing.map(\.text) == all.map(\.text).filter { $0.contains("he") })
    #expect(containing.count > 3)
    query.prefix = " th"
    #expect(
      try tokenizer.vocabulary(query).map(\.text)
        == containing.map(\.text).filter { $0.hasPrefix(" th") })
    query = VocabularyQuery()
    (query.suffix, query.lengths) = ("e", 2...4)
    #expect(
      try tokenizer.vocabulary(query)
        == all.filter { $0.text.hasSuffix("e") && (2...4).contains($0.bytes.count) })
    query = VocabularyQuery()
    (query.regex, query.kind) = ("^ ?th", .normal)
    #expect(
      try tokenizer.vocabulary(query)
        == all.filter { $0.text.hasPrefix("th") || $0.text.hasPrefix(" th") })
    query = VocabularyQuery()
    (query.order, query.ids) = (.length, Set(262..<271))
    let lengths = try tokenizer.vocabulary(query).map(\.bytes.count)
    #expect(lengths.count == 9 && lengths == lengths.sorted(by: >))
    query.regex = "("
    #expect(throws: TokenizerError.self) { try tokenizer.vocabulary(query) }
    let error = TokenizerError.wrongPattern(pattern: "(", reason: "r")
    #expect(error.code == "E0569" && error.message == "\"(\" is no regular expression: r")
  }

  @Test("a difference tiles the text: alike stretches joined, unlike ones apart", arguments: 0..<20)
  func difference(seed: Int) throws {
    let a = try #require(Self.tokenizer)
    let b = try BPETrainer(vocabularySize: 280, minimumFrequency: 1).train(texts: [
      "they have others there, the theme is of them"
    ]).tokenizer
    var random = TestRandom(seed)
    let text = String(decoding: random.bytes(60, from: Array("them of".utf8)), as: UTF8.self)
    let (first, second) = (try a.encode(text), try b.encode(text))
    let stretches = TokenizationDifference(try TokenizerAligner(first, a, second, b)).stretches
    #expect(stretches.flatMap { Array($0.first) } == Array(first.indices))
    #expect(stretches.flatMap { Array($0.second) } == Array(second.indices))
    #expect(stretches.flatMap { Array($0.bytes) } == Array(0..<text.utf8.count))
    for (left, right) in zip(stretches, stretches.dropFirst()) {
      #expect(!(left.isSame && right.isSame))
    }
    for stretch in stretches {
      let parts = (
        try first[stretch.first].map { try a.tokenBytes($0) },
        try second[stretch.second].map { try b.tokenBytes($0) }
      )
      #expect((parts.0 == parts.1) == stretch.isSame)
    }
  }

  @Test("decoded parts are the text's, whatever decoding takes away")
  func parts() throws {
    let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/sentencepiece/bpe_bytes.model"
    let tokenizer = try Tokenizer.load(path: path, kind: .sentencepiece)
    let ids = try tokenizer.encode("ab ba")
    let parts = try tokenizer.decodedParts(of: ids)
    #expect(parts.flatMap(\.self) == Array("ab ba".utf8) && parts.count == ids.count)
    #expect(try tokenizer.spans(of: "ab ba").last?.bytes.upperBound == 5)
  }
}
