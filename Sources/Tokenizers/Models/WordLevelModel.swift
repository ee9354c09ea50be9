/// A vocabulary of whole pieces: a piece is a token or it is unknown.
struct WordLevelModel: Sendable {
  let tokens: ByteStringTable
  var unknownID: Int32?
  /// The unknown token as the file writes it; it need not be in the vocabulary.
  var unknownToken = ""

  func encode(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer)
    throws(EncodingFailure)
  {
    if let id = tokens.find(piece) {
      ids.append(Int32(id))
    } else if let unknownID {
      ids.append(unknownID)
    } else {
      throw .noToken(Array(piece.prefix(64)))
    }
  }
}
