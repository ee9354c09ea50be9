/// What turns a piece of text into ids: one of the kinds of model that vocabulary files hold.
enum VocabularyModel: Sendable {
  case bytePair(BytePairModel)
  case unigram(UnigramModel)
  case wordPiece(WordPieceModel)
  case wordLevel(WordLevelModel)
  case longestMatch(LongestMatchModel)
  case hybrid(HybridModel)

  /// The model's tokens by id, in the form its pieces have.
  var tokens: ByteStringTable {
    switch self {
    case .bytePair(let model): model.tokens
    case .unigram(let model): model.tokens
    case .wordPiece(let model): model.tokens
    case .wordLevel(let model): model.tokens
    case .longestMatch(let model): model.tokens
    case .hybrid(let model): model.tokens
    }
  }

  /// The token of what the vocabulary does not know.
  var unknownID: Int32? {
    switch self {
    case .bytePair(let model): model.unknownID
    case .unigram(let model): model.unknownID
    case .wordPiece(let model): model.unknownID
    case .wordLevel(let model): model.unknownID
    case .longestMatch: nil
    case .hybrid: HybridModel.Special.unknown
    }
  }

  var bytePair: BytePairModel? { if case .bytePair(let model) = self { model } else { nil } }

  /// The field's name of the kind of model.
  var name: String {
    switch self {
    case .bytePair: "BPE"
    case .unigram: "Unigram"
    case .wordPiece: "WordPiece"
    case .wordLevel: "WordLevel"
    case .longestMatch: "longest match"
    case .hybrid: "roots and affixes"
    }
  }

  /// Appends the ids of one piece, which is not empty.
  @inline(__always)
  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, with merger: inout BytePairMerger, to ids: inout IDBuffer
  ) throws(EncodingFailure) {
    switch self {
    case .bytePair(let model): try model.encode(piece, with: &merger, to: &ids)
    case .unigram(let model): try model.encode(piece, to: &ids)
    case .wordPiece(let model): try model.encode(piece, to: &ids)
    case .wordLevel(let model): try model.encode(piece, to: &ids)
    case .longestMatch(let model): try model.encode(piece, to: &ids)
    case .hybrid(let model): model.encode(piece, to: &ids)
    }
  }
}
