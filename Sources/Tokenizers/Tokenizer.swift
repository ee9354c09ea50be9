import Files
import Kernels

/// Turns text into ids and back, by a vocabulary that was loaded or trained.
///
/// Immutable and safe to use from many threads; pieces that were seen are remembered.
public final class Tokenizer: Sendable {
  /// The longest text that is encoded at once, in bytes.
  public static let longestText = 1 << 30

  let definition: TokenizerDefinition
  private let rawTokens: AddedTokenMatcher
  let normalizedTokens: AddedTokenMatcher
  let pool = EncodingStatePool()
  let keptTrie = KeptTrie()
  private let literalIDs: [[UInt8]: Int32]

  public var name: String { definition.name }
  public var kind: TokenizerKind { definition.kind }
  /// One more than the largest id.
  public var vocabularySize: Int { definition.decoder.count }
  public let bosID: Int32?
  public let eosID: Int32?
  public var unknownID: Int32? { definition.unknownID }
  /// The vocabulary's own file asks for BOS before a text that goes to a model.
  public let addsBOS: Bool
  /// The vocabulary's own file asks for EOS after a text that goes to a model.
  public let addsEOS: Bool

  init(_ definition: TokenizerDefinition, configuration: TokenizerConfiguration = .init()) {
    let added = definition.addedTokens
    let raw = added.filter { !$0.normalized }
    rawTokens = AddedTokenMatcher(raw, contents: raw.map { Array($0.content.utf8) })
    let normalized = added.filter(\.normalized)
    normalizedTokens = AddedTokenMatcher(
      normalized,
      contents: normalized.map {
        let content = Array($0.content.utf8)
        return (try? Normalizer.apply(definition.normalizers, to: content, limit: 1 << 20))
          ?? content
      })
    var literalIDs = Dictionary(
      added.map { (Array($0.content.utf8), $0.id) }, uniquingKeysWith: { first, _ in first })
    for id in definition.literals { literalIDs[Array(definition.model.tokens[Int(id)])] = id }
    self.literalIDs = literalIDs

    func named(_ names: [String]) -> Int32? {
      for name in names {
        if let id = literalIDs[Array(name.utf8)] { return id }
        if definition.isByteLevel || definition.kind == .huggingface,
          let id = definition.model.tokens.find(Array(name.utf8))
        {
          return Int32(id)
        }
      }
      return nil
    }
    bosID =
      definition.bosID ?? configuration.bos.flatMap { named([$0]) }
      ?? named([
        "<s>", "<|begin_of_text|>", "<bos>", "<|startoftext|>", "<SOS>", "<|endoftext|>",
      ])
    eosID =
      definition.eosID ?? configuration.eos.flatMap { named([$0]) }
      ?? named(["</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "<EOT>"])
    addsBOS = configuration.addsBOS ?? !definition.beginning.isEmpty
    addsEOS = configuration.addsEOS ?? !definition.ending.isEmpty
    var definition = definition
    definition.decoder.silentFirst = addsBOS && definition.beginning.count < 2 ? bosID : nil
    self.definition = definition
  }

  // MARK: Encoding

  /// The ids of a text.
  ///
  /// - Parameters:
  ///   - special: what text that spells a special token is; added tokens that are not special are
  ///     always recognised.
  ///   - addingBOS: puts the vocabulary's begin tokens before the text.
  /// - Complexity: O(n) for text that is cut into pieces, O(n log n) in the worst case.
  public func encode(
    _ text: String, special: SpecialPolicy = .text, addingBOS: Bool = false,
    addingEOS: Bool = false, dropout: MergeDropout? = nil
  ) throws(TokenizerError) -> [Int32] {
    try withBytes(of: text) { (bytes) throws(TokenizerError) in
      try encode(
        utf8: bytes, special: special, addingBOS: addingBOS, addingEOS: addingEOS, dropout: dropout)
    }
  }

  /// The ids of text as bytes, which need not be valid UTF-8.
  ///
  /// - Parameter dropout: drops merges of a byte-pair vocabulary at random, by a seed.
  public func encode(
    bytes: [UInt8], special: SpecialPolicy = .text, addingBOS: Bool = false,
    addingEOS: Bool = false, dropout: MergeDropout? = nil
  ) throws(TokenizerError) -> [Int32] {
    try bytes.withUnsafeBufferPointer { (bytes) throws(TokenizerError) in
      try encode(
        utf8: bytes, special: special, addingBOS: addingBOS, addingEOS: addingEOS, dropout: dropout)
    }
  }

  /// How many ids a text has, without keeping them.
  public func count(_ text: String, special: SpecialPolicy = .text) throws(TokenizerError) -> Int {
    try withBytes(of: text) { (bytes) throws(TokenizerError) in
      try count(utf8: bytes, special: special)
    }
  }

  func write(
    _ bytes: UnsafeBufferPointer<UInt8>, _ special: SpecialPolicy, _ addingBOS: Bool,
    _ addingEOS: Bool, into state: EncodingState
  ) throws(TokenizerError) {
    if bytes.count > Self.longestText {
      throw .textTooLong(bytes: bytes.count, limit: Self.longestText)
    }
    if addingBOS {
      for id in try ids(definition.beginning, or: bosID, role: "BOS") { state.ids.append(id) }
    }
    try forEachSpan(in: bytes, special: special) { (token, range) throws(TokenizerError) in
      if let token {
        state.ids.append(token)
      } else {
        try encodeSegment(
          UnsafeBufferPointer(rebasing: bytes[range]), special, state,
          startsText: range.lowerBound == 0)
      }
    }
    if addingEOS {
      for id in try ids(definition.ending, or: eosID, role: "EOS") { state.ids.append(id) }
    }
  }

  /// Whether a policy seeks tokens in the text at all.
  func seeksTokens(_ special: SpecialPolicy) -> Bool {
    rawTokens.isActive(special) || normalizedTokens.isActive(special)
  }

  /// Gives the tokens that are sought in the text as it came, and the text between them.
  func forEachSpan(
    in bytes: UnsafeBufferPointer<UInt8>, special: SpecialPolicy,
    _ body: (Int32?, Range<Int>) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    guard rawTokens.isActive(special) else { return try body(nil, 0..<bytes.count) }
    for span in rawTokens.spans(in: bytes, policy: special) {
      guard let index = span.token else {
        try body(nil, span.range)
        continue
      }
      let token = rawTokens.tokens[index]
      if token.special && special == .error {
        throw .containsSpecial(token: token.content, byte: span.range.lowerBound)
      }
      try body(token.id, span.range)
    }
  }

  private func ids(_ template: [Int32], or single: Int32?, role: String) throws(TokenizerError)
    -> [Int32]
  {
    if !template.isEmpty { return template }
    guard let single else { throw .noSuchToken(role: role, tokenizer: name) }
    return [single]
  }

  /// Text between the tokens that are sought in the text as it came.
  ///
  /// - Parameter startsText: the segment stands at the very start of the text.
  private func encodeSegment(
    _ text: UnsafeBufferPointer<UInt8>, _ special: SpecialPolicy, _ state: EncodingState,
    startsText: Bool
  ) throws(TokenizerError) {
    let isSearched = normalizedTokens.isActive(special)
    if definition.normalizers.isEmpty && !isSearched {
      return try encodePieces(text, state, startsText)
    }
    var losesStart = false
    let normalized: [UInt8]
    do throws(EncodingFailure) {
      normalized = try Normalizer.apply(
        definition.normalizers, to: Array(text), losesStart: &losesStart)
    } catch { throw failure(error) }
    let startsText = startsText && !losesStart
    if normalized.count > Self.longestText {
      throw .textTooLong(bytes: normalized.count, limit: Self.longestText)
    }
    try normalized.withUnsafeBufferPointer { (text) throws(TokenizerError) in
      guard isSearched else { return try encodePieces(text, state, startsText) }
      for span in normalizedTokens.spans(in: text, policy: special) {
        if let token = span.token {
          try append(normalizedTokens.tokens[token], at: span.range.lowerBound, special, state)
        } else {
          let part = UnsafeBufferPointer(rebasing: text[span.range])
          try encodePieces(part, state, startsText && span.range.lowerBound == 0)
        }
      }
    }
  }

  private func append(
    _ token: AddedToken, at byte: Int, _ policy: SpecialPolicy, _ state: EncodingState
  ) throws(TokenizerError) {
    if token.special && policy == .error {
      throw .containsSpecial(token: token.content, byte: byte)
    }
    state.ids.append(token.id)
  }

  private func encodePieces(
    _ text: UnsafeBufferPointer<UInt8>, _ state: EncodingState, _ startsText: Bool
  ) throws(TokenizerError) {
    do throws(EncodingFailure) {
      try state.encode(
        text, stages: definition.preTokenizer.stages[...], model: definition.model,
        startsText: startsText)
    } catch { throw failure(error) }
  }

  func failure(_ error: EncodingFailure) -> TokenizerError {
    switch error {
    case .noToken(let bytes): .unencodable(bytes: bytes, tokenizer: name)
    case .patternLimit(let pattern): .patternLimit(pattern: pattern, tokenizer: name)
    case .stopped(let reason): .interrupted(reason)
    }
  }

  // MARK: Decoding

  /// The text of ids. Bytes that are no valid UTF-8 become U+FFFD; special tokens give their own
  /// text, but for a first BOS that the vocabulary itself asks for.
  public func decode(_ ids: [Int32]) throws(TokenizerError) -> String {
    definition.decoder.text(of: try bytes(of: ids))
  }

  /// The bytes of ids, as ``decode(_:)`` but without repair.
  public func bytes(of ids: [Int32]) throws(TokenizerError) -> [UInt8] {
    try definition.decoder.bytes(of: ids)
  }

  /// A decoder that takes ids one by one.
  public func makeStreamingDecoder() -> StreamingDecoder { StreamingDecoder(definition.decoder) }

  // MARK: Tokens

  /// The bytes that a token gives inside a text.
  public func tokenBytes(_ id: Int32) throws(TokenizerError) -> [UInt8] {
    try check(id)
    let bytes = Array(definition.decoder[id])
    return definition.decoder.chain?.text(ofToken: bytes) ?? bytes
  }

  /// The text that a token gives inside a text, U+FFFD for bytes that are no whole character.
  public func tokenText(_ id: Int32) throws(TokenizerError) -> String {
    String(decoding: try tokenBytes(id), as: UTF8.self)
  }

  /// A token as its vocabulary file writes it, such as `Ġthe`, `▁the` or `<0x0A>`.
  public func spelling(of id: Int32) throws(TokenizerError) -> String {
    try check(id)
    return definition.spelling(of: id)
  }

  private func check(_ id: Int32) throws(TokenizerError) {
    guard id >= 0, Int(id) < vocabularySize else {
      throw .idOutsideVocabulary(id: id, position: 0, size: vocabularySize)
    }
    if definition.decoder.unassigned.contains(id) { throw .unassignedID(id: id, position: 0) }
  }

  /// The id of an added token, else of the token that gives just this text, else of the one that
  /// the vocabulary file spells so (`Ġthe`, `<0x0A>`); nil if there is none.
  public func id(ofToken token: String) -> Int32? {
    let bytes = Array(token.utf8)
    if let id = literalIDs[bytes] { return id }
    let tokens = definition.model.tokens
    if definition.isByteLevel {
      return (tokens.find(bytes) ?? ByteAlphabet.bytes(of: token).flatMap { tokens.find($0) })
        .map(Int32.init)
    }
    let marked = Normalizer.replaced([0x20], Array("▁".utf8), in: bytes)
    return (tokens.find(bytes) ?? tokens.find(marked)).map(Int32.init)
  }
}
