/// The distinct pieces of a corpus as symbols, each with how often it occurs.
struct SymbolPieces {
  private(set) var symbols: [Int32] = []
  /// Piece `i` is `symbols[ends[i]..<ends[i + 1]]`.
  private(set) var ends: [Int] = [0]
  private(set) var weights: [UInt64] = []

  var count: Int { weights.count }

  mutating func append(_ piece: some Sequence<Int32>, weight: UInt64) {
    symbols.append(contentsOf: piece)
    ends.append(symbols.count)
    weights.append(weight)
  }

  mutating func reserve(symbols count: Int, pieces: Int) {
    symbols.reserveCapacity(count)
    ends.reserveCapacity(pieces + 1)
    weights.reserveCapacity(pieces)
  }
}

/// Pieces as symbols of an alphabet: what a training by merges starts from.
struct AlphabeticPieces {
  var alphabet: ByteStringTable
  var pieces = SymbolPieces()

  init(alphabet: ByteStringTable) { self.alphabet = alphabet }

  /// Every byte a symbol, with its own value as id.
  init(bytesOf counter: PieceCounter) {
    alphabet = ByteStringTable(capacity: 512)
    for byte in UInt8.min...UInt8.max { _ = alphabet.insert([byte]) }
    pieces.reserve(symbols: counter.pieces.storage.count, pieces: counter.pieces.count)
    for piece in 0..<counter.pieces.count {
      pieces.append(counter.pieces[piece].lazy.map(Int32.init), weight: counter.counts[piece])
    }
  }

  /// The pieces as a byte-level vocabulary cuts them: what its training goes on from.
  ///
  /// - Parameter byteIDs: the id of each byte's token, none of them negative.
  init(_ counter: PieceCounter, tokens: ByteStringTable, merges: PairTable, byteIDs: [Int32])
    throws(TokenizerError)
  {
    alphabet = tokens
    var merger = BytePairMerger()
    defer { merger.deallocate() }
    for piece in 0..<counter.pieces.count {
      let bytes = counter.pieces[piece]
      merger.reserve(bytes.count)
      for (place, byte) in bytes.enumerated() { merger.symbols[place] = byteIDs[Int(byte)] }
      let count: Int
      do { count = try merger.merge(count: bytes.count, with: merges) } catch {
        throw .interrupted(error)
      }
      let ids = UnsafeBufferPointer(start: merger.symbols, count: count)
      pieces.append(ids, weight: counter.counts[piece])
    }
  }

  /// - Throws: ``TokenizerError/wrongSpecialToken(token:reason:)`` for one that is a character of
  ///   the corpus.
  init(_ counter: PieceCounter, _ kind: BPETrainer.Alphabet, specialTokens: [String])
    throws(TokenizerError)
  {
    switch kind {
    case .bytes: self.init(bytesOf: counter)
    case .characters(let limit, _):
      try self.init(
        charactersOf: counter, limit: limit, continuation: [], specialTokens: specialTokens)
    }
  }

  /// The special tokens, then the corpus's most frequent characters by their bytes.
  ///
  /// - Parameter continuation: what stands in front of a character that does not start its piece.
  init(
    charactersOf counter: PieceCounter, limit: Int?, continuation: [UInt8], specialTokens: [String]
  ) throws(TokenizerError) {
    let known = CorpusCharacters(counter).mostFrequent(limit)
    alphabet = ByteStringTable(capacity: known.count * 2)
    for token in specialTokens {
      _ = alphabet.insert(Array(token.utf8))
      if known.contains(Array(token.utf8)) {
        throw .wrongSpecialToken(token: token, reason: "is a character of the corpus")
      }
    }
    let used = Self.spelled(counter, known, continuation)
    for character in used { _ = alphabet.insert(character) }
    for piece in 0..<counter.pieces.count {
      var symbols: [Int32] = []
      // No pair reaches over a character that has no symbol.
      for (place, character) in CorpusCharacters.characters(of: counter.pieces[piece]).enumerated()
      {
        if known.contains(character),
          let id = alphabet.find(place == 0 ? character : continuation + character)
        {
          symbols.append(Int32(id))
        } else {
          pieces.append(symbols, weight: counter.counts[piece])
          symbols = []
        }
      }
      pieces.append(symbols, weight: counter.counts[piece])
    }
  }

  /// The known characters as they stand in pieces, in the order of their bytes.
  private static func spelled(
    _ counter: PieceCounter, _ known: Set<[UInt8]>, _ continuation: [UInt8]
  ) -> [[UInt8]] {
    if continuation.isEmpty { return known.sorted { $0.lexicographicallyPrecedes($1) } }
    // Every character can start a piece, whether or not one of the corpus starts with it.
    var seen = known
    for piece in 0..<counter.pieces.count {
      for (place, character) in CorpusCharacters.characters(of: counter.pieces[piece]).enumerated()
      where place > 0 && known.contains(character) {
        seen.insert(continuation + character)
      }
    }
    return seen.sorted { $0.lexicographicallyPrecedes($1) }
  }
}

/// How often each character occurs in a corpus; bytes that are no valid UTF-8 are no characters.
struct CorpusCharacters {
  private(set) var counts: [[UInt8]: UInt64] = [:]

  init(_ counter: PieceCounter) {
    for piece in 0..<counter.pieces.count {
      for character in Self.characters(of: counter.pieces[piece])
      where character.count > 1 || character[0] < 0x80 {
        counts[character, default: 0] &+= counter.counts[piece]
      }
    }
  }

  /// The `limit` most frequent ones; of equally frequent ones, those whose bytes come first.
  func mostFrequent(_ limit: Int?) -> Set<[UInt8]> {
    guard let limit, limit < counts.count else { return Set(counts.keys) }
    let sorted = counts.sorted {
      $0.value != $1.value
        ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key)
    }
    return Set(sorted.prefix(limit).map(\.key))
  }

  /// The characters of a piece; a byte that is no part of a valid one stands alone.
  static func characters(of piece: ArraySlice<UInt8>) -> [[UInt8]] {
    piece.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return [] }
      var result: [[UInt8]] = []
      var index = 0
      while index < bytes.count {
        let (_, length) = UTF8Reader.scalar(base, index, bytes.count)
        result.append(Array(bytes[index..<index + length]))
        index += length
      }
      return result
    }
  }
}
