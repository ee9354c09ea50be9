import Kernels

/// A byte-pair vocabulary: what a piece's symbols are at first, and which pairs merge.
struct BytePairModel: Sendable {
  /// What a symbol is before any merge.
  enum Alphabet: Sendable, Equatable {
    /// One byte (GPT-2's byte-level alphabet).
    case bytes
    /// One character; one that is not in the vocabulary falls back to its bytes' tokens.
    case characters
  }

  let alphabet: Alphabet
  /// Model tokens by id: bytes for a byte alphabet, else the text as it stands in the file.
  let tokens: ByteStringTable
  let merges: PairTable
  /// For each byte, the id of the symbol that stands for it, or −1: the single byte's token, or
  /// with characters the token that a character's bytes fall back to.
  let byteIDs: [Int32]
  /// A piece that is a token as a whole is that token, whatever the merges say.
  var ignoresMerges = false
  var unknownID: Int32?
  /// Neighbouring unknown characters become one unknown token.
  var fusesUnknown = false
  /// Characters fall back to bytes (`byteIDs`) where all their bytes have tokens.
  var fallsBackToBytes = false
  /// What SentencePiece does besides.
  var sentencePiece: SentencePieceRules?
  /// The ids of one-byte characters, or −1.
  let asciiIDs: [Int32]

  init(alphabet: Alphabet, tokens: ByteStringTable, merges: PairTable, byteIDs: [Int32]) {
    self.alphabet = alphabet
    self.tokens = tokens
    self.merges = merges
    self.byteIDs = byteIDs
    asciiIDs = (0..<128).map { tokens.find([UInt8($0)]).map(Int32.init) ?? -1 }
  }

  /// Appends the ids of one piece, which is not empty.
  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, with merger: inout BytePairMerger, to ids: inout IDBuffer
  ) throws(EncodingFailure) {
    if ignoresMerges, let whole = tokens.find(piece) {
      ids.append(Int32(whole))
      return
    }
    if let sentencePiece {
      return try sentencePiece.encode(piece, model: self, with: &merger, to: &ids)
    }
    merger.reserve(piece.count)
    let count = try symbols(of: piece, into: merger.symbols)
    let left: Int
    do { left = try merger.merge(count: count, with: merges) } catch { throw .stopped(error) }
    ids.append(merger.symbols, count: left)
  }

  /// Writes the symbols that a piece starts from; there are at most as many as bytes.
  private func symbols(
    of piece: UnsafeBufferPointer<UInt8>, into symbols: UnsafeMutablePointer<Int32>
  ) throws(EncodingFailure) -> Int {
    guard let bytes = piece.baseAddress else { return 0 }
    var count = 0
    var afterUnknown = false
    func unknown(_ index: Int, _ length: Int) throws(EncodingFailure) {
      guard let unknownID else {
        throw .noToken(Array(piece[index..<index + length]))
      }
      if !(afterUnknown && fusesUnknown) {
        symbols[count] = unknownID
        count += 1
      }
      afterUnknown = true
    }

    var index = 0
    while index < piece.count {
      let byte = bytes[index]
      if alphabet == .bytes {
        let id = byteIDs[Int(byte)]
        if id >= 0 {
          symbols[count] = id
          count += 1
          afterUnknown = false
        } else {
          try unknown(index, 1)
        }
        index += 1
        continue
      }

      let (_, length) = UTF8Reader.scalar(bytes, index, piece.count)
      let id: Int32
      if byte < 128 {
        id = asciiIDs[Int(byte)]
      } else {
        let character = UnsafeBufferPointer(start: bytes + index, count: length)
        id = tokens.find(character).map(Int32.init) ?? -1
      }
      if id >= 0 {
        symbols[count] = id
        count += 1
        afterUnknown = false
      } else if fallsBackToBytes,
        (index..<index + length).allSatisfy({ byteIDs[Int(bytes[$0])] >= 0 })
      {
        for place in index..<index + length {
          symbols[count] = byteIDs[Int(bytes[place])]
          count += 1
        }
        afterUnknown = false
      } else {
        try unknown(index, length)
      }
      index += length
    }
    return count
  }
}

/// Why a piece has no ids.
enum EncodingFailure: Error {
  case noToken([UInt8])
  case stopped(Interruption)
}
