import CTokens
import Files

@testable import Tokenizers

/// Laws of encoding and decoding that hold for any text and any ids.
enum FuzzLaws {
  private static func check(_ holds: Bool, _ law: @autoclosure () -> String)
    throws(FuzzTarget.Broken)
  {
    if !holds { throw FuzzTarget.Broken(law: law()) }
  }

  // MARK: Any tokenizer

  /// Encodes, decodes and saves by a vocabulary that nobody has checked.
  static func use(_ tokenizer: Tokenizer, with tail: some Collection<UInt8>) throws {
    let size = tokenizer.vocabularySize
    for text in [Array("abc <s> é€😀 12 [x]\n\n  ▁a. ".utf8) + tail, []] {
      for policy in SpecialPolicy.allCases {
        guard let ids = try? tokenizer.encode(bytes: text, special: policy) else { continue }
        try check(ids.allSatisfy { $0 >= 0 && $0 < size }, "ids are in the vocabulary")
        let count = try text.withUnsafeBufferPointer { (bytes) throws(TokenizerError) in
          try tokenizer.count(utf8: bytes, special: policy)
        }
        try check(count == ids.count, "the count is that of the ids")
        try decode(ids, by: tokenizer)
      }
      _ = try? tokenizer.encode(bytes: text, special: .parse, addingBOS: true, addingEOS: true)
      if let text = String(validating: text, as: UTF8.self),
        let spans = try? tokenizer.spans(of: text)
      {
        try check(
          spans.flatMap { Array(text.utf8)[$0.bytes] } == Array(text.utf8), "spans tile the text")
      }
    }
    try decode((0..<Int32(min(size, 300))).reversed(), by: tokenizer)
    for id in [-1, Int32.min, Int32(size), Int32.max] {
      do {
        _ = try tokenizer.decode([id])
        throw FuzzTarget.Broken(law: "ids outside the vocabulary are refused")
      } catch is TokenizerError {}
    }
    _ = tokenizer.facts
    for id in 0..<Int32(min(size, 300)) {
      guard let spelling = try? tokenizer.spelling(of: id) else { continue }
      _ = tokenizer.id(ofToken: spelling)
    }
    if let json = try? tokenizer.json() {
      let again = try Tokenizer.load(
        tokenizerJSON: Array(json.text().utf8), name: "f", source: "g")
      try check(again.digest == tokenizer.digest, "a saved vocabulary is the same again")
    }
    if let bytes = try? tokenizer.mappedForm() {
      try FuzzFile.with([bytes]) { paths in
        let again = Tokenizer(try MappedVocabulary.read(paths[0], name: "f"))
        try check(again.digest == tokenizer.digest, "the mapped form is the same vocabulary")
      }
    }
  }

  /// Ids one by one give the text of all at once, or the same refusal.
  private static func decode(_ ids: [Int32], by tokenizer: Tokenizer) throws {
    var decoder = tokenizer.makeStreamingDecoder()
    let whole: String
    do { whole = try tokenizer.decode(ids) } catch {
      do {
        for id in ids { _ = try decoder.append(id) }
      } catch { return }
      throw FuzzTarget.Broken(law: "a stream refuses what decoding refuses")
    }
    var text = ""
    for id in ids { text += try decoder.append(id) }
    text += decoder.finish()
    try check(
      Array(text.utf8) == Array(whole.utf8), "a stream gives the decoded text of \(ids): \(whole)")
  }

  // MARK: Scanners

  /// The first byte says which pattern, the rest is text.
  static func scanners(_ input: [UInt8]) throws {
    guard let first = input.first else { return }
    let index = Int(first) % ScannedPattern.allCases.count
    let pattern = ScannedPattern.allCases[index]
    let text = Array(input.dropFirst())
    let plain = pattern.plainEnds(text)
    try check(plain.last ?? 0 == text.count, "pieces tile the text")
    defer { _ = ct_force_variant(nil) }
    for name in ["portable", "avx2", "avx512"] where ct_force_variant(name) {
      try check(pattern.scannedEnds(text) == plain, "\(name) cuts as the plain scanner does")
    }
    guard let string = String(validating: text, as: UTF8.self) else { return }
    // U+180E was white space until Unicode 6.3; PCRE2 still says so.
    for scalar in string.unicodeScalars where scalar.value >= 0x80 {
      if scalar.value == 0x180E { return }
      if try References.assigned.get().ends(Array(String(scalar).utf8)).isEmpty { return }
    }
    try check(
      References.patterns.get()[index].ends(text) == plain, "\(pattern) cuts as PCRE2 does")
  }

  private enum References {
    /// What PCRE2 knows; newer characters have another class there.
    nonisolated(unsafe) static let assigned = Result { try ReferencePattern(#"\P{Cn}"#) }
    nonisolated(unsafe) static let patterns = Result {
      try ScannedPattern.allCases.map { try ReferencePattern($0.regex) }
    }
  }

  // MARK: Encoding

  /// The first byte says which vocabulary, the rest is text: bytes come back, merges are those of
  /// the naive merger, counts and parts agree.
  static func roundTrip(_ input: [UInt8]) throws {
    guard let first = input.first else { return }
    let all = try Vocabularies.byteLevel.get()
    let tokenizer = all[Int(first) % all.count]
    let text = Array(input.dropFirst())
    let ids = try tokenizer.encode(bytes: text)
    try check(try tokenizer.bytes(of: ids) == text, "bytes come back")
    let count = try text.withUnsafeBufferPointer { (bytes) throws(TokenizerError) in
      try tokenizer.count(utf8: bytes)
    }
    try check(count == ids.count, "the count is that of the ids")
    if let model = tokenizer.definition.model.bytePair {
      var naive: [Int32] = []
      for piece in tokenizer.definition.preTokenizer.pieces(of: text) {
        if model.ignoresMerges, let whole = model.tokens.find(piece) {
          naive.append(Int32(whole))
        } else {
          naive += NaiveMerger.merge(piece.map { model.byteIDs[Int($0)] }, with: model.merges)
        }
      }
      try check(ids == naive, "ids are those of the naive merger")
    }
    guard let string = String(validating: text, as: UTF8.self) else { return }
    try check(try tokenizer.encode(string) == ids, "a text has the ids of its bytes")
    try check(try tokenizer.decode(ids).utf8.elementsEqual(text), "the text comes back")
    let spans = try tokenizer.spans(of: string)
    try check(spans.map(\.id) == ids, "spans have the ids of the text")
  }

  /// The first byte says which vocabulary, the second how much comes at a time, the rest is text.
  static func growing(_ input: [UInt8]) throws {
    guard input.count > 2 else { return }
    let all = try Vocabularies.byteLevel.get()
    let tokenizer = all[Int(input[0]) % all.count]
    let step = 1 + Int(input[1] & 31)
    let text = Array(input.dropFirst(2))
    var encoding = tokenizer.makeIncrementalEncoding()
    let counter = try tokenizer.makeSubstringCounter(text)
    for start in stride(from: 0, to: text.count, by: step) {
      let end = min(start + step, text.count)
      try encoding.append(utf8: Array(text[start..<end]))
      let whole = try tokenizer.encode(bytes: Array(text[..<end]))
      try check(encoding.ids == whole, "a growing text has the ids of the whole")
      try check(
        try counter.count(start..<text.count)
          == tokenizer.encode(bytes: Array(text[start...])).count,
        "a part has the count of its encoding")
    }
  }

  /// The first byte says which vocabulary, every two of the rest are an id.
  static func decoding(_ input: [UInt8]) throws {
    guard let first = input.first else { return }
    let all = try Vocabularies.all.get()
    let tokenizer = all[Int(first) % all.count]
    var ids: [Int32] = []
    for index in stride(from: 1, to: input.count - 1, by: 2) {
      ids.append(Int32(input[index]) | Int32(input[index + 1]) << 8)
    }
    try decode(ids, by: tokenizer)
  }

  private enum Vocabularies {
    /// One for each scanner, and for other ways to cut.
    static let byteLevel = Result {
      let text = """
        the cat sat on the mat, and the other cats said: it's a 1234567 année   of THE Cat's \
        naïve.\n\n\tif (x == 10) { return "été" } // 日本語日本 한국 привет 😀😀!!\r\n
        """
      let learned = try BPETrainer(vocabularySize: 420, minimumFrequency: 1).train(
        texts: [text, text]
      ).tokenizer.definition
      var stages: [[PreTokenizer.Stage]] = ScannedPattern.allCases.map { [.scanned($0)] }
      stages += [
        [], [.digits(individual: true), .gpt2], [.digitGroups(.rightToLeft(3)), .gpt2],
        [.superwords], [try .pieces(matching: #"\p{L}+|\s+"#)],
      ]
      return stages.enumerated().map { index, stages in
        var definition = learned
        definition.preTokenizer = PreTokenizer(stages: stages)
        if index % 2 == 1, var model = definition.model.bytePair {
          model.ignoresMerges = true
          definition.model = .bytePair(model)
        }
        return Tokenizer(definition)
      }
    }

    /// Also such as change the text, with decoders of all kinds.
    static let all = Result {
      let decoders = [
        #"{"type": "ByteLevel"}"#, #"{"type": "WordPiece", "prefix": "a", "cleanup": true}"#,
        #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}"#,
        #"{"type": "CTC", "pad_token": "a", "word_delimiter_token": "b", "cleanup": true}"#,
        #"{"type": "BPEDecoder", "suffix": "c"}"#,
        #"{"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "a"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 1}]}"#,
        "null",
      ]
      return try byteLevel.get() + [SmallScores().read()]
        + decoders.map { try SmallVocabulary().with("decoder", $0).read() }
        + [SmallVocabulary().template(ending: "</s>").read()]
    }
  }
}
