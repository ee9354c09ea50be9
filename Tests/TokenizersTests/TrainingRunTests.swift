import Files
import Glibc
import Testing

@testable import Tokenizers

@Suite("Training runs") struct TrainingRunTests {
  private static func counts(_ counter: PieceCounter) -> [[UInt8]: UInt64] {
    Dictionary(
      uniqueKeysWithValues: (0..<counter.pieces.count).map {
        (Array(counter.pieces[$0]), counter.counts[$0])
      })
  }

  private static func texts(_ seed: Int) -> [[UInt8]] {
    var random = TestRandom(seed)
    return (0..<3).map { _ in
      if seed % 3 == 0 { return Array(random.text(400).utf8) }
      return random.bytes(900, from: Array("ab 1.!'s\n\n\r/\u{A0}é。\n".utf8))
    }
  }

  private static let cuttings: [TextCutting] = [
    .gpt2, .superwords, .bert, .markedWords, .lines, .gpt2(digits: .rightToLeft(3)),
    .gpt2(digits: .leftToRight(3)), .words, .gpt4,
  ]

  @Test("blocks, threads and files give the counts of whole texts", arguments: 0..<54)
  func blocks(seed: Int) throws {
    let texts = Self.texts(seed)
    let cutting = Self.cuttings[seed % Self.cuttings.count]
    var whole = PieceCounter()
    for text in texts { try whole.add(text, cut: cutting) }
    for (threads, size) in [(1, 1), (2, 16), (3, 200), (1, 1 << 20)] {
      var state = TrainingState(settings: "")
      try CorpusCounting(corpus: .bytes(texts), cutting: cutting, threads: threads, blockSize: size)
        .run(&state)
      #expect(
        Self.counts(state.counter) == Self.counts(whole), "\(threads) threads, blocks of \(size)")
      #expect(state.counter.total == whole.total && state.counter.bytes == whole.bytes)
      #expect(state.dataDigest == Digest.hexadecimal(of: texts.flatMap(\.self)))
    }
  }

  @Test("files are read as texts in memory are")
  func files() throws {
    let folder = "/tmp/tessera-training-\(getpid())"
    try DurableFile.makeFolder(folder)
    defer { TemporaryFolder.remove(folder) }
    let texts = Self.texts(1) + [[]]
    let paths = texts.indices.map { "\(folder)/\($0).txt" }
    for (path, text) in zip(paths, texts) { try DurableFile.replace(path, with: text) }
    for size in [7, 64, 1 << 20] {
      var (a, b) = (TrainingState(settings: ""), TrainingState(settings: ""))
      try CorpusCounting(corpus: .files(paths), cutting: .gpt2, threads: 2, blockSize: size).run(&a)
      try CorpusCounting(corpus: .bytes(texts), cutting: .gpt2, blockSize: size).run(&b)
      #expect(Self.counts(a.counter) == Self.counts(b.counter))
      #expect(a.dataDigest == b.dataDigest)
    }
    let missing = folder + "/none"
    #expect(throws: TokenizerError.file(.notFound(path: missing))) {
      try BPETrainer(vocabularySize: 300).train(on: .files([missing]))
    }
    #expect(throws: TokenizerError.file(.isFolder(path: folder))) {
      try BPETrainer(vocabularySize: 300).train(on: .files([folder]))
    }
  }

  @Test("a training that goes on gives what one without a stop gives", arguments: 0..<10)
  func resume(seed: Int) throws {
    let folder = "/tmp/tessera-resume-\(getpid())-\(seed)"
    try DurableFile.makeFolder(folder)
    defer { TemporaryFolder.remove(folder) }
    let path = folder + "/state"
    let texts = Self.texts(seed)
    let trainer = BPETrainer(vocabularySize: 330, minimumFrequency: 1)
    let whole = try trainer.train(bytes: texts)

    // Stopped in the middle of counting: half of the blocks are counted.
    var run = TrainingRun(threads: 2, statePath: path)
    run.progress = { _ in }
    #expect(throws: TokenizerError.interrupted(.interrupted)) {
      try run.keepingState(settings: trainer.settings) { (state) throws(TokenizerError) in
        var reader = CorpusReader(.bytes(texts))
        for _ in 0..<2 {
          guard let block = try reader.next() else { break }
          try block.bytes.withUnsafeBufferPointer { (bytes) throws(TokenizerError) in
            try state.counter.add(bytes, startsText: block.startsText, cut: .gpt2)
          }
        }
        state.dataDigest = reader.digestSoFar
        throw .interrupted(.interrupted)
      }
    }
    #expect(Paths.exists(path))
    // Then in the middle of merging.
    #expect(throws: TokenizerError.interrupted(.timeLimit)) {
      try run.keepingState(settings: trainer.settings) { (state) throws(TokenizerError) in
        #expect(state.counter.bytes > 0 && !state.isCounted)
        try run.count(.bytes(texts), cut: .gpt2, &state)
        let learner = MergeLearner(AlphabeticPieces(bytesOf: state.counter), least: 1)
        try learner.fill(to: 280, &state, run)
        throw .interrupted(.timeLimit)
      }
    }
    let resumed = try trainer.train(on: .bytes(texts), run: run)
    #expect(resumed.tokenizer.digest == whole.tokenizer.digest)
    #expect(try resumed.tokenizer.json() == whole.tokenizer.json())
    #expect(resumed.report == whole.report)
    #expect(!Paths.exists(path))
  }

  @Test("a kept training of other texts or settings, or a damaged one, is refused")
  func refusals() throws {
    let folder = "/tmp/tessera-kept-\(getpid())"
    try DurableFile.makeFolder(folder)
    defer { TemporaryFolder.remove(folder) }
    let path = folder + "/state"
    let trainer = BPETrainer(vocabularySize: 300)
    var state = TrainingState(settings: trainer.settings)
    try CorpusCounting(corpus: .texts(["some words", "more words"]), cutting: .gpt2).run(&state)
    state.isCounted = false
    try state.save(to: path)
    #expect(throws: TokenizerError.otherCorpus) {
      try trainer.train(on: .texts(["other words"]), run: TrainingRun(statePath: path))
    }
    #expect(throws: TokenizerError.otherTraining(path: path)) {
      try BPETrainer(vocabularySize: 300, minimumFrequency: 3)
        .train(on: .texts(["some words"]), run: TrainingRun(statePath: path))
    }
    let bytes = state.encoded()
    for end in [0, 5, 40, 100, bytes.count - 1] {
      try DurableFile.replace(path, with: Array(bytes[..<end]))
      #expect(throws: TokenizerError.self) { try TrainingState.load(path, settings: "") }
    }
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var damaged = bytes
      damaged[place] ^= 1
      try DurableFile.replace(path, with: damaged)
      #expect(throws: TokenizerError.self, "byte \(place)") {
        try TrainingState.load(path, settings: trainer.settings)
      }
    }
  }

  @Test("digits are grouped from either end", arguments: 0..<30)
  func digits(seed: Int) throws {
    var random = TestRandom(seed)
    let text = String(
      decoding: random.bytes(60, from: Array("0123456789012345 a.".utf8)), as: UTF8.self)
    func groups(_ grouping: DigitGrouping) -> [String] {
      PreTokenizer(stages: [.digitGroups(grouping)]).pieces(of: Array(text.utf8)).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    var expected: [[String]] = [[], [], []]
    for run in text.split(omittingEmptySubsequences: true, whereSeparator: { _ in false }) {
      var rest = Array(run)
      while let first = rest.first {
        let part = Array(rest.prefix { $0.isNumber == first.isNumber })
        rest.removeFirst(part.count)
        guard first.isNumber else {
          for index in 0..<3 { expected[index].append(String(part)) }
          continue
        }
        expected[0] += part.map { String($0) }
        expected[1] += stride(from: 0, to: part.count, by: 3).map {
          String(part[$0..<min($0 + 3, part.count)])
        }
        let reversed = stride(from: part.count, to: 0, by: -3).map {
          String(part[max(0, $0 - 3)..<$0])
        }
        expected[2] += reversed.reversed()
      }
    }
    #expect(groups(.single) == expected[0])
    #expect(groups(.leftToRight(3)) == expected[1])
    #expect(groups(.rightToLeft(3)) == expected[2])
    // The encoder cuts the same way.
    var trainer = BPETrainer(vocabularySize: 300, minimumFrequency: 1)
    trainer.cutting = .gpt2(digits: .rightToLeft(3))
    let tokenizer = try trainer.train(texts: [text]).tokenizer
    let pieces = tokenizer.definition.preTokenizer.pieces(of: Array(text.utf8))
    var apart: [Int32] = []
    for piece in pieces { apart += try tokenizer.encode(bytes: piece) }
    #expect(try tokenizer.encode(text) == apart)
  }

  @Test("superwords are what the pattern says", arguments: 0..<60)
  func superwords(seed: Int) throws {
    var random = TestRandom(seed)
    let text =
      seed % 2 == 0
      ? random.text(60)
      : String(decoding: random.bytes(80, from: Array("ab12  ..!/\n\r\t".utf8)), as: UTF8.self)
    let pattern = try Regex(SuperwordSplitter.pattern).matchingSemantics(.unicodeScalar)
    var expected: [String] = []
    var index = text.startIndex
    for match in text.matches(of: pattern) {
      if index < match.range.lowerBound {
        expected.append(String(text.unicodeScalars[index..<match.range.lowerBound]))
      }
      expected.append(String(text.unicodeScalars[match.range]))
      index = match.range.upperBound
    }
    if index < text.endIndex { expected.append(String(text.unicodeScalars[index...])) }
    let pieces = PreTokenizer(stages: [.superwords]).pieces(of: Array(text.utf8))
    #expect(pieces == expected.map { Array($0.utf8) })
  }
}
