import Files

/// What a vocabulary file is, by its first bytes.
enum VocabularyDetection {
  /// How much of a file is looked at.
  static let looked = 4096

  /// - Throws: ``TokenizerError/unknownRanks(path:)`` for tiktoken ranks, which do not say more, and
  ///   ``TokenizerError/unknownKind(path:)``.
  static func kind(of path: String) throws(TokenizerError) -> TokenizerKind {
    let start: [UInt8]
    do {
      let file = try MappedFile(path: path)
      start = Array(file.bytes.prefix(looked))
    } catch { throw .file(error) }
    if let kind = kind(start) { return kind }
    if isRankLine(firstLine(start)) { throw .unknownRanks(path: path) }
    // llama2.c's file has no mark: a small count, a score, a length.
    if Paths.fileExtension(of: path) == "bin" { return .llama2c }
    throw .unknownKind(path: path)
  }

  static func kind(_ start: [UInt8]) -> TokenizerKind? {
    if start.starts(with: "GGUF".utf8) { return .gguf }
    if start.starts(with: MappedVocabulary.magic) { return .mapped }
    if start.starts(with: [0x1F, 0x8B]) { return .clip }
    let text = start.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    if text.first == UInt8(ascii: "{") {
      let first = text.dropFirst().drop { $0 <= 0x20 }
      if first.starts(with: "\"\(HybridFile.mark)\"".utf8) { return .hybrid }
      return isTekken(start) ? .tekken : .huggingface
    }
    let line = firstLine(start)
    if line.starts(with: "\"bpe_simple_vocab_16e6".utf8) { return .clip }
    if line.starts(with: "#version: 0.2".utf8) { return .gpt2 }
    if isRWKVLine(line) { return .rwkv }
    if isSentencePiece(start) { return .sentencepiece }
    let lines = start.split(separator: UInt8(ascii: "\n"))
    let marks = ["[PAD]", "[UNK]", "[CLS]"]
    if lines.contains(where: { line in marks.contains { line.elementsEqual($0.utf8) } }) {
      return .wordpiece
    }
    return nil
  }

  private static func firstLine(_ start: [UInt8]) -> ArraySlice<UInt8> {
    let line = start.prefix { $0 != UInt8(ascii: "\n") }
    return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
  }

  private static func isRankLine(_ line: ArraySlice<UInt8>) -> Bool {
    guard let space = line.firstIndex(of: UInt8(ascii: " ")), space > 0 else { return false }
    let rank = line[(space + 1)...]
    var token: [UInt8] = []
    return !rank.isEmpty && rank.allSatisfy { (0x30...0x39).contains($0) }
      && Array(line[..<space]).withUnsafeBufferPointer { Base64.decode($0, into: &token) }
  }

  private static func isRWKVLine(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.firstIndex(of: UInt8(ascii: " ")),
      let last = line.lastIndex(of: UInt8(ascii: " ")), first < last
    else { return false }
    return line[..<first].allSatisfy { (0x30...0x39).contains($0) }
      && PythonLiteral.bytes(of: line[(first + 1)..<last]) != nil
  }

  /// The keys of `tekken.json` stand among its first lines.
  private static func isTekken(_ start: [UInt8]) -> Bool {
    ["\"default_num_special_tokens\"", "\"token_bytes\""].contains { key in
      start.indices.contains { start[$0...].starts(with: key.utf8) }
    }
  }

  /// A first field 1 (pieces) whose message has a first field 1 (text) inside it.
  private static func isSentencePiece(_ start: [UInt8]) -> Bool {
    guard start.count > 4, start[0] == 0x0A, start[1] < 0x80, start[2] == 0x0A else { return false }
    return start[3] > 0 && start[3] <= start[1] &- 2
  }
}
