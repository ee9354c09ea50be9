import Files
import Glibc
import Kernels
import Tensors
import Testing
import Tokenizers

@testable import Training

@Suite("Texts larger than memory") struct TokenFileTests {
  static let documents: [String] = (0..<90).map { index in
    var stream = RandomStream(seed: 6, path: ["documents", String(index)])
    let words = (0..<(1 + stream.int(below: 14))).map { _ in
      ["one", "two", "three", "a much longer word", "ß"][stream.int(below: 5)]
    }
    return words.joined(separator: " ")
  }

  static func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let path = "/tmp/tessera-tokens-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try DurableFile.makeFolder(path)
    defer { ScratchFolderRemoval.remove(path) }
    return try body(path)
  }

  static func file(_ text: String, _ cut: TokenFile.Cut = .lines, in folder: String) throws
    -> TokenFile
  {
    try DurableFile.replace(folder + "/text.txt", with: text)
    return try TokenFile(
      of: folder + "/text.txt", cut: cut, tokenizer: ModelTrainingTests.tokenizer(),
      in: folder + "/tokens")
  }

  @Test("batches of a file are those of memory, to the bit, over several passes")
  func sameBatches() throws {
    let tokenizer = try ModelTrainingTests.tokenizer()
    try Self.withFolder { folder in
      let file = try Self.file(Self.documents.joined(separator: "\n"), in: folder)
      #expect(try Paths.names(in: folder + "/tokens").isEmpty)
      for (context, windows) in [(2, 1), (8, 3), (17, 2), (33, 1)] {
        let inMemory = try TokenData(
          Self.documents, tokenizer: tokenizer, context: context, windows: windows, seed: 7)
        let mapped = try TokenData(
          file, tokenizer: tokenizer, context: context, windows: windows, seed: 7)
        #expect(mapped.batches.digest == inMemory.batches.digest)
        #expect(mapped.batches.batchesPerPass == inMemory.batches.batchesPerPass)
        #expect(mapped.heldOut == inMemory.heldOut)
        #expect(!mapped.heldOut.isEmpty || context > 17)
        for number in 0..<(2 * inMemory.batches.batchesPerPass + 3) {
          #expect(try mapped.batches.batch(number) == inMemory.batches.batch(number))
        }
      }
    }
  }

  @Test("of few documents the end of the last is held out, as in memory")
  func fewDocuments() throws {
    let tokenizer = try ModelTrainingTests.tokenizer()
    try Self.withFolder { folder in
      let texts = ["one two", Self.documents.prefix(40).joined(separator: " ")]
      let file = try Self.file(texts.joined(separator: "\r\n") + "\r\n\r\n", in: folder)
      let ids = try LanguageModelTraining.encoded(texts, tokenizer)
      let (training, held) = file.split()
      func tokens(_ ranges: [Range<Int>]) -> [[Int32]] {
        ranges.map { range in
          var ids: [Int32] = []
          file.append(range, to: &ids)
          return ids
        }
      }
      #expect(tokens(training) == LanguageModelTraining.split(ids).training)
      #expect(tokens(held) == LanguageModelTraining.split(ids).held)
      #expect(held.count == 1)
    }
  }

  @Test("documents end at lines or at empty lines, also across the blocks that are read")
  func cuts() throws {
    try Self.withFolder { (folder: String) throws in
      func documents(_ text: String, _ cut: TokenFile.Cut) throws -> [String] {
        let path = folder + "/cut.txt"
        try DurableFile.replace(path, with: text)
        var parts = try TextParts(path: path, cut: cut)
        var found: [String] = []
        while let text = try parts.next() { found.append(text) }
        return found
      }
      let text = "\n\na\nb\n\n\nc\r\nd\r\n\r\ne"
      #expect(try documents(text, .lines) == ["a", "b", "c", "d", "e"])
      #expect(try documents(text, .blankLines) == ["a\nb", "c\nd", "e"])
      #expect(try documents("", .lines) == [])
      // Lines that lie across a mebibyte, and one that is longer.
      let long = [String](repeating: "äß", count: 300_000).joined()
      let lines = [String](repeating: "0123456789é", count: 90_000) + [long, "end"]
      #expect(try documents(lines.joined(separator: "\n"), .lines) == lines)
      #expect(
        try documents(lines.joined(separator: "\n"), .blankLines)
          == [lines.joined(separator: "\n")])
    }
  }

  @Test("training on a file has the losses of training on its texts")
  func sameTraining() throws {
    let tokenizer = try ModelTrainingTests.tokenizer()
    let configuration = try ModelTrainingTests.configuration(tokenizer, steps: 4)
    let inMemory = try ModelTraining.run(
      configuration, objective: NextToken(), tokenizer: tokenizer, documents: Self.documents)
    try Self.withFolder { folder in
      let file = try Self.file(Self.documents.joined(separator: "\n\n"), .blankLines, in: folder)
      let mapped = try ModelTraining.run(
        configuration, objective: NextToken(),
        data: TokenData(
          file, tokenizer: tokenizer, context: configuration.sizes.context,
          windows: configuration.batch, seed: configuration.seed))
      #expect(mapped.losses == inMemory.losses)
      #expect(mapped.heldOutLoss == inMemory.heldOutLoss)
      #expect(mapped.model.weights == inMemory.model.weights)
    }
  }

  @Test("a file that is no text, is not there, or is too short is told")
  func refusals() throws {
    let tokenizer = try ModelTrainingTests.tokenizer()
    try Self.withFolder { folder in
      let path = folder + "/bad.txt"
      try DurableFile.replace(path, with: [0x61, 0x0A, 0xFF, 0xFE, 0x0A])
      let error = #expect(throws: TrainingError.self) {
        try TokenFile(of: path, cut: .lines, tokenizer: tokenizer, in: folder)
      }
      guard case .file(.malformed(_, let byte, _)) = error else {
        Issue.record("another error")
        return
      }
      #expect(byte == 2)
      #expect(try Paths.names(in: folder) == ["bad.txt"])
      #expect(throws: TrainingError.self) {
        try TokenFile(of: folder + "/none", cut: .lines, tokenizer: tokenizer, in: folder)
      }
      let short = try Self.file("one", in: folder)
      #expect(throws: TrainingError.self) {
        try TokenData(short, tokenizer: tokenizer, context: 64, windows: 1, seed: 1)
      }
    }
  }
}

/// Removes what a test made.
enum ScratchFolderRemoval {
  static func remove(_ folder: String) {
    for name in (try? Paths.names(in: folder)) ?? [] {
      let path = folder + "/" + name
      if Paths.isFolder(path) { remove(path) } else { unlink(path) }
    }
    rmdir(folder)
  }
}
