import CTokens
import Files
import Glibc

@testable import Tokenizers

/// What the fuzzers feed with any bytes (`scripts/fuzz`), and what a test feeds with the files of
/// `Fuzz/Corpus`: readers, which give a tokenizer that works or an error, and laws of encoding.
///
/// A crash, a hang, memory without bound, or an error that is thrown here is a finding.
enum FuzzTarget: String, CaseIterable {
  case huggingFace = "huggingface"
  case ranks, sentencepiece, gguf, llama2c, rwkv, vocab, clip, pair, tekken, mapped, hybrid
  case charsmap, gzip, pattern
  case scanners
  case roundTrip = "round-trip"
  case growing, decoding

  /// A law that does not hold.
  struct Broken: Error { var law: String }

  func run(_ input: [UInt8]) throws {
    switch self {
    case .huggingFace:
      try read(input) { try HuggingFaceReader.read($0, path: "f", name: "f") }
    case .ranks: try ranks(input)
    case .sentencepiece:
      try read(input) { try SentencePieceReader.read($0, path: "f", name: "f") }
    case .gguf:
      try FuzzFile.with([input]) { paths in
        try read(input) { _ in try GGUFVocabularyReader.read(paths[0], name: "f", pre: nil) }
      }
    case .llama2c: try llama2c(input)
    case .rwkv: try read(input) { try RWKVReader.read($0, path: "f", name: "f") }
    case .vocab: try read(input) { try BertVocabulary.read($0, path: "f", name: "f") }
    case .clip: try read(input) { try CLIPReader.read($0, path: "f", name: "f") }
    case .pair:
      // The two files, with a zero byte between them.
      let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      try FuzzFile.with([Array(parts.first ?? []), Array(parts.dropFirst().first ?? [])]) { paths in
        try read(input) { _ in
          try GPT2PairReader.read(vocabulary: paths[0], merges: paths[1], name: "f")
        }
      }
    case .tekken: try tekken(input)
    case .mapped: try mapped(input)
    case .hybrid: try read(input) { try HybridFile.read($0, name: "f", path: "f").definition }
    case .charsmap: try charsMap(input)
    case .gzip:
      let limit = 1 << 20
      try FuzzFile.with([input]) { paths in
        if let bytes = try? GzipFile.bytes(at: paths[0], limit: limit), bytes.count > limit {
          throw Broken(law: "a compressed file gives no more than the limit")
        }
      }
    case .pattern: try pattern(input)
    case .scanners: try FuzzLaws.scanners(input)
    case .roundTrip: try FuzzLaws.roundTrip(input)
    case .growing: try FuzzLaws.growing(input)
    case .decoding: try FuzzLaws.decoding(input)
    }
  }

  // MARK: Readers

  /// What is read is a tokenizer that can be used.
  private func read(
    _ input: [UInt8], _ reader: ([UInt8]) throws -> TokenizerDefinition
  ) throws {
    let definition: TokenizerDefinition
    do { definition = try reader(input) } catch let error as TokenizerError {
      guard error.code.hasPrefix("E"), !error.message.isEmpty else {
        throw Broken(law: "errors have a code and a sentence")
      }
      return
    }
    try FuzzLaws.use(Tokenizer(definition), with: input.suffix(48))
  }

  /// The first byte says which pattern; `+` in the second puts the single bytes in front.
  private func ranks(_ input: [UInt8]) throws {
    let kinds: [TokenizerKind] = [.gpt2, .cl100k, .o200k, .qwen, .whisper]
    guard let first = input.first, let publication = RankPublication(kinds[Int(first) % 5]) else {
      return
    }
    var file = Array(input.dropFirst())
    if file.first == UInt8(ascii: "+") { file = Self.singleBytes + file.dropFirst() }
    try read(file) {
      try RankFileReader.read($0, path: "f", publication: publication, name: "f")
    }
  }

  private static let singleBytes: [UInt8] = {
    var text: [UInt8] = []
    for byte in UInt8.min...UInt8.max {
      Base64.encode([byte], into: &text)
      text += " \(byte)\n".utf8
    }
    return text
  }()

  /// `+` in front puts the tokens there that every such file has.
  private func llama2c(_ input: [UInt8]) throws {
    var file = input
    if file.first == UInt8(ascii: "+") {
      var scores = SmallScores()
      scores.tokens = Array(scores.tokens.prefix(3 + 256 + 1))
      scores.longest = 128
      file = scores.bytes + file.dropFirst()
    }
    try read(file) { try Llama2CReader.read($0, path: "f", name: "f") }
  }

  /// `[+,` puts the tokens of the single bytes into the list.
  private func tekken(_ input: [UInt8]) throws {
    var file = input
    if let place = file.indices.first(where: { file[$0...].starts(with: "[+,".utf8) }) {
      var tokens: [UInt8] = []
      for (rank, line) in Self.singleBytes.split(separator: 0x0A).enumerated() {
        tokens +=
          #"{"rank":\#(rank),"token_bytes":""#.utf8 + line.prefix { $0 != 0x20 } + #""},"#.utf8
      }
      file.replaceSubrange(place + 1...place + 2, with: tokens)
    }
    try read(file) { try TekkenReader.read($0, path: "f", name: "f") }
  }

  /// The input is what stands behind the checksum; or, behind `+`, places (two bytes) and bytes to
  /// write there into a file that is right but for its checksum.
  private func mapped(_ input: [UInt8]) throws {
    var file = MappedVocabulary.magic + [UInt8](repeating: 0, count: 8) + input
    if input.first == UInt8(ascii: "+") {
      file = try Self.mappedFile.get()
      for index in stride(from: 1, to: input.count - 2, by: 3) {
        let place = Int(input[index]) | Int(input[index + 1]) << 8
        file[16 + place % (file.count - 16)] = input[index + 2]
      }
    }
    let unsigned = file
    MappedVocabulary.sign(&file)
    try FuzzFile.with([file, unsigned]) { paths in
      for path in paths {
        try read(input) { _ in try MappedVocabulary.read(path, name: "f") }
      }
    }
  }

  private static let mappedFile = Result {
    let more = ["ab", "bc", "abc", "  ", " a", "é", "aa", "aaaa"]
    var ranks = singleBytes
    for (index, token) in more.enumerated() {
      Base64.encode(Array(token.utf8), into: &ranks)
      ranks += " \(256 + index)\n".utf8
    }
    let publication = RankPublication(.gpt2)
    guard let publication else { throw Broken(law: "GPT-2 has ranks") }
    return try Tokenizer(
      RankFileReader.read(ranks, path: "f", publication: publication, name: "f")
    ).mappedForm()
  }

  // MARK: Parts of vocabularies

  /// The first two bytes are the map's length, then come the map and a text.
  private func charsMap(_ input: [UInt8]) throws {
    guard input.count > 2 else { return }
    let length = min(input.count - 2, Int(input[0]) | Int(input[1]) << 8)
    let text = Array(input[(2 + length)...])
    guard let map = try? PrecompiledCharsMap(bytes: Array(input[2..<2 + length])) else { return }
    _ = map.apply(to: text)
    text.withUnsafeBufferPointer { text in
      for start in text.indices { _ = map.shortestMatch(text, from: start) }
    }
    for flags in 0..<8 {
      var normalizer = SentencePieceNormalizer(charsMap: map)
      normalizer.addsDummyPrefix = flags & 1 > 0
      normalizer.removesExtraSpaces = flags & 2 > 0
      normalizer.treatsSpaceAsSuffix = flags & 4 > 0
      _ = normalizer.apply(to: text)
    }
  }

  /// A line with a regular expression, then a text.
  private func pattern(_ input: [UInt8]) throws {
    let parts = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    guard let line = parts.first, let source = String(validating: line, as: UTF8.self),
      let pattern = try? RegexPattern(source)
    else { return }
    let text = Array(parts.dropFirst().first ?? [])
    try text.withUnsafeBufferPointer { bytes in
      var end = 0
      var isOrdered = true
      _ = try? pattern.forEachMatch(in: bytes) { match in
        isOrdered = isOrdered && match.lowerBound >= end && match.upperBound <= bytes.count
        end = match.upperBound
      }
      guard isOrdered else { throw Broken(law: "matches come one behind the other") }
      for inverted in [false, true] {
        let stage = PreTokenizer.Stage.split(
          .pattern(.compiled(pattern)), behavior: .isolated, inverted: inverted)
        let pieces = PreTokenizer(stages: [stage]).pieces(of: text)
        guard pieces.flatMap(\.self) == text else { throw Broken(law: "pieces tile the text") }
      }
    }
  }
}

/// Files that hold an input, for readers that map them.
enum FuzzFile {
  static func with(_ contents: [[UInt8]], _ body: ([String]) throws -> Void) throws {
    let paths = contents.indices.map { "/tmp/tessera-fuzz-\(getpid())-\(pthread_self())-\($0)" }
    defer { for path in paths { unlink(path) } }
    for (path, content) in zip(paths, contents) {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      defer { close(descriptor) }
      guard descriptor >= 0, write(descriptor, content, content.count) == content.count else {
        throw FuzzTarget.Broken(law: "the temporary folder can be written")
      }
    }
    try body(paths)
  }
}
