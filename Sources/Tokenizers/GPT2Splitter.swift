/// GPT-2's cutting of text into pieces, piece after piece.
struct GPT2Splitter: Sendable {
  /// The pattern in GPT-2's encoder.py, and the shorter spelling of it that tiktoken uses.
  static let patterns = [
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
    #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
  ]

  /// The end of the piece that starts at `start < count`.
  @inline(__always)
  func endOfPiece(_ bytes: UnsafePointer<UInt8>, from start: Int, count: Int) -> Int {
    ScannedPattern.gpt2.endOfPiece(bytes, from: start, count: count)
  }
}
