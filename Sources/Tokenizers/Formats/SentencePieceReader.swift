import Kernels

/// Reads SentencePiece's `.model`: BPE, Unigram and character models.
struct SentencePieceReader {
  static let longestFile = 1 << 28

  let path: String
  let proto: SentencePieceProto

  static func read(_ path: String, name: String) throws(TokenizerError) -> TokenizerDefinition {
    let bytes = try VocabularyFile.bytes(at: path, limit: longestFile)
    return try read(bytes, path: path, name: name)
  }

  static func read(_ bytes: [UInt8], path: String, name: String) throws(TokenizerError)
    -> TokenizerDefinition
  {
    let proto = try SentencePieceProto(bytes, path: path)
    return try SentencePieceReader(path: path, proto: proto).definition(name: name)
  }

  private func definition(name: String) throws(TokenizerError) -> TokenizerDefinition {
    if proto.hasDenormalizer {
      throw .unsupported(path: path, component: "a denormalizer")
    }
    let vocabulary = try vocabulary()
    var normalizer = SentencePieceNormalizer(
      charsMap: nil, userDefined: vocabulary.userDefined, addsDummyPrefix: proto.addsDummyPrefix,
      removesExtraSpaces: proto.removesExtraSpaces, escapesSpaces: proto.escapesSpaces,
      treatsSpaceAsSuffix: proto.treatsSpaceAsSuffix)
    if !proto.charsMap.isEmpty {
      do { normalizer.charsMap = try PrecompiledCharsMap(bytes: proto.charsMap) } catch {
        throw .malformed(
          path: path, place: "normalizer_spec.precompiled_charsmap", reason: error.reason)
      }
    }
    let model: VocabularyModel
    switch proto.modelType {
    case .unigram: model = .unigram(unigram(vocabulary))
    case .bytePair: model = .bytePair(try bytePair(vocabulary, merges: true))
    case .character: model = .bytePair(try bytePair(vocabulary, merges: false))
    case .word:
      model = .wordLevel(
        WordLevelModel(
          tokens: vocabulary.tokens, unknownID: vocabulary.unknownID, cutsAtMarks: true,
          byteIDs: proto.fallsBackToBytes ? vocabulary.byteIDs : []))
    }
    var definition = TokenizerDefinition(
      name: name, kind: .sentencepiece, normalizers: [.sentencePiece(normalizer)], model: model,
      decoder: decoder(vocabulary))
    if case .bytePair = model, cutsBeforeWords(vocabulary) {
      definition.preTokenizer = PreTokenizer(stages: [.wordStarts])
    }
    definition.decoderDescription = "pieces, ▁ as space, byte pieces"
    definition.unknownID = vocabulary.unknownID
    for (index, piece) in proto.pieces.enumerated() where piece.type == .control {
      let content = String(decoding: piece.bytes, as: UTF8.self)
      definition.addedTokens.append(AddedToken(id: Int32(index), content: content, special: true))
      if content == proto.beginningPiece { definition.bosID = Int32(index) }
      if content == proto.endPiece { definition.eosID = Int32(index) }
    }
    return definition
  }

  // MARK: Pieces

  private struct Vocabulary {
    var tokens: ByteStringTable
    var unknownID: Int32 = -1
    var byteIDs = [Int32](repeating: -1, count: 256)
    var userDefined: ByteTrie?
    /// Pieces that merges may make.
    var mergeable: [Int32] = []
  }

  private func vocabulary() throws(TokenizerError) -> Vocabulary {
    var vocabulary = Vocabulary(tokens: ByteStringTable(capacity: proto.pieces.count))
    var userDefined: [(bytes: ArraySlice<UInt8>, value: Int32)] = []
    func fail(_ index: Int, _ reason: String) -> TokenizerError {
      .malformed(path: path, place: "piece \(index)", reason: reason)
    }
    for (index, piece) in proto.pieces.enumerated() {
      let id = Int32(index)
      let (other, isNew) = vocabulary.tokens.insert(piece.bytes)
      if !isNew { throw fail(index, "it is the same as piece \(other)") }
      switch piece.type {
      case .normal, .unused: vocabulary.mergeable.append(id)
      case .userDefined: userDefined.append((piece.bytes[...], id))
      case .control: break
      case .unknown:
        if vocabulary.unknownID >= 0 {
          throw fail(index, "piece \(vocabulary.unknownID) is the unknown piece already")
        }
        vocabulary.unknownID = id
      case .byte:
        guard proto.fallsBackToBytes else {
          throw fail(index, "it is a byte, but the model does not fall back to bytes")
        }
        guard let byte = ByteToken.byte(of: piece.bytes) else {
          throw fail(index, "it has the type of a byte and does not write one")
        }
        vocabulary.byteIDs[Int(byte)] = id
      }
    }
    if vocabulary.unknownID < 0 {
      throw .malformed(path: path, place: "pieces", reason: "there is no unknown piece")
    }
    if proto.fallsBackToBytes, let byte = vocabulary.byteIDs.firstIndex(of: -1) {
      throw .malformed(
        path: path, place: "pieces",
        reason: "the piece \(ByteToken.spelling(of: UInt8(byte))) is missing")
    }
    if !userDefined.isEmpty { vocabulary.userDefined = ByteTrie(userDefined) }
    return vocabulary
  }

  /// Whether no piece has a space after another character, so that text may be cut there.
  private func cutsBeforeWords(_ vocabulary: Vocabulary) -> Bool {
    let mark = SentencePieceNormalizer.mark
    guard proto.escapesSpaces, proto.fallsBackToBytes || vocabulary.tokens.find(mark) != nil else {
      return false
    }
    return proto.pieces.allSatisfy { piece in
      if piece.type == .control || piece.type == .unknown || piece.type == .byte { return true }
      var rest = piece.bytes[...]
      while rest.starts(with: mark) { rest = rest.dropFirst(mark.count) }
      return !rest.indices.contains { rest[$0...].starts(with: mark) }
    }
  }

  // MARK: Models

  private func unigram(_ vocabulary: Vocabulary) -> UnigramModel {
    func ids(_ types: Set<SentencePieceProto.PieceType>) -> Set<Int32> {
      Set(proto.pieces.indices.filter { types.contains(proto.pieces[$0].type) }.map(Int32.init))
    }
    return UnigramModel(
      pieces: proto.pieces.map { ($0.bytes, Double($0.score)) }, unknownID: vocabulary.unknownID,
      byteIDs: proto.fallsBackToBytes ? vocabulary.byteIDs : [], fusesUnknown: true,
      userDefined: ids([.userDefined]), unmatched: ids([.control, .unknown, .unused, .byte]),
      precision: .single)
  }

  private func bytePair(_ vocabulary: Vocabulary, merges: Bool) throws(TokenizerError)
    -> BytePairModel
  {
    let tokens = vocabulary.tokens
    var rules = SentencePieceRules()
    rules.userDefined = vocabulary.userDefined
    let pairs: PairTable
    do {
      pairs = try ScoredMerges.pairs(
        of: merges ? vocabulary.mergeable : [], in: tokens, scores: proto.pieces.map(\.score),
        characters: &rules.characters)
    } catch { throw .interrupted(error) }
    let unused = Set(
      proto.pieces.indices.filter { proto.pieces[$0].type == .unused }.map(Int32.init))
    if !unused.isEmpty {
      for merge in pairs.sorted() where unused.contains(merge.merged) {
        rules.parts[merge.merged] = (merge.left, merge.right)
      }
    }
    var model = BytePairModel(
      alphabet: .characters, tokens: tokens, merges: pairs, byteIDs: vocabulary.byteIDs)
    model.unknownID = vocabulary.unknownID
    model.fusesUnknown = true
    model.fallsBackToBytes = proto.fallsBackToBytes
    if !rules.isTrivial { model.sentencePiece = rules }
    return model
  }

  // MARK: Decoding

  private func decoder(_ vocabulary: Vocabulary) -> TextDecoder {
    var decoder = TextDecoder()
    for (index, piece) in proto.pieces.enumerated() {
      switch piece.type {
      case .control: decoder.append([])
      case .unknown: decoder.append(proto.unknownSurface)
      case .byte: decoder.append(ByteToken.byte(of: piece.bytes).map { [$0] } ?? [])
      case .normal, .userDefined, .unused:
        decoder.append(
          Normalizer.replaced(SentencePieceNormalizer.mark, [UInt8(ascii: " ")], in: piece.bytes))
      }
      // The start of a text loses the mark of a piece, not a space that came otherwise.
      let hasMark = piece.bytes.starts(with: SentencePieceNormalizer.mark)
      if decoder[Int32(index)].first == UInt8(ascii: " "), piece.type == .unknown || !hasMark {
        decoder.unstripped.insert(Int32(index))
      }
    }
    if proto.addsDummyPrefix || proto.removesExtraSpaces {
      (decoder.strippedByte, decoder.strippedCount) = (UInt8(ascii: " "), 1)
      decoder.stripsEveryToken = proto.removesExtraSpaces
    }
    decoder.replacesEveryByte = true
    return decoder
  }
}

/// The merges of a vocabulary whose tokens have scores: the best score merges first.
enum ScoredMerges {
  /// - Parameter characters: takes the characters that are part of tokens and no token; they have
  ///   the ids after the last token's.
  static func pairs(
    of ids: [Int32], in tokens: ByteStringTable, scores: [Float],
    characters: inout ByteStringTable
  ) throws(Interruption) -> PairTable {
    var found = characters
    defer { characters = found }
    return try MergeDerivation.pairs(of: ids, in: tokens, ranks: ranks(scores)) { id, symbols in
      tokens[Int(id)].withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return 0 }
        var (count, index) = (0, 0)
        while index < bytes.count {
          let length = UTF8Reader.scalar(base, index, bytes.count).length
          let character = UnsafeBufferPointer(start: base + index, count: length)
          if let known = tokens.find(character) {
            symbols[count] = Int32(known)
          } else {
            symbols[count] = Int32(tokens.count + found.insert(character).index)
          }
          count += 1
          index += length
        }
        return count
      }
    }
  }

  /// Equal scores, equal ranks, so that of those the leftmost merges first.
  static func ranks(_ scores: [Float]) -> [UInt32] {
    var rank: UInt32 = 0
    var ranks = [UInt32](repeating: 0, count: scores.count)
    var previous: Float?
    for id in scores.indices.sorted(by: { (scores[$1], $0) < (scores[$0], $1) }) {
      if let previous, previous != scores[id] { rank += 1 }
      previous = scores[id]
      ranks[id] = rank
    }
    return ranks
  }
}
