/// A vocabulary of whole pieces: a piece is a token or it is unknown.
struct WordLevelModel: Sendable {
  let tokens: ByteStringTable
  var unknownID: Int32?
  /// The unknown token as the file writes it; it need not be in the vocabulary.
  var unknownToken = ""
  /// SentencePiece's words (`Model::Encode` in word_model.cc): every `▁` starts one, and unknown
  /// words in a row are one unknown token.
  var cutsAtMarks = false
  /// With ``cutsAtMarks``, the tokens of an unknown word's bytes: 256 of them, or nothing.
  var byteIDs: [Int32] = []

  func encode(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer)
    throws(EncodingFailure)
  {
    if cutsAtMarks { return try encodeWords(piece, to: &ids) }
    if let id = tokens.find(piece) {
      ids.append(Int32(id))
    } else if let unknownID {
      ids.append(unknownID)
    } else {
      throw .noToken(Array(piece.prefix(64)))
    }
  }

  private func encodeWords(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer)
    throws(EncodingFailure)
  {
    let mark = SentencePieceNormalizer.mark
    var afterUnknown = false
    var start = 0
    while start < piece.count {
      var end = start + 1
      while end < piece.count, !piece[end...].starts(with: mark) { end += 1 }
      let word = UnsafeBufferPointer(rebasing: piece[start..<end])
      let id = tokens.find(word).map(Int32.init)
      if let id, id != unknownID {
        ids.append(id)
        afterUnknown = false
      } else if byteIDs.count == 256 {
        for byte in word { ids.append(byteIDs[Int(byte)]) }
      } else {
        guard let unknownID else { throw .noToken(Array(word.prefix(64))) }
        if !afterUnknown { ids.append(unknownID) }
        afterUnknown = true
      }
      start = end
    }
  }
}
