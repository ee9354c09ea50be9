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
  /// Stands before a character that does not start its piece, where tokens are looked up.
  var continuingPrefix: [UInt8] = []
  /// Stands after a piece's last character, where tokens are looked up.
  var wordSuffix: [UInt8] = []
  /// What the file says of dropout; it is used only where it is asked for.
  var dropout: Double?
  /// The ids of one-byte characters, or −1.
  let asciiIDs: [Int32]
  /// The tables for encoding whole texts in C; nil where only ``encode(_:with:to:)`` knows how.
  let byteTables: ByteTables?

  init(alphabet: Alphabet, tokens: ByteStringTable, merges: PairTable, byteIDs: [Int32]) {
    self.alphabet = alphabet
    self.tokens = tokens
    self.merges = merges
    self.byteIDs = byteIDs
    asciiIDs = (0..<128).map { tokens.find([UInt8($0)]).map(Int32.init) ?? -1 }
    byteTables = alphabet == .bytes ? ByteTables(tokens, merges, byteIDs) : nil
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
    merger.reserve(mostSymbols(piece.count))
    let count = try symbols(of: piece, into: merger.symbols)
    let left: Int
    do { left = try merger.merge(count: count, with: merges) } catch { throw .stopped(error) }
    ids.append(merger.symbols, count: left)
  }

  /// Appends the ids of one piece, some merges of which are dropped.
  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, dropping: inout DropoutMerger, to ids: inout IDBuffer
  ) throws(EncodingFailure) {
    let room = UnsafeMutablePointer<Int32>.allocate(capacity: mostSymbols(piece.count))
    defer { room.deallocate() }
    let count = try symbols(of: piece, into: room)
    var symbols = Array(UnsafeBufferPointer(start: room, count: count))
    do { try dropping.merge(&symbols, with: merges) } catch { throw .stopped(error) }
    for id in symbols { ids.append(id) }
  }

  private var hasAffixes: Bool { !continuingPrefix.isEmpty || !wordSuffix.isEmpty }

  /// A piece's bytes give at most so many symbols: with fallback, affixes become bytes too.
  private func mostSymbols(_ bytes: Int) -> Int {
    hasAffixes && fallsBackToBytes
      ? bytes * (1 + continuingPrefix.count) + wordSuffix.count : bytes
  }

  /// Writes the symbols that a piece starts from.
  ///
  /// An unknown character's token waits for the next known one, past byte tokens: so do the
  /// reference's.
  private func symbols(
    of piece: UnsafeBufferPointer<UInt8>, into symbols: UnsafeMutablePointer<Int32>
  ) throws(EncodingFailure) -> Int {
    guard let bytes = piece.baseAddress else { return 0 }
    var count = 0
    var unknownWaits = false
    func add(_ id: Int32) {
      symbols[count] = id
      count += 1
    }
    func flush() {
      if unknownWaits, let unknownID { add(unknownID) }
      unknownWaits = false
    }

    var affixed: [UInt8] = []
    var index = 0
    while index < piece.count {
      let byte = bytes[index]
      let length =
        alphabet == .bytes ? 1 : UTF8Reader.scalar(bytes, index, piece.count).length
      let symbol = UnsafeBufferPointer(start: bytes + index, count: length)
      let id: Int32
      if alphabet == .bytes {
        id = byteIDs[Int(byte)]
      } else if hasAffixes {
        affixed.removeAll(keepingCapacity: true)
        if index > 0 { affixed += continuingPrefix }
        affixed += symbol
        if index + length == piece.count { affixed += wordSuffix }
        id = tokens.find(affixed).map(Int32.init) ?? -1
      } else if byte < 128 {
        id = asciiIDs[Int(byte)]
      } else {
        id = tokens.find(symbol).map(Int32.init) ?? -1
      }
      if id >= 0 {
        flush()
        add(id)
      } else if fallsBackToBytes, hasAffixes ? hasBytes(affixed) : hasBytes(symbol) {
        if hasAffixes {
          for byte in affixed { add(byteIDs[Int(byte)]) }
        } else {
          for byte in symbol { add(byteIDs[Int(byte)]) }
        }
      } else {
        guard unknownID != nil else { throw .noToken(Array(symbol)) }
        if !fusesUnknown { flush() }
        unknownWaits = true
      }
      index += length
    }
    flush()
    return count
  }

  private func hasBytes(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.allSatisfy { byteIDs[Int($0)] >= 0 }
  }
}

/// Why a piece has no ids.
enum EncodingFailure: Error {
  case noToken([UInt8])
  /// A pattern took more steps or memory than it may.
  case patternLimit(pattern: String)
  case stopped(Interruption)
}
