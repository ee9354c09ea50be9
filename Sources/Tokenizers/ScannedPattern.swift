import CTokens

/// The patterns of pre-tokenizers that own scanners cut by, in C, 64 bytes at a time.
///
/// Each gives what its regular expression gives with the classes of Unicode 16.0; a byte that is no
/// valid UTF-8 counts as a character that is neither space, letter nor number.
enum ScannedPattern: Sendable, Equatable, CaseIterable {
  /// GPT-2's, and that of r50k and p50k.
  case gpt2
  /// tiktoken's cl100k_base: white space at the end of the text is one piece.
  case cl100k
  /// Llama 3's, and cl100k's as Hugging Face files spell it.
  case llama3
  /// As ``llama3``, each number alone (Qwen 1 to 3).
  case qwen2
  /// o200k_base's: words are cut where a capital follows a small letter.
  case o200k

  var code: ct_pattern {
    switch self {
    case .gpt2: CT_GPT2
    case .cl100k: CT_CL100K
    case .llama3: CT_LLAMA3
    case .qwen2: CT_QWEN2
    case .o200k: CT_O200K
    }
  }

  /// What the scanner finds, as a regular expression: the spelling its reference uses.
  var regex: String {
    switch self {
    case .gpt2: PiecePattern.gpt2Spellings[0]
    case .cl100k:
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#
    case .llama3:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    case .qwen2:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    case .o200k:
      #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }
  }

  /// The end of the piece that starts at `start < count`, character by character.
  @inline(__always)
  func endOfPiece(_ bytes: UnsafePointer<UInt8>, from start: Int, count: Int) -> Int {
    ct_end_of_piece(code, bytes, start, count)
  }

  /// Gives the end of every piece of a text, in order.
  ///
  /// - Complexity: O(n): more than a gigabyte a second of ASCII.
  func forEachEnd<Failure: Error>(
    of text: UnsafeBufferPointer<UInt8>, _ body: (Int) throws(Failure) -> Void
  ) throws(Failure) {
    guard let base = text.baseAddress else { return }
    let capacity = 512
    let ends = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
    defer { ends.deallocate() }
    var start = 0
    while true {
      let found = ct_scan(code, base, start, text.count, ends, capacity)
      if found == 0 { return }
      for index in 0..<found { try body(Int(ends[index])) }
      start = Int(ends[found - 1])
    }
  }
}
