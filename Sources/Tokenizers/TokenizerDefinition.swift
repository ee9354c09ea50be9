import Files

/// All that a vocabulary file says, checked and in the form the encoder works with.
struct TokenizerDefinition: Sendable {
  var name: String
  var kind: TokenizerKind
  var normalizers: [Normalizer] = []
  var preTokenizer = PreTokenizer.whole
  var model: VocabularyModel
  /// Model tokens with characters that the byte alphabet does not have; they stand for themselves.
  var literals: Set<Int32> = []
  var addedTokens: [AddedToken] = []
  var unknownID: Int32?
  /// What the file's own post-processor puts before and after a text.
  var beginning: [Int32] = []
  var ending: [Int32] = []
  /// The same for one text or two, with the types of all tokens.
  var template = InputTemplate.bare
  /// How the file would shorten and fill up; done only where it is asked for.
  var truncation: Truncation?
  var padding: Padding?
  /// BOS and EOS by their usual names, where the file's post-processor does not say.
  var bosID: Int32?
  var eosID: Int32?
  var decoder: TextDecoder
  /// The chain of decoders in words.
  var decoderDescription = ""
  /// The components as a `tokenizer.json` writes them; nil if the file was of another format.
  var components: Components?
  /// The tables of a hybrid vocabulary.
  var hybrid: HybridVocabulary?
  /// What made the vocabulary, if it was trained here: command, parameters, digest of the data.
  var provenance: JSON?

  /// The parts of a `tokenizer.json` that are kept as they came.
  struct Components: Sendable, Equatable {
    var truncation: JSON = .null
    var padding: JSON = .null
    var normalizer: JSON = .null
    var preTokenizer: JSON = .null
    var postProcessor: JSON = .null
    var decoder: JSON = .null
    var unknownToken: String?
    var fusesUnknown = false
    var byteFallback = false
    var ignoresMerges = false
    /// A unigram model's scores by id.
    var scores: [Double] = []
  }

  /// Pieces are merged as bytes; the tokens are bytes, not what the file spells.
  var isByteLevel: Bool { model.bytePair?.alphabet == .bytes }

  /// A token as the file writes it: `Ġthe`, `▁the`, `<0x0A>`.
  func spelling(of id: Int32) -> String {
    if let added = addedTokens.first(where: { $0.id == id }) { return added.content }
    return modelSpelling(of: id)
  }

  /// As ``spelling(of:)``, for tokens of the model only; empty for an id without one.
  func modelSpelling(of id: Int32) -> String {
    guard id >= 0, Int(id) < model.tokens.count else { return "" }
    let bytes = model.tokens[Int(id)]
    if isByteLevel && !literals.contains(id) { return ByteAlphabet.text(of: bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
