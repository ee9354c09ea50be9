import Files
import Glibc
import Testing

@testable import Tokenizers

@Suite("Malformed vocabularies of other formats") struct MalformedFormatTests {
  /// 256 single bytes with the ranks 0…255.
  private func ranks(_ more: String = "") -> [UInt8] {
    var text: [UInt8] = []
    for byte in UInt8.min...UInt8.max {
      Base64.encode([byte], into: &text)
      text += " \(byte)\n".utf8
    }
    return text + more.utf8
  }

  private func readRanks(_ bytes: [UInt8]) throws -> TokenizerDefinition {
    try RankFileReader.read(
      bytes, path: "r", publication: #require(RankPublication(.cl100k)), name: "r")
  }

  private func malformed(_ place: String, _ reason: String) -> TokenizerError {
    .malformed(path: "r", place: place, reason: reason)
  }

  @Test("rank files are refused with line and reason")
  func rankFiles() throws {
    #expect(try readRanks(ranks("YWI= 256\n")).model.tokens.count == 257)
    let base64 = "is not base64"
    for wrong in ["YWI", "YWJ=", "Y=I=", "YW==I", "=", "YW I="] where wrong != "=" {
      let first = String(wrong.prefix { $0 != " " })
      #expect(throws: malformed("line 257", "\"\(first)\" \(base64)"), "\(wrong)") {
        try readRanks(ranks("\(wrong) 256\n"))
      }
    }
    let rank = "the rank is not a whole number below 10⁹"
    for wrong in ["", "-1", "1x", "9999999999"] {
      #expect(throws: malformed("line 257", rank)) { try readRanks(ranks("YWI= \(wrong)\n")) }
    }
    #expect(throws: malformed("line 257", "a token in base64, a space and its rank are expected")) {
      try readRanks(ranks("YWI=\n"))
    }
    #expect(throws: malformed("line 257", "rank 7 is the rank of line 8 already")) {
      try readRanks(ranks("YWI= 7\n"))
    }
    #expect(throws: malformed("line 257", "the token is the same as that of rank 97")) {
      try readRanks(ranks("YQ== 256\n"))
    }
    #expect(throws: malformed("the whole file", "no token has the rank 256")) {
      try readRanks(ranks("YWI= 257\n"))
    }
    #expect(throws: malformed("line 257", "rank 999999 is far beyond the 257 tokens there are")) {
      try readRanks(ranks("YWI= 999999\n"))
    }
    #expect(throws: malformed("the whole file", "byte 0 has no token of its own")) {
      try readRanks(Array("YQ== 0\n".utf8))
    }
    #expect(throws: malformed("line 1", "there are no tokens")) { try readRanks([]) }
  }

  @Test("RWKV lists are refused with line and reason")
  func rwkv() {
    func refused(_ text: String, _ place: String, _ reason: String) {
      #expect(throws: malformed(place, reason)) {
        try RWKVReader.read(Array(text.utf8), path: "r", name: "r")
      }
    }
    let line = "an id, a Python literal and a length are expected"
    refused("x", "line 1", line)
    refused("1 'a'", "line 1", line)
    refused("1 'a' 1\n3 'b' 1\n", "line 2", "id 3 stands where id 2 is expected")
    refused("1 'a' 2\n", "line 1", "the token has 1 bytes, the line says 2")
    refused("1 'a' 1\n2 b'a' 1\n", "line 2", "the token is the same as that of id 1")
    for wrong in [
      "'a", "'a''", #"'\'"#, #"'\q'"#, #"'\x1'"#, #"b'\u0041'"#, "b'é'", "''", #"'\ud800'"#,
    ] {
      refused("1 \(wrong) 1\n", "line 1", "\(quoted(wrong)) is no Python literal of a token")
    }
  }

  @Test("Python literals are read as Python reads them")
  func literals() {
    func bytes(_ text: String) -> [UInt8]? { PythonLiteral.bytes(of: Array(text.utf8)[...]) }
    #expect(bytes(#"'\n\t\r\\\'"'"#) == Array("\n\t\r\\'\"".utf8))
    #expect(bytes(#""it's""#) == Array("it's".utf8))
    #expect(bytes(#"'\xe9'"#) == Array("é".utf8) && bytes(#"b'\xe9'"#) == [0xE9])
    #expect(bytes(#"'é\u4f60\U0001f600'"#) == Array("é你😀".utf8))
  }

  @Test("a SentencePiece model cut anywhere, or with any byte changed, is read or refused")
  func damagedModels() throws {
    for name in ["bpe_user", "unigram_rules"] {
      let path = Assets.packageRoot + "/Tests/TokenizersTests/Fixtures/sentencepiece/\(name).model"
      let whole = try FileContents.bytes(at: path)
      var refused = 0
      for length in stride(from: 0, to: whole.count, by: 61) {
        do { _ = try SentencePieceReader.read(Array(whole[..<length]), path: "r", name: "r") } catch
        {
          refused += 1
        }
      }
      #expect(refused > 20)
      var random = TestRandom(5)
      for _ in 0..<60 {
        var bytes = whole
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(
          truncatingIfNeeded: random.next())
        guard let read = try? SentencePieceReader.read(bytes, path: "r", name: "r") else {
          continue
        }
        _ = try? Tokenizer(read).encode("Hello the \u{3000}world")
      }
    }
  }

  @Test("protobuf is refused with byte and reason")
  func protobuf() {
    func refused(_ bytes: [UInt8], _ place: String, _ reason: String) {
      #expect(throws: malformed(place, reason)) { try SentencePieceProto(bytes, path: "r") }
    }
    refused([], "pieces", "the model has no pieces")
    refused([0x0A], "byte 1", "the message is cut short")
    refused([0x0A, 0x05, 0x0A], "byte 0", "field 1 claims 5 bytes, 1 are left")
    refused(
      [0x0A] + [UInt8](repeating: 0xFF, count: 9) + [0x01], "byte 0",
      "field 1 claims 18446744073709551615 bytes, 0 are left")
    refused(
      [0x08] + [UInt8](repeating: 0xFF, count: 11), "byte 11", "a number has more than 64 bits")
    refused([0x0B], "byte 0", "the wire type 3 is not possible")
    refused([0x02, 0x00], "byte 0", "the field number 0 is not possible")
    refused([0x08, 0x01], "byte 0", "bytes are expected")
    refused([0x0A, 0x00], "byte 2", "piece 0 is empty")
    refused([0x0A, 0x03, 0x0A, 0x01, 0xFF], "byte 2", "piece 0 is not UTF-8")
    refused(
      [0x0A, 0x05, 0x0A, 0x01, 0x61, 0x18, 0x09], "byte 5", "piece 0 has the type 9, which is none")
  }

  @Test("SentencePiece models are refused for their pieces")
  func pieces() throws {
    typealias Piece = (text: String, type: UInt8)
    func model(_ pieces: [Piece], _ fields: [UInt8] = []) -> [UInt8] {
      pieces.flatMap { piece -> [UInt8] in
        let text = Array(piece.text.utf8)
        let message = [0x0A, UInt8(text.count)] + text + [0x18, piece.type]
        return [0x0A, UInt8(message.count)] + message
      } + fields
    }
    func refused(_ bytes: [UInt8], _ place: String, _ reason: String) {
      #expect(throws: malformed(place, reason)) {
        try SentencePieceReader.read(bytes, path: "r", name: "r")
      }
    }
    let unknown: Piece = ("<unk>", 2)
    refused(model([("a", 1)]), "pieces", "there is no unknown piece")
    refused(model([unknown, ("<u>", 2)]), "piece 1", "piece 0 is the unknown piece already")
    refused(model([unknown, ("a", 1), ("a", 1)]), "piece 2", "it is the same as piece 1")
    refused(
      model([unknown, ("<0x00>", 6)]), "piece 1",
      "it is a byte, but the model does not fall back to bytes")
    let fallback: [UInt8] = [0x12, 0x03, 0x98, 0x02, 0x01]
    refused(
      model([unknown, ("a", 6)], fallback), "piece 1",
      "it has the type of a byte and does not write one")
    refused(
      model([unknown, ("<0x00>", 6)], fallback), "pieces", "the piece <0x01> is missing")
    refused(
      model([unknown, ("a", 1)], [0x1A, 0x03, 0x12, 0x01, 0x00]),
      "normalizer_spec.precompiled_charsmap", "the map is cut short")
    _ = try SentencePieceReader.read(model([unknown, ("a", 1)]), path: "r", name: "r")
  }

  @Test("GGUF vocabularies, CLIP's and GPT-2's merges are refused for their parts")
  func otherMerges() throws {
    func refused(_ seed: String, _ old: String, _ new: String, _ place: String, _ reason: String)
      throws
    {
      let path = Assets.packageRoot + "/Fuzz/Corpus/gguf/" + seed
      let bytes = Normalizer.replaced(
        Array(old.utf8), Array(new.utf8), in: try FileContents.bytes(at: path))
      try FuzzFile.with([bytes]) { paths in
        #expect(
          throws: TokenizerError.malformed(path: paths[0], place: place, reason: reason)
        ) { try GGUFVocabularyReader.read(paths[0], name: "f", pre: nil) }
      }
    }
    let merges = "tokenizer.ggml.merges"
    try refused("gpt2", "a b", "a c", merges + "[0]", #""c" is not in the vocabulary"#)
    try refused("gpt2", "a b", "b a", merges + "[0]", #""ba" is not in the vocabulary"#)
    try refused("gpt2", "a b", "a-b", merges + "[0]", "two tokens are expected")
    try refused("gpt2", merges, "tokenizer.ggml.mergex", merges, "a list of texts is expected")
    try refused(
      "gpt2", "Ġ", "ab", "tokenizer.ggml.tokens[3]", "the token is the same as that of id 2")
    try refused(
      "llama", "ggml.scores", "ggml.scorex", "tokenizer.ggml.scores",
      "9 finite floats are expected, one a token")
    func clip(_ text: String, _ reason: String) {
      #expect(throws: malformed("line 2", reason)) {
        try CLIPReader.read(Array(text.utf8), path: "r", name: "r")
      }
    }
    clip("#\na bc\n", #""bc" is not made by a line before"#)
    clip("#\na\n", "two tokens are expected")
    try FuzzFile.with([Array(#"{"a": 0, "b": 1, "ab": 2}"#.utf8), Array("a b\na x\n".utf8)]) {
      paths in
      #expect(
        throws: TokenizerError.malformed(
          path: paths[0], place: "model.merges[1]", reason: #""x" is not in the vocabulary"#)
      ) { try GPT2PairReader.read(vocabulary: paths[0], merges: paths[1], name: "f") }
    }
  }

  @Test("replacement maps are refused for their sizes")
  func charsMaps() {
    for bytes: [UInt8] in [
      [], [0, 0, 0, 0, 0], [4, 0, 0, 0, 1, 2, 3, 4], [255, 255, 255, 255, 0],
    ] {
      #expect(throws: PrecompiledCharsMap.Malformed.self) { try PrecompiledCharsMap(bytes: bytes) }
    }
  }

  @Test("GGUF headers are refused with byte and reason, cut anywhere")
  func gguf() throws {
    func word(_ value: UInt64, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
    func text(_ value: String) -> [UInt8] { word(UInt64(value.utf8.count), 8) + value.utf8 }
    let key = text("tokenizer.ggml.model") + word(8, 4) + text("none")
    let list = text("x") + word(9, 4) + word(5, 4) + word(2, 8) + word(7, 4) + word(8, 4)
    let head = Array("GGUF".utf8) + word(3, 4)
    let whole = head + word(0, 8) + word(2, 8) + key + list
    let path = "/tmp/tessera-gguf-\(getpid()).gguf"
    defer { unlink(path) }
    func read(_ bytes: [UInt8]) throws -> GGUFHeader {
      let file = try #require(fopen(path, "w"))
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
      return try GGUFHeader(path: path)
    }
    let header = try read(whole)
    #expect(header.text("tokenizer.ggml.model") == "none" && header.version == 3)
    #expect(header.array("x").flatMap { header.integers($0) } == [7, 8])
    for length in 0..<whole.count {
      #expect(throws: FileError.self) { try read(Array(whole[..<length])) }
    }
    func refused(_ bytes: [UInt8], _ byte: Int, _ reason: String) {
      #expect(throws: FileError.malformed(path: path, byte: byte, reason: reason)) {
        try read(bytes)
      }
    }
    let rest = word(0, 8) + word(0, 8)
    refused(Array("GGUX".utf8) + word(3, 4) + rest, 0, "this is no GGUF file")
    refused(
      Array("GGUF".utf8) + word(1, 4) + rest, 4, "version 1 of the format, 2 and 3 are supported")
    refused(
      head + word(1 << 60, 8) + word(0, 8), 8,
      "\(UInt64(1) << 60) tensors are claimed, there is room for 0")
    refused(
      head + word(0, 8) + word(2, 8) + key + key, 24 + key.count,
      "the key 'tokenizer.ggml.model' is there twice")
    let deep = text("x") + (0..<20).flatMap { _ in word(9, 4) + word(1, 8) }
    #expect(throws: FileError.self) { try read(head + word(0, 8) + word(1, 8) + deep) }
    #expect(throws: TokenizerError.self) { try Tokenizer.load(path: path) }
  }

  @Test("errors say what to do")
  func hints() {
    let pre = TokenizerError.unknownPreTokenizer(path: "f", kind: "new")
    #expect(
      pre.code == "E0580" && pre.message.contains("\"new\"") && pre.hint?.contains("pre=") == true)
    let ranks = TokenizerError.unknownRanks(path: "f")
    #expect(ranks.code == "E0581" && ranks.hint == "say kind=gpt2|cl100k|o200k|qwen|whisper")
    #expect(
      throws: TokenizerError.unknownRanks(path: Assets.path("tokenizers/o200k/o200k_base.tiktoken"))
    ) {
      if !Assets.present {
        throw TokenizerError.unknownRanks(path: Assets.path("tokenizers/o200k/o200k_base.tiktoken"))
      }
      _ = try Tokenizer.load(path: Assets.path("tokenizers/o200k/o200k_base.tiktoken"))
    }
  }

  @Test("every kind of cutting text compiles", arguments: GGUFPreTokenizer.knownKinds)
  func kinds(kind: String) { #expect(GGUFPreTokenizer(kind) != nil) }
}
