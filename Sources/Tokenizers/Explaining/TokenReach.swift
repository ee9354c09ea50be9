/// Seeks a text for every token of a vocabulary, or the reason that there is none.
struct TokenReach {
  typealias Proof = UnreachableToken.Proof

  private let tokenizer: Tokenizer
  private let definition: TokenizerDefinition
  private let skipped: Set<Int32>
  /// What pieces look like, where the pre-tokenizer is one pattern, perhaps behind a cut at digits.
  private let forms: PieceForms?
  private let boundaries: TextBoundaries
  /// The tokens that start, and that end, with a part of a character.
  private let continuing: [Int32]
  private let unfinished: [Int32]

  init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    definition = tokenizer.definition
    skipped = definition.decoder.unassigned.union(definition.addedTokens.map(\.id))
      .union([definition.unknownID, definition.model.unknownID].compactMap(\.self))
    var forms: PieceForms?
    var isOneCut = true
    for stage in definition.preTokenizer.stages {
      switch stage {
      case .scanned(let pattern):
        isOneCut = isOneCut && forms == nil
        forms = PieceForms(pattern)
      case .digits: isOneCut = isOneCut && forms == nil
      default: isOneCut = false
      }
    }
    self.forms = isOneCut ? forms : nil
    boundaries = TextBoundaries(definition)
    let tokens = definition.model.tokens
    let ids = (0..<tokens.count).map { Int32($0) }
    continuing = ids.filter { tokens[Int($0)].first.map { $0 & 0xC0 == 0x80 } ?? false }
    unfinished = ids.filter { (UTF8Fragment(Array(tokens[Int($0)]))?.trailing ?? 0) > 0 }
  }

  func unreachable() throws(TokenizerError) -> [UnreachableToken] {
    let fallback = try fallbackTokens()
    var found: [UnreachableToken] = []
    for id in 0..<Int32(definition.model.tokens.count)
    where !skipped.contains(id) && definition.model.tokens.length(Int(id)) > 0 {
      if fallback.reached.contains(id) { continue }
      let bytes = try tokenizer.tokenBytes(id)
      let proof: Proof?
      if let byte = fallback.bytes[id] {
        proof = self.proof(ofByte: byte)
      } else {
        proof = try self.proof(of: id, bytes)
      }
      guard let proof else { continue }
      found.append(
        UnreachableToken(
          id: id, text: PrintableToken.text(of: definition.model.tokens[Int(id)]), bytes: bytes,
          proof: proof,
          encoding: (try? tokenizer.encode(bytes: bytes)) ?? []))
    }
    guard found.contains(where: { $0.proof == .candidate }),
      let characters = boundaries.normalizedCharacters()
    else { return found }
    return found.map { token in
      let own = Array(definition.model.tokens[Int(token.id)])
      if token.proof != .candidate || boundaries.holds(own, only: characters) { return token }
      return UnreachableToken(
        id: token.id, text: token.text, bytes: token.bytes, proof: .normalization,
        encoding: token.encoding)
    }
  }

  /// Nil for a token that some text becomes.
  private func proof(of id: Int32, _ text: [UInt8]) throws(TokenizerError) -> Proof? {
    // The model's tokens are bytes of the text where nothing is put in their place.
    let isOfBytes = definition.isByteLevel || definition.model.isLongestMatch
    let fragment = UTF8Fragment(text)
    if fragment == nil && isOfBytes { return .utf8 }
    let own = Array(definition.model.tokens[Int(id)])
    let ownProof = try self.ownProof(of: id, own, fragment)
    if let ownProof { return ownProof }
    if let fragment, try isReached(id, text, fragment) { return nil }
    if let fragment, isOfBytes, let forms, !forms.contain(scalars(text[fragment.whole])) {
      return .cut
    }
    if let fragment, try !canBeCompleted(id, own, fragment) { return .completion }
    return boundaries.cut(own) ? .cut : .candidate
  }

  private func scalars(_ bytes: ArraySlice<UInt8>) -> [UInt32] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.map(\.value)
  }

  // MARK: Proofs from the model alone

  private func ownProof(of id: Int32, _ own: [UInt8], _ fragment: UTF8Fragment?)
    throws(TokenizerError) -> Proof?
  {
    switch definition.model {
    case .bytePair(let model):
      if model.sentencePiece?.parts[id] != nil { return .unmatched }
      guard let ids = merged(own, model), ids != [id] else { return nil }
      if !model.ignoresMerges { return .merges }
      // As a whole piece it is taken without merging: a piece is whole characters, and what is one
      // among others is one alone (no form of piece looks behind, and before the text's end only
      // white space looks ahead).
      guard let fragment, fragment.isWhole else { return .merges }
      return forms != nil && definition.preTokenizer.pieces(of: own) != [own] ? .merges : nil
    case .unigram(let model):
      let isMatched = model.trie.matches(in: own, from: 0).contains {
        $0.value == id && $0.end == own.count
      }
      if !isMatched { return .unmatched }
      guard case .paths(let stretches)? = try? ExplainedPaths(model).explain(own).1 else {
        return nil
      }
      // Sums are rounded, so that a better one must be clearly better.
      let margin = model.precision == .single ? 0.1 : 1e-6
      let best = stretches.reduce(0) { $0 + $1.best.score }
      return best > model.scores[Int(id)] + margin ? .score : nil
    case .wordPiece(let model):
      let isTooLong =
        own.count { $0 & 0xC0 != 0x80 } > model.longestWord + model.continuingPrefix.count
      return isTooLong || model.tokens.find(own) != Int(id) ? .unmatched : nil
    case .wordLevel(let model): return model.tokens.find(own) != Int(id) ? .unmatched : nil
    case .longestMatch(let model): return model.tokens.find(own) != Int(id) ? .unmatched : nil
    case .hybrid: return nil
    }
  }

  /// What merging makes of a token's own symbols; nil where those depend on the token's place.
  private func merged(_ own: [UInt8], _ model: BytePairModel) -> [Int32]? {
    var model = model
    model.ignoresMerges = false
    var piece = own
    if !model.continuingPrefix.isEmpty { return nil }
    if !model.wordSuffix.isEmpty {
      guard own.count > model.wordSuffix.count,
        own.suffix(model.wordSuffix.count) == model.wordSuffix[...]
      else { return nil }
      piece.removeLast(model.wordSuffix.count)
    }
    return try? ids(piece, model)
  }

  private func ids(_ piece: [UInt8], _ model: BytePairModel) throws(EncodingFailure) -> [Int32] {
    var (merger, ids) = (BytePairMerger(), IDBuffer())
    defer {
      merger.deallocate()
      ids.deallocate()
    }
    try piece.withUnsafeBufferPointer { (piece) throws(EncodingFailure) in
      try model.encode(piece, with: &merger, to: &ids)
    }
    return Array(ids.suffix(from: 0))
  }

  /// Whether some token before and some token behind go on with the characters that a token holds
  /// parts of, and stay apart from it.
  private func canBeCompleted(_ id: Int32, _ own: [UInt8], _ fragment: UTF8Fragment)
    throws(TokenizerError) -> Bool
  {
    let tokens = definition.model.tokens
    if case .longestMatch(let model) = definition.model, fragment.trailing > 0 {
      return (UInt8(0x80)...0xBF).contains { byte in
        let longer = own + [byte]
        return UTF8Fragment(longer) != nil
          && model.trie.matches(in: longer, from: 0).last?.end != longer.count
      }
    }
    guard definition.isByteLevel, let model = definition.model.bytePair else { return true }
    let isRight =
      fragment.trailing == 0
      || continuing.contains { next in
        let pair: [UInt8] = own + Array(tokens[Int(next)])
        return UTF8Fragment(pair) != nil && merged(pair, model) == [id, next]
      }
    let isLeft =
      fragment.leading == 0
      || (unfinished + continuing).contains { previous in
        let pair: [UInt8] = Array(tokens[Int(previous)]) + own
        return UTF8Fragment(pair) != nil && merged(pair, model) == [previous, id]
      }
    return isRight && isLeft
  }

  // MARK: Texts

  private static let before =
    (["", " ", "a", "\n", "A", "1"] + "!\"#$%&'()*+,-./:;<=>?@[]^_{|}~".map { String($0) })
    .map { Array($0.utf8) }
  private static let behind = ["", " ", "a", "\n", ".", "1", "s", "m", "ll"].map { Array($0.utf8) }
  private static let mostCompletions = 4096

  /// Whether one of many texts around a token's own becomes it.
  private func isReached(_ id: Int32, _ text: [UInt8], _ fragment: UTF8Fragment)
    throws(TokenizerError) -> Bool
  {
    if fragment.isWhole {
      for before in Self.before {
        for behind in Self.behind where try contains(id, before + text + behind) { return true }
      }
      guard case .wordPiece = definition.model else { return false }
      for letter in UInt8(ascii: "a")...UInt8(ascii: "z")
      where try contains(id, [letter] + text) {
        return true
      }
      return false
    }
    let endings = fragment.endings(limit: Self.mostCompletions)
    let limit = max(1, Self.mostCompletions / max(1, endings.count))
    for beginning in fragment.beginnings(limit: max(limit, 64)) {
      for ending in endings where try contains(id, beginning + text + ending) { return true }
    }
    return false
  }

  /// A text that cannot be encoded does not become the token.
  private func contains(_ id: Int32, _ text: [UInt8]) throws(TokenizerError) -> Bool {
    do throws(TokenizerError) { return try tokenizer.encode(bytes: text).contains(id) } catch {
      if error.interruption != nil { throw error }
      return false
    }
  }

  // MARK: Bytes that characters fall back to

  /// The tokens of bytes that characters fall back to, and those that were met.
  private func fallbackTokens() throws(TokenizerError) -> (
    bytes: [Int32: UInt8], reached: Set<Int32>
  ) {
    let byteIDs: [Int32] =
      switch definition.model {
      case .bytePair(let model) where model.alphabet == .characters && model.fallsBackToBytes:
        model.byteIDs
      case .unigram(let model): model.byteIDs
      default: []
      }
    var bytes: [Int32: UInt8] = [:]
    for (byte, id) in byteIDs.enumerated() where id >= 0 { bytes[id] = UInt8(byte) }
    if bytes.isEmpty { return ([:], []) }
    var reached: Set<Int32> = []
    // All characters of two bytes, and of the others every 61st: all bytes are among them.
    let values = Array(0..<0x800) + Array(stride(from: 0x800, to: 0x11_0000, by: 61))
    for value in values {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      for id in (try? tokenizer.encode(String(scalar))) ?? [] where bytes[id] != nil {
        reached.insert(id)
      }
    }
    return (bytes, reached)
  }

  /// Why no text that was tried has a byte that characters fall back to.
  private func proof(ofByte byte: UInt8) -> Proof {
    if byte == 0xC0 || byte == 0xC1 || byte >= 0xF5 { return .utf8 }
    // A character that is a token does not fall back. Two bytes make 64 characters at most.
    let characters: [[UInt8]] =
      byte < 0x80 ? [[byte]] : byte < 0xE0 && byte > 0xC1 ? (0x80...0xBF).map { [byte, $0] } : []
    let areTokens = characters.allSatisfy { definition.model.tokens.find($0) != nil }
    return !characters.isEmpty && areTokens ? .unmatched : .candidate
  }
}

extension VocabularyModel {
  fileprivate var isLongestMatch: Bool { if case .longestMatch = self { true } else { false } }
}
