extension Tokenizer {
  /// Every step of a text's encoding; its ids are those of ``encode(_:special:addingBOS:addingEOS:dropout:)``.
  ///
  /// - Throws: what encoding throws, and ``TokenizerError/textTooLong(bytes:limit:)`` above
  ///   ``EncodingExplanation/longestText``.
  /// - Complexity: O(n²) for the longest piece, time and memory.
  public func explain(_ text: String, special: SpecialPolicy = .text) throws(TokenizerError)
    -> EncodingExplanation
  {
    let limit = EncodingExplanation.longestText
    guard text.utf8.count <= limit else { throw .textTooLong(bytes: text.utf8.count, limit: limit) }
    return try withBytes(of: text) { (bytes) throws(TokenizerError) in
      var trace = EncodingTrace(definition)
      try forEachSpan(in: bytes, special: special) { (token, range) throws(TokenizerError) in
        let part = UnsafeBufferPointer(rebasing: bytes[range])
        if let token {
          trace.append(addedToken: token, Array(part))
          return
        }
        do throws(EncodingFailure) {
          try explain(segment: Array(part), range.lowerBound == 0, special, in: &trace)
        } catch { throw failure(error) }
      }
      return EncodingExplanation(text: trace.text, changes: trace.changes, pieces: trace.pieces)
    }
  }

  /// Text between the tokens that are sought in the text as it came.
  private func explain(
    segment: [UInt8], _ startsText: Bool, _ special: SpecialPolicy, in trace: inout EncodingTrace
  ) throws(EncodingFailure) {
    var losesStart = false
    let normalized = try trace.normalize(segment, &losesStart)
    let startsText = startsText && !losesStart
    guard normalizedTokens.isActive(special) else {
      return try trace.append(normalized, startsText: startsText)
    }
    let spans = normalized.withUnsafeBufferPointer {
      normalizedTokens.spans(in: $0, policy: special)
    }
    for span in spans {
      let part = Array(normalized[span.range])
      if let token = span.token {
        trace.append(addedToken: normalizedTokens.tokens[token].id, part)
      } else {
        try trace.append(part, startsText: startsText && span.range.lowerBound == 0)
      }
    }
  }
}

/// An explanation in the making.
struct EncodingTrace {
  private let definition: TokenizerDefinition
  private(set) var text: [UInt8] = []
  private(set) var changes: [EncodingExplanation.Change] = []
  private(set) var pieces: [EncodingExplanation.Piece] = []

  init(_ definition: TokenizerDefinition) { self.definition = definition }

  mutating func append(addedToken id: Int32, _ spelled: [UInt8]) {
    let isSpecial = definition.addedTokens.first { $0.id == id }?.special ?? false
    pieces.append(
      .init(
        text: PrintableToken.text(of: spelled), place: text.count..<text.count + spelled.count,
        derivation: .addedToken(isSpecial: isSpecial),
        tokens: [.init(id: id, text: PrintableToken.text(of: definition.spelling(of: id).utf8))]))
    text += spelled
  }

  /// The normalizers one by one; what they change is noted.
  mutating func normalize(_ segment: [UInt8], _ losesStart: inout Bool) throws(EncodingFailure)
    -> [UInt8]
  {
    var bytes = segment
    for step in definition.normalizers {
      let before = bytes
      bytes = try Normalizer.apply([step], to: before, losesStart: &losesStart)
      if bytes == before { continue }
      changes.append(
        .init(
          step: step.description, before: PrintableToken.text(of: before),
          after: PrintableToken.text(of: bytes)))
    }
    return bytes
  }

  /// Normalised text: cut by every stage, then by the model.
  mutating func append(_ segment: [UInt8], startsText: Bool) throws(EncodingFailure) {
    var parts = [PlacedText(segment, at: text.count, startsText: startsText)]
    if segment.isEmpty { parts = [] }
    for stage in definition.preTokenizer.stages {
      var cut: [PlacedText] = []
      for part in parts { cut += try part.cut(by: stage) }
      parts = cut
    }
    for part in parts {
      let (tokens, derivation) = try explained(part.bytes)
      pieces.append(
        .init(
          text: PrintableToken.text(of: part.bytes), place: part.place, derivation: derivation,
          tokens: tokens.map { id in
            .init(id: id, text: PrintableToken.text(of: Self.bytes(of: id, definition.model)))
          }))
    }
    text += segment
  }

  private static func bytes(of id: Int32, _ model: VocabularyModel) -> ArraySlice<UInt8> {
    Int(id) < model.tokens.count ? model.tokens[Int(id)] : []
  }

  private func explained(_ piece: [UInt8]) throws(EncodingFailure)
    -> ([Int32], EncodingExplanation.Derivation)
  {
    switch definition.model {
    case .bytePair(let model): try ExplainedMerges(model).explain(piece)
    case .unigram(let model): try ExplainedPaths(model).explain(piece)
    case .wordPiece(let model): try ExplainedMatches.explain(piece, model)
    case .longestMatch(let model): try ExplainedMatches.explain(piece, model)
    case .wordLevel(let model): try ExplainedMatches.explain(piece, model)
    case .hybrid(let model): Self.explained(piece, ExplainedRoots(model))
    }
  }

  private static func explained(_ piece: [UInt8], _ roots: ExplainedRoots)
    -> ([Int32], EncodingExplanation.Derivation)
  {
    var roots = roots
    return roots.explain(piece)
  }
}
