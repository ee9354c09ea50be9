import Files
import Kernels

/// The distinct pieces of a corpus and how often each occurs; memory is bounded by the distinct
/// pieces, not by the corpus.
struct PieceCounter {
  private(set) var pieces = ByteStringTable()
  private(set) var counts: [UInt64] = []
  private(set) var bytes = 0
  private(set) var total: UInt64 = 0
  private var digest = Digest()

  /// Counts the pieces of one text; no piece reaches over a text's end.
  mutating func add(_ text: [UInt8]) throws(TokenizerError) {
    let splitter = GPT2Splitter()
    bytes += text.count
    digest.add(text)
    try text.withUnsafeBufferPointer { (buffer) throws(TokenizerError) in
      guard let base = buffer.baseAddress else { return }
      var start = 0
      var polled = 0
      while start < buffer.count {
        if start - polled > 1 << 16 {
          polled = start
          try checkSize()
          do throws(Interruption) {
            try Cancellation.check()
          } catch {
            throw .interrupted(error)
          }
        }
        let end = splitter.endOfPiece(base, from: start, count: buffer.count)
        let (index, isNew) = pieces.insert(UnsafeBufferPointer(rebasing: buffer[start..<end]))
        if isNew { counts.append(0) }
        counts[index] &+= 1
        total &+= 1
        start = end
      }
    }
    try checkSize()
  }

  private func checkSize() throws(TokenizerError) {
    if pieces.storage.count > BPETrainer.mostUniqueBytes {
      throw .textTooLong(bytes: pieces.storage.count, limit: BPETrainer.mostUniqueBytes)
    }
  }

  /// The SHA-256 of all texts, one after the other.
  func dataDigest() -> String {
    let copy = digest
    return copy.hexadecimal()
  }
}
