/// The distinct pieces of a corpus and how often each occurs; memory is bounded by the distinct
/// pieces, not by the corpus.
struct PieceCounter {
  /// The most bytes that the distinct pieces of a corpus may have, each counted one longer.
  static let mostUniqueBytes = 1 << 30

  private(set) var pieces = ByteStringTable()
  private(set) var counts: [UInt64] = []
  /// How many bytes of the corpus were counted.
  var bytes = 0
  /// How many pieces were counted.
  private(set) var total: UInt64 = 0

  init() {}

  /// Counts the pieces of a block of text.
  ///
  /// - Parameter startsText: false for a block that goes on where another one ended.
  mutating func add(
    _ block: UnsafeBufferPointer<UInt8>, startsText: Bool = true, cut cutting: TextCutting
  ) throws(TokenizerError) {
    cutting.forEachPiece(of: block, startsText: startsText) { add($0, times: 1) }
    bytes += block.count
    try checkSize()
  }

  /// Counts one text whole.
  mutating func add(_ text: [UInt8], cut cutting: TextCutting = .gpt2) throws(TokenizerError) {
    try text.withUnsafeBufferPointer { (block) throws(TokenizerError) in
      try add(block, cut: cutting)
    }
  }

  @inline(__always)
  mutating func add(_ piece: UnsafeBufferPointer<UInt8>, times: UInt64) {
    let (index, isNew) = pieces.insert(piece)
    if isNew { counts.append(0) }
    counts[index] &+= times
    total &+= times
  }

  /// Adds what another counter has counted.
  mutating func add(_ other: PieceCounter) throws(TokenizerError) {
    for piece in 0..<other.pieces.count {
      other.pieces.withBytes(of: piece) { add($0, times: other.counts[piece]) }
    }
    bytes += other.bytes
    try checkSize()
  }

  private func checkSize() throws(TokenizerError) {
    let size = pieces.storage.count + pieces.count
    if size > Self.mostUniqueBytes {
      throw .textTooLong(bytes: size, limit: Self.mostUniqueBytes)
    }
  }
}
