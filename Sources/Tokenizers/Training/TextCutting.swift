import Files

/// How a trainer cuts text into the pieces that tokens never cross, and how the trained
/// tokenizer's file says the same.
public struct TextCutting: Sendable {
  typealias Body = (UnsafeBufferPointer<UInt8>) -> Void

  /// A way to cut that is no chain of stages.
  struct Custom: Sendable {
    let identity: String
    let forEachPiece: @Sendable (_ block: UnsafeBufferPointer<UInt8>, _ body: Body) -> Void
  }

  var normalizers: [Normalizer] = []
  /// What the trained tokenizer cuts by, and the training too where there is no ``custom`` way.
  var preTokenizer: PreTokenizer
  var custom: Custom?
  /// The parts of a `tokenizer.json` that say the same.
  var components: TokenizerDefinition.Components

  /// GPT-2's pattern over text as it is.
  public static let gpt2 = TextCutting(preTokenizer: .gpt2, components: .byteLevel)

  /// GPT-2's pattern, with digits apart in groups.
  public static func gpt2(digits: DigitGrouping) -> TextCutting {
    var components = TokenizerDefinition.Components.byteLevel
    components.preTokenizer = .sequence([.isolating(digits.pattern), components.preTokenizer])
    return TextCutting(
      preTokenizer: PreTokenizer(stages: [.digitGroups(digits), .gpt2]), components: components)
  }

  /// SuperBPE's second pattern: digits in threes, runs of punctuation, trailing spaces and line ends
  /// apart; words together.
  public static let superwords: TextCutting = {
    var components = TokenizerDefinition.Components.byteLevel
    components.preTokenizer = .sequence([.isolating(SuperwordSplitter.pattern), .byteAlphabet])
    return TextCutting(preTokenizer: PreTokenizer(stages: [.superwords]), components: components)
  }()

  /// Chunks of several words for supertokens; the trained tokenizer cuts as ``superwords``.
  public static func supertokens(_ chunks: WordChunks) -> TextCutting {
    var cutting = TextCutting.superwords
    cutting.custom = Custom(identity: "\(chunks)") { block, body in
      chunks.forEachChunk(of: block, body)
    }
    return cutting
  }

  /// Words between blanks, punctuation apart, blanks left out, as BERT cuts text.
  public static let bert: TextCutting = {
    var components = TokenizerDefinition.Components()
    components.preTokenizer = .object([.init("type", .string("BertPreTokenizer"))])
    return TextCutting(
      preTokenizer: .whole,
      custom: Custom(identity: "bert", forEachPiece: BlankSplitter.forEachWord),
      components: components)
  }()

  /// Words between blanks, each with `▁` in front, blanks left out (SentencePiece's marker).
  public static let markedWords: TextCutting = {
    var components = TokenizerDefinition.Components()
    let marker: JSON = .object([
      .init("type", .string("Metaspace")),
      .init("replacement", .string("▁")),
      .init("prepend_scheme", .string("always")),
      .init("split", .bool(true)),
    ])
    components.preTokenizer = .sequence([
      .object([.init("type", .string("WhitespaceSplit"))]), marker,
    ])
    components.decoder = marker
    return TextCutting(
      preTokenizer: .whole,
      custom: Custom(identity: "marked words", forEachPiece: BlankSplitter.forEachMarkedWord),
      components: components)
  }()

  /// Text up to the end of each line, as one piece.
  public static let lines: TextCutting = {
    var components = TokenizerDefinition.Components()
    components.preTokenizer = .isolating(#"[\r\n]+"#)
    return TextCutting(
      preTokenizer: .whole,
      custom: Custom(identity: "lines", forEachPiece: BlankSplitter.forEachLine),
      components: components)
  }()

  /// The same, of text that is normalized first.
  public func normalized(_ form: NormalizationForm) -> TextCutting {
    var cutting = self
    cutting.normalizers.append(.unicode(form))
    cutting.components.normalizer = .object([.init("type", .string(form.rawValue))])
    return cutting
  }

  /// Names the cutting in what a kept training is compared by.
  var identity: String { "\(normalizers) \(preTokenizer) \(custom?.identity ?? "")" }

  /// Calls `body` with each piece of a block of text, in order.
  ///
  /// - Parameter startsText: false for a block that goes on where another one ended.
  func forEachPiece(of block: UnsafeBufferPointer<UInt8>, startsText: Bool, _ body: Body) {
    if normalizers.isEmpty { return cut(block, startsText, body) }
    // Only a pattern could fail, and these normalizers have none.
    let text = (try? Normalizer.apply(normalizers, to: Array(block))) ?? Array(block)
    text.withUnsafeBufferPointer { cut($0, startsText, body) }
  }

  private func cut(_ text: UnsafeBufferPointer<UInt8>, _ startsText: Bool, _ body: Body) {
    guard let base = text.baseAddress, text.count > 0 else { return }
    if let custom { return custom.forEachPiece(text, body) }
    if preTokenizer.stages.count == 1, case .scanned(let pattern) = preTokenizer.stages[0] {
      var start = 0
      pattern.forEachEnd(of: text) { end in
        body(UnsafeBufferPointer(start: base + start, count: end - start))
        start = end
      }
      return
    }
    var stages = preTokenizer.stages
    // The space in front of a text is not put in front of its later blocks.
    if !startsText { stages.removeAll { $0 == .prefixSpace } }
    for piece in PreTokenizer(stages: stages).pieces(of: Array(text)) {
      piece.withUnsafeBufferPointer(body)
    }
  }
}

extension JSON {
  static func sequence(_ stages: [JSON]) -> JSON {
    .object([.init("type", .string("Sequence")), .init("pretokenizers", .array(stages))])
  }

  /// A pre-tokenizer that sets the matches of a pattern apart.
  static func isolating(_ pattern: String) -> JSON {
    .object([
      .init("type", .string("Split")),
      .init("pattern", .object([.init("Regex", .string(pattern))])),
      .init("behavior", .string("Isolated")),
      .init("invert", .bool(false)),
    ])
  }

  /// The byte alphabet without GPT-2's pattern.
  static let byteAlphabet: JSON = .object([
    .init("type", .string("ByteLevel")),
    .init("add_prefix_space", .bool(false)),
    .init("trim_offsets", .bool(true)),
    .init("use_regex", .bool(false)),
  ])
}
