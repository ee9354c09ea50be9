/// Where a text may be cut in two without changing its pieces.
///
/// Two places qualify: after a line feed that stands between a character that is no blank and a
/// letter or number; and before a line end that follows a letter. The patterns in use (GPT-2's,
/// cl100k's, o200k's, Llama 3's, BERT's, and cutting at blanks or lines) cut at both, and none looks
/// at what lies beyond. Text between two such places stays together, whatever it is.
enum CorpusCut {
  /// The last such place inside `text`, or nil.
  static func last(in text: [UInt8]) -> Int? {
    text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return nil }
      var place = bytes.count - 1
      while place > 0 {
        if isSafe(base, place, bytes.count) { return place }
        place -= 1
      }
      return nil
    }
  }

  private static func isSafe(_ bytes: UnsafePointer<UInt8>, _ place: Int, _ count: Int) -> Bool {
    if bytes[place] == UInt8(ascii: "\n") || bytes[place] == UInt8(ascii: "\r") {
      return flags(before: place, bytes) & CharacterClasses.letter != 0
    }
    guard bytes[place - 1] == UInt8(ascii: "\n"), place > 1 else { return false }
    // A sequence that the text's end cuts off is no character yet.
    let (scalar, _) = UTF8Reader.scalar(bytes, place, count)
    guard scalar != UTF8Reader.invalid else { return false }
    let starts = CharacterClasses.shared.flags(scalar)
    guard starts & (CharacterClasses.letter | CharacterClasses.number) != 0 else { return false }
    let (previous, _) = UTF8Reader.scalar(before: place - 1, bytes)
    guard previous != UTF8Reader.invalid, previous > 0x20 else { return false }
    return CharacterClasses.shared.flags(previous) & CharacterClasses.space == 0
  }

  private static func flags(before place: Int, _ bytes: UnsafePointer<UInt8>) -> UInt8 {
    let (scalar, _) = UTF8Reader.scalar(before: place, bytes)
    return scalar == UTF8Reader.invalid ? 0 : CharacterClasses.shared.flags(scalar)
  }
}
