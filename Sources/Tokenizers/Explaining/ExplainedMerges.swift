/// Byte-pair encoding by its definition: look at all pairs, merge the leftmost of the lowest rank,
/// and again.
struct ExplainedMerges {
  private let model: BytePairModel

  init(_ model: BytePairModel) { self.model = model }

  /// What stands in a piece between merges.
  private struct Symbol {
    /// What the table of merges knows it by; −1 if it does not.
    var id: Int32
    var bytes: [UInt8]
    /// A piece that the user defined, which never merges.
    var isFixed = false
  }

  func explain(_ piece: [UInt8]) throws(EncodingFailure)
    -> ([Int32], EncodingExplanation.Derivation)
  {
    if model.ignoresMerges, let whole = model.tokens.find(piece) {
      return ([Int32(whole)], .wholeToken)
    }
    var symbols: [Symbol]
    if let rules = model.sentencePiece {
      symbols = userSymbols(of: piece, rules)
    } else {
      symbols = try self.symbols(of: piece)
    }
    let start = symbols.map { PrintableToken.text(of: $0.bytes) }
    var steps: [EncodingExplanation.MergeStep] = []
    while let (place, merge) = best(symbols) {
      let (left, right) = (symbols[place], symbols[place + 1])
      let isToken = Int(merge.merged) < model.tokens.count
      let merged = Symbol(
        id: merge.merged,
        bytes: isToken ? Array(model.tokens[Int(merge.merged)]) : left.bytes + right.bytes)
      symbols.replaceSubrange(place...place + 1, with: [merged])
      steps.append(
        .init(
          rank: Int(merge.rank), left: PrintableToken.text(of: left.bytes),
          right: PrintableToken.text(of: right.bytes),
          result: PrintableToken.text(of: merged.bytes),
          symbols: symbols.map { PrintableToken.text(of: $0.bytes) }))
    }
    let derivation = EncodingExplanation.Derivation.merges(start: start, steps: steps)
    guard let rules = model.sentencePiece else { return (symbols.map(\.id), derivation) }
    return (try ids(of: symbols, rules), derivation)
  }

  private func best(_ symbols: [Symbol]) -> (place: Int, merge: PairTable.Merge)? {
    var best: (place: Int, merge: PairTable.Merge)?
    for place in symbols.indices.dropLast() {
      let (left, right) = (symbols[place], symbols[place + 1])
      if left.isFixed || right.isFixed || left.id < 0 || right.id < 0 { continue }
      let merge = model.merges.merge(left.id, right.id)
      if merge == PairTable.none { continue }
      if let best, best.merge.rank <= merge.rank { continue }
      best = (place, merge)
    }
    return best
  }

  private static func characters(of piece: [UInt8]) -> [[UInt8]] {
    var characters: [[UInt8]] = []
    piece.withUnsafeBufferPointer { buffer in
      Separator.forEachCharacter(in: buffer) { characters.append(Array(buffer[$1])) }
    }
    return characters
  }

  // MARK: What merging starts from

  /// The piece's bytes or characters, each with what a token of its place has around it. One that
  /// has no token falls back to its bytes, if all of them have tokens, or is unknown; the unknown
  /// token waits for the next symbol that is known.
  private func symbols(of piece: [UInt8]) throws(EncodingFailure) -> [Symbol] {
    let parts = model.alphabet == .bytes ? piece.map { [$0] } : Self.characters(of: piece)
    var symbols: [Symbol] = []
    var unknown: [UInt8] = []
    func flush() {
      if !unknown.isEmpty, let id = model.unknownID {
        symbols.append(Symbol(id: id, bytes: unknown))
      }
      unknown = []
    }
    for (place, part) in parts.enumerated() {
      let prefix = place > 0 ? model.continuingPrefix : []
      let spelled = prefix + part + (place == parts.count - 1 ? model.wordSuffix : [])
      let id =
        model.alphabet == .bytes
        ? model.byteIDs[Int(part[0])] : model.tokens.find(spelled).map(Int32.init) ?? -1
      let bytes = spelled.map { model.byteIDs[Int($0)] }
      if id >= 0 {
        flush()
        symbols.append(Symbol(id: id, bytes: spelled))
      } else if model.fallsBackToBytes, bytes.allSatisfy({ $0 >= 0 }) {
        symbols += bytes.map { Symbol(id: $0, bytes: Array(model.tokens[Int($0)])) }
      } else {
        if model.unknownID == nil { throw .noToken(part) }
        if !model.fusesUnknown { flush() }
        unknown += part
      }
    }
    flush()
    return symbols
  }

  /// SentencePiece's symbols: pieces that the user defined, and between them characters.
  private func userSymbols(of piece: [UInt8], _ rules: SentencePieceRules) -> [Symbol] {
    var symbols: [Symbol] = []
    var start = 0
    while start < piece.count {
      let match = piece.withUnsafeBufferPointer { rules.userDefined?.longestMatch($0, from: start) }
      if let match {
        let bytes = Array(piece[start..<start + match.length])
        symbols.append(Symbol(id: match.value, bytes: bytes, isFixed: true))
        start += match.length
        continue
      }
      let character = Self.characters(of: Array(piece[start..<min(start + 4, piece.count)]))[0]
      let other = rules.characters.find(character).map { Int32(model.tokens.count + $0) }
      let id = model.tokens.find(character).map(Int32.init) ?? other ?? -1
      symbols.append(Symbol(id: id, bytes: character))
      start += character.count
    }
    return symbols
  }

  // MARK: What stands at the end

  /// SentencePiece's ids: pieces that are not to be used are taken apart, and what is no piece falls
  /// back to bytes or is unknown.
  private func ids(of symbols: [Symbol], _ rules: SentencePieceRules) throws(EncodingFailure)
    -> [Int32]
  {
    var ids: [Int32] = []
    var afterUnknown = false
    for symbol in symbols {
      if symbol.isFixed {
        ids.append(symbol.id)
        afterUnknown = false
      } else if symbol.id >= 0, symbol.id < model.tokens.count {
        ids += Self.parts(of: symbol.id, rules)
        afterUnknown = false
      } else if model.fallsBackToBytes {
        ids += symbol.bytes.map { model.byteIDs[Int($0)] }
      } else {
        guard let unknown = model.unknownID else { throw .noToken(symbol.bytes) }
        if !afterUnknown || !model.fusesUnknown { ids.append(unknown) }
        afterUnknown = true
      }
    }
    return ids
  }

  private static func parts(of id: Int32, _ rules: SentencePieceRules) -> [Int32] {
    guard let (left, right) = rules.parts[id] else { return [id] }
    return parts(of: left, rules) + parts(of: right, rules)
  }
}
