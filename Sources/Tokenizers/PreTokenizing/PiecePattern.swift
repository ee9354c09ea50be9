/// A regular expression that cuts text into pieces: one of those that public vocabularies use, or
/// any other.
enum PiecePattern: Sendable, Equatable {
  case gpt2, cl100k, o200k, qwen2, deepseek, bloom, clip
  case compiled(RegexPattern)

  /// The pattern in GPT-2's encoder.py, and the shorter spelling of it that tiktoken uses.
  static let gpt2Spellings = [
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
    #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
  ]

  /// The known patterns as vocabulary files write them; the first spelling is the one that runs.
  private static let spellings: [(PiecePattern, [String])] = [
    (.gpt2, gpt2Spellings),
    (
      .cl100k,
      [
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ]
    ),
    (
      .o200k,
      [
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ]
    ),
    (
      .qwen2,
      [
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ]
    ),
    (
      .deepseek,
      [
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##
      ]
    ),
    (.bloom, [#" ?[^(\s|[.,!?…。，、।۔،])]+"#]),
    (.clip, [#"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#]),
  ]

  /// Llama 3 cuts as cl100k does.
  static let llama3 = PiecePattern.cl100k

  /// The known pattern that a vocabulary file spells so, or nil.
  static func recognise(_ regex: String) -> PiecePattern? {
    spellings.first { $0.1.contains { $0.utf8.elementsEqual(regex.utf8) } }?.0
  }

  /// The known pattern of this spelling, else a compiled one.
  static func compile(_ regex: String) throws(RegexError) -> PiecePattern {
    if let known = recognise(regex) { return known }
    return .compiled(try RegexPattern(regex))
  }

  /// The pattern as a vocabulary file writes it.
  var regex: String {
    if case .compiled(let pattern) = self { return pattern.source }
    return Self.spellings.first { $0.0 == self }?.1.first ?? ""
  }

  /// The own scanner of the pattern, if there is one.
  var scanned: ScannedPattern? {
    switch self {
    case .gpt2: .gpt2
    case .cl100k: .llama3
    case .o200k: .o200k
    case .qwen2: .qwen2
    case .deepseek, .bloom, .clip, .compiled: nil
    }
  }

  /// What is shown of the pattern: its name if it has one.
  var name: String? {
    switch self {
    case .gpt2: "GPT-2"
    case .cl100k: "cl100k"
    case .o200k: "o200k"
    case .qwen2: "Qwen2"
    case .deepseek: "DeepSeek"
    case .bloom: "BLOOM"
    case .clip: "CLIP"
    case .compiled: nil
    }
  }

  /// The known patterns on PCRE2, compiled once.
  private static let engines: [(PiecePattern, RegexPattern)] = spellings.compactMap {
    (pattern, texts) in
    guard let text = texts.first, let engine = try? RegexPattern(text) else { return nil }
    return (pattern, engine)
  }

  /// Every match from left to right.
  func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void)
    throws(EncodingFailure)
  {
    if case .compiled(let pattern) = self { return try pattern.forEachMatch(in: text, body) }
    guard let engine = Self.engines.first(where: { $0.0 == self })?.1 else {
      throw .patternLimit(pattern: regex)
    }
    try engine.forEachMatch(in: text, body)
  }
}
