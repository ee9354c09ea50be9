/// GPT-2's cutting of text into pieces, as a scanner over UTF-8 bytes.
///
/// It finds what the pattern in GPT-2's encoder.py finds, piece after piece:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
/// A byte that is no valid UTF-8 counts as a character that is neither space, letter nor number.
struct GPT2Splitter: Sendable {
  /// The pattern, and the shorter spelling of it that tiktoken uses.
  static let patterns = [
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
    #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
  ]

  private enum Class {
    static let other: UInt8 = 0
    static let letter: UInt8 = 1
    static let number: UInt8 = 2
    static let space: UInt8 = 3
    static let notASCII: UInt8 = 4
  }

  private static let table = ASCIITable()

  /// The class of every byte that is a character of its own.
  private final class ASCIITable: @unchecked Sendable {
    // Sendable: written in `init` only.
    let classes: UnsafeMutablePointer<UInt8>
    init() {
      classes = .allocate(capacity: 256)
      classes.initialize(repeating: Class.notASCII, count: 256)
      for byte in 0..<128 {
        classes[byte] = GPT2Splitter.coarse(CharacterClasses.shared.flags(UInt32(byte)))
      }
    }
  }

  private let table = Self.table
  private let classes = CharacterClasses.shared

  @inline(__always)
  private var ascii: UnsafeMutablePointer<UInt8> { table.classes }

  @inline(__always)
  private static func coarse(_ flags: UInt8) -> UInt8 {
    if flags & CharacterClasses.letter != 0 { return Class.letter }
    if flags & CharacterClasses.number != 0 { return Class.number }
    return flags & CharacterClasses.space != 0 ? Class.space : Class.other
  }

  @inline(__always)
  private func classify(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int)
    -> (class: UInt8, length: Int)
  {
    let coarse = ascii[Int(bytes[index])]
    if coarse != Class.notASCII { return (coarse, 1) }
    let (scalar, length) = UTF8Reader.scalar(bytes, index, count)
    return (Self.coarse(classes.flags(scalar)), length)
  }

  /// The end of a run of characters of one class, from `index` on.
  @inline(__always)
  private func endOfRun(
    _ runClass: UInt8, _ bytes: UnsafePointer<UInt8>, _ index: Int, _ count: Int
  ) -> Int {
    var index = index
    while index < count {
      let coarse = ascii[Int(bytes[index])]
      if coarse == runClass {
        index += 1
        continue
      }
      if coarse != Class.notASCII { return index }
      let (scalar, length) = UTF8Reader.scalar(bytes, index, count)
      if Self.coarse(classes.flags(scalar)) != runClass { return index }
      index += length
    }
    return count
  }

  /// The end of the piece that starts at `start < count`.
  @inline(__always)
  func endOfPiece(_ bytes: UnsafePointer<UInt8>, from start: Int, count: Int) -> Int {
    let first = bytes[start]
    if first == UInt8(ascii: " "), start + 1 < count {
      let (following, length) = classify(bytes, start + 1, count)
      if following != Class.space { return endOfRun(following, bytes, start + 1 + length, count) }
    } else if first == UInt8(ascii: "'") {
      let end = endOfContraction(bytes, from: start, count: count)
      if end > start { return end }
    }

    let (startClass, length) = classify(bytes, start, count)
    if startClass != Class.space { return endOfRun(startClass, bytes, start + length, count) }

    // \s+(?!\S): a run of spaces leaves its last one to what follows.
    var last = start
    var index = start + length
    while index < count {
      let (following, length) = classify(bytes, index, count)
      if following != Class.space { return last == start ? index : last }
      last = index
      index += length
    }
    return count
  }

  /// The end of 's, 't, 'm, 'd, 're, 've or 'll, or `start` if none is here.
  private func endOfContraction(_ bytes: UnsafePointer<UInt8>, from start: Int, count: Int) -> Int {
    guard start + 1 < count else { return start }
    switch bytes[start + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return start + 2 < count && bytes[start + 2] == UInt8(ascii: "e") ? start + 3 : start
    case UInt8(ascii: "l"):
      return start + 2 < count && bytes[start + 2] == UInt8(ascii: "l") ? start + 3 : start
    default: return start
    }
  }
}
