import Dispatch
import Testing

@testable import Tokenizers

@Suite("Encoding in parts") struct PartsTests {
  private static func tokenizer(_ pattern: ScannedPattern) throws -> Tokenizer {
    var random = TestRandom(5)
    let texts = (0..<20).map { _ in Array(random.text(300).utf8) }
    let learned = try BPETrainer(vocabularySize: 500, minimumFrequency: 1).train(bytes: texts)
    var definition = learned.tokenizer.definition
    definition.preTokenizer = PreTokenizer(stages: [.scanned(pattern)])
    return Tokenizer(definition)
  }

  private func text(_ random: inout TestRandom, _ length: Int) -> [UInt8] {
    let some =
      ScannedPatternTests.units.shuffled(using: &random).prefix(14) + [" ", "\n", "a", "7"]
    return Array((0..<length).map { _ in some.randomElement(using: &random) ?? "" }.joined().utf8)
  }

  @Test("a safe cut gives the ids of the whole, at every one", arguments: ScannedPattern.allCases)
  func cuts(pattern: ScannedPattern) throws {
    let tokenizer = try Self.tokenizer(pattern)
    var cuts = 0
    for seed in 0..<60 {
      var random = TestRandom(seed)
      let text = text(&random, 120)
      let whole = try tokenizer.encode(bytes: text)
      for index in 1..<text.count
      where text.withUnsafeBufferPointer({ SafeCut.isSafe(before: index, $0) }) {
        cuts += 1
        let parts = try tokenizer.encode(bytes: Array(text[..<index]))
        #expect(try parts + tokenizer.encode(bytes: Array(text[index...])) == whole)
      }
    }
    #expect(cuts > 100)
  }

  @Test("several threads give the ids of one", arguments: [ScannedPattern.gpt2, .cl100k])
  func parallel(pattern: ScannedPattern) throws {
    let tokenizer = try Self.tokenizer(pattern)
    var random = TestRandom(1)
    let text = text(&random, 400_000)
    #expect(text.count > 2 * Tokenizer.shortestParallel)
    let ids = try text.withUnsafeBufferPointer { (bytes) throws(TokenizerError) in
      try tokenizer.encode(utf8: bytes) { count, body in
        DispatchQueue.concurrentPerform(iterations: count, execute: body)
      }
    }
    #expect(try ids == tokenizer.encode(bytes: text))
    #expect(try tokenizer.bytes(of: ids) == text)
    let shared = try text.withUnsafeBufferPointer { (bytes) throws(TokenizerError) in
      try tokenizer.encode(utf8: bytes, workers: Tokenizer.sharedWorkers)
    }
    #expect(shared == ids)
  }

  @Test("a batch gives each text's ids, and the first text's error")
  func batch() throws {
    let tokenizer = try SmallVocabulary().read()
    let texts = ["abc", "", "a b", "cab"]
    let backwards: Tokenizer.Workers = { count, body in (0..<count).reversed().forEach(body) }
    let all = try tokenizer.encode(batch: texts, workers: backwards)
    #expect(try all == texts.map { try tokenizer.encode($0) })
    #expect(throws: TokenizerError.containsSpecial(token: "<s>", byte: 1)) {
      try tokenizer.encode(batch: ["a", "a<s>", "</s>"], special: .error, workers: backwards)
    }
  }

  @Test("a growing text has the ids of the whole after each step", arguments: 0..<20)
  func incremental(seed: Int) throws {
    let tokenizer = try Self.tokenizer(ScannedPattern.allCases[seed % 5])
    var random = TestRandom(seed)
    let text = text(&random, 60)
    var encoding = tokenizer.makeIncrementalEncoding()
    var done = 0
    var settled: [Int32] = []
    while done < text.count {
      let next = min(text.count, done + Int.random(in: 0...9, using: &random))
      try encoding.append(utf8: Array(text[done..<next]))
      done = next
      #expect(try encoding.ids == tokenizer.encode(bytes: Array(text[..<done])))
      #expect(encoding.count == encoding.ids.count && encoding.byteCount == done)
      #expect(encoding.ids.starts(with: settled))
      settled = Array(encoding.ids.prefix(encoding.settledCount))
    }
  }

  @Test("counts any part as its encoding does", arguments: 0..<10)
  func substrings(seed: Int) throws {
    let tokenizer = try Self.tokenizer(ScannedPattern.allCases[seed % 5])
    var random = TestRandom(seed)
    let text = text(&random, 1500)
    let counter = try tokenizer.makeSubstringCounter(text)
    for _ in 0..<60 {
      let start = Int.random(in: 0...text.count, using: &random)
      let end = Int.random(in: start...text.count, using: &random)
      #expect(
        try counter.count(start..<end) == tokenizer.encode(bytes: Array(text[start..<end])).count)
    }
  }

  @Test("counting keeps no ids and is right for large texts")
  func counting() throws {
    let tokenizer = try Self.tokenizer(.gpt2)
    let text = String(repeating: "some words, 12 of them; ", count: 3000)
    #expect(try tokenizer.count(text) == tokenizer.encode(text).count)
  }

  @Test("spans tile the text, and their bytes are the tokens'", arguments: 0..<10)
  func spans(seed: Int) throws {
    let tokenizer = try Self.tokenizer(.cl100k)
    var random = TestRandom(seed)
    let text = random.text(200)
    let bytes = Array(text.utf8)
    let spans = try tokenizer.spans(of: text)
    #expect(try spans.map(\.id) == tokenizer.encode(text))
    #expect(spans.flatMap { Array(bytes[$0.bytes]) } == bytes)
    let scalars = Array(text.unicodeScalars)
    for span in spans {
      #expect(try Array(bytes[span.bytes]) == tokenizer.tokenBytes(span.id))
      let covered = scalars[..<span.scalars.upperBound].reduce(0) { $0 + UTF8.width($1) }
      let before = scalars[..<span.scalars.lowerBound].reduce(0) { $0 + UTF8.width($1) }
      #expect(before <= span.bytes.lowerBound && covered >= span.bytes.upperBound)
    }
  }

  @Test("spans know added tokens, and refuse changed text")
  func spansOfTokens() throws {
    let small = try SmallVocabulary().read()
    #expect(try small.spans(of: "éabc").map(\.bytes) == [0..<2, 2..<5])
    #expect(
      throws: TokenizerError.noOffsets(
        tokenizer: "small", reason: "it changes the text, and its ids give another one back")
    ) { try small.spans(of: "abz") }
    let error = TokenizerError.noOffsets(tokenizer: "small", reason: "because")
    #expect(error.code == "E0585" && error.hint != nil && error.message.hasSuffix("because"))
  }
}

extension UTF8 {
  fileprivate static func width(_ scalar: Unicode.Scalar) -> Int { String(scalar).utf8.count }
}
